//! Clients in pages, of any origin.

use crate::browser::Browser;
use crate::client::{Client, emulator, http, reply};

const PAGE: &str = "https://inspector.example";

#[tokio::test]
async fn pages_of_every_origin_may_use_what_needs_no_cookies() {
    let emulator = emulator().await;
    for (method, path) in [
        ("GET", "/.well-known/openid-configuration"),
        ("GET", "/.well-known/oauth-authorization-server"),
        ("POST", "/oauth/token"),
        ("POST", "/oauth/token/revoke"),
        ("POST", "/oauth/token_info"),
        ("POST", "/oauth/register"),
        ("GET", "/oauth/userinfo"),
        ("POST", "/oauth/userinfo"),
    ] {
        for origin in [PAGE, "null", "http://localhost:6274"] {
            let url = format!("{}{path}", emulator.url());
            let request = |method: &str| {
                http()
                    .request(method.parse().unwrap(), &url)
                    .header("origin", origin)
            };
            let preflight = request("OPTIONS")
                .header("access-control-request-method", method)
                .header(
                    "access-control-request-headers",
                    "authorization,content-type",
                );
            for (reply, expected) in [
                (reply(preflight).await, Some(204)),
                (reply(request(method)).await, None),
            ] {
                assert!(
                    expected.is_none_or(|status| status == reply.status),
                    "{path}"
                );
                assert_ne!(reply.status, 404);
                assert_eq!(reply.headers["access-control-allow-origin"], "*", "{path}");
                assert!(
                    !reply
                        .headers
                        .contains_key("access-control-allow-credentials")
                );
                let allowed = reply.headers["access-control-allow-headers"]
                    .to_str()
                    .unwrap();
                assert!(allowed.contains("Authorization"));
            }
        }
    }
}

#[tokio::test]
async fn pages_of_other_origins_may_use_nothing_else() {
    let emulator = emulator().await;
    for path in [
        "/oauth/authorize",
        "/v1/me/oauth/consent/notes",
        "/oauth/token/",
        "/v1/users",
    ] {
        let url = format!("{}{path}", emulator.url());
        let rejected = reply(http().get(url).header("origin", PAGE)).await;
        assert_eq!(rejected.status, 403, "{path}");
        assert!(!rejected.headers.contains_key("access-control-allow-origin"));
    }
}

#[tokio::test]
async fn cookies_mean_nothing_where_every_origin_is_welcome() {
    let emulator = emulator().await;
    let notes = Client::notes(&emulator);
    let browser = Browser::signed_in(&emulator, "user_ada");
    let cookie = format!("__client={}", browser.cookies["__client"]);
    let url = format!("{}/oauth/userinfo", emulator.url());
    let rejected = reply(http().get(url).header("cookie", &cookie)).await;
    assert_eq!(rejected.status, 401);
    let form = notes.form("/oauth/token", &[("grant_type", "refresh_token")]);
    assert_eq!(
        reply(form.header("cookie", cookie)).await.error(),
        (401, "invalid_client")
    );
}
