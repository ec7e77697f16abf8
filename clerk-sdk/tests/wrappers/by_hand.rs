//! The hand-written methods: those that send no operation of the document, or several.

use clerk_sdk::Error;
use serde_json::{Value, json};

use super::api::{Api, Recorded};

/// The operations of the document that only these send.
pub(crate) const OPERATIONS: [&str; 5] = [
    "CreateSessionToken",
    "CreateSessionTokenFromTemplate",
    "UpdateOrganization",
    "UpdateUser",
    "verifyM2MToken",
];

/// The only request that has arrived: verb, path and body.
#[track_caller]
fn only(api: &Api) -> (String, String, Value) {
    let [request] = &api.take()[..] else {
        panic!("not one request");
    };
    parts(request)
}

fn parts(request: &Recorded) -> (String, String, Value) {
    let body = match request.body.is_empty() {
        true => Value::Null,
        false => request.json(),
    };
    (request.verb.clone(), request.path.clone(), body)
}

#[track_caller]
fn is_rejected<T>(outcome: Result<T, Error>) {
    assert_eq!(outcome.err().unwrap().code(), Some("teapot"));
}

macro_rules! assert_sends {
    ($api:expr, $request:expr, $verb:literal, $path:literal, $body:tt) => {
        is_rejected($request.await);
        let expected = ($verb.to_owned(), $path.to_owned(), json!($body));
        assert_eq!(only(&$api), expected);
    };
}

#[tokio::test]
async fn update_user_patches_fields_and_puts_metadata() {
    let api = Api::start().await;
    let users = api.clerk.users();
    assert_sends!(api, users.update_user("u/1").first_name("Ada"), "PATCH", "/v1/users/u%2F1", { "first_name": "Ada" });
    let metadata = users.update_user("u/1").unsafe_metadata(json!({ "a": 1 }));
    assert_sends!(api, metadata, "PUT", "/v1/users/u%2F1/metadata", { "unsafe_metadata": { "a": 1 } });
}

#[tokio::test]
async fn update_organization_patches_fields_and_puts_metadata() {
    let api = Api::start().await;
    let organizations = api.clerk.organizations();
    assert_sends!(api, organizations.update_organization("o/1").name("A"), "PATCH", "/v1/organizations/o%2F1", { "name": "A" });
    let metadata = organizations
        .update_organization("o/1")
        .public_metadata(json!({ "a": 1 }));
    assert_sends!(api, metadata, "PUT", "/v1/organizations/o%2F1/metadata", { "public_metadata": { "a": 1 } });
}

#[tokio::test]
async fn get_token_is_of_the_session_or_of_a_template() {
    let api = Api::start().await;
    let sessions = api.clerk.sessions();
    assert_sends!(
        api,
        sessions.get_token("s/1"),
        "POST",
        "/v1/sessions/s%2F1/tokens",
        null
    );
    let lasting = sessions
        .get_token("s/1")
        .expires_in_seconds(60)
        .template("t/1");
    assert_sends!(api, lasting, "POST", "/v1/sessions/s%2F1/tokens/t%2F1", { "expires_in_seconds": 60 });
}

#[tokio::test]
async fn verify_session_is_sent_as_the_last_document_that_had_it_says() {
    let api = Api::start().await;
    is_rejected(api.clerk.sessions().verify_session("s/1", "jwt").await);
    let [request] = &api.take()[..] else {
        panic!("not one request");
    };
    let expected = (
        "POST".to_owned(),
        "/v1/sessions/s%2F1/verify".to_owned(),
        json!({ "token": "jwt" }),
    );
    assert_eq!(parts(request), expected);
    assert_eq!(request.headers["clerk-api-version"], "2021-02-05");

    for id in ["", ".", ".."] {
        let error = api
            .clerk
            .sessions()
            .verify_session(id, "jwt")
            .await
            .unwrap_err();
        assert!(matches!(error, Error::InvalidRequest { .. }), "{error}");
    }
    assert!(api.take().is_empty());
}

#[tokio::test]
async fn get_handshake_payload_sends_the_nonce() {
    let api = Api::start().await;
    is_rejected(api.clerk.clients().get_handshake_payload("n é").await);
    let [request] = &api.take()[..] else {
        panic!("not one request");
    };
    assert_eq!(request.path, "/v1/clients/handshake_payload");
    assert_eq!(request.query, [("nonce".to_owned(), "n é".to_owned())]);
}

#[tokio::test]
async fn messages_are_sent() {
    let api = Api::start().await;
    let (emails, body) = (api.clerk.emails(), json!({ "subject": "é" }));
    assert_sends!(api, emails.create_email(&body), "POST", "/v1/emails", { "subject": "é" });
    assert_sends!(api, emails.create(&body), "POST", "/v1/email", { "subject": "é" });
    let message = api
        .clerk
        .sms_messages()
        .create_sms_message("idn_1", "Hello");
    assert_sends!(api, message, "POST", "/v1/sms_messages", { "phone_number_id": "idn_1", "message": "Hello" });
}

#[tokio::test]
async fn undocumented_endpoints_are_reached() {
    let api = Api::start().await;
    assert_sends!(
        api,
        api.clerk.interstitial().get_interstitial(),
        "GET",
        "/v1/internal/interstitial",
        null
    );
    let accountless = api.clerk.accountless_applications();
    assert_sends!(
        api,
        accountless.create_accountless_application(),
        "POST",
        "/v1/accountless_applications",
        null
    );
    let completed = accountless.complete_accountless_application_onboarding();
    assert_sends!(
        api,
        completed,
        "POST",
        "/v1/accountless_applications/complete",
        null
    );
    let moved = api
        .clerk
        .beta_features()
        .change_domain(json!({ "home_url": "h" }));
    assert_sends!(api, moved, "POST", "/v1/beta_features/change_domain", { "home_url": "h" });
}

#[tokio::test]
async fn m2m_verify_asks_with_the_key_of_the_machine_and_only_about_such_tokens() {
    let api = Api::start().await;
    let error = api.clerk.m2m().verify("mt_1").await.unwrap_err();
    assert!(matches!(error, Error::MachineToken(_)), "{error}");
    let [request] = &api.take()[..] else {
        panic!("not one request");
    };
    let expected = (
        "POST".to_owned(),
        "/v1/m2m_tokens/verify".to_owned(),
        json!({ "token": "mt_1" }),
    );
    assert_eq!(parts(request), expected);
    assert_eq!(request.headers["authorization"], "Bearer ak_wrappers");

    for other in ["ak_1", "oat_1", "", "a.b.c"] {
        assert!(api.clerk.m2m().verify(other).await.is_err());
    }
    assert!(api.take().is_empty());
}

#[tokio::test]
async fn delete_domain_is_another_name_of_delete() {
    let api = Api::start().await;
    let request = api.clerk.domains().delete_domain("d/1");
    assert_sends!(api, request, "DELETE", "/v1/domains/d%2F1", null);
}
