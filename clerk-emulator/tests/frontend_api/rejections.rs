use serde_json::json;

use crate::browser::{Browser, backend, emulator, user};

#[tokio::test]
async fn only_pages_of_the_web_are_redirected_to() {
    let emulator = emulator().await;
    let mut browser = Browser::new(&emulator);
    for url in [
        "",
        "javascript:alert(1)",
        "/dashboard",
        "data:text/html,x",
        "ftp://a.example/",
    ] {
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("redirect_url", url)
            .finish();
        let rejected = browser.get(&format!("/v1/client/handshake?{query}")).await;
        assert_eq!(
            (rejected.status, rejected.code().as_str()),
            (400, "invalid_redirect_url"),
            "{url}"
        );
        if url.is_empty() {
            continue;
        }
        for page in ["sign-in", "sign-up", "user", "sign-out"] {
            let rejected = browser.get(&format!("/{page}?{query}")).await;
            assert_eq!(rejected.status, 400, "{page} {url}");
            assert!(!rejected.text.contains(url), "{page} {url}");
            assert_eq!(rejected.header("location"), "");
        }
    }
    let page = browser
        .submit(
            "/sign-in",
            &[
                ("action", "identifier"),
                ("redirect_url", "javascript:alert(1)"),
            ],
        )
        .await;
    assert_eq!(page.status, 400);
    assert!(!page.text.contains("javascript:"), "{}", page.text);
}

#[tokio::test]
async fn forms_need_the_token_of_this_browser() {
    let emulator = emulator().await;
    let ada = user(&emulator, "ada@example.com").await;
    let fields = [("action", "as"), ("user_id", ada.as_str())];
    let mut browser = Browser::new(&emulator);
    for page in ["/sign-in", "/sign-up", "/user", "/sign-out"] {
        // Without a cookie, and with a token that differs from the cookie's.
        let mut stranger = Browser::new(&emulator);
        assert_eq!(
            stranger.submit_with(page, "", &fields).await.status,
            403,
            "{page}"
        );
        browser.get("/sign-in").await;
        assert_eq!(
            browser.submit_with(page, "", &fields).await.status,
            403,
            "{page}"
        );
        let rejected = browser.submit_with(page, "guessed", &fields).await;
        assert_eq!(rejected.status, 403, "{page}");
        assert!(!browser.cookies.contains_key("__client"));
    }
    assert_eq!(browser.submit("/sign-in", &fields).await.status, 303);
}

#[tokio::test]
async fn names_are_text_on_every_page() {
    let emulator = emulator().await;
    let fields = json!({
        "email_address": ["x@example.com"], "first_name": "<script>alert(1)</script>", "last_name": "\"'&",
    });
    let user = backend(&emulator, "/users", fields).await;
    let organization = json!({"name": "<img src=x onerror=alert(1)>", "created_by": user["id"]});
    backend(&emulator, "/organizations", organization).await;
    let id = user["id"].as_str().unwrap();
    let mut browser = Browser::signed_in(&emulator, id).await;
    let shown = "&lt;script&gt;alert(1)&lt;/script&gt; &quot;'&amp;";
    for page in ["/sign-in", "/user"] {
        let page = browser.get(page).await;
        assert!(page.text.contains(shown), "{}", page.text);
        assert!(!page.text.contains("<script") && !page.text.contains("<img src=x"));
        assert!(
            page.header("content-security-policy")
                .contains("default-src 'none'")
        );
    }
    let attack = "\"><script>alert(2)</script>";
    for (page, fields) in [
        (
            "/sign-in",
            [("action", "identifier"), ("identifier", attack)],
        ),
        (
            "/sign-up",
            [("action", "create"), ("email_address", attack)],
        ),
    ] {
        let page = browser.submit(page, &fields).await;
        assert_eq!(page.status, 422);
        assert!(
            page.text.contains("&quot;&gt;&lt;script&gt;alert(2)"),
            "{}",
            page.text
        );
        assert!(!page.text.contains("<script"));
    }
}

#[tokio::test]
async fn a_request_that_names_no_browser_is_told_so() {
    let emulator = emulator().await;
    let mut browser = Browser::new(&emulator);
    for path in ["/v1/client", "/v1/client?__clerk_db_jwt=dvb_unknown"] {
        let rejected = browser.get(path).await;
        assert_eq!(
            (rejected.status, rejected.code().as_str()),
            (401, "dev_browser_unauthenticated")
        );
    }
    let unknown = browser.get("/v1/client/nothing").await;
    assert_eq!(
        (unknown.status, unknown.code().as_str()),
        (404, "resource_not_found")
    );
}

#[tokio::test]
async fn a_page_on_localhost_may_read_the_answer() {
    let emulator = emulator().await;
    let mut browser = Browser::new(&emulator);
    let made = browser.post("/v1/dev_browser", json!({})).await;
    assert_eq!(
        made.header("access-control-allow-origin"),
        "http://localhost:3000"
    );
    assert_eq!(made.header("access-control-allow-credentials"), "true");
    assert_eq!(made.header("vary"), "Origin");
    let preflight = reqwest::Client::new()
        .request(
            reqwest::Method::OPTIONS,
            format!("{}/v1/client/sign_ins", emulator.url()),
        )
        .header("origin", "http://localhost:3000")
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "authorization")
        .send()
        .await
        .unwrap();
    assert_eq!(preflight.status(), 204);
    assert_eq!(
        preflight.headers()["access-control-allow-headers"],
        "authorization"
    );
    assert_eq!(
        preflight.headers()["access-control-allow-origin"],
        "http://localhost:3000"
    );
    // Other sites cannot read pages.
    assert_eq!(
        browser
            .get("/sign-in")
            .await
            .header("access-control-allow-origin"),
        ""
    );
}
