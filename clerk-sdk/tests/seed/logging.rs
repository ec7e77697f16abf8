//! What is written about calls, and what never is.

use std::fmt::{Debug, Write as _};

use clerk_sdk::webhooks::{WebhookError, Webhooks};
use clerk_sdk::{Clerk, ClerkOptions, Environment, Error, clerk_client};
use serde_json::{Value, json};
use tracing::field::{Field, Visit};
use tracing::span;

use crate::child::{given, play};
use crate::samples;
use crate::server::{Server, html, json as answer};
use crate::tokens::{MAIN, clock, expired, sign, sign_claims};

/// Writes all `tracing` events and spans of this process to standard output, from every crate and at every level.
pub(crate) fn print_events() {
    tracing::subscriber::set_global_default(Printer).unwrap();
}

struct Printer;

#[derive(Default)]
struct Text(String);

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, " {field}={value:?}").unwrap();
    }
}

impl tracing::Subscriber for Printer {
    fn enabled(&self, _: &tracing::Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &span::Attributes<'_>) -> span::Id {
        let mut text = Text::default();
        span.record(&mut text);
        println!("SPAN {}{}", span.metadata().target(), text.0);
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, values: &span::Record<'_>) {
        let mut text = Text::default();
        values.record(&mut text);
        println!("RECORD{}", text.0);
    }

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &tracing::Event<'_>) {
        let mut text = Text::default();
        event.record(&mut text);
        let metadata = event.metadata();
        // In one piece with a line break before it: the test harness leaves its line open.
        println!(
            "\nEVENT {} {}{}",
            metadata.level(),
            metadata.target(),
            text.0
        );
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

#[tokio::test]
async fn c09_with_exactly_true_a_failing_call_writes_one_json_object_on_one_line() {
    let server = Server::answering(422, samples::rejection("form_param_missing")).await;
    let environment = [("CLERK_LOGGING", "true"), ("HERE", server.url())];
    let written = play("failing call", &environment).await;
    let lines: Vec<Value> = written
        .stderr
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let [line] = lines.as_slice() else {
        panic!("{}", written.stderr);
    };
    assert_eq!(line["level"], "ERROR");
    assert!(line["message"].as_str().unwrap().contains("No, thank you"));
    assert_eq!(line["status"], "422");
    assert_eq!(line["code"], "form_param_missing");
    assert_eq!(line["clerk_trace_id"], "trace_1");
    let timestamp = line["timestamp"].as_str().unwrap();
    let shape: String = timestamp
        .chars()
        .map(|c| if c.is_ascii_digit() { '0' } else { c })
        .collect();
    assert_eq!(shape, "0000-00-00T00:00:00.000Z");
}

#[tokio::test]
async fn c09_with_anything_else_nothing_is_written() {
    let server = Server::answering(422, samples::rejection("form_param_missing")).await;
    for value in [
        None,
        Some(""),
        Some("TRUE"),
        Some("True"),
        Some("1"),
        Some("yes"),
        Some(" true"),
        Some("true "),
        Some("false"),
    ] {
        let mut environment = vec![("HERE", server.url())];
        environment.extend(value.map(|value| ("CLERK_LOGGING", value)));
        let written = play("failing call", &environment).await;
        assert_eq!(written.stderr, "", "{value:?}");
    }
}

#[tokio::test]
async fn c09_each_failing_call_writes_one_line_however_many_requests_it_was() {
    let server = Server::answering(422, samples::rejection("form_param_missing")).await;
    let environment = [("CLERK_LOGGING", "true"), ("HERE", server.url())];
    let written = play("failing calls", &environment).await;
    let operations: Vec<String> = written
        .stderr
        .lines()
        .map(|line| {
            let line: Value = serde_json::from_str(line).unwrap();
            let message = line["message"].as_str().unwrap();
            message.split(' ').next().unwrap().to_owned()
        })
        .collect();
    let expected = [
        "GetUserList",
        "GetUserList",
        "UpdateUser",
        "ReplaceUserMetadata",
        "CreateSessionTokenFromTemplate",
        "VerifyClient",
        "VerifySession",
        "VerifySession",
        "GetInterstitial",
    ];
    assert_eq!(operations, expected);
}

#[allow(deprecated)]
pub(crate) async fn failing_calls() {
    use futures_util::TryStreamExt as _;

    let clerk = clerk_client();
    clerk.set_secret_key("sk_test_1");
    clerk.set_server_api_url(given("HERE"));
    let (users, sessions) = (clerk.users(), clerk.sessions());
    let mut stream = users.get_user_list().stream();
    stream.try_next().await.unwrap_err();
    let mut pages = users.get_user_list().pages();
    pages.try_next().await.unwrap_err();
    let update = || users.update_user("user_1").public_metadata(json!({}));
    update().first_name("Ada").await.unwrap_err();
    update().await.unwrap_err();
    let token = sessions.get_token("sess_1").template("a");
    token.await.unwrap_err();
    let clients = clerk.clients();
    clients.authenticate_last_active("a.b.c").await.unwrap_err();
    sessions.verify_session("..", "a.b.c").await.unwrap_err();
    sessions
        .verify_session("sess_1", "a.b.c")
        .await
        .unwrap_err();
    let page = clerk.interstitial().get_interstitial();
    page.await.unwrap_err();
}

pub(crate) async fn one_failing_call() {
    let clerk = clerk_client();
    clerk.set_secret_key("sk_test_1");
    clerk.set_server_api_url(given("HERE"));
    clerk.users().create_user().await.unwrap_err();
}

/// The session tokens that the child holds; signing them again gives the same bytes.
fn session_tokens() -> [String; 3] {
    let stranger =
        json!({ "sub": "user_1", "azp": "https://evil.example", "exp": 4_000_000_000_i64 });
    [
        sign(MAIN, "user_hunter2"),
        expired(MAIN),
        sign_claims(MAIN, &stranger),
    ]
}

/// Every secret in the child has this in it, tokens of sessions aside.
const MARK: &str = "hunter2";

#[tokio::test]
async fn c10_no_key_cookie_token_or_password_is_ever_written() {
    let server = Server::handling(|request| {
        let key = request.authorization().unwrap_or_default();
        let echo = json!({
            "errors": [{ "code": "authorization_invalid", "message": key, "long_message": format!("not {key}"),
                         "meta": { "key": key } }],
            "clerk_trace_id": "trace_1"
        });
        match request.line().rsplit('/').next() {
            Some("tokens") => answer(200, json!({ "object": "token", "jwt": ["hunter2"] })),
            Some("verify_password") => html(500, "<h1>hunter2</h1>"),
            _ => answer(401, echo).header("set-cookie", "__session=hunter2"),
        }
    })
    .await;
    let nowhere = crate::server::nowhere().await;
    let environment = [
        ("CLERK_LOGGING", "true"),
        ("CLERK_API_URL", server.url()),
        ("CLERK_SECRET_KEY", "sk_test_hunter2"),
        ("CLERK_MACHINE_SECRET_KEY", "ak_hunter2_machine"),
        (
            "CLERK_WEBHOOK_SIGNING_SECRET",
            "whsec_hunter2hunter2hunter2abc",
        ),
        ("NOWHERE", &nowhere),
    ];
    let written = play("secrets", &environment).await;
    let all = format!("{}{}", written.stdout, written.stderr);
    assert!(!all.contains(MARK), "{all}");
    for token in session_tokens() {
        for part in token.split('.').skip(1) {
            assert!(!all.contains(part), "{all}");
        }
    }
    // Or else nothing was looked at.
    let (events, lines) = (written.stdout.lines(), written.stderr.lines());
    assert!(
        events.filter(|line| line.starts_with("EVENT ")).count() >= 10,
        "{all}"
    );
    assert!(
        lines.filter(|line| line.starts_with('{')).count() >= 10,
        "{all}"
    );
    assert!(server.requests().len() >= 10, "{all}");
}

#[allow(deprecated)]
pub(crate) async fn calls_full_of_secrets() {
    print_events();
    let clerk = Clerk::from_env().unwrap();
    let mut errors: Vec<Error> = Vec::new();
    let retry = clerk_sdk::RetryPolicy::none();
    clerk
        .update(|options| {
            options.http_options.retry = retry;
            let value = clerk_sdk::header::HeaderValue::from_static("header-hunter2");
            options.http_options.headers.insert("x-secret", value);
            options.clock = clock();
        })
        .unwrap();
    macro_rules! fails {
        ($($call:expr;)*) => { $(errors.push($call.await.map(|_| ()).unwrap_err());)* };
    }
    let cookie = sign(MAIN, "user_hunter2");
    let (users, sessions) = (clerk.users(), clerk.sessions());
    let clients = clerk.clients();
    fails! {
        users.create_user().email_address(["ada@hunter2.example"]).password("hunter2-password");
        users.update_user("user_1").password("hunter2".to_owned()).private_metadata(json!({ "pin": "hunter2" }));
        users.verify_password("user_1").password("hunter2");
        users.get_user_list().query("hunter2");
        users.get_user("user_hunter2");
        sessions.verify_session("sess_1", &cookie);
        sessions.refresh_session("sess_1").expired_token(&cookie).refresh_token("rt_hunter2").request_origin("https://app.example");
        sessions.get_token("sess_1");
        clients.verify_client().token(&cookie);
        clients.authenticate_last_active(&cookie);
        clients.get_handshake_payload("hunter2");
        clerk.api_keys().verify().secret("ak_hunter2");
        clerk.m2m().list().subject("mch_1");
        clerk.m2m().verify("mt_hunter2");
        clerk.idp_oauth_access_token().verify().access_token("oat_hunter2");
        clerk.sms_messages().create_sms_message("idn_1", "your code is hunter2");
        clerk.users().get_user("../hunter2/..").header("x-bad", "hunter2\n");
        // No keys can be fetched, so the reason is that.
        clerk.verify_token(&cookie);
        clerk.verify_token("hunter2.hunter2.hunter2");
        clerk.verify_machine_token("ak_hunter2");
        clerk.verify_machine_token("mt_hunter2");
        clerk.verify_machine_token("oat_hunter2");
        clerk.verify_machine_token("hunter2");
    }
    clerk.set_server_api_url(given("NOWHERE"));
    fails! {
        users.create_user().password("hunter2-password");
        users.get_user_list().query("hunter2");
        clerk.verify_token(&cookie);
        clerk.verify_machine_token("ak_hunter2");
    }
    clerk.set_server_api_url("http://hunter2:hunter2@127.0.0.1:9/?hunter2");
    fails! { users.get_user_list(); }
    clerk.set_server_api_url("hunter2");
    fails! { users.get_user_list(); }
    clerk.set_secret_key("sk_test_hunter2\n\u{e9}");
    clerk.set_server_api_url(given("NOWHERE"));
    fails! { users.get_user_list(); }

    let with_pem = ClerkOptions::new().jwt_key(MAIN.1).clock(clock());
    let with_pem = Clerk::with_environment(with_pem, Environment::empty()).unwrap();
    let [session, expired, stranger] = session_tokens();
    with_pem.verify_token(&session).await.unwrap();
    with_pem
        .update(|options| options.authorized_parties = Some(vec!["https://app.example".to_owned()]))
        .unwrap();
    let forged = format!("{session}AA");
    fails! {
        with_pem.verify_token(&expired);
        with_pem.verify_token(&stranger);
        with_pem.verify_token(&forged);
    }

    let genuine = Webhooks::new("whsec_c29tZSBvdGhlciBzZWNyZXQ=").unwrap();
    let genuine = genuine.clock(clock());
    let body = br#"{"type":"user.created","data":{"password":"hunter2"}}"#;
    let headers = genuine.sign("msg_1", body);
    errors.push(clerk.verify_webhook(headers.as_slice(), body).unwrap_err());
    let none: &[(&str, String)] = &[];
    errors.push(clerk.verify_webhook(none, body).unwrap_err());
    for body in [
        r#"{"type":{"hunter2":"hunter2"},"data":{}}"#,
        r#"["hunter2"]"#,
        "hunter2",
    ] {
        let headers = genuine.sign("msg_1", body.as_bytes());
        match genuine.verify(headers.as_slice(), body.as_bytes()) {
            Ok(event) => println!("\n{event:?}"),
            Err(error) => errors.push(error.into()),
        }
    }
    let Err(unusable) = Webhooks::new("hunter2!") else {
        panic!("that is no base64");
    };
    assert!(matches!(unusable, WebhookError::InvalidSecret));
    errors.push(unusable.into());

    for options in [
        ClerkOptions::new().jwt_key("hunter2"),
        ClerkOptions::new().publishable_key("pk_test_hunter2"),
    ] {
        errors.push(Clerk::with_environment(options, Environment::empty()).unwrap_err());
    }
    for error in &errors {
        println!("\nERROR {error} {error:?} {error:#?}");
        let mut source = std::error::Error::source(error);
        while let Some(deeper) = source {
            println!("BECAUSE {deeper} {deeper:?}");
            source = deeper.source();
        }
    }
}
