use serde_json::json;

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
