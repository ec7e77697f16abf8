//! What users do with their own accounts.

use serde_json::json;

use super::{Tour, id};
use crate::authenticator::{Authenticator, encoded};
use crate::browser::{APP, Browser, PASSWORD, text};

pub async fn all(tour: &mut Tour) {
    profile(tour).await;
    contacts(tour).await;
    wallets_and_devices(tour).await;
    second_factors(tour).await;
    accounts(tour).await;
    sessions(tour).await;
    leave(tour).await;
}

async fn profile(tour: &mut Tour) {
    let browser = &mut tour.ada().await;
    tour.get(browser, "/v1/me").await;
    let name = [("first_name", "Augusta"), ("last_name", "King")];
    tour.form(browser, "PATCH", "/v1/me", &name).await;
    let metadata = [("unsafe_metadata", r#"{"theme":"dark"}"#)];
    tour.form(browser, "PATCH", "/v1/me/metadata", &metadata)
        .await;
    tour.upload(browser, "POST", "/v1/me/profile_image").await;
    tour.delete(browser, "/v1/me/profile_image").await;
    let passwords = [
        ("current_password", PASSWORD),
        ("new_password", "another horse battery"),
    ];
    tour.post(browser, "/v1/me/change_password", &passwords)
        .await;
    let password = [("current_password", "another horse battery")];
    tour.post(browser, "/v1/me/remove_password", &password)
        .await;
    let password = [("new_password", PASSWORD)];
    tour.post(browser, "/v1/me/change_password", &password)
        .await;
    tour.post(browser, "/v1/me/tokens", &[("service", "firebase")])
        .await;
}

async fn contacts(tour: &mut Tour) {
    let browser = &mut tour.ada().await;
    for (list, field, value, strategy) in [
        (
            "/v1/me/email_addresses",
            "email_address",
            "second@example.com",
            "email_code",
        ),
        (
            "/v1/me/phone_numbers",
            "phone_number",
            "+15555550100",
            "phone_code",
        ),
    ] {
        let contact = tour.post(browser, list, &[(field, value)]).await;
        let path = format!("{list}/{}", id(&contact));
        tour.get(browser, list).await;
        tour.get(browser, &path).await;
        let prepare = format!("{path}/prepare_verification");
        tour.post(browser, &prepare, &[("strategy", strategy)])
            .await;
        let attempt = format!("{path}/attempt_verification");
        tour.post(browser, &attempt, &[("code", "424242")]).await;
        if field == "phone_number" {
            let flag = [("reserved_for_second_factor", "true")];
            tour.form(browser, "PATCH", &path, &flag).await;
        }
        tour.delete(browser, &path).await;
    }
}

async fn wallets_and_devices(tour: &mut Tour) {
    let browser = &mut tour.ada().await;
    let list = "/v1/me/web3_wallets";
    let address = "0x52908400098527886E0F7030069857D2E4169EE7";
    let wallet = tour.post(browser, list, &[("web3_wallet", address)]).await;
    let path = format!("{list}/{}", id(&wallet));
    tour.get(browser, list).await;
    tour.get(browser, &path).await;
    let strategy = [("strategy", "web3_metamask_signature")];
    let prepare = format!("{path}/prepare_verification");
    tour.post(browser, &prepare, &strategy).await;
    let attempt = format!("{path}/attempt_verification");
    tour.post(browser, &attempt, &[("signature", "0x1")]).await;
    tour.delete(browser, &path).await;

    let list = "/v1/me/trusted_devices";
    let phone = Authenticator::new("phone");
    let jwk = phone.jwk();
    let key = [
        ("platform", "ios"),
        ("app_identifier", "com.example.app"),
        ("algorithm", "ES256"),
        ("public_key_jwk", &*jwk),
    ];
    let challenge = tour.post(browser, &format!("{list}/prepare"), &key).await;
    let client_data = text(&challenge["client_data"]);
    let signature = encoded(phone.sign(client_data.as_bytes()));
    let signed = [("client_data", &*client_data), ("signature", &*signature)];
    let proof = [&key[..], &signed].concat();
    let device = tour.post(browser, &format!("{list}/attempt"), &proof).await;
    tour.get(browser, list).await;
    let device = id(&device);
    let known = [("trusted_device_id", &*device)];
    tour.post(browser, "/v1/client/trusted_devices/validate", &known)
        .await;
    tour.delete(browser, &format!("{list}/{device}")).await;
}

async fn second_factors(tour: &mut Tour) {
    let browser = &mut tour.ada().await;
    let totp = tour.post(browser, "/v1/me/totp", &[]).await;
    let secret = totp["secret"].as_str().unwrap_or_default();
    let code = crate::browser::totp(secret);
    let attempt = "/v1/me/totp/attempt_verification";
    tour.post(browser, attempt, &[("code", &code)]).await;
    tour.post(browser, "/v1/me/backup_codes", &[]).await;
    tour.delete(browser, "/v1/me/totp").await;

    let list = "/v1/me/passkeys";
    let passkey = tour.post(browser, list, &[]).await;
    let path = format!("{list}/{}", id(&passkey));
    tour.get(browser, &path).await;
    let credential = Authenticator::new("laptop").register(&passkey);
    let fields = [
        ("strategy", "passkey"),
        ("public_key_credential", &*credential),
    ];
    let attempt = format!("{path}/attempt_verification");
    tour.post(browser, &attempt, &fields).await;
    tour.form(browser, "PATCH", &path, &[("name", "laptop")])
        .await;
    tour.delete(browser, &path).await;
}

async fn accounts(tour: &mut Tour) {
    let browser = &mut tour.ada().await;
    let list = "/v1/me/external_accounts";
    let fields = [("strategy", "oauth_github"), ("redirect_url", APP)];
    let account = tour.post(browser, list, &fields).await;
    let path = format!("{list}/{}", id(&account));
    let again = format!("{path}/reauthorize");
    tour.form(browser, "PATCH", &again, &[("redirect_url", APP)])
        .await;
    tour.delete(browser, &format!("{path}/tokens")).await;
    tour.delete(browser, &path).await;
}

async fn sessions(tour: &mut Tour) {
    let browser = &mut tour.ada().await;
    let elsewhere = tour.emulator.sign_in(&tour.ada).unwrap().session_id;
    tour.get(browser, "/v1/me/sessions").await;
    tour.get(browser, "/v1/me/sessions/active").await;
    tour.post(browser, &format!("/v1/me/sessions/{elsewhere}/revoke"), &[])
        .await;
}

async fn leave(tour: &mut Tour) {
    let leaving = json!({"email_address": ["leaving@example.com"], "delete_self_enabled": true});
    let leaving = id(&tour.backend("/users", leaving).await);
    let browser = &mut Browser::signed_in(&tour.emulator, &leaving).await;
    tour.delete(browser, "/v1/me").await;
}
