use serde_json::{Value, json};

use super::{Ada, error};
use crate::browser::{START, backend, text, totp};

const TOTP: &str = "/v1/me/totp";
const ATTEMPT: &str = "/v1/me/totp/attempt_verification";

/// An authenticator app of Ada's: what verifying it returned, and its secret.
async fn enabled(ada: &mut Ada) -> (Value, String) {
    let begun = ada.post(TOTP, &[]).await;
    let secret = text(&begun["secret"]);
    let verified = ada.post(ATTEMPT, &[("code", &totp(&secret))]).await;
    (verified, secret)
}

#[tokio::test]
async fn an_authenticator_app_is_a_second_factor_once_it_shows_the_code() {
    let mut ada = Ada::new().await;
    let begun = ada.post(TOTP, &[]).await;
    let secret = text(&begun["secret"]);
    let uri = text(&begun["uri"]);
    assert_eq!(begun["verified"], false);
    assert!(
        uri.starts_with("otpauth://totp/Clerk%20emulator:ada%40example%2Ecom?"),
        "{uri}"
    );
    assert!(uri.contains(&format!("secret={secret}&")), "{uri}");
    assert_eq!(ada.backend().await["totp_enabled"], false);
    let wrong = ada.rejected("POST", ATTEMPT, &[("code", "000000")]).await;
    assert_eq!(wrong, error(422, "form_code_incorrect", "code"));
    let missing = ada.rejected("POST", ATTEMPT, &[]).await;
    assert_eq!(missing, error(422, "form_param_missing", "code"));
    let verified = ada.post(ATTEMPT, &[("code", &totp(&secret))]).await;
    assert_eq!(
        (&verified["verified"], &verified["secret"]),
        (&json!(true), &Value::Null)
    );
    let codes = verified["backup_codes"].as_array().unwrap();
    assert_eq!(codes.len(), 10);
    let seen = ada.backend().await;
    assert_eq!(
        (&seen["totp_enabled"], &seen["backup_code_enabled"]),
        (&json!(true), &json!(true))
    );
    assert_eq!(seen["mfa_enabled_at"], START);
    let path = format!("/users/{}/verify_totp", ada.id);
    for code in [totp(&secret), text(&codes[0])] {
        let verified = backend(&ada.emulator, &path, json!({"code": code})).await;
        assert_eq!(verified["verified"], true);
    }
    let again = ada.rejected("POST", TOTP, &[]).await;
    assert_eq!(again, error(400, "totp_already_enabled", ""));
    let again = ada
        .rejected("POST", ATTEMPT, &[("code", &totp(&secret))])
        .await;
    assert_eq!(again, error(400, "totp_missing", ""));
}

#[tokio::test]
async fn an_authenticator_app_is_removed_and_the_next_has_another_secret() {
    let mut ada = Ada::new().await;
    let missing = ada.rejected("DELETE", TOTP, &[]).await;
    assert_eq!(missing, error(404, "resource_not_found", ""));
    let (_, first) = enabled(&mut ada).await;
    let deleted = ada.form("DELETE", TOTP, &[]).await;
    assert_eq!(
        (&deleted["object"], &deleted["deleted"]),
        (&json!("totp"), &json!(true))
    );
    let seen = ada.backend().await;
    assert_eq!(
        (&seen["totp_enabled"], &seen["mfa_disabled_at"]),
        (&json!(false), &json!(START))
    );
    let (verified, second) = enabled(&mut ada).await;
    assert_ne!(first, second);
    // The first backup codes still hold: they are not shown again.
    assert_eq!(verified["backup_codes"], Value::Null);
}

#[tokio::test]
async fn new_backup_codes_replace_the_old_ones() {
    let mut ada = Ada::new().await;
    let (verified, _) = enabled(&mut ada).await;
    let old = text(&verified["backup_codes"][0]);
    let new = ada.post("/v1/me/backup_codes", &[]).await;
    let new = new["codes"].as_array().unwrap();
    assert_eq!(new.len(), 10);
    let path = format!("/users/{}/verify_totp", ada.id);
    let verify = async |code: &str| backend(&ada.emulator, &path, json!({"code": code})).await;
    assert_eq!(
        verify(&old).await["errors"][0]["code"],
        "form_code_incorrect"
    );
    assert_eq!(verify(&text(&new[9])).await["code_type"], "backup_code");
    // Each is good for once.
    assert_eq!(
        verify(&text(&new[9])).await["errors"][0]["code"],
        "form_code_incorrect"
    );
}
