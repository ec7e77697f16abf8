//! Organizations themselves.

use serde_json::json;

use super::{Team, named, rejected, rejection, response};
use crate::browser::{Browser, backend, backend_get, text, user, verified};

#[tokio::test]
async fn who_creates_an_organization_administers_it_and_stays_where_it_was() {
    let mut team = Team::start().await;
    let fields = [("name", "Looms")];
    let looms = response(&team.graces.form("POST", "/v1/organizations", &fields).await);
    assert_eq!(looms["slug"], "looms");
    let path = format!("/organizations/{}/memberships", text(&looms["id"]));
    let members = backend_get(&team.emulator, &path).await.json();
    assert_eq!(members["data"][0]["role"], "org:admin");
    assert_eq!(
        members["data"][0]["public_user_data"]["user_id"],
        team.grace.as_str()
    );
    let client = team.graces.get("/v1/client").await.json();
    let session = &client["response"]["sessions"][0];
    assert!(session["last_active_organization_id"].is_null());
}

#[tokio::test]
async fn an_organization_is_active_after_a_touch_and_in_the_token() {
    let mut team = Team::start().await;
    let client = team.hers.get("/v1/client").await.json();
    let session = text(&client["response"]["sessions"][0]["id"]);
    let path = format!("/v1/client/sessions/{session}/touch");
    let fields = [("active_organization_id", &*team.engines)];
    let touched = response(&team.hers.form("POST", &path, &fields).await);
    let jwt = text(&touched["last_active_token"]["jwt"]);
    let claims = verified(&team.emulator, &jwt);
    assert_eq!(claims["o"]["id"], team.engines.as_str());
    assert_eq!(claims["o"]["rol"], "admin");
}

#[tokio::test]
async fn names_are_required_and_slugs_unique() {
    let mut team = Team::start().await;
    let missing = team.hers.form("POST", "/v1/organizations", &[]).await;
    assert_eq!((missing.status, named(&missing).as_str()), (422, "name"));
    let fields = [("name", "Other"), ("slug", "engines")];
    let taken = team.hers.form("POST", "/v1/organizations", &fields).await;
    assert_eq!((taken.status, named(&taken).as_str()), (422, "slug"));
}

#[tokio::test]
async fn organizations_are_created_only_where_they_are_allowed() {
    let mut team = Team::start().await;
    let fields = [("name", "Looms")];
    let path = format!("/v1/users/{}", team.grace);
    let off = json!({"create_organization_enabled": false});
    patch(&team, &path, off).await;
    let reply = team.graces.form("POST", "/v1/organizations", &fields).await;
    assert_eq!(
        rejection(&reply),
        rejected(403, "organization_creation_not_allowed")
    );
    let off = json!({"enabled": false});
    patch(&team, "/v1/instance/organization_settings", off).await;
    let reply = team.hers.form("POST", "/v1/organizations", &fields).await;
    assert_eq!(
        rejection(&reply),
        rejected(403, "organization_not_enabled_in_instance")
    );
}

/// Changes something by the Backend API.
pub async fn patch(team: &Team, path: &str, body: serde_json::Value) {
    let request = reqwest::Client::new()
        .patch(format!("{}{path}", team.emulator.url()))
        .bearer_auth(team.emulator.secret_key())
        .header("content-type", "application/json")
        .body(body.to_string());
    let response = request.send().await.unwrap();
    assert!(response.status().is_success(), "{response:?}");
}

#[tokio::test]
async fn a_limit_of_organizations_is_kept() {
    let mut team = Team::start().await;
    let path = format!("/v1/users/{}", team.grace);
    patch(&team, &path, json!({"create_organizations_limit": 1})).await;
    let fields = [("name", "Looms")];
    response(&team.graces.form("POST", "/v1/organizations", &fields).await);
    let reply = team.graces.form("POST", "/v1/organizations", &fields).await;
    assert_eq!(
        rejection(&reply),
        rejected(403, "organization_creation_limit_reached")
    );
}

#[tokio::test]
async fn who_is_no_member_is_told_that_there_is_no_such_organization() {
    let team = Team::start().await;
    let stranger = user(&team.emulator, "joan@example.com").await;
    let browser = &mut Browser::signed_in(&team.emulator, &stranger).await;
    for below in [
        "",
        "/memberships",
        "/domains",
        "/billing/subscription",
        "/enterprise_connections",
    ] {
        let reply = browser.get(&team.path(below)).await;
        assert_eq!(
            rejection(&reply),
            rejected(404, "organization_not_found_or_unauthorized"),
            "{below}"
        );
    }
    let unknown = browser.get("/v1/organizations/org_unknown").await;
    assert_eq!(unknown.code(), "organization_not_found_or_unauthorized");
}

#[tokio::test]
async fn changes_need_a_permission_and_are_seen_by_the_backend_api() {
    let mut team = Team::start().await;
    let (path, fields) = (team.path(""), [("name", "Looms"), ("slug", "looms")]);
    let reply = team.graces.form("PATCH", &path, &fields).await;
    assert_eq!(
        rejection(&reply),
        rejected(403, "missing_organization_permission")
    );
    response(&team.hers.form("PATCH", &path, &fields).await);
    let path = format!("/organizations/{}", team.engines);
    let organization = backend_get(&team.emulator, &path).await.json();
    assert_eq!(organization["name"], "Looms");
    assert_eq!(organization["slug"], "looms");
}

#[tokio::test]
async fn logos_come_and_go() {
    let mut team = Team::start().await;
    let path = team.path("/logo");
    let shown = response(&team.hers.upload("PUT", &path).await);
    assert_eq!(shown["has_image"], true);
    response(&team.hers.form("DELETE", &path, &[]).await);
    let path = format!("/organizations/{}", team.engines);
    let organization = backend_get(&team.emulator, &path).await.json();
    assert_eq!(organization["has_image"], false);
}

#[tokio::test]
async fn administrators_delete_an_organization_unless_it_says_otherwise() {
    let mut team = Team::start().await;
    let path = team.path("");
    let backend_path = format!("/v1/organizations/{}", team.engines);
    patch(&team, &backend_path, json!({"admin_delete_enabled": false})).await;
    let reply = team.hers.form("DELETE", &path, &[]).await;
    assert_eq!(
        rejection(&reply),
        rejected(403, "organization_admin_delete_not_enabled")
    );
    patch(&team, &backend_path, json!({"admin_delete_enabled": true})).await;
    let reply = team.graces.form("DELETE", &path, &[]).await;
    assert_eq!(reply.status, 403);
    let deleted = response(&team.hers.form("DELETE", &path, &[]).await);
    assert_eq!(deleted["deleted"], true);
    let path = format!("/organizations/{}", team.engines);
    assert_eq!(backend_get(&team.emulator, &path).await.status, 404);
}

#[tokio::test]
async fn roles_are_those_that_the_organizations_members_can_have() {
    let mut team = Team::start().await;
    let role =
        json!({"key": "org:billing", "name": "Billing", "permissions": ["org:sys_billing:manage"]});
    backend(&team.emulator, "/organization_roles", role).await;
    let roles = response(&team.graces.get(&team.path("/roles")).await);
    let keys: Vec<&str> = roles["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|role| role["key"].as_str().unwrap())
        .collect();
    assert_eq!(keys, ["org:admin", "org:member", "org:billing"]);
}

#[tokio::test]
async fn a_new_organization_is_named_after_the_email_addresss_domain() {
    let mut team = Team::start().await;
    let path = "/v1/me/organization_creation_defaults";
    let defaults = response(&team.hers.get(path).await);
    assert_eq!(defaults["form"]["name"], "Example");
}
