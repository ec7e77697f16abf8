use serde_json::{Value, json};

use crate::browser::{Browser, PASSWORD, Reply, backend, emulator, text, user, verified};

const SIGN_INS: &str = "/v1/client/sign_ins";

async fn browser(emulator: &clerk_emulator::Emulator) -> Browser {
    let mut browser = Browser::new(emulator);
    browser.post("/v1/dev_browser", json!({})).await;
    browser
}

fn rejection(reply: &Reply) -> (u16, String) {
    (reply.status, reply.code())
}

#[tokio::test]
async fn by_password_in_two_steps() {
    let emulator = emulator().await;
    let ada = user(&emulator, "ada@example.com").await;
    let mut browser = browser(&emulator).await;
    let begun = browser
        .post(SIGN_INS, json!({"identifier": "ADA@example.com"}))
        .await
        .json();
    let sign_in = &begun["response"];
    assert_eq!(sign_in["status"], "needs_first_factor");
    assert_eq!(sign_in["user_data"]["first_name"], "Ada");
    let strategies: Vec<Value> = sign_in["supported_first_factors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|factor| factor["strategy"].clone())
        .collect();
    assert_eq!(
        strategies,
        [
            "password",
            "email_code",
            "email_link",
            "reset_password_email_code"
        ]
    );
    assert_eq!(begun["client"]["sign_in"]["id"], sign_in["id"]);
    let before = browser.cookies["__client"].clone();
    let path = format!("{SIGN_INS}/{}/attempt_first_factor", text(&sign_in["id"]));
    let wrong = browser
        .post(&path, json!({"strategy": "password", "password": "wrong"}))
        .await;
    assert_eq!(
        rejection(&wrong),
        (422, "form_password_incorrect".to_owned())
    );
    let done = browser
        .post(&path, json!({"strategy": "password", "password": PASSWORD}))
        .await
        .json();
    assert_eq!(done["response"]["status"], "complete");
    let session = &done["client"]["sessions"][0];
    assert_eq!(done["response"]["created_session_id"], session["id"]);
    assert_eq!(session["user"]["id"], ada.as_str());
    let token = text(&session["last_active_token"]["jwt"]);
    assert_eq!(verified(&emulator, &token)["sub"], ada.as_str());
    // Who knew the client's token before does not know it any more.
    assert_ne!(browser.cookies["__client"], before);
    let mut thief = Browser::new(&emulator);
    thief.cookies.insert("__client".into(), before);
    assert_eq!(thief.get("/v1/client").await.status, 401);
}

#[tokio::test]
async fn by_username_and_password_at_once() {
    let emulator = emulator().await;
    let fields = json!({"username": "ada_l", "password": PASSWORD});
    backend(&emulator, "/users", fields).await;
    let mut browser = browser(&emulator).await;
    let body = json!({"strategy": "password", "identifier": "ada_l", "password": PASSWORD});
    let done = browser.post(SIGN_INS, body).await.json();
    assert_eq!(done["response"]["status"], "complete");
}

#[tokio::test]
async fn by_code() {
    let emulator = emulator().await;
    user(&emulator, "ada@example.com").await;
    let mut browser = browser(&emulator).await;
    let begun = browser
        .post(SIGN_INS, json!({"identifier": "ada@example.com"}))
        .await
        .json();
    let path = format!("{SIGN_INS}/{}", text(&begun["response"]["id"]));
    let email = &begun["response"]["supported_first_factors"][1];
    let prepared = browser
        .post(
            &format!("{path}/prepare_first_factor"),
            json!({"strategy": "email_code", "email_address_id": email["email_address_id"]}),
        )
        .await
        .json();
    assert_eq!(
        prepared["response"]["first_factor_verification"]["status"],
        "unverified"
    );
    let attempt = format!("{path}/attempt_first_factor");
    let wrong = browser
        .post(
            &attempt,
            json!({"strategy": "email_code", "code": "111111"}),
        )
        .await;
    assert_eq!(rejection(&wrong), (422, "form_code_incorrect".to_owned()));
    let done = browser
        .post(
            &attempt,
            json!({"strategy": "email_code", "code": "424242"}),
        )
        .await
        .json();
    assert_eq!(done["response"]["status"], "complete");
    let phone = browser
        .post(
            &attempt,
            json!({"strategy": "phone_code", "code": "424242"}),
        )
        .await;
    assert_eq!(phone.status, 400);
}

#[tokio::test]
async fn unknown_banned_and_locked_users_are_told() {
    let emulator = emulator().await;
    let (ada, grace) = (
        user(&emulator, "ada@example.com").await,
        user(&emulator, "grace@example.com").await,
    );
    backend(&emulator, &format!("/users/{ada}/ban"), json!({})).await;
    backend(&emulator, &format!("/users/{grace}/lock"), json!({})).await;
    let mut browser = browser(&emulator).await;
    for (identifier, status, code) in [
        ("nobody@example.com", 422, "form_identifier_not_found"),
        ("ada@example.com", 403, "user_banned"),
        ("grace@example.com", 403, "user_locked"),
    ] {
        let rejected = browser
            .post(SIGN_INS, json!({"identifier": identifier}))
            .await;
        assert_eq!(
            rejection(&rejected),
            (status, code.to_owned()),
            "{identifier}"
        );
    }
}

#[tokio::test]
async fn a_ban_between_two_steps_counts() {
    let emulator = emulator().await;
    let ada = user(&emulator, "ada@example.com").await;
    let mut browser = browser(&emulator).await;
    let begun = browser
        .post(SIGN_INS, json!({"identifier": "ada@example.com"}))
        .await
        .json();
    backend(&emulator, &format!("/users/{ada}/ban"), json!({})).await;
    let path = format!(
        "{SIGN_INS}/{}/attempt_first_factor",
        text(&begun["response"]["id"])
    );
    let rejected = browser
        .post(&path, json!({"strategy": "password", "password": PASSWORD}))
        .await;
    assert_eq!(rejection(&rejected), (403, "user_banned".to_owned()));
}

#[tokio::test]
async fn who_has_an_authenticator_needs_a_second_factor() {
    let emulator = emulator().await;
    let fields = json!({
        "email_address": ["ada@example.com"], "password": PASSWORD, "totp_secret": "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
        "backup_codes": ["backup-1"],
    });
    backend(&emulator, "/users", fields).await;
    let mut browser = browser(&emulator).await;
    let body = json!({"identifier": "ada@example.com", "password": PASSWORD});
    let begun = browser.post(SIGN_INS, body).await.json();
    assert_eq!(begun["response"]["status"], "needs_second_factor");
    assert_eq!(begun["client"]["sessions"], json!([]));
    let path = format!(
        "{SIGN_INS}/{}/attempt_second_factor",
        text(&begun["response"]["id"])
    );
    let wrong = browser
        .post(&path, json!({"strategy": "totp", "code": "000000"}))
        .await;
    assert_eq!(rejection(&wrong), (422, "form_code_incorrect".to_owned()));
    let done = browser
        .post(
            &path,
            json!({"strategy": "backup_code", "code": "backup-1"}),
        )
        .await
        .json();
    assert_eq!(done["response"]["status"], "complete");
    let session = &done["client"]["sessions"][0];
    assert_eq!(session["factor_verification_age"], json!([0, 0]));
}

#[tokio::test]
async fn a_second_account_joins_the_same_client() {
    let emulator = emulator().await;
    let (ada, grace) = (
        user(&emulator, "ada@example.com").await,
        user(&emulator, "grace@example.com").await,
    );
    let mut browser = browser(&emulator).await;
    let mut clients = Vec::new();
    for email in ["ada@example.com", "grace@example.com", "ada@example.com"] {
        let body = json!({"identifier": email, "password": PASSWORD});
        clients.push(browser.post(SIGN_INS, body).await.json()["client"].clone());
    }
    let users = |client: &Value| {
        let sessions = client["sessions"].as_array().unwrap().clone();
        sessions
            .iter()
            .map(|s| text(&s["user"]["id"]))
            .collect::<Vec<_>>()
    };
    assert_eq!(clients[0]["id"], clients[1]["id"]);
    assert_eq!(users(&clients[1]), [ada.clone(), grace.clone()]);
    // Who signs in again goes on with the session that there is.
    assert_eq!(users(&clients[2]), [ada, grace]);
    assert_eq!(
        clients[2]["last_active_session_id"],
        clients[2]["sessions"][0]["id"]
    );
}

#[tokio::test]
async fn a_native_program_signs_in_by_header() {
    let emulator = emulator().await;
    user(&emulator, "ada@example.com").await;
    let http = reqwest::Client::new();
    let url = format!("{}{SIGN_INS}?_is_native=1", emulator.url());
    // A form, as Clerk's own SDKs send it.
    let signed_in = http
        .post(&url)
        .header("content-type", "application/x-www-form-urlencoded")
        .body("identifier=ada%40example.com&password=correct+horse+battery")
        .send()
        .await
        .unwrap();
    assert_eq!(signed_in.status(), 200);
    let token = signed_in.headers()["authorization"]
        .to_str()
        .unwrap()
        .to_owned();
    let client = http
        .get(format!("{}/v1/client?_is_native=1", emulator.url()))
        .header("authorization", &token)
        .send()
        .await
        .unwrap();
    let client: Value = serde_json::from_str(&client.text().await.unwrap()).unwrap();
    assert_eq!(client["response"]["sessions"][0]["status"], "active");
    let out = http
        .post(format!(
            "{}/v1/client/sessions?_method=DELETE",
            emulator.url()
        ))
        .header("authorization", &token)
        .send()
        .await
        .unwrap();
    let out: Value = serde_json::from_str(&out.text().await.unwrap()).unwrap();
    assert_eq!(out["response"]["sessions"], json!([]));
}
