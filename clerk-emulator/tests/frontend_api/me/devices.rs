use serde_json::json;

use super::{Ada, error};
use crate::authenticator::{Authenticator, encoded};
use crate::browser::{Browser, backend_get, text};

const DEVICES: &str = "/v1/me/trusted_devices";
const PREPARE: &str = "/v1/me/trusted_devices/prepare";
const ATTEMPT: &str = "/v1/me/trusted_devices/attempt";

fn key(jwk: &str) -> Vec<(&str, &str)> {
    vec![
        ("platform", "ios"),
        ("app_identifier", "com.example.app"),
        ("algorithm", "ES256"),
        ("public_key_jwk", jwk),
    ]
}

#[tokio::test]
async fn a_device_that_signs_its_challenge_is_trusted_until_it_is_revoked() {
    let mut ada = Ada::new().await;
    let phone = Authenticator::new("phone");
    let jwk = phone.jwk();
    let challenge = ada.post(PREPARE, &key(&jwk)).await;
    let data = text(&challenge["client_data"]);
    let signature = encoded(phone.sign(data.as_bytes()));
    let mut proof = key(&jwk);
    proof.extend([
        ("client_data", &*data),
        ("signature", &*signature),
        ("name", "Phone"),
    ]);
    let device = ada.post(ATTEMPT, &proof).await;
    assert_eq!(
        (&device["status"], &device["name"]),
        (&json!("active"), &json!("Phone"))
    );
    let id = text(&device["id"]);
    let path = format!("/users/{}/trusted_devices", ada.id);
    let seen = backend_get(&ada.emulator, &path).await;
    assert_eq!(seen.json()["data"][0]["id"], id.as_str());
    assert!(!seen.text.contains("_jwk"), "{seen:?}");
    // Who is signed out may ask as well.
    let mut stranger = Browser::new(&ada.emulator);
    stranger.form("POST", "/v1/dev_browser", &[]).await;
    let validate = "/v1/client/trusted_devices/validate";
    for valid in [true, false] {
        let known = [("trusted_device_id", &*id)];
        let reply = stranger.form("POST", validate, &known).await.json();
        assert_eq!(reply["response"]["valid"], valid);
        let revoked = ada.form("DELETE", &format!("{DEVICES}/{id}"), &[]).await;
        assert_eq!(revoked["status"], "revoked");
    }
    // The challenge is answered.
    let again = ada.rejected("POST", ATTEMPT, &proof).await;
    assert_eq!(again, error(400, "verification_missing", ""));
}

#[tokio::test]
async fn a_device_that_cannot_sign_is_not_trusted() {
    let mut ada = Ada::new().await;
    let (phone, thief) = (Authenticator::new("phone"), Authenticator::new("thief"));
    let (jwk, thiefs) = (phone.jwk(), thief.jwk());
    let no_key = ada.rejected("POST", PREPARE, &key("{}")).await;
    assert_eq!(
        no_key,
        error(422, "form_param_value_invalid", "public_key_jwk")
    );
    let challenge = ada.post(PREPARE, &key(&jwk)).await;
    let data = text(&challenge["client_data"]);
    let good = encoded(phone.sign(data.as_bytes()));
    let wrong = encoded(thief.sign(data.as_bytes()));
    for (jwk, data, signature, name) in [
        (&*jwk, &*data, &*wrong, "signature"),
        (&*jwk, &*data, "c2ln", "signature"),
        (&*jwk, &*data, "!", "signature"),
        (&*jwk, "{}", &*good, "client_data"),
        (&*thiefs, &*data, &*wrong, "public_key_jwk"),
    ] {
        let mut proof = key(jwk);
        proof.extend([("client_data", data), ("signature", signature)]);
        let (status, _, parameter) = ada.rejected("POST", ATTEMPT, &proof).await;
        assert_eq!((status, &*parameter), (422, name));
    }
    let list = ada.browser.get(DEVICES).await.json();
    assert_eq!(list["response"], json!([]));
}
