use clerk_middleware::{
    AuthenticateOptions, CrossOriginSync, OrganizationSync, RequestState, Status,
    authenticate_request,
};
use serde_json::json;
use url::Url;

use super::backend::{
    Backend, DEVELOPMENT, NOW, Routes, SUFFIX, clerk, header, options, page, reason, request, sign,
    token, user,
};

fn development() -> clerk_sdk::Clerk {
    clerk(
        options()
            .secret_key("sk_test_1")
            .publishable_key(DEVELOPMENT),
    )
}

fn query(state: &RequestState, name: &str) -> Option<String> {
    let location = state.redirect_location()?.to_str().ok()?;
    let url = Url::parse(location).unwrap();
    url.query_pairs()
        .find(|(given, _)| given == name)
        .map(|(_, value)| value.into_owned())
}

#[tokio::test]
async fn a_browser_whose_token_is_missing_is_sent_to_clerk() {
    let clerk = clerk(options());
    let state = page(
        &clerk,
        &AuthenticateOptions::new(),
        "/p?x=1",
        "__client_uat=5",
    )
    .await;
    assert_eq!(state.status(), Status::Handshake);
    assert_eq!(reason(&state), "client-uat-but-no-session-token");
    assert!(state.auth().is_none());
    assert_eq!(
        query(&state, "redirect_url").as_deref(),
        Some("https://app.example.com/p?x=1")
    );
    let cookie = header(&state, "set-cookie").unwrap();
    assert_eq!(
        cookie,
        "__clerk_redirect_count=1; Path=/; SameSite=Lax; HttpOnly; Max-Age=2"
    );
    assert_eq!(header(&state, "cache-control"), Some("no-store"));
}

#[tokio::test]
async fn handshakes_end_at_the_third_however_they_are_counted() {
    let clerk = clerk(options());
    for (count, status) in [
        ("2", Status::Handshake),
        ("-7", Status::Handshake),
        ("abc", Status::Handshake),
        ("3", Status::SignedOut),
        ("4", Status::SignedOut),
        ("3.5", Status::SignedOut),
        ("1e300", Status::SignedOut),
        ("Infinity", Status::SignedOut),
    ] {
        let cookies = format!("__client_uat=5; __clerk_redirect_count={count}");
        let state = page(&clerk, &AuthenticateOptions::new(), "/", &cookies).await;
        assert_eq!(state.status(), status, "{count}");
    }
}

#[tokio::test]
async fn without_handshakes_the_same_reason_signs_out() {
    let options = AuthenticateOptions::new().handshake(false);
    let state = page(
        &clerk(super::backend::options()),
        &options,
        "/",
        "__client_uat=5",
    )
    .await;
    assert_eq!(state.status(), Status::SignedOut);
    assert_eq!(reason(&state), "client-uat-but-no-session-token");
}

#[tokio::test]
async fn a_path_that_looks_like_another_host_comes_back_here() {
    let clerk = clerk(options());
    let state = page(
        &clerk,
        &AuthenticateOptions::new(),
        "//evil.example/x",
        "__client_uat=5",
    )
    .await;
    assert_eq!(
        query(&state, "redirect_url").as_deref(),
        Some("https://app.example.com//evil.example/x")
    );
}

fn handshake(session: &str) -> String {
    sign(
        &json!({ "handshake": [format!("__session={session}; Path=/"), "__client_uat=5; Path=/"] }),
    )
}

#[tokio::test]
async fn what_a_handshake_brings_signs_in_and_is_not_to_be_stored() {
    let cookies = format!("__clerk_handshake={}", handshake(&token(&json!({}))));
    let state = page(
        &clerk(options()),
        &AuthenticateOptions::new(),
        "/",
        &cookies,
    )
    .await;
    assert_eq!(user(&state), Some("user_1"));
    assert!(state.redirect_location().is_none());
    assert_eq!(header(&state, "cache-control"), Some("no-store"));
    assert_eq!(state.headers().get_all("set-cookie").iter().count(), 2);
}

#[tokio::test]
async fn in_development_a_handshake_leads_to_the_url_without_its_traces() {
    let uri = format!("/p?__clerk_handshake={}&x=1", handshake(&token(&json!({}))));
    let state = page(&development(), &AuthenticateOptions::new(), &uri, "").await;
    assert_eq!(user(&state), Some("user_1"));
    assert_eq!(
        header(&state, "location"),
        Some("https://app.example.com/p?x=1")
    );
}

#[tokio::test]
async fn a_forged_handshake_signs_no_user_in() {
    let mut forged = handshake(&token(&json!({})));
    forged.replace_range(forged.len() - 20.., "AAAAAAAAAAAAAAAAAAAA");
    let cookies = format!("__clerk_handshake={forged}");
    let state = page(
        &clerk(options()),
        &AuthenticateOptions::new(),
        "/",
        &cookies,
    )
    .await;
    assert_eq!(reason(&state), "session-token-and-uat-missing");
    assert!(header(&state, "set-cookie").is_none());

    let state = page(&development(), &AuthenticateOptions::new(), "/", &cookies).await;
    assert_eq!(state.status(), Status::SignedOut);
    assert_eq!(reason(&state), "token-invalid-signature");
    assert!(state.message().unwrap().contains("clear the cookies"));
}

#[tokio::test]
async fn a_session_token_is_no_handshake_and_a_nonce_that_clerk_does_not_know_brings_nothing() {
    let cookies = format!("__clerk_handshake={}", token(&json!({})));
    let state = page(
        &clerk(options()),
        &AuthenticateOptions::new(),
        "/",
        &cookies,
    )
    .await;
    assert_eq!(reason(&state), "session-token-and-uat-missing");
    let state = page(
        &clerk(options()),
        &AuthenticateOptions::new(),
        "/?__clerk_handshake_nonce=n",
        "",
    )
    .await;
    assert_eq!(reason(&state), "session-token-missing");
}

fn grant(state: &RequestState) -> [Option<&str>; 2] {
    [
        header(state, "access-control-allow-origin"),
        header(state, "access-control-allow-credentials"),
    ]
}

#[tokio::test]
async fn made_up_nonce_buys_no_cors_grant() {
    let backend = Backend::start(Routes::from([(
        "GET /clients/handshake_payload?nonce=empty",
        (200, json!({ "directives": [] })),
    )]))
    .await;
    let development = options()
        .secret_key("sk_test_1")
        .publishable_key(DEVELOPMENT)
        .server_api_url(backend.url());
    for clerk in [backend.clerk(), clerk(development)] {
        for nonce in ["made-up", "empty"] {
            let uri = format!("/?__clerk_handshake_nonce={nonce}");
            let state = page(&clerk, &AuthenticateOptions::new(), &uri, "").await;
            assert_eq!(reason(&state), "session-token-missing", "{nonce}");
            assert_eq!(grant(&state), [None, None], "{nonce}");
        }
    }
}

#[tokio::test]
async fn forged_handshake_token_buys_no_cors_grant() {
    let mut forged = handshake(&token(&json!({})));
    forged.replace_range(forged.len() - 20.., "AAAAAAAAAAAAAAAAAAAA");
    let uri = format!("/?__clerk_handshake={forged}");
    for clerk in [clerk(options()), development()] {
        let state = page(&clerk, &AuthenticateOptions::new(), &uri, "").await;
        assert_eq!(grant(&state), [None, None]);
    }
}

#[tokio::test]
async fn resolved_handshake_has_the_cors_grant() {
    let session = format!("__session={}; Path=/", token(&json!({})));
    let backend = Backend::start(Routes::from([(
        "GET /clients/handshake_payload?nonce=real",
        (200, json!({ "directives": [session, "__client_uat=5"] })),
    )]))
    .await;
    let cookies = format!("__clerk_handshake={}", handshake(&token(&json!({}))));
    let any = AuthenticateOptions::new();
    for state in [
        page(&backend.clerk(), &any, "/?__clerk_handshake_nonce=real", "").await,
        page(&clerk(options()), &any, "/", &cookies).await,
    ] {
        assert_eq!(user(&state), Some("user_1"));
        assert_eq!(grant(&state), [Some("null"), Some("true")]);
    }
}

async fn from_site(sync: CrossOriginSync, referrer: &str) -> RequestState {
    let options = AuthenticateOptions::new().cross_origin_sync(sync);
    let cookies = format!("__session={}; __client_uat=5", token(&json!({})));
    let headers = [
        ("sec-fetch-dest", "document"),
        ("x-forwarded-proto", "https"),
        ("referer", referrer),
        ("cookie", cookies.as_str()),
    ];
    authenticate_request(
        &clerk(super::backend::options()),
        &request("/", &headers),
        &options,
    )
    .await
}

#[tokio::test]
async fn a_link_from_elsewhere_costs_a_redirect_only_where_the_options_say_so() {
    let satellites = || CrossOriginSync::Origins(vec!["https://shop.example".to_owned()]);
    for (sync, referrer, status) in [
        (
            CrossOriginSync::Never,
            "https://shop.example/",
            Status::SignedIn,
        ),
        (satellites(), "https://shop.example/a", Status::Handshake),
        (satellites(), "https://search.example/", Status::SignedIn),
        (
            CrossOriginSync::AnyOrigin,
            "https://search.example/",
            Status::Handshake,
        ),
        (
            CrossOriginSync::AnyOrigin,
            "https://app.example.com/x",
            Status::SignedIn,
        ),
        (
            CrossOriginSync::AnyOrigin,
            "https://accounts.example.com/",
            Status::SignedIn,
        ),
        (CrossOriginSync::AnyOrigin, "no url", Status::SignedIn),
    ] {
        let state = from_site(sync.clone(), referrer).await;
        assert_eq!(state.status(), status, "{sync:?} {referrer}");
    }
}

#[tokio::test]
async fn a_development_primary_sends_back_only_to_web_pages_of_allowed_origins() {
    let clerk = development();
    let to = |url: &str| {
        let encoded: String = url::form_urlencoded::byte_serialize(url.as_bytes()).collect();
        format!("/?__clerk_redirect_url={encoded}")
    };
    let options = AuthenticateOptions::new()
        .sync_redirect_origins(["https://sat.example"])
        .trusted_hosts(["app.example.com", "www.example.com"]);
    for url in [
        "https://sat.example/x",
        "https://app.example.com/x",
        "https://www.example.com/x",
        "http://localhost:3001/x",
        "http://shop.localhost/x",
        "https://127.0.0.1:3001/x",
        "http://[::1]:3001/x",
    ] {
        let state = page(&clerk, &options, &to(url), "__clerk_db_jwt=d").await;
        let location = format!("{url}?__clerk_db_jwt=d&__clerk_synced=true");
        assert_eq!(header(&state, "location"), Some(location.as_str()), "{url}");
    }
    for url in [
        "https://evil.example/",
        "http://sat.example/x",
        "https://sat.example:8443/x",
        "https://sat.example.evil.example/",
        "https://sat.example@evil.example/",
        "javascript:alert(1)",
        "data:text/html,x",
        "nothing",
    ] {
        let state = page(&clerk, &options, &to(url), "__clerk_db_jwt=d").await;
        assert_eq!(header(&state, "location"), None, "{url}");
    }
}

#[tokio::test]
async fn development_primary_sends_no_visitor_to_unnamed_origins() {
    let state = page(
        &development(),
        &AuthenticateOptions::new(),
        "/?__clerk_redirect_url=https%3A%2F%2Fevil.example%2F",
        "__clerk_db_jwt=d",
    )
    .await;
    assert_eq!(header(&state, "location"), None);
    assert_eq!(reason(&state), "session-token-and-uat-missing");
}

#[tokio::test]
async fn the_organization_of_the_path_is_made_the_active_one() {
    let sync = OrganizationSync::new()
        .organization_patterns(["/orgs/:slug", "/by-id/:id"])
        .personal_account_patterns(["/me"]);
    let options = AuthenticateOptions::new().organization_sync(sync);
    let clerk = clerk(super::backend::options());
    let token = token(&json!({ "org_id": "org_1", "org_slug": "acme" }));
    let cookies = format!("__session={token}; __client_uat=5");
    for (path, organization) in [
        ("/orgs/acme", None),
        ("/orgs/beta", Some("beta")),
        ("/by-id/org_1", None),
        ("/by-id/org_2", Some("org_2")),
        ("/me", Some("")),
        ("/other", None),
    ] {
        let state = page(&clerk, &options, path, &cookies).await;
        assert_eq!(
            query(&state, "organization_id").as_deref(),
            organization,
            "{path}"
        );
    }
    let exhausted = format!("{cookies}; __clerk_redirect_count=3");
    let state = page(&clerk, &options, "/orgs/beta", &exhausted).await;
    assert_eq!(user(&state), Some("user_1"));
}

#[tokio::test]
async fn organization_of_a_path_with_dots_is_the_one_before_the_last() {
    let sync = OrganizationSync::new().organization_patterns(["/o/:slug.:ext"]);
    let options = AuthenticateOptions::new().organization_sync(sync);
    let token = token(&json!({ "org_id": "org_1", "org_slug": "other" }));
    let cookies = format!("__session={token}; __client_uat=5");
    let clerk = clerk(super::backend::options());
    let state = page(&clerk, &options, "/o/acme.tar.gz", &cookies).await;
    assert_eq!(
        query(&state, "organization_id").as_deref(),
        Some("acme.tar")
    );
}

#[tokio::test]
async fn suffixed_cookies_of_this_instance_count_before_plain_ones_of_another() {
    let foreign = token(&json!({ "iss": "https://clerk.other.example", "sub": "user_2" }));
    let own = token(&json!({}));
    let cookies = format!(
        "__session={foreign}; __client_uat={}; __session_{SUFFIX}={own}; __client_uat_{SUFFIX}=5",
        NOW - 1
    );
    let state = page(
        &clerk(options()),
        &AuthenticateOptions::new(),
        "/",
        &cookies,
    )
    .await;
    assert_eq!(user(&state), Some("user_1"));
}
