use std::time::Duration;

use jsonwebtoken::dangerous::insecure_decode;
use serde_json::{Value, json};

use crate::http::{Api, emulator, id};

async fn machine(api: &Api, name: &str) -> (String, Api) {
    let machine = api.post("/machines", json!({"name": name})).await;
    (
        id(&machine),
        api.with_key(machine["secret_key"].as_str().unwrap()),
    )
}

#[tokio::test]
async fn tokens_verify_for_machines_in_their_scope_only() {
    let emulator = emulator().await;
    let api = Api::new(&emulator);
    let (from_id, from) = machine(&api, "from").await;
    let (to_id, to) = machine(&api, "to").await;
    let (_, stranger) = machine(&api, "stranger").await;
    api.post(
        &format!("/machines/{from_id}/scopes"),
        json!({"to_machine_id": to_id}),
    )
    .await;
    let twice = api
        .rejected(
            "POST",
            &format!("/machines/{from_id}/scopes"),
            json!({"to_machine_id": to_id}),
        )
        .await;
    assert_eq!(twice.0, 409);
    assert_eq!(
        api.get(&format!("/machines/{from_id}")).await["scoped_machines"][0]["id"],
        to_id.as_str()
    );
    let token = from
        .post("/m2m_tokens", json!({"claims": {"job": 7}}))
        .await;
    assert_eq!(
        (&token["subject"], &token["scopes"]),
        (&json!(from_id), &json!([to_id]))
    );
    let verify = json!({"token": token["token"]});
    assert_eq!(
        to.post("/m2m_tokens/verify", verify.clone()).await["claims"],
        json!({"job": 7})
    );
    assert_eq!(
        api.post("/m2m_tokens/verify", verify.clone()).await["last_used_at"],
        crate::http::START
    );
    assert_eq!(
        stranger
            .rejected("POST", "/m2m_tokens/verify", verify.clone())
            .await
            .0,
        404
    );
    // A machine's key is for machine tokens alone.
    assert_eq!(from.rejected("GET", "/users", Value::Null).await.0, 401);
    // The instance's key makes no tokens: for which machine?
    assert_eq!(api.rejected("POST", "/m2m_tokens", json!({})).await.0, 401);
    from.post(
        &format!("/m2m_tokens/{}/revoke", id(&token)),
        json!({"revocation_reason": "done"}),
    )
    .await;
    assert_eq!(
        to.rejected("POST", "/m2m_tokens/verify", verify).await.0,
        404
    );
    let list = |query: &str| format!("/m2m_tokens?subject={from_id}{query}");
    assert_eq!(api.get(&list("")).await["total_count"], 0);
    assert_eq!(
        api.get(&list("&revoked=true")).await["m2m_tokens"][0]["revocation_reason"],
        "done"
    );
    assert_eq!(
        stranger.rejected("GET", &list(""), Value::Null).await.0,
        403
    );
}

#[tokio::test]
async fn tokens_expire_by_the_clock() {
    let emulator = emulator().await;
    let api = Api::new(&emulator);
    let (_, machine) = machine(&api, "one").await;
    let token = machine
        .post("/m2m_tokens", json!({"seconds_until_expiration": 60}))
        .await;
    let verify = json!({"token": token["token"]});
    emulator.clock().advance(Duration::from_secs(59));
    machine.post("/m2m_tokens/verify", verify.clone()).await;
    emulator.clock().advance(Duration::from_secs(1));
    assert_eq!(
        machine
            .rejected("POST", "/m2m_tokens/verify", verify)
            .await
            .0,
        404
    );
    let forever = machine
        .post("/m2m_tokens", json!({"seconds_until_expiration": null}))
        .await;
    assert_eq!(forever["expiration"], Value::Null);
}

#[tokio::test]
async fn a_token_with_time_left_is_used_again() {
    let emulator = emulator().await;
    let api = Api::new(&emulator);
    let (_, machine) = machine(&api, "one").await;
    let first = machine.post("/m2m_tokens", json!({})).await;
    let again = machine
        .post("/m2m_tokens", json!({"min_remaining_ttl_seconds": 600}))
        .await;
    assert_eq!(
        (&first["id"], &first["token"]),
        (&again["id"], &again["token"])
    );
    emulator.clock().advance(Duration::from_secs(3100));
    let fresh = machine
        .post("/m2m_tokens", json!({"min_remaining_ttl_seconds": 600}))
        .await;
    assert_ne!(first["id"], fresh["id"]);
}

#[tokio::test]
async fn tokens_can_be_jwts() {
    let emulator = emulator().await;
    let api = Api::new(&emulator);
    let (machine_id, machine) = machine(&api, "one").await;
    let token = machine
        .post(
            "/m2m_tokens",
            json!({"token_format": "jwt", "claims": {"job": 7}}),
        )
        .await;
    let claims = insecure_decode::<Value>(token["token"].as_str().unwrap())
        .unwrap()
        .claims;
    assert_eq!(
        (&claims["sub"], &claims["jti"], &claims["job"]),
        (&json!(machine_id), &token["id"], &json!(7))
    );
    machine
        .post("/m2m_tokens/verify", json!({"token": token["token"]}))
        .await;
}

#[tokio::test]
async fn a_rotated_key_works_for_as_long_as_was_said() {
    let emulator = emulator().await;
    let api = Api::new(&emulator);
    let (machine_id, old) = machine(&api, "one").await;
    let path = format!("/machines/{machine_id}/secret_key");
    let rotated = api
        .post(&format!("{path}/rotate"), json!({"previous_token_ttl": 60}))
        .await;
    let new = api.with_key(rotated["secret"].as_str().unwrap());
    assert_eq!(api.get(&path).await["secret"], rotated["secret"]);
    old.post("/m2m_tokens", json!({})).await;
    new.post("/m2m_tokens", json!({})).await;
    emulator.clock().advance(Duration::from_secs(60));
    assert_eq!(old.rejected("POST", "/m2m_tokens", json!({})).await.0, 401);
    new.post("/m2m_tokens", json!({})).await;
}

#[tokio::test]
async fn api_keys_verify_until_they_are_revoked_or_expired() {
    let emulator = emulator().await;
    let api = Api::new(&emulator);
    let user = api.user("ada@example.com").await;
    let body =
        json!({"name": "scripts", "subject": user, "scopes": ["read"], "claims": {"team": 1}});
    let key = api.post("/api_keys", body).await;
    assert!(key["secret"].as_str().unwrap().starts_with("ak_"));
    let path = format!("/api_keys/{}", id(&key));
    assert!(api.get(&path).await.get("secret").is_none());
    assert_eq!(
        api.get(&format!("{path}/secret")).await["secret"],
        key["secret"]
    );
    let verify = json!({"secret": key["secret"]});
    assert_eq!(
        api.post("/api_keys/verify", verify.clone()).await["scopes"],
        json!(["read"])
    );
    api.post(
        &format!("{path}/revoke"),
        json!({"revocation_reason": "lost"}),
    )
    .await;
    assert_eq!(
        api.rejected("POST", "/api_keys/verify", verify).await.0,
        404
    );
    assert_eq!(
        api.get(&format!("/api_keys?subject={user}")).await["total_count"],
        0
    );
    assert_eq!(
        api.get(&format!("/api_keys?subject={user}&include_invalid=true"))
            .await["total_count"],
        1
    );

    let short = json!({"name": "short", "subject": user, "seconds_until_expiration": 10});
    let short = api.post("/api_keys", short).await;
    emulator.clock().advance(Duration::from_secs(10));
    assert_eq!(
        api.rejected(
            "POST",
            "/api_keys/verify",
            json!({"secret": short["secret"]})
        )
        .await
        .0,
        404
    );
    let nobody = json!({"name": "nobody", "subject": "user_300000000000000000000000000"});
    assert_eq!(api.rejected("POST", "/api_keys", nobody).await.0, 404);
}

#[tokio::test]
async fn oauth_tokens_verify_until_their_application_revokes_them() {
    let emulator = emulator().await;
    let api = Api::new(&emulator);
    let user = api.user("ada@example.com").await;
    let body = json!({"name": "App", "redirect_uris": ["https://example.com/callback"]});
    let application = api.post("/oauth_applications", body).await;
    assert!(application["client_secret"].is_string());
    let client_id = application["client_id"].as_str().unwrap();
    let token = emulator
        .issue_oauth_token(client_id, &user, &["profile", "email"])
        .unwrap();
    let verify = "/oauth_applications/access_tokens/verify";
    let verified = api.post(verify, json!({"access_token": token})).await;
    assert_eq!(
        (&verified["subject"], &verified["scopes"]),
        (&json!(user), &json!(["profile", "email"]))
    );
    let path = format!("/oauth_applications/{}", id(&application));
    assert!(api.get(&path).await.get("client_secret").is_none());
    let status = api
        .send(
            "POST",
            &format!("{path}/revoke_token"),
            Some(&json!({"token": token})),
        )
        .await
        .status;
    assert_eq!(status, 204);
    assert_eq!(
        api.rejected("POST", verify, json!({"access_token": token}))
            .await
            .0,
        404
    );
    assert!(emulator.issue_oauth_token("nobody", &user, &[]).is_err());
}

#[tokio::test]
async fn machine_tokens_answer_at_the_hosts_root_as_well() {
    let emulator = emulator().await;
    let api = Api::new(&emulator);
    let user = api.user("ada@example.com").await;
    let key = api
        .post("/api_keys", json!({"name": "scripts", "subject": user}))
        .await;
    let request = reqwest::Client::new()
        .post(format!("{}/api_keys/verify", emulator.url()))
        .bearer_auth(emulator.secret_key())
        .body(json!({"secret": key["secret"]}).to_string());
    assert_eq!(crate::http::reply(request).await.body["id"], key["id"]);
    let users = reqwest::Client::new()
        .get(format!("{}/users", emulator.url()))
        .bearer_auth(emulator.secret_key());
    assert_eq!(crate::http::reply(users).await.status, 404);
}
