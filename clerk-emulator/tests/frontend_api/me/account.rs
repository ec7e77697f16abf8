use serde_json::{Value, json};

use super::{Ada, error, error_of};
use crate::browser::{Browser, PASSWORD, backend, backend_get, emulator, text, user};

const CHANGE: &str = "/v1/me/change_password";
const REMOVE: &str = "/v1/me/remove_password";

#[tokio::test]
async fn names_are_changed_and_an_empty_text_clears_them() {
    let mut ada = Ada::new().await;
    let fields = [
        ("first_name", "Augusta"),
        ("last_name", "King"),
        ("username", "countess"),
    ];
    let changed = ada.form("PATCH", "/v1/me", &fields).await;
    assert_eq!(changed["username"], "countess");
    ada.form("PATCH", "/v1/me", &[("last_name", ""), ("username", "")])
        .await;
    let seen = ada.backend().await;
    assert_eq!(seen["first_name"], "Augusta");
    assert_eq!(seen["last_name"], json!(null));
    assert_eq!(seen["username"], json!(null));
}

#[tokio::test]
async fn a_username_that_does_not_fit_or_is_taken_is_rejected() {
    let mut ada = Ada::new().await;
    let taken = json!({"username": "grace", "email_address": ["grace@example.com"]});
    backend(&ada.emulator, "/users", taken).await;
    for (username, code) in [
        ("GRACE", "form_identifier_exists"),
        ("a b c d", "form_username_invalid_character"),
        ("abc", "form_username_invalid_character"),
    ] {
        let rejected = ada
            .rejected(
                "PATCH",
                "/v1/me",
                &[("username", username), ("first_name", "X")],
            )
            .await;
        assert_eq!(rejected, error(422, code, "username"));
    }
    assert_eq!(ada.backend().await["first_name"], "Ada");
}

#[tokio::test]
async fn the_last_username_stays_if_nothing_else_identifies_the_user() {
    let emulator = emulator().await;
    let user = backend(&emulator, "/users", json!({"username": "nobody_else"})).await;
    let mut browser = Browser::signed_in(&emulator, &text(&user["id"])).await;
    let reply = browser.form("PATCH", "/v1/me", &[("username", "")]).await;
    let expected = error(400, "identification_deletion_failed", "username");
    assert_eq!(error_of(&reply), expected);
}

#[tokio::test]
async fn a_primary_email_address_has_to_be_a_verified_one_of_the_user() {
    let mut ada = Ada::new().await;
    let grace = user(&ada.emulator, "grace@example.com").await;
    let graces = backend_get(&ada.emulator, &format!("/users/{grace}"))
        .await
        .json();
    let name = "primary_email_address_id";
    let graces = text(&graces[name]);
    let rejected = ada.rejected("PATCH", "/v1/me", &[(name, &graces)]).await;
    assert_eq!(rejected, error(404, "resource_not_found", name));
    let email = [("email_address", "second@example.com")];
    let unverified = text(&ada.post("/v1/me/email_addresses", &email).await["id"]);
    let rejected = ada
        .rejected("PATCH", "/v1/me", &[(name, &unverified)])
        .await;
    assert_eq!(rejected, error(422, "form_param_value_invalid", name));
    let path = ada.verified("email_address", "third@example.com").await;
    let id = path.rsplit('/').next().unwrap();
    ada.form("PATCH", "/v1/me", &[(name, id)]).await;
    assert_eq!(ada.backend().await[name], id);
}

#[tokio::test]
async fn users_cannot_change_what_is_the_applications() {
    let mut ada = Ada::new().await;
    let fields = [
        ("public_metadata", r#"{"admin":true}"#),
        ("external_id", "42"),
        ("banned", "true"),
        ("password", "another horse battery"),
        ("first_name", "Augusta"),
    ];
    ada.form("PATCH", "/v1/me", &fields).await;
    let seen = ada.backend().await;
    assert_eq!(seen["public_metadata"], json!({}));
    assert_eq!(seen["external_id"], json!(null));
    assert_eq!(seen["first_name"], "Augusta");
    let password = [("current_password", PASSWORD), ("new_password", PASSWORD)];
    ada.post(CHANGE, &password).await;
}

#[tokio::test]
async fn unsafe_metadata_is_replaced_with_the_user_and_merged_by_itself() {
    let mut ada = Ada::new().await;
    let first = [("unsafe_metadata", r#"{"theme":"dark","size":{"x":1}}"#)];
    ada.form("PATCH", "/v1/me", &first).await;
    let more = [("unsafe_metadata", r#"{"theme":null,"size":{"y":2}}"#)];
    ada.form("PATCH", "/v1/me/metadata", &more).await;
    let expected = json!({"size": {"x": 1, "y": 2}});
    assert_eq!(ada.backend().await["unsafe_metadata"], expected);
    ada.form("PATCH", "/v1/me", &[("unsafe_metadata", "{}")])
        .await;
    assert_eq!(ada.backend().await["unsafe_metadata"], json!({}));
}

#[tokio::test]
async fn unsafe_metadata_has_to_be_an_object_of_eight_kilobytes_at_most() {
    let mut ada = Ada::new().await;
    let half = format!(r#"{{"a":"{}"}}"#, "x".repeat(5000));
    let other = half.replace("\"a\"", "\"b\"");
    let long = format!(r#"{{"a":"{}"}}"#, "x".repeat(9000));
    ada.form("PATCH", "/v1/me/metadata", &[("unsafe_metadata", &half)])
        .await;
    for path in ["/v1/me", "/v1/me/metadata"] {
        for text in ["[1]", "dark", "{", &*long] {
            let fields = [("unsafe_metadata", text)];
            let rejected = ada.rejected("PATCH", path, &fields).await;
            let expected = error(422, "form_param_value_invalid", "unsafe_metadata");
            assert_eq!(rejected, expected, "{text}");
        }
    }
    let rejected = ada
        .rejected("PATCH", "/v1/me/metadata", &[("unsafe_metadata", &other)])
        .await;
    assert_eq!(rejected.0, 422);
    let seen = ada.backend().await["unsafe_metadata"].to_string();
    assert!(seen.len() < 6000 && seen.contains("\"a\""));
}

#[tokio::test]
async fn a_password_is_changed_by_who_knows_the_present_one() {
    let mut ada = Ada::new().await;
    let new = ("new_password", "another horse battery");
    let name = "current_password";
    let missing = ada.rejected("POST", CHANGE, &[new]).await;
    assert_eq!(missing, error(422, "form_param_missing", name));
    let wrong = ada.rejected("POST", CHANGE, &[new, (name, "wrong")]).await;
    assert_eq!(wrong, error(422, "form_password_incorrect", name));
    let short = [("new_password", "short"), (name, PASSWORD)];
    let short = ada.rejected("POST", CHANGE, &short).await;
    let expected = error(422, "form_password_length_too_short", "new_password");
    assert_eq!(short, expected);
    let none = ada.rejected("POST", CHANGE, &[(name, PASSWORD)]).await;
    assert_eq!(none, error(422, "form_param_missing", "new_password"));
    ada.post(CHANGE, &[new, (name, PASSWORD)]).await;
    let path = format!("/users/{}/verify_password", ada.id);
    let verified = backend(&ada.emulator, &path, json!({"password": new.1})).await;
    assert_eq!(verified["verified"], true);
}

#[tokio::test]
async fn another_password_can_sign_out_of_the_other_sessions() {
    let mut ada = Ada::new().await;
    let mut other = Browser::signed_in(&ada.emulator, &ada.id).await;
    for (flag, left) in [("false", 1), ("true", 0)] {
        let fields = [
            ("current_password", PASSWORD),
            ("new_password", PASSWORD),
            ("sign_out_of_other_sessions", flag),
        ];
        let reply = ada.browser.form("POST", CHANGE, &fields).await;
        let sessions = reply.json()["client"]["sessions"].as_array().unwrap().len();
        assert_eq!(sessions, 1);
        let client = other.get("/v1/client").await.json();
        let sessions = client["response"]["sessions"].as_array().unwrap();
        assert_eq!(sessions.len(), left);
    }
}

#[tokio::test]
async fn a_password_is_removed_if_something_else_signs_the_user_in() {
    let mut ada = Ada::new().await;
    let wrong = [("current_password", "wrong")];
    let wrong = ada.rejected("POST", REMOVE, &wrong).await;
    assert_eq!(
        wrong,
        error(422, "form_password_incorrect", "current_password")
    );
    let right = [("current_password", PASSWORD)];
    let user = ada.post(REMOVE, &right).await;
    assert_eq!(user["password_enabled"], false);
    assert_eq!(ada.backend().await["password_enabled"], false);
    let again = ada.rejected("POST", REMOVE, &right).await;
    assert_eq!(again, error(400, "no_password_set", ""));
    // A first password needs no other.
    ada.post(CHANGE, &[("new_password", PASSWORD)]).await;
    assert_eq!(ada.backend().await["password_enabled"], true);
}

#[tokio::test]
async fn a_password_that_is_the_only_way_in_stays() {
    let emulator = emulator().await;
    let fields = json!({"username": "only_a_name", "password": PASSWORD});
    let user = text(&backend(&emulator, "/users", fields).await["id"]);
    let mut browser = Browser::signed_in(&emulator, &user).await;
    let right = [("current_password", PASSWORD)];
    let reply = browser.form("POST", REMOVE, &right).await;
    assert_eq!(error_of(&reply), error(400, "password_is_last_factor", ""));
}

#[tokio::test]
async fn an_image_is_put_in_place_and_removed() {
    let mut ada = Ada::new().await;
    let image = "/v1/me/profile_image";
    let missing = ada.rejected("DELETE", image, &[]).await;
    assert_eq!(missing, error(404, "resource_not_found", ""));
    let reply = ada.browser.upload("POST", image).await.json();
    let url = text(&reply["response"]["public_url"]);
    let seen = ada.backend().await;
    assert_eq!(
        (&seen["image_url"], &seen["has_image"]),
        (&json!(url), &json!(true))
    );
    assert_eq!(
        reqwest::get(&url).await.unwrap().text().await.unwrap(),
        "pixels"
    );
    let deleted = ada.form("DELETE", image, &[]).await;
    assert_eq!(deleted["deleted"], true);
    assert_eq!(ada.backend().await["has_image"], false);
    assert_eq!(reqwest::get(&url).await.unwrap().status(), 404);
}

#[tokio::test]
async fn who_leaves_is_gone_and_signed_out_everywhere() {
    let mut ada = Ada::new().await;
    let mut other = Browser::signed_in(&ada.emulator, &ada.id).await;
    let reply = ada.browser.form("DELETE", "/v1/me", &[]).await.json();
    assert_eq!(
        reply["response"],
        json!({"object": "user", "id": ada.id, "deleted": true})
    );
    assert_eq!(reply["client"]["sessions"], json!([]));
    assert_eq!(reply["client"]["last_active_session_id"], Value::Null);
    let path = format!("/users/{}", ada.id);
    assert_eq!(backend_get(&ada.emulator, &path).await.status, 404);
    for browser in [&mut ada.browser, &mut other] {
        assert_eq!(browser.get("/v1/me").await.status, 401);
    }
}

#[tokio::test]
async fn who_may_not_leave_stays() {
    let emulator = emulator().await;
    let fields = json!({"email_address": ["kept@example.com"], "delete_self_enabled": false});
    let kept = text(&backend(&emulator, "/users", fields).await["id"]);
    let mut browser = Browser::signed_in(&emulator, &kept).await;
    let reply = browser.form("DELETE", "/v1/me", &[]).await;
    let expected = error(403, "user_delete_self_not_enabled", "");
    assert_eq!(error_of(&reply), expected);
    assert_eq!(
        browser.get("/v1/me").await.json()["response"]["id"],
        kept.as_str()
    );
}
