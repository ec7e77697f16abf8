use serde_json::json;

use crate::browser::{APP, Browser, PASSWORD, backend_get, emulator, parameter, text, user};

const SIGN_UPS: &str = "/v1/client/sign_ups";

#[tokio::test]
async fn an_account_is_made_once_the_code_is_given() {
    let emulator = emulator().await;
    let mut browser = Browser::new(&emulator);
    browser.post("/v1/dev_browser", json!({})).await;
    let body = json!({
        "email_address": "Ada@Example.com", "password": PASSWORD, "first_name": "Ada",
        "unsafe_metadata": {"from": "fair"},
    });
    let begun = browser.post(SIGN_UPS, body).await.json();
    let sign_up = &begun["response"];
    assert_eq!(sign_up["status"], "missing_requirements");
    assert_eq!(sign_up["unverified_fields"], json!(["email_address"]));
    assert_eq!(begun["client"]["sign_up"]["id"], sign_up["id"]);
    assert!(!begun.to_string().contains("\"_"), "{begun}");
    let path = format!("{SIGN_UPS}/{}", text(&sign_up["id"]));
    browser
        .post(
            &format!("{path}/prepare_verification"),
            json!({"strategy": "email_code"}),
        )
        .await;
    let attempt = format!("{path}/attempt_verification");
    let wrong = browser
        .post(&attempt, json!({"strategy": "email_code", "code": "1"}))
        .await;
    assert_eq!(
        (wrong.status, wrong.code().as_str()),
        (422, "form_code_incorrect")
    );
    assert_eq!(backend_get(&emulator, "/users").await.json(), json!([]));
    let done = browser
        .post(
            &attempt,
            json!({"strategy": "email_code", "code": "424242"}),
        )
        .await
        .json();
    assert_eq!(done["response"]["status"], "complete");
    let user = &done["client"]["sessions"][0]["user"];
    assert_eq!(done["response"]["created_user_id"], user["id"]);
    assert_eq!(
        user["email_addresses"][0]["email_address"],
        "ada@example.com"
    );
    assert_eq!(
        user["email_addresses"][0]["verification"]["strategy"],
        "email_code"
    );
    assert_eq!(user["unsafe_metadata"], json!({"from": "fair"}));
    // The Backend API knows the sign-up, and the password is the one that was given.
    let id = text(&done["response"]["id"]);
    let known = backend_get(&emulator, &format!("/sign_ups/{id}")).await;
    assert_eq!(known.json()["status"], "complete", "{known:?}");
    let mut another = Browser::new(&emulator);
    another.post("/v1/dev_browser", json!({})).await;
    let body = json!({"identifier": "ada@example.com", "password": PASSWORD});
    let signed_in = another.post("/v1/client/sign_ins", body).await.json();
    assert_eq!(signed_in["response"]["status"], "complete");
}

#[tokio::test]
async fn what_cannot_be_is_refused_at_once() {
    let emulator = emulator().await;
    user(&emulator, "ada@example.com").await;
    let mut browser = Browser::new(&emulator);
    browser.post("/v1/dev_browser", json!({})).await;
    for (body, code) in [
        (
            json!({"email_address": "ada@example.com"}),
            "form_identifier_exists",
        ),
        (
            json!({"email_address": "nonsense"}),
            "form_param_format_invalid",
        ),
        (
            json!({"email_address": "b@example.com", "password": "short"}),
            "form_password_length_too_short",
        ),
        (
            json!({"email_address": "b@example.com", "username": "a b"}),
            "form_username_invalid_character",
        ),
    ] {
        let rejected = browser.post(SIGN_UPS, body).await;
        assert_eq!((rejected.status, rejected.code().as_str()), (422, code));
    }
}

#[tokio::test]
async fn the_page_leads_from_names_to_the_code_and_back_to_the_application() {
    let emulator = emulator().await;
    let mut browser = Browser::new(&emulator);
    let page = browser.get(&format!("/sign-up?redirect_url={APP}")).await;
    for name in ["first_name", "last_name", "email_address", "password"] {
        assert!(
            page.text.contains(&format!("<label for=\"{name}\"")),
            "{name}"
        );
    }
    let fields = [
        ("action", "create"),
        ("redirect_url", APP),
        ("first_name", "Ada"),
        ("last_name", "Lovelace"),
        ("email_address", "ada@example.com"),
        ("password", PASSWORD),
    ];
    let code = browser.submit("/sign-up", &fields).await;
    assert!(
        code.text.contains("Enter the code for ada@example.com"),
        "{}",
        code.text
    );
    assert!(!code.text.contains(PASSWORD));
    let wrong = [("action", "code"), ("redirect_url", APP), ("code", "1")];
    let again = browser.submit("/sign-up", &wrong).await;
    assert_eq!(again.status, 422);
    assert!(again.text.contains("role=\"alert\""));
    let right = [
        ("action", "code"),
        ("redirect_url", APP),
        ("code", "424242"),
    ];
    let done = browser.submit("/sign-up", &right).await;
    assert_eq!(done.status, 303);
    let dev_browser = parameter(&done.location(), "__clerk_db_jwt").unwrap();
    assert_eq!(dev_browser, browser.cookies["__clerk_db_jwt"]);
    let users = backend_get(&emulator, "/users").await.json();
    assert_eq!(users[0]["last_name"], "Lovelace");
    // Once is enough.
    assert_eq!(browser.submit("/sign-up", &right).await.status, 303);
    assert_eq!(
        backend_get(&emulator, "/users")
            .await
            .json()
            .as_array()
            .unwrap()
            .len(),
        1
    );
}
