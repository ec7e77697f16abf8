use serde_json::{Value, json};

use crate::http::{Api, emulator, id};

#[tokio::test]
async fn an_address_is_invited_once() {
    let emulator = emulator().await;
    let api = Api::new(&emulator);
    api.user("ada@example.com").await;
    let existing = api
        .rejected(
            "POST",
            "/invitations",
            json!({"email_address": "ada@example.com"}),
        )
        .await;
    assert_eq!(existing, (422, "form_identifier_exists".to_owned()));
    let invitation = id(&api
        .post("/invitations", json!({"email_address": "new@example.com"}))
        .await);
    let twice = api
        .rejected(
            "POST",
            "/invitations",
            json!({"email_address": "new@example.com"}),
        )
        .await;
    assert_eq!(twice, (400, "duplicate_record".to_owned()));
    api.post(
        "/invitations",
        json!({"email_address": "new@example.com", "ignore_existing": true}),
    )
    .await;
    let revoke = format!("/invitations/{invitation}/revoke");
    assert_eq!(api.post(&revoke, json!({})).await["status"], "revoked");
    assert_eq!(api.rejected("POST", &revoke, json!({})).await.0, 400);
    assert_eq!(
        api.get("/invitations?status=pending&paginated=true").await["total_count"],
        1
    );
}

#[tokio::test]
async fn who_waits_is_invited_or_rejected() {
    let emulator = emulator().await;
    let api = Api::new(&emulator);
    let entry = id(&api
        .post(
            "/waitlist_entries",
            json!({"email_address": "new@example.com"}),
        )
        .await);
    let again = api
        .post(
            "/waitlist_entries",
            json!({"email_address": "NEW@example.com"}),
        )
        .await;
    assert_eq!(id(&again), entry);
    let invited = api
        .post(&format!("/waitlist_entries/{entry}/invite"), json!({}))
        .await;
    assert_eq!(
        (&invited["status"], &invited["invitation"]["email_address"]),
        (&json!("invited"), &json!("new@example.com"))
    );
    assert_eq!(
        api.rejected(
            "POST",
            &format!("/waitlist_entries/{entry}/reject"),
            Value::Null
        )
        .await
        .0,
        409
    );
    assert_eq!(
        api.rejected("DELETE", &format!("/waitlist_entries/{entry}"), Value::Null)
            .await
            .0,
        409
    );
}

#[tokio::test]
async fn identifiers_are_listed_once_and_know_their_kind() {
    let emulator = emulator().await;
    let api = Api::new(&emulator);
    for list in ["/allowlist_identifiers", "/blocklist_identifiers"] {
        for (identifier, kind) in [
            ("*@spam.example", "email_address"),
            ("+15555550100", "phone_number"),
            ("0xab", "web3_wallet"),
        ] {
            let body = json!({"identifier": identifier});
            assert_eq!(api.post(list, body.clone()).await["identifier_type"], kind);
            assert_eq!(api.rejected("POST", list, body).await.0, 422);
        }
    }
    assert_eq!(api.get("/blocklist_identifiers").await["total_count"], 3);
    assert_eq!(
        api.get("/allowlist_identifiers")
            .await
            .as_array()
            .unwrap()
            .len(),
        3
    );
}

#[tokio::test]
async fn tickets_are_revoked_once() {
    let emulator = emulator().await;
    let api = Api::new(&emulator);
    let user = api.user("ada@example.com").await;
    let nobody = api
        .rejected("POST", "/sign_in_tokens", json!({"user_id": "user_nobody"}))
        .await;
    assert_eq!(nobody, (404, "resource_not_found".to_owned()));
    let actor = json!({"user_id": user, "actor": {"sub": "user_admin"}});
    for (list, body) in [
        ("/sign_in_tokens", json!({"user_id": user})),
        ("/actor_tokens", actor),
    ] {
        let token = api.post(list, body).await;
        assert!(
            token["url"]
                .as_str()
                .unwrap()
                .contains(token["token"].as_str().unwrap())
        );
        let revoke = format!("{list}/{}/revoke", id(&token));
        assert_eq!(api.post(&revoke, json!({})).await["status"], "revoked");
        assert_eq!(api.rejected("POST", &revoke, json!({})).await.0, 400);
    }
}

#[tokio::test]
async fn settings_are_kept() {
    let emulator = emulator().await;
    let api = Api::new(&emulator);
    let origins = json!({"allowed_origins": ["https://example.com"]});
    assert_eq!(
        api.send("PATCH", "/instance", Some(&origins)).await.status,
        204
    );
    assert_eq!(
        api.get("/instance").await["allowed_origins"],
        json!(["https://example.com"])
    );
    api.patch(
        "/instance/organization_settings",
        json!({"max_allowed_memberships": 3}),
    )
    .await;
    assert_eq!(
        api.get("/instance/organization_settings").await["max_allowed_memberships"],
        3
    );
    assert_eq!(
        api.post("/organizations", json!({"name": "Acme"})).await["max_allowed_memberships"],
        3
    );
    api.patch("/instance/protect", json!({"rules_enabled": true}))
        .await;
    assert_eq!(api.get("/instance/protect").await["rules_enabled"], true);
}

#[tokio::test]
async fn what_has_no_rules_is_kept_as_it_was_sent() {
    let emulator = emulator().await;
    let api = Api::new(&emulator);
    let body = json!({"name": "Acme", "provider": "saml_custom", "domains": ["acme.example"]});
    let connection = api.post("/enterprise_connections", body).await;
    assert_eq!(connection["domains"], json!(["acme.example"]));
    let path = format!("/enterprise_connections/{}", id(&connection));
    api.patch(&path, json!({"active": true})).await;
    let kept = api.get(&path).await;
    assert_eq!(
        (&kept["active"], &kept["name"]),
        (&json!(true), &json!("Acme"))
    );
    let directory = json!({"enterprise_connection_id": id(&connection), "provider": "okta"});
    let directory = id(&api.post("/directories", directory).await);
    let mappings = format!("/directories/{directory}/group_role_mappings");
    let all = json!({"mappings": [{"role_id": "role_1", "directory_group_id": "a"}, {"role_id": "role_2", "directory_group_id": "b"}]});
    assert_eq!(api.put(&mappings, all).await["total_count"], 2);
    let mapping = id(&api.get(&mappings).await["data"][0]);
    api.delete(&format!("{mappings}/{mapping}")).await;
    assert_eq!(api.get(&mappings).await["total_count"], 1);
    assert_eq!(
        api.delete(&format!("/directories/{directory}")).await["deleted"],
        true
    );
    assert_eq!(api.rejected("GET", &mappings, Value::Null).await.0, 404);
    assert_eq!(
        api.rejected("PATCH", &format!("/directories/{directory}"), json!({}))
            .await
            .0,
        404
    );
}

#[tokio::test]
async fn credit_is_adjusted_once_for_each_key() {
    let emulator = emulator().await;
    let api = Api::new(&emulator);
    let path = format!(
        "/users/{}/billing/credits",
        api.user("ada@example.com").await
    );
    let adjust =
        |action: &str, key: &str| json!({"action": action, "amount": 150, "idempotency_key": key});
    let first = api.post(&path, adjust("increase", "1")).await;
    assert_eq!(
        api.post(&path, adjust("increase", "1")).await["id"],
        first["id"]
    );
    assert_eq!(api.get(&path).await["balance"]["amount_formatted"], "1.50");
    api.post(&path, adjust("decrease", "2")).await;
    assert_eq!(
        api.rejected("POST", &path, adjust("decrease", "3")).await.0,
        422
    );
}

#[tokio::test]
async fn documents_are_put_in_only_where_there_is_a_place_for_them() {
    let emulator = emulator().await;
    for (collection, fields) in [
        ("users", json!({})),
        ("nowhere", json!({})),
        ("users/user_nobody/passkeys", json!({})),
        ("billing/statements/nothing/payment_attempts", json!({})),
        ("billing/plans", json!("no object")),
    ] {
        assert!(emulator.insert(collection, fields).is_err(), "{collection}");
    }
}
