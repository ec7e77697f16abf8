use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clerk_emulator::Emulator;
use serde_json::{Value, json};

use crate::browser::{Browser, PASSWORD, backend, backend_get, emulator, parameter, text, user};

fn path(url: &str, emulator: &clerk_emulator::Emulator) -> String {
    url.strip_prefix(emulator.url()).unwrap().to_owned()
}

#[tokio::test]
async fn a_sign_in_token_signs_in_once() {
    let emulator = emulator().await;
    let ada = user(&emulator, "ada@example.com").await;
    let ticket = backend(&emulator, "/sign_in_tokens", json!({"user_id": ada})).await;
    let link = path(&text(&ticket["url"]), &emulator);
    let mut browser = Browser::new(&emulator);
    let followed = browser.get(&link).await;
    assert_eq!(
        (followed.status, followed.header("location")),
        (303, format!("{}/user", emulator.url()).as_str())
    );
    let client = browser.get("/v1/client").await.json();
    assert_eq!(
        client["response"]["sessions"][0]["user"]["id"],
        ada.as_str()
    );
    let again = Browser::new(&emulator).get(&link).await;
    assert_eq!(
        (again.status, again.code().as_str()),
        (400, "ticket_invalid_code")
    );
    // An SDK of the browser sends the ticket itself.
    let ticket = backend(&emulator, "/sign_in_tokens", json!({"user_id": ada})).await;
    browser.post("/v1/dev_browser", json!({})).await;
    let body = json!({"strategy": "ticket", "ticket": ticket["token"]});
    let signed_in = browser.post("/v1/client/sign_ins", body).await.json();
    assert_eq!(signed_in["response"]["status"], "complete");
}

#[tokio::test]
async fn the_url_of_an_agents_task_signs_in_once_and_goes_to_the_application() {
    let emulator = emulator().await;
    let ada = user(&emulator, "ada@example.com").await;
    let body = json!({
        "on_behalf_of": {"identifier": "ada@example.com"}, "permissions": "*", "agent_name": "helper",
        "task_description": "to look around", "redirect_url": "http://localhost:3000/start?tab=1",
    });
    let task = backend(&emulator, "/agents/tasks", body.clone()).await;
    assert_eq!(task["task_id"], task["agent_task_id"]);
    let link = path(&text(&task["url"]), &emulator);
    let mut browser = Browser::new(&emulator);
    let page = browser.get(&link).await.location();
    assert_eq!(page.path(), "/start");
    assert!(parameter(&page, "__clerk_db_jwt").is_some(), "{page}");
    let client = browser.get("/v1/client").await.json();
    assert_eq!(
        client["response"]["sessions"][0]["user"]["id"],
        ada.as_str()
    );
    let again = Browser::new(&emulator).get(&link).await;
    assert_eq!(again.code(), "ticket_invalid_code");
    // A revoked one does not redirect.
    let task = backend(&emulator, "/agents/tasks", body).await;
    let id = text(&task["agent_task_id"]);
    let revoked = backend(&emulator, &format!("/agents/tasks/{id}/revoke"), json!({})).await;
    assert_eq!(revoked["agent_task_id"], id.as_str());
    assert_eq!(revoked.get("url"), None, "{revoked}");
    let link = path(&text(&task["url"]), &emulator);
    let rejected = Browser::new(&emulator).get(&link).await;
    assert_eq!(rejected.code(), "ticket_invalid_code");
}

#[tokio::test]
async fn an_invitation_makes_an_account_without_a_code() {
    let emulator = emulator().await;
    let body = json!({"email_address": "ada@example.com", "public_metadata": {"team": "blue"}});
    let invitation = backend(&emulator, "/invitations", body).await;
    let mut browser = Browser::new(&emulator);
    let followed = browser
        .get(&path(&text(&invitation["url"]), &emulator))
        .await;
    let page = followed.location();
    assert_eq!(page.path(), "/sign-up");
    let ticket = parameter(&page, "__clerk_ticket").unwrap();
    let shown = browser
        .get(&format!("/sign-up?__clerk_ticket={ticket}"))
        .await;
    assert!(shown.text.contains("ada@example.com"), "{}", shown.text);
    let short = [
        ("action", "create"),
        ("ticket", ticket.as_str()),
        ("password", "short"),
    ];
    assert_eq!(browser.submit("/sign-up", &short).await.status, 422);
    let fields = [
        ("action", "create"),
        ("ticket", ticket.as_str()),
        ("password", PASSWORD),
    ];
    assert_eq!(browser.submit("/sign-up", &fields).await.status, 303);
    let users = backend_get(&emulator, "/users").await.json();
    assert_eq!(users[0]["public_metadata"], json!({"team": "blue"}));
    let invitations = backend_get(&emulator, "/invitations").await.json();
    assert_eq!(invitations[0]["status"], "accepted");
}

/// The claims of the browser's session token.
async fn claims(browser: &mut Browser) -> Value {
    let client = browser.get("/v1/client").await.json();
    let session = text(&client["response"]["last_active_session_id"]);
    let path = format!("/v1/client/sessions/{session}/tokens");
    let token = browser.post(&path, json!({})).await.json();
    decoded(&text(&token["jwt"]))
}

fn decoded(token: &str) -> Value {
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

#[tokio::test]
async fn an_actor_token_signs_in_once_with_the_actor_in_the_session() {
    let emulator = emulator().await;
    let ada = user(&emulator, "ada@example.com").await;
    let support = user(&emulator, "support@example.com").await;
    let body =
        json!({"user_id": ada, "actor": {"sub": support}, "session_max_duration_in_seconds": 600});
    let ticket = backend(&emulator, "/actor_tokens", body.clone()).await;
    let link = path(&text(&ticket["url"]), &emulator);
    let mut browser = Browser::new(&emulator);
    assert_eq!(browser.get(&link).await.status, 303);
    let found = claims(&mut browser).await;
    assert_eq!(found["sub"], ada.as_str());
    assert_eq!(found["act"], json!({"sub": support}));
    let client = browser.get("/v1/client").await.json();
    let session = &client["response"]["sessions"][0];
    let lasts = session["expire_at"].as_i64().unwrap() - session["created_at"].as_i64().unwrap();
    assert_eq!(lasts, 600_000);
    assert_eq!(
        Browser::new(&emulator).get(&link).await.code(),
        "ticket_invalid_code"
    );

    // An SDK of the browser sends the ticket itself. A session of one's own stays what it is.
    let mut browser = Browser::new(&emulator);
    browser.post("/v1/dev_browser", json!({})).await;
    for (kind, body) in [
        ("/sign_in_tokens", json!({"user_id": ada})),
        ("/actor_tokens", body),
    ] {
        let ticket = backend(&emulator, kind, body).await;
        let body = json!({"strategy": "ticket", "ticket": ticket["token"]});
        let signed_in = browser.post("/v1/client/sign_ins", body).await.json();
        assert_eq!(signed_in["response"]["status"], "complete", "{signed_in}");
    }
    let client = browser.get("/v1/client").await.json();
    let sessions = client["response"]["sessions"].as_array().unwrap();
    let actors: Vec<&Value> = sessions.iter().map(|session| &session["actor"]).collect();
    assert_eq!(actors, [&json!(null), &json!({"sub": support})]);
}

#[tokio::test]
async fn a_test_signs_in_as_somebody_with_the_actor_in_the_token() {
    let emulator = emulator().await;
    let ada = user(&emulator, "ada@example.com").await;
    let support = user(&emulator, "support@example.com").await;
    let session = emulator.sign_in_as(&ada, &support).unwrap();
    assert_eq!(decoded(&session.token)["act"], json!({"sub": support}));
    emulator.sign_in_as(&ada, "user_nowhere").unwrap_err();
    emulator.sign_in_as("user_nowhere", &support).unwrap_err();
}

async fn invitation(emulator: &Emulator, organization: &str, email: &str) -> Value {
    let body =
        json!({"email_address": email, "role": "org:member", "public_metadata": {"desk": 4}});
    backend(
        emulator,
        &format!("/organizations/{organization}/invitations"),
        body,
    )
    .await
}

/// Opens the link of an invitation, creates the account and returns the status of that.
async fn sign_up(emulator: &Emulator, invited: &Value) -> u16 {
    let mut browser = Browser::new(emulator);
    let link = path(&text(&invited["url"]), emulator);
    let page = browser.get(&link).await.location();
    assert_eq!(page.path(), "/sign-up");
    let ticket = parameter(&page, "__clerk_ticket").unwrap();
    let fields = [
        ("action", "create"),
        ("ticket", ticket.as_str()),
        ("password", PASSWORD),
    ];
    browser.submit("/sign-up", &fields).await.status
}

async fn organization(emulator: &Emulator, limit: u64) -> String {
    let body = json!({"name": "Acme", "max_allowed_memberships": limit});
    text(&backend(emulator, "/organizations", body).await["id"])
}

#[tokio::test]
async fn an_invitation_to_an_organization_is_accepted_by_signing_up() {
    let emulator = emulator().await;
    let acme = organization(&emulator, 0).await;
    let invited = invitation(&emulator, &acme, "ada@example.com").await;
    assert_eq!(sign_up(&emulator, &invited).await, 303);
    let members = backend_get(&emulator, &format!("/organizations/{acme}/memberships"))
        .await
        .json();
    let member = &members["data"][0];
    assert_eq!(member["public_user_data"]["identifier"], "ada@example.com");
    assert_eq!(
        (&member["role"], &member["public_metadata"]),
        (&json!("org:member"), &json!({"desk": 4}))
    );
    let listed = backend_get(&emulator, &format!("/organizations/{acme}/invitations"))
        .await
        .json();
    assert_eq!(listed["data"][0]["status"], "accepted");
    let users = backend_get(&emulator, "/users").await.json();
    assert_eq!(
        users[0]["public_metadata"],
        json!({}),
        "it is the membership's"
    );
}

#[tokio::test]
async fn an_invitation_to_an_organization_is_accepted_by_signing_in() {
    let emulator = emulator().await;
    let ada = user(&emulator, "ada@example.com").await;
    let acme = organization(&emulator, 0).await;
    let invited = invitation(&emulator, &acme, "ada@example.com").await;
    let link = path(&text(&invited["url"]), &emulator);
    let mut browser = Browser::new(&emulator);
    assert_eq!(browser.get(&link).await.location().path(), "/user");
    assert_eq!(claims(&mut browser).await["sub"], ada.as_str());
    let members = backend_get(&emulator, &format!("/organizations/{acme}/memberships"))
        .await
        .json();
    assert_eq!(
        members["data"][0]["public_user_data"]["user_id"],
        ada.as_str()
    );
    assert_eq!(
        Browser::new(&emulator).get(&link).await.code(),
        "ticket_invalid_code"
    );
}

#[tokio::test]
async fn nobody_joins_a_full_organization_and_no_account_is_left() {
    let emulator = emulator().await;
    let owner = user(&emulator, "owner@example.com").await;
    let acme = organization(&emulator, 1).await;
    let invited = invitation(&emulator, &acme, "ada@example.com").await;
    let body = json!({"user_id": owner, "role": "org:admin"});
    backend(
        &emulator,
        &format!("/organizations/{acme}/memberships"),
        body,
    )
    .await;
    assert_eq!(sign_up(&emulator, &invited).await, 403);
    let users = backend_get(&emulator, "/users").await.json();
    assert_eq!(users.as_array().unwrap().len(), 1, "{users}");
}
