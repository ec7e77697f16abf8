//! `clerk-middleware` and `@clerk/backend` on the same requests.

use std::time::Duration;

use axum::http::{HeaderMap, Request, header};
use clerk_emulator::{Emulator, Seed, SignedIn};
use clerk_middleware::{AuthenticateOptions, RequestState, authenticate_request};
use clerk_sdk::auth::AuthObject;
use clerk_sdk::{Clerk, ClerkOptions, Environment};
use serde_json::{Value, json};

use crate::{NODE, node};

const PAGE: &str = "http://localhost:3000/dashboard?tab=1";

/// The requests: each with a name, a method, a URL and headers.
struct Case(
    &'static str,
    &'static str,
    String,
    Vec<(&'static str, String)>,
);

/// A browser that opens a page with these cookies.
fn opens(name: &'static str, cookies: &[(&str, &str)]) -> Case {
    let cookies: Vec<String> = cookies
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let headers = vec![
        ("sec-fetch-dest", "document".to_owned()),
        ("accept", "text/html".to_owned()),
        ("cookie", cookies.join("; ")),
    ];
    Case(name, "GET", PAGE.to_owned(), headers)
}

/// A program with a bearer token.
fn calls(name: &'static str, token: &str) -> Case {
    Case(
        name,
        "GET",
        PAGE.to_owned(),
        vec![("authorization", format!("Bearer {token}"))],
    )
}

fn cases(now: &SignedIn, before: &SignedIn, suffix: &str) -> Vec<Case> {
    let browser = ("__clerk_db_jwt", "dvb_1");
    let suffixed = |name: &str| format!("{name}_{suffix}");
    let (session, uat, db, refresh) = (
        suffixed("__session"),
        suffixed("__client_uat"),
        suffixed("__clerk_db_jwt"),
        suffixed("__refresh"),
    );
    let posted = |Case(_, _, url, headers): Case, name| Case(name, "POST", url, headers);
    let at = |Case(_, method, _, headers): Case, name, url: &str| {
        Case(name, method, url.to_owned(), headers)
    };
    let signed_in = [("__session", &*now.token), ("__client_uat", "1"), browser];
    let refreshes = [
        (&*session, &*before.token),
        (&*uat, "1"),
        (&*db, "dvb_1"),
        (&*refresh, &*before.refresh_token),
    ];
    vec![
        calls("a bearer token", &now.token),
        calls("an expired bearer token", &before.token),
        calls("no token at all", "not.a.token"),
        Case("nothing", "GET", PAGE.to_owned(), vec![]),
        opens("a first visit", &[]),
        posted(opens("", &[]), "a first form"),
        opens("nobody is signed in", &[("__client_uat", "0"), browser]),
        opens("a session", &signed_in),
        opens(
            "a session without the client's time",
            &[("__session", &now.token), browser],
        ),
        opens(
            "the client's time without a session",
            &[("__client_uat", "1"), browser],
        ),
        opens(
            "a session from before the client's time",
            &[
                ("__session", &now.token),
                ("__client_uat", "9999999999"),
                browser,
            ],
        ),
        opens(
            "an expired session",
            &[("__session", &before.token), ("__client_uat", "1"), browser],
        ),
        posted(
            opens(
                "",
                &[("__session", &before.token), ("__client_uat", "1"), browser],
            ),
            "a form with an expired session",
        ),
        opens(
            "cookies with a suffix",
            &[(&session, &now.token), (&uat, "1"), (&db, "dvb_1")],
        ),
        opens("an expired session that can be refreshed", &refreshes),
        at(
            opens("", &signed_in),
            "back from the sign-in page",
            &format!("{PAGE}&__clerk_db_jwt=dvb_2"),
        ),
        at(
            opens("", &[browser]),
            "a nonce that is none",
            &format!("{PAGE}&__clerk_handshake_nonce=none"),
        ),
    ]
}

/// What is compared: not the values of cookies, which are new each time.
fn shown(state: &RequestState) -> Value {
    let signed_in = state.auth().and_then(|auth| match auth {
        AuthObject::Session(auth) => Some(auth),
        _ => None,
    });
    json!({
        "status": state.status().as_str(),
        "reason": state.reason().map(|reason| reason.as_str().to_owned()),
        "user": signed_in.and_then(|auth| auth.user_id.as_ref().map(ToString::to_string)),
        "location": state.redirect_location().map(|location| location.to_str().unwrap()),
        "cookies": cookie_names(state.headers()),
    })
}

fn cookie_names(headers: &HeaderMap) -> Vec<&str> {
    let directives = headers.get_all(header::SET_COOKIE).iter();
    let mut names: Vec<&str> = directives
        .filter_map(|value| value.to_str().unwrap().split('=').next())
        .collect();
    names.sort_unstable();
    names
}

async fn ours(emulator: &Emulator, cases: &[Case]) -> Vec<Value> {
    let options = ClerkOptions::new()
        .secret_key(emulator.secret_key())
        .publishable_key(emulator.publishable_key())
        .server_api_url(emulator.url())
        .proxy_url(emulator.proxy_url())
        .sign_in_url(emulator.sign_in_url());
    let clerk = Clerk::with_environment(options, Environment::empty()).unwrap();
    let mut states = Vec::new();
    for Case(_, method, url, headers) in cases {
        let mut request = Request::builder()
            .method(*method)
            .uri(url)
            .header("host", "localhost:3000");
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        let (parts, ()) = request.body(()).unwrap().into_parts();
        states.push(shown(
            &authenticate_request(&clerk, &parts, &AuthenticateOptions::new()).await,
        ));
    }
    states
}

async fn theirs(emulator: &Emulator, cases: &[Case]) -> Vec<Value> {
    let requests: Vec<Value> = cases
        .iter()
        .map(|Case(_, method, url, headers)| json!({"method": method, "url": url, "headers": headers}))
        .collect();
    let output = node::run(
        &NODE,
        emulator,
        "authenticate.mjs",
        &[],
        &Value::from(requests).to_string(),
    )
    .await;
    assert!(output.status.success(), "{}", node::text(&output));
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", node::text(&output)))
}

#[tokio::test]
async fn both_come_to_the_same_result() {
    if !node::is_there(&NODE).await {
        return;
    }
    let emulator = Emulator::builder()
        .seed(Seed::demo())
        .start()
        .await
        .unwrap();
    let time = emulator.clock().now();
    emulator.clock().set(time - 120_000);
    let before = emulator.sign_in("user_ada").unwrap();
    emulator.clock().advance(Duration::from_secs(120));
    let now = emulator.sign_in("user_ada").unwrap();
    let suffix = clerk_sdk::cookie_suffix(emulator.publishable_key());
    let cases = cases(&now, &before, &suffix);
    let (ours, theirs) = (
        ours(&emulator, &cases).await,
        theirs(&emulator, &cases).await,
    );
    let results = cases.iter().zip(ours.iter().zip(&theirs));
    let differences: Vec<String> = results
        .filter(|(_, (ours, theirs))| ours != theirs)
        .map(|(Case(name, ..), (ours, theirs))| {
            format!("{name}\n  ours   {ours}\n  theirs {theirs}")
        })
        .collect();
    assert_eq!(theirs.len(), cases.len());
    for status in ["signed-in", "signed-out", "handshake"] {
        assert!(theirs.iter().any(|found| found["status"] == status));
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}
