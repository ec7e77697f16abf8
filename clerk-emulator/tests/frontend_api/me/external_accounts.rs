use serde_json::{Value, json};

use super::{Ada, error};
use crate::browser::{APP, backend_get, text};

const ACCOUNTS: &str = "/v1/me/external_accounts";

#[tokio::test]
async fn a_connection_begins_with_the_way_to_the_provider() {
    let mut ada = Ada::new().await;
    let fields = [("strategy", "oauth_github"), ("redirect_url", APP)];
    let account = ada.post(ACCOUNTS, &fields).await;
    let verification = &account["verification"];
    assert_eq!(verification["status"], "unverified");
    let way = text(&verification["external_verification_redirect_url"]);
    assert!(way.starts_with(ada.emulator.url()), "{way}");
    let seen = ada.backend().await;
    assert_eq!(seen["external_accounts"][0]["provider"], "oauth_github");
    // Another try takes the first one's place.
    let second = ada.post(ACCOUNTS, &fields).await;
    let seen = ada.backend().await;
    let accounts = seen["external_accounts"].as_array().unwrap();
    assert_eq!(accounts.len(), 1);
    assert_eq!(accounts[0]["id"], second["id"]);
    // No token comes from a provider that nobody was at.
    let path = format!("/users/{}/oauth_access_tokens/oauth_github", ada.id);
    assert_eq!(backend_get(&ada.emulator, &path).await.json(), json!([]));
}

#[tokio::test]
async fn what_cannot_be_connected_is_rejected() {
    let mut ada = Ada::new().await;
    let strategy = ("strategy", "oauth_github");
    let redirect = ("redirect_url", APP);
    for (fields, code, name) in [
        (vec![redirect], "form_param_missing", "strategy"),
        (vec![strategy], "form_param_missing", "redirect_url"),
        (
            vec![("strategy", "oauth_nobody"), redirect],
            "strategy_for_user_invalid",
            "strategy",
        ),
        (
            vec![("strategy", "password"), redirect],
            "form_param_format_invalid",
            "strategy",
        ),
        (
            vec![strategy, ("redirect_url", "/somewhere")],
            "form_param_format_invalid",
            "redirect_url",
        ),
        (
            vec![strategy, redirect, ("token", "x")],
            "form_param_value_invalid",
            "token",
        ),
    ] {
        let rejected = ada.rejected("POST", ACCOUNTS, &fields).await;
        assert_eq!(rejected, error(422, code, name));
    }
    assert_eq!(ada.backend().await["external_accounts"], json!([]));
}

/// An account that the application put there, as somebody connected it.
fn connected(ada: &Ada) -> String {
    let fields = json!({
        "provider": "oauth_google", "provider_user_id": "g1", "approved_scopes": "email", "email_address": "a@g.com",
    });
    let collection = format!("users/{}/external_accounts", ada.id);
    text(&ada.emulator.insert(&collection, fields).unwrap()["id"])
}

#[tokio::test]
async fn an_account_is_asked_for_more_and_its_tokens_are_revoked() {
    let mut ada = Ada::new().await;
    let id = connected(&ada);
    let google = [("strategy", "oauth_google"), ("redirect_url", APP)];
    let twice = ada.rejected("POST", ACCOUNTS, &google).await;
    assert_eq!(
        twice,
        error(422, "oauth_account_already_connected", "strategy")
    );
    let again = format!("{ACCOUNTS}/{id}/reauthorize");
    let fields = [("redirect_url", APP), ("additional_scope", "calendar")];
    let account = ada.form("PATCH", &again, &fields).await;
    let verification = &account["verification"];
    assert_eq!(verification["status"], "verified", "it stays connected");
    assert_ne!(
        verification["external_verification_redirect_url"],
        Value::Null
    );
    let tokens = format!("/users/{}/oauth_access_tokens/oauth_google", ada.id);
    let before = backend_get(&ada.emulator, &tokens).await.json();
    assert_eq!(before.as_array().unwrap().len(), 1);
    ada.form("DELETE", &format!("{ACCOUNTS}/{id}/tokens"), &[])
        .await;
    assert_eq!(backend_get(&ada.emulator, &tokens).await.json(), json!([]));
}

#[tokio::test]
async fn an_account_is_deleted() {
    let mut ada = Ada::new().await;
    let id = connected(&ada);
    let path = format!("{ACCOUNTS}/{id}");
    let deleted = ada.form("DELETE", &path, &[]).await;
    assert_eq!(deleted["object"], "external_account");
    assert_eq!(ada.backend().await["external_accounts"], json!([]));
    let not_found = error(404, "resource_not_found", "");
    assert_eq!(ada.rejected("DELETE", &path, &[]).await, not_found);
    let again = format!("{path}/reauthorize");
    let fields = [("redirect_url", APP)];
    assert_eq!(ada.rejected("PATCH", &again, &fields).await, not_found);
}
