//! Users' API keys, and those of organizations.

use serde_json::{Value, json};

use crate::browser::{Browser, backend, backend_get, text};
use crate::organizations::{Team, named, rejected, rejection};

async fn create(browser: &mut Browser, subject: &str) -> Value {
    let body = json!({"name": "deploy", "subject": subject, "seconds_until_expiration": 60});
    let reply = browser.json("POST", "/api_keys", body).await;
    assert_eq!(reply.status, 201, "{reply:?}");
    reply.json()
}

#[tokio::test]
async fn a_key_is_shown_once_and_verified_by_the_backend_api() {
    let mut team = Team::start().await;
    let subject = team.ada.clone();
    let key = create(&mut team.hers, &subject).await;
    assert_eq!(key["created_by"], subject.as_str());
    let secret = json!({"secret": key["secret"]});
    let verified = backend(&team.emulator, "/api_keys/verify", secret).await;
    assert_eq!(verified["id"], key["id"]);
    let list = team.hers.get(&format!("/api_keys?subject={subject}")).await;
    let list = list.json();
    assert_eq!(list["total_count"], 1);
    assert!(list["data"][0].get("secret").is_none());
}

#[tokio::test]
async fn keys_are_described_and_revoked() {
    let mut team = Team::start().await;
    let subject = team.ada.clone();
    let key = text(&create(&mut team.hers, &subject).await["id"]);
    let path = format!("/api_keys/{key}");
    let body = json!({"description": "deploys"});
    let reply = team.hers.json("PATCH", &path, body).await;
    assert_eq!(reply.json()["description"], "deploys");
    let body = json!({"revocation_reason": "left"});
    let reply = team
        .hers
        .json("POST", &format!("{path}/revoke"), body)
        .await;
    assert_eq!(reply.json()["revoked"], true);
    let seen = backend_get(&team.emulator, &format!("/api_keys/{key}")).await;
    assert_eq!(seen.json()["revocation_reason"], "left");
    for (query, count) in [("", 0), ("&include_invalid=true", 1)] {
        let list = format!("/api_keys?subject={subject}{query}");
        assert_eq!(team.hers.get(&list).await.json()["total_count"], count);
    }
}

#[tokio::test]
async fn keys_of_others_are_out_of_reach() {
    let mut team = Team::start().await;
    let (ada, engines) = (team.ada.clone(), team.engines.clone());
    let body = json!({"name": "deploy", "subject": ada});
    let reply = team.graces.json("POST", "/api_keys", body).await;
    assert_eq!((reply.status, named(&reply).as_str()), (422, "subject"));
    let list = format!("/api_keys?subject={ada}");
    assert_eq!(team.graces.get(&list).await.status, 422);
    let key = text(&create(&mut team.hers, &ada).await["id"]);
    let path = format!("/api_keys/{key}");
    let reply = team.graces.json("PATCH", &path, json!({})).await;
    assert_eq!(reply.status, 404);
    let revoke = format!("{path}/revoke");
    let reply = team.graces.json("POST", &revoke, json!({})).await;
    assert_eq!(reply.status, 404);
    let body = json!({"name": "deploy", "subject": engines});
    let reply = team.graces.json("POST", "/api_keys", body).await;
    assert_eq!(
        rejection(&reply),
        rejected(403, "missing_organization_permission")
    );
}

#[tokio::test]
async fn administrators_manage_the_keys_of_their_organization() {
    let mut team = Team::start().await;
    let engines = team.engines.clone();
    let key = create(&mut team.hers, &engines).await;
    assert_eq!(key["subject"], engines.as_str());
    let list = format!("/api_keys?subject={engines}");
    assert_eq!(team.graces.get(&list).await.json()["total_count"], 1);
    let revoke = format!("/api_keys/{}/revoke", text(&key["id"]));
    let reply = team.graces.json("POST", &revoke, json!({})).await;
    assert_eq!(reply.status, 403);
    let reply = team.hers.json("POST", &revoke, json!({})).await;
    assert_eq!(reply.status, 200);
}

#[tokio::test]
async fn keys_have_names() {
    let mut team = Team::start().await;
    let body = json!({"subject": team.ada});
    let reply = team.hers.json("POST", "/api_keys", body).await;
    assert_eq!((reply.status, named(&reply).as_str()), (422, "name"));
}
