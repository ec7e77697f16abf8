use std::time::Duration;

use serde_json::{Value, json};

use crate::http::{Api, emulator, id};

#[tokio::test]
async fn the_creator_is_admin_and_members_are_counted() {
    let emulator = emulator().await;
    let api = Api::new(&emulator);
    let (ada, grace) = (
        api.user("ada@example.com").await,
        api.user("grace@example.com").await,
    );
    let organization = id(&api
        .post("/organizations", json!({"name": "Acme", "created_by": ada}))
        .await);
    let members = format!("/organizations/{organization}/memberships");
    let list = api.get(&members).await;
    assert_eq!(
        (&list["total_count"], &list["data"][0]["role"]),
        (&json!(1), &json!("org:admin"))
    );
    let permissions = list["data"][0]["permissions"].as_array().unwrap();
    assert!(permissions.contains(&json!("org:sys_memberships:manage")));
    let member = json!({"user_id": grace, "role": "org:member"});
    assert_eq!(
        api.post(&members, member.clone()).await["public_user_data"]["identifier"],
        "grace@example.com"
    );
    assert_eq!(
        api.rejected("POST", &members, member).await,
        (400, "already_a_member_in_organization".to_owned())
    );
    let counted = api
        .get(&format!(
            "/organizations/{organization}?include_members_count=true"
        ))
        .await;
    assert_eq!(counted["members_count"], 2);
    assert!(
        api.get(&format!("/organizations/{organization}"))
            .await
            .get("members_count")
            .is_none()
    );
    api.delete(&format!("{members}/{grace}")).await;
    let counted = api
        .get(&format!(
            "/organizations/{organization}?include_members_count=true"
        ))
        .await;
    assert_eq!(counted["members_count"], 1);
    assert_eq!(
        api.get(&format!("/users/{grace}/organization_memberships"))
            .await["total_count"],
        0
    );
}

#[tokio::test]
async fn slugs_are_unique_and_made_from_the_name() {
    let emulator = emulator().await;
    let api = Api::new(&emulator);
    let first = api
        .post("/organizations", json!({"name": "Acme & Sons"}))
        .await;
    assert_eq!(first["slug"], "acme-sons");
    let second = api
        .post("/organizations", json!({"name": "Acme & Sons"}))
        .await;
    assert_ne!(second["slug"], "acme-sons");
    let taken = api
        .rejected(
            "POST",
            "/organizations",
            json!({"name": "X", "slug": "acme-sons"}),
        )
        .await;
    assert_eq!(taken, (422, "form_identifier_exists".to_owned()));
    assert_eq!(api.get("/organizations/acme-sons").await["id"], first["id"]);
    assert_eq!(
        api.delete(&format!("/organizations/{}", id(&first))).await["slug"],
        "acme-sons"
    );
}

#[tokio::test]
async fn metadata_is_merged_by_patch_and_replaced_by_put() {
    let emulator = emulator().await;
    let api = Api::new(&emulator);
    let body = json!({"name": "Acme", "public_metadata": {"a": 1, "b": {"c": 2}}});
    let path = format!(
        "/organizations/{}/metadata",
        id(&api.post("/organizations", body).await)
    );
    let merged = api
        .patch(
            &path,
            json!({"public_metadata": {"a": null, "b": {"d": 3}}}),
        )
        .await;
    assert_eq!(merged["public_metadata"], json!({"b": {"c": 2, "d": 3}}));
    let replaced = api.put(&path, json!({"public_metadata": {"e": 4}})).await;
    assert_eq!(replaced["public_metadata"], json!({"e": 4}));
}

#[tokio::test]
async fn there_is_room_for_as_many_members_as_allowed() {
    let emulator = emulator().await;
    let api = Api::new(&emulator);
    let (ada, grace) = (
        api.user("ada@example.com").await,
        api.user("grace@example.com").await,
    );
    let body = json!({"name": "Small", "created_by": ada, "max_allowed_memberships": 1});
    let path = format!(
        "/organizations/{}",
        id(&api.post("/organizations", body).await)
    );
    let full = api
        .rejected(
            "POST",
            &format!("{path}/memberships"),
            json!({"user_id": grace, "role": "org:member"}),
        )
        .await;
    assert_eq!(
        full,
        (403, "organization_membership_quota_exceeded".to_owned())
    );
    let invitation = json!({"email_address": "new@example.com", "role": "org:member"});
    assert_eq!(
        api.rejected("POST", &format!("{path}/invitations"), invitation)
            .await
            .0,
        403
    );
}

#[tokio::test]
async fn invitations_are_pending_once_and_expire_or_are_revoked() {
    let emulator = emulator().await;
    let api = Api::new(&emulator);
    let organization = id(&api.post("/organizations", json!({"name": "Acme"})).await);
    let path = format!("/organizations/{organization}/invitations");
    let body =
        json!({"email_address": "new@example.com", "role": "org:member", "expires_in_days": 1});
    let first = api.post(&path, body.clone()).await;
    assert!(first["url"].as_str().unwrap().contains("ticket="));
    assert_eq!(
        api.rejected("POST", &path, body.clone()).await,
        (400, "duplicate_record".to_owned())
    );
    emulator.clock().advance(Duration::from_secs(86_400));
    assert_eq!(
        api.get(&format!("{path}/{}", id(&first))).await["status"],
        "expired"
    );
    let second = id(&api.post(&path, body).await);
    assert_eq!(
        api.get(&format!("{path}?status=pending")).await["total_count"],
        1
    );
    assert_eq!(
        api.post(&format!("{path}/{second}/revoke"), json!({}))
            .await["status"],
        "revoked"
    );
    assert_eq!(
        api.rejected("POST", &format!("{path}/{second}/revoke"), json!({}))
            .await
            .0,
        400
    );
    let unknown = json!({"email_address": "x@example.com", "role": "org:no_such_role"});
    assert_eq!(api.rejected("POST", &path, unknown).await.0, 404);
    // One that cannot be made makes none.
    let bulk = json!([
        {"email_address": "one@example.com", "role": "org:member"},
        {"email_address": "nonsense", "role": "org:member"},
    ]);
    assert_eq!(
        api.rejected("POST", &format!("{path}/bulk"), bulk).await.0,
        422
    );
    assert_eq!(
        api.get(&format!("{path}?status=pending")).await["total_count"],
        0
    );
}

#[tokio::test]
async fn a_role_that_is_used_cannot_be_deleted() {
    let emulator = emulator().await;
    let api = Api::new(&emulator);
    let ada = api.user("ada@example.com").await;
    let organization = id(&api.post("/organizations", json!({"name": "Acme"})).await);
    let role = id(&api
        .post(
            "/organization_roles",
            json!({"key": "org:clerk", "name": "Clerk"}),
        )
        .await);
    let members = format!("/organizations/{organization}/memberships");
    api.post(&members, json!({"user_id": ada, "role": "org:clerk"}))
        .await;
    let path = format!("/organization_roles/{role}");
    assert_eq!(api.rejected("DELETE", &path, Value::Null).await.0, 403);
    let changed = api
        .patch(&format!("{members}/{ada}"), json!({"role": "org:member"}))
        .await;
    assert_eq!(changed["role_name"], "Member");
    api.delete(&path).await;
    let same_key = api
        .rejected(
            "POST",
            "/organization_roles",
            json!({"key": "org:admin", "name": "Again"}),
        )
        .await;
    assert_eq!(same_key, (422, "form_identifier_exists".to_owned()));
    let form = api
        .rejected(
            "POST",
            "/organization_roles",
            json!({"key": "boss", "name": "Boss"}),
        )
        .await;
    assert_eq!(form, (422, "form_param_format_invalid".to_owned()));
}

#[tokio::test]
async fn replacing_a_role_set_moves_members_to_other_roles() {
    let emulator = emulator().await;
    let api = Api::new(&emulator);
    let ada = api.user("ada@example.com").await;
    api.post(
        "/organization_roles",
        json!({"key": "org:guest", "name": "Guest"}),
    )
    .await;
    let set = json!({
        "name": "Guests", "roles": ["org:admin", "org:guest"], "default_role_key": "org:guest", "creator_role_key": "org:admin",
    });
    let set = api.post("/role_sets", set).await;
    assert_eq!(
        (&set["key"], &set["default_role"]["key"]),
        (&json!("role_set:guests"), &json!("org:guest"))
    );
    let body = json!({"name": "Acme", "role_set_key": "role_set:guests"});
    let organization = id(&api.post("/organizations", body).await);
    let members = format!("/organizations/{organization}/memberships");
    let outside = api
        .rejected(
            "POST",
            &members,
            json!({"user_id": ada, "role": "org:member"}),
        )
        .await;
    assert_eq!(outside, (422, "form_param_value_invalid".to_owned()));
    api.post(&members, json!({"user_id": ada, "role": "org:guest"}))
        .await;
    let replace = json!({"dest_role_set_key": "role_set:default", "reassignment_mappings": {"org:guest": "org:member"}});
    api.post("/role_sets/role_set:guests/replace", replace)
        .await;
    assert_eq!(api.get(&members).await["data"][0]["role"], "org:member");
    assert_eq!(
        api.get(&format!("/organizations/{organization}")).await["role_set_key"],
        "role_set:default"
    );
    assert_eq!(
        api.rejected("GET", "/role_sets/role_set:guests", Value::Null)
            .await
            .0,
        404
    );
}

#[tokio::test]
async fn domains_belong_to_one_organization() {
    let emulator = emulator().await;
    let api = Api::new(&emulator);
    let (one, two) = (
        id(&api.post("/organizations", json!({"name": "One"})).await),
        id(&api.post("/organizations", json!({"name": "Two"})).await),
    );
    let body = json!({"name": "acme.example", "enrollment_mode": "automatic_suggestion", "verified": false});
    let domain = id(&api
        .post(&format!("/organizations/{one}/domains"), body.clone())
        .await);
    assert_eq!(
        api.rejected("POST", &format!("/organizations/{two}/domains"), body)
            .await
            .0,
        422
    );
    let elsewhere = format!("/organizations/{two}/domains/{domain}");
    assert_eq!(api.rejected("DELETE", &elsewhere, Value::Null).await.0, 404);
    assert_eq!(
        api.get("/organization_domains?verified=true").await["total_count"],
        0
    );
    api.post(
        &format!("/organizations/{one}/domains/{domain}/verify_ownership"),
        json!({}),
    )
    .await;
    assert_eq!(
        api.get("/organization_domains?verified=true").await["total_count"],
        1
    );
    assert_eq!(
        api.get("/organization_domains?enrollment_mode=-automatic_suggestion")
            .await["total_count"],
        0
    );
}
