//! Links to Clerk's pages, signing out, machine-to-machine tokens, and what happens while Clerk cannot be reached.

use clerk_middleware::{AuthenticateOptions, Authenticator, M2mCallers};
use clerk_sdk::cookie_suffix;
use serde_json::json;

use crate::backend::{Backend, DEVELOPMENT, NOW, PRODUCTION, Routes, clerk, options, token};
use crate::connection::Sent;
use crate::credentials::{cookies, expired, production};
use crate::servers::{Entered, Framework};

pub(crate) async fn links_lead_to_clerks_pages_and_back<F: Framework>() {
    let address = F::serve(clerk(production()).into(), Entered::default()).await;
    let received = Sent::new("GET /links").page().to(address).await;
    let back = "redirect_url=https%3A%2F%2Fapp.example.com%2F";
    let portal = "https://accounts.example.com";
    let expected = [
        format!("{portal}/sign-in?{back}"),
        format!("{portal}/sign-up?{back}"),
        format!("{portal}/user?{back}"),
        format!("{portal}/organization?{back}"),
        format!("{portal}/create-organization?{back}"),
        format!("{portal}/waitlist?{back}"),
    ];
    assert_eq!(received.body, expected.join("\n"), "{}", F::NAME);

    // Pages of one's own, and the development browser token on other domains only.
    let development = production()
        .secret_key("sk_test_1")
        .publishable_key(DEVELOPMENT)
        .sign_in_url("/sign-in")
        .sign_up_url("https://elsewhere.example/join")
        .user_profile_url("/account")
        .organization_profile_url("/team")
        .create_organization_url("/new-team")
        .waitlist_url("/wait");
    let address = F::serve(clerk(development).into(), Entered::default()).await;
    let received = Sent::new("GET /links")
        .header("cookie", "__clerk_db_jwt=browser_1")
        .header("x-forwarded-proto", "https")
        .to(address)
        .await;
    let own = "https://app.example.com";
    let expected = [
        format!("{own}/sign-in?{back}"),
        format!("https://elsewhere.example/join?{back}&__clerk_db_jwt=browser_1"),
        format!("{own}/account?{back}"),
        format!("{own}/team?{back}"),
        format!("{own}/new-team?{back}"),
        format!("{own}/wait?{back}"),
    ];
    assert_eq!(received.body, expected.join("\n"), "{}", F::NAME);
}

/// Returns the cookies that a response clears, by name and domain.
fn cleared(received: &crate::connection::Received) -> Vec<String> {
    let mut cleared: Vec<String> = received
        .all("set-cookie")
        .map(|cookie| {
            assert!(cookie.contains("; Max-Age=0;"), "{cookie}");
            let (name, rest) = cookie.split_once("=;").unwrap();
            let domain = rest
                .split("; ")
                .find_map(|part| part.strip_prefix("Domain="));
            format!("{name}@{}", domain.unwrap_or("host"))
        })
        .collect();
    cleared.sort();
    cleared
}

pub(crate) async fn signing_out_revokes_the_session_and_clears_each_cookie<F: Framework>() {
    let session = json!({ "id": "sess_1", "status": "revoked" });
    let routes = || Routes::from([("POST /sessions/sess_1/revoke", (200, session.clone()))]);
    let valid = token(&json!({}));
    let suffix = cookie_suffix(PRODUCTION);
    let both = format!(
        "{}; __session_{suffix}={valid}; __client_uat_{suffix}={}; own=1",
        cookies(&valid),
        NOW - 100
    );
    let names = [
        "__client_uat".to_owned(),
        format!("__client_uat_{suffix}"),
        "__session".to_owned(),
        format!("__session_{suffix}"),
    ];
    let mut all: Vec<String> = names
        .iter()
        .flat_map(|name| {
            ["host", "app.example.com", "example.com"].map(|at| format!("{name}@{at}"))
        })
        .collect();
    all.sort();

    // A valid session, one whose token has expired since the page was loaded, and a session that is already gone.
    let gone = || {
        Routes::from([(
            "POST /sessions/sess_1/revoke",
            (404, json!({ "errors": [] })),
        )])
    };
    for (routes, cookies, expected) in [
        (routes(), both, all),
        (
            routes(),
            cookies(&expired()),
            ["__client_uat", "__session"]
                .iter()
                .flat_map(|name| {
                    ["app.example.com", "example.com", "host"].map(|at| format!("{name}@{at}"))
                })
                .collect(),
        ),
        (
            gone(),
            format!("__session={valid}; __client_uat={}", NOW - 100),
            ["__client_uat", "__session"]
                .iter()
                .flat_map(|name| {
                    ["app.example.com", "example.com", "host"].map(|at| format!("{name}@{at}"))
                })
                .collect(),
        ),
    ] {
        let backend = Backend::start(routes).await;
        let address = F::serve(backend.clerk().into(), Entered::default()).await;
        let received = Sent::new("POST /sign-out")
            .header("cookie", cookies)
            .header("content-length", "0")
            .to(address)
            .await;
        assert_eq!(
            (received.status, received.body.as_str()),
            (200, "signed out"),
            "{}",
            F::NAME
        );
        assert_eq!(cleared(&received), expected, "{}", F::NAME);
        assert_eq!(backend.lines(), ["POST /sessions/sess_1/revoke"]);
    }
    the_browser_stays_signed_in_if_clerk_revokes_nothing::<F>().await;
}

async fn the_browser_stays_signed_in_if_clerk_revokes_nothing<F: Framework>() {
    let valid = token(&json!({}));
    let failing = Routes::from([(
        "POST /sessions/sess_1/revoke",
        (500, json!({ "errors": [] })),
    )]);
    let backend = Backend::start(failing).await;
    let address = F::serve(backend.clerk().into(), Entered::default()).await;
    let sent = Sent::new("POST /sign-out").header("content-length", "0");
    let received = sent
        .clone()
        .header("cookie", crate::credentials::cookies(&valid))
        .to(address)
        .await;
    assert_eq!(received.body, "failed", "{}", F::NAME);
    assert_eq!(received.all("set-cookie").count(), 0, "{}", F::NAME);
    let calls = backend.lines().len();
    let forged = cookies(&crate::credentials::foreign());
    let received = sent.header("cookie", forged).to(address).await;
    assert_eq!(received.body, "signed out", "{}", F::NAME);
    assert_eq!(
        backend.lines().len(),
        calls,
        "a forged token ends no session"
    );
}

pub(crate) async fn machines_are_let_in_where_their_scopes_name_this_machine<F: Framework>() {
    let any = AuthenticateOptions::new().m2m_callers(M2mCallers::AnyMachine);
    let this = AuthenticateOptions::new;
    let named = || options().machine_id("mch_here");
    for (clerk_options, options, scopes, expected) in [
        (named(), this(), "mch_other mch_here", (200, "mch_caller")),
        (named(), this(), "mch_other", (403, "")),
        (named(), this(), "", (403, "")),
        (options(), this(), "mch_here", (500, "")),
        (options(), any.clone(), "mch_other", (200, "mch_caller")),
        (named(), any, "", (200, "mch_caller")),
    ] {
        let authenticator = Authenticator::new(clerk(clerk_options)).options(options);
        let entered = Entered::default();
        let address = F::serve(authenticator, entered.clone()).await;
        let token = token(&json!({ "sub": "mch_caller", "scopes": scopes }));
        let received = Sent::new("GET /m2m").bearer(&token).to(address).await;
        assert_eq!(received.status, expected.0, "{}, {scopes}", F::NAME);
        if expected.0 == 200 {
            assert_eq!(received.body, expected.1, "{}", F::NAME);
        } else {
            assert_eq!(entered.take(), [""; 0], "{}", F::NAME);
        }
        if expected.0 == 403 {
            let challenge = received.header("www-authenticate").unwrap();
            assert!(challenge.contains("mch_here"), "{challenge}");
        }
    }
}

pub(crate) async fn while_no_key_can_be_had_protected_routes_respond_503<F: Framework>() {
    // Nothing listens there, and no key is known.
    let options = || production().jwt_key("");
    let valid = token(&json!({}));
    let entered = Entered::default();
    let lax = F::serve(clerk(options()).into(), entered.clone()).await;
    let strict = Authenticator::new(clerk(options())).reject_signed_out();
    let strict = F::serve(strict, entered.clone()).await;
    for (address, target, status) in [
        (lax, "/me", 503),
        (lax, "/admin", 503),
        (lax, "/either", 503),
        (lax, "/", 200),
        (lax, "/maybe", 200),
        (strict, "/", 503),
    ] {
        let sent = Sent::new(&format!("GET {target}"));
        let received = sent.clone().bearer(&valid).to(address).await;
        assert_eq!(received.status, status, "{}, {target}", F::NAME);
        if status == 503 {
            assert_eq!(received.header("retry-after"), Some("5"));
            assert_eq!(received.header("x-clerk-auth-status"), Some("signed-out"));
        }
        // Without a token, there is nothing that a key could change.
        let expected = if status == 503 { 401 } else { 200 };
        assert_eq!(sent.to(address).await.status, expected, "{}", F::NAME);
    }
    assert_eq!(entered.take(), [""; 0]);
}
