//! `Debug` of whatever may hold a secret.
#![allow(deprecated)]

use std::fmt::Debug;

use clerk_sdk::auth::Auth;
use clerk_sdk::header::{HeaderMap, HeaderValue};
use clerk_sdk::tokens::{PublicKey, TokenVerifier, VerifyTokenOptions, decode_jwt};
use clerk_sdk::webhooks::Webhooks;
use clerk_sdk::{Clerk, ClerkOptions, Environment, HttpOptions, SecretKey, types};
use serde_json::{Value, json};

use crate::samples;
use crate::tokens::{MAIN, clock, sign};

const MARK: &str = "hunter2";

#[track_caller]
fn assert_silent(what: &dyn Debug) {
    for printed in [format!("{what:?}"), format!("{what:#?}")] {
        assert!(!printed.contains(MARK), "{printed}");
        // The body of the public key, and any token of the tests.
        assert!(!printed.contains("MIIBIjAN"), "{printed}");
        assert!(!printed.contains("eyJ"), "{printed}");
    }
}

fn full() -> ClerkOptions {
    let mut headers = HeaderMap::new();
    headers.insert("x-secret", HeaderValue::from_static("header-hunter2"));
    let http = HttpOptions::new()
        .headers(headers)
        .proxy("http://ada:hunter2@127.0.0.1:9");
    ClerkOptions::new()
        .secret_key("sk_test_hunter2")
        .machine_secret_key("ak_hunter2")
        .webhook_signing_secret("whsec_hunter2hunter2hunter2abc")
        .server_api_url("https://ada:hunter2@api.example/?key=hunter2")
        .proxy_url("https://ada:hunter2@proxy.example/__clerk?key=hunter2")
        .jwt_key(MAIN.1)
        .http_options(http)
        .clock(clock())
}

#[test]
fn c28_options_settings_environment_client_and_handles_print_no_secret() {
    let options = full();
    assert_silent(&options);
    assert_silent(&options.http_options);
    assert_silent(&options.resolve(&Environment::empty()));
    let environment = Environment::from_iter([
        ("CLERK_SECRET_KEY", "sk_test_hunter2"),
        ("CLERK_API_KEY", "sk_test_hunter2"),
        ("CLERK_JWT_KEY", MAIN.1),
        ("CLERK_MACHINE_SECRET_KEY", "ak_hunter2"),
        (
            "CLERK_WEBHOOK_SIGNING_SECRET",
            "whsec_hunter2hunter2hunter2abc",
        ),
        ("CLERK_API_URL", "https://ada:hunter2@api.example"),
        ("CLERK_PROXY_URL", "https://ada:hunter2@proxy.example"),
    ]);
    assert_silent(&environment);
    for clerk in [
        Clerk::with_environment(options, Environment::empty()).unwrap(),
        Clerk::with_environment(ClerkOptions::new(), environment).unwrap(),
    ] {
        assert_silent(&clerk);
        assert_silent(&clerk.settings());
        assert_silent(clerk.settings().secret_key());
        assert_silent(clerk.settings().verify_token_options());
        assert_silent(clerk.api());
        assert_silent(clerk.machine_api());
        assert_silent(&clerk.api().config());
        assert_silent(&clerk.users());
        assert_silent(&clerk.m2m());
        assert_silent(&clerk.token_verifier().unwrap());
    }
}

#[test]
fn c28_that_a_key_is_set_can_be_seen() {
    let settings = full().resolve(&Environment::empty());
    let printed = format!("{settings:?}");
    assert!(printed.contains("secret_key: [redacted]"), "{printed}");
    let settings = ClerkOptions::new().resolve(&Environment::empty());
    let printed = format!("{settings:?}");
    assert!(printed.contains("secret_key: [missing]"), "{printed}");
}

#[test]
fn c28_keys_tokens_and_what_is_read_from_them_print_no_secret() {
    let key = PublicKey::from_pem(MAIN.1).unwrap();
    assert_silent(&SecretKey::from("sk_test_hunter2"));
    assert_silent(&key);
    assert_silent(&VerifyTokenOptions::new().jwt_key(key.clone()));
    assert_silent(&TokenVerifier::builder().jwt_key(key.clone()));
    assert_silent(&TokenVerifier::builder().jwt_key(key).build());
    assert_silent(&Webhooks::new("whsec_hunter2hunter2hunter2abc").unwrap());
    let token = sign(MAIN, "user_hunter2");
    assert_silent(&decode_jwt(&token).unwrap());
    let signed_out = Auth::signed_out();
    assert_silent(&signed_out);
}

#[tokio::test]
async fn c28_claims_and_who_is_signed_in_print_neither_the_token_nor_private_claims() {
    let options = ClerkOptions::new().jwt_key(MAIN.1).clock(clock());
    let clerk = Clerk::with_environment(options, Environment::empty()).unwrap();
    let claims = json!({
        "sub": "user_1", "sid": "sess_1", "iat": 1_750_000_000, "exp": 1_750_000_060, "email": "ada@hunter2.example"
    });
    let token = crate::tokens::sign_claims(MAIN, &claims);
    let claims = clerk.verify_token(&token).await.unwrap();
    assert_silent(&claims);
    assert_silent(&Auth::from_claims(claims.clone()).unwrap());
}

#[tokio::test]
async fn c28_requests_print_no_value() {
    let server = crate::server::of_nothing().await;
    let clerk = samples::clerk(&server);
    clerk.set_secret_key("sk_test_hunter2");
    let users = clerk.users();
    assert_silent(&users.create_user().password("hunter2"));
    assert_silent(
        &users
            .update_user("user_hunter2")
            .password("hunter2".to_owned())
            .private_metadata(json!({ "pin": "hunter2" })),
    );
    assert_silent(&users.verify_password("user_1").password("hunter2"));
    assert_silent(&users.get_user_list().query("hunter2"));
    let organizations = clerk.organizations();
    let request = organizations.update_organization("org_hunter2");
    assert_silent(&request.private_metadata(json!({ "pin": "hunter2" })));
    let sessions = clerk.sessions();
    assert_silent(&sessions.verify_session("sess_hunter2", "hunter2"));
    assert_silent(&sessions.get_token("sess_hunter2"));
    let refresh = sessions.refresh_session("sess_1");
    assert_silent(&refresh.expired_token("hunter2").refresh_token("hunter2"));
    assert_silent(&clerk.clients().verify_client().token("hunter2"));
    assert_silent(&clerk.api_keys().verify().secret("hunter2"));
    let sms = clerk.sms_messages();
    assert_silent(&sms.create_sms_message("idn_1", "your code is hunter2"));
    assert!(server.requests().is_empty());
}

#[test]
fn c28_answers_print_no_secret() {
    fn read<T: serde::de::DeserializeOwned>(body: Value) -> T {
        serde_json::from_value(body).unwrap()
    }
    assert_silent(&read::<types::SessionToken>(json!({ "jwt": "hunter2" })));
    let key: types::MachineSecretKey = read(json!({ "object": "m", "secret": "ak_hunter2" }));
    assert_silent(&key);
    let mut user = samples::user("user_1");
    user["private_metadata"] = json!({ "pin": 1234 });
    let user: types::User = read(user);
    assert!(format!("{user:?}").contains("user_1"));
}

#[test]
fn c28_an_event_whose_data_does_not_fit_prints_no_value_of_it() {
    let webhooks = Webhooks::new("whsec_c29tZSBvdGhlciBzZWNyZXQ=").unwrap();
    for body in [
        r#"{"type":"user.created","data":"hunter2"}"#,
        r#"{"type":"user.created","data":{"id":"user_1","banned":"hunter2"}}"#,
    ] {
        let headers = webhooks.sign("msg_1", body.as_bytes());
        assert_silent(
            &webhooks
                .verify(headers.as_slice(), body.as_bytes())
                .unwrap(),
        );
    }
}
