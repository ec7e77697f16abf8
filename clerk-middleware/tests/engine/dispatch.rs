//! Which tokens of a request are used.

use clerk_middleware::{
    AuthenticateOptions, CrossOriginSync, RequestState, Status, authenticate_request,
};
use clerk_sdk::Clerk;
use clerk_sdk::auth::{Accepts, AuthObject};
use clerk_sdk::tokens::TokenType;
use serde_json::json;

use super::backend::{NOW, clerk, options, page, reason, request, token, user};

async fn visited(clerk: &Clerk, accepts: Accepts, headers: &[(&str, &str)]) -> RequestState {
    let options = AuthenticateOptions::new().accepts_token(accepts);
    authenticate_request(clerk, &request("/", headers), &options).await
}

#[tokio::test]
async fn cookies_count_only_where_sessions_are_accepted() {
    let clerk = clerk(options());
    let cookies = format!("__client_uat={}; __session={}", NOW - 60, token(&json!({})));
    let headers = [("cookie", cookies.as_str())];
    for accepts in [
        Accepts::Any,
        Accepts::default(),
        [TokenType::Session, TokenType::M2m].into(),
    ] {
        let state = visited(&clerk, accepts.clone(), &headers).await;
        assert_eq!(user(&state), Some("user_1"), "{accepts:?}");
    }
    let machines = [TokenType::ApiKey, TokenType::M2m];
    let state = visited(&clerk, machines.into(), &headers).await;
    assert_eq!(state.auth(), Some(&AuthObject::InvalidToken));
    assert_eq!(reason(&state), "token-type-mismatch");
}

#[tokio::test]
async fn a_satellite_that_is_its_own_sign_in_page_is_misconfigured() {
    let satellite = |sign_in: &str| {
        let options = options()
            .is_satellite(true)
            .domain("satellite.example")
            .sign_in_url(sign_in);
        clerk(options)
    };
    let origin = [("origin", "https://app.example.com")];
    let elsewhere = satellite("https://accounts.example.com/sign-in");
    let here = satellite("https://app.example.com/sign-in");
    let status = |state: RequestState| (state.status(), reason(&state).to_owned());
    let misconfigured = (Status::SignedOut, "unexpected-error".to_owned());

    let state = visited(&here, Accepts::default(), &origin).await;
    assert_eq!(status(state), misconfigured);
    for (clerk, accepts, headers) in [
        (&elsewhere, Accepts::default(), &origin[..]),
        (&here, Accepts::default(), &[]),
        (&here, TokenType::M2m.into(), &origin[..]),
    ] {
        assert_ne!(
            status(visited(clerk, accepts, headers).await),
            misconfigured
        );
    }
    // The primary application signs in at its own page.
    let primary = clerk(options().sign_in_url("https://app.example.com/sign-in"));
    let state = visited(&primary, Accepts::default(), &origin).await;
    assert_ne!(status(state), misconfigured);
}

#[tokio::test]
async fn a_link_from_elsewhere_is_looked_into_only_on_pages() {
    let any = AuthenticateOptions::new().cross_origin_sync(CrossOriginSync::AnyOrigin);
    let cookies = format!("__client_uat={}; __session={}", NOW - 60, token(&json!({})));
    let elsewhere = ("referer", "https://other.example/");
    let document = ("sec-fetch-dest", "document");
    let primary = clerk(options());
    let visit = async |clerk: &Clerk,
                       options: &AuthenticateOptions,
                       headers: &[(&str, &str)],
                       method: http::Method| {
        let all = [
            &[("cookie", cookies.as_str()), ("x-forwarded-proto", "https")],
            headers,
        ]
        .concat();
        let mut parts = request("/", &all);
        parts.method = method;
        authenticate_request(clerk, &parts, options).await.status()
    };
    let get = http::Method::GET;
    let never = AuthenticateOptions::new().cross_origin_sync(CrossOriginSync::Never);
    let handshake = visit(&primary, &any, &[elsewhere, document], get.clone()).await;
    assert_eq!(handshake, Status::Handshake);
    for (options, headers, method) in [
        (&never, &[elsewhere, document][..], get.clone()),
        (&any, &[elsewhere], get.clone()),
        (
            &any,
            &[elsewhere, ("sec-fetch-dest", "iframe")],
            get.clone(),
        ),
        (&any, &[elsewhere, document], http::Method::POST),
        (&any, &[document], get.clone()),
        (
            &any,
            &[("referer", "https://app.example.com/x"), document],
            get,
        ),
    ] {
        let status = visit(&primary, options, headers, method).await;
        assert_eq!(status, Status::SignedIn, "{headers:?}");
    }
    let counted = format!("{cookies}; __clerk_redirect_count=1");
    let state = page(&primary, &any, "/", &counted).await;
    assert_eq!(state.status(), Status::SignedIn);
}
