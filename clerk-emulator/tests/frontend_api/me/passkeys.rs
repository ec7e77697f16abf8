use serde_json::{Value, json};

use super::{Ada, error};
use crate::authenticator::Authenticator;
use crate::browser::{Browser, START, text, user};

const PASSKEYS: &str = "/v1/me/passkeys";
const REGISTRATION: &str = "passkey_registration_failure";

fn path_of(passkey: &Value) -> String {
    format!("{PASSKEYS}/{}", text(&passkey["id"]))
}

fn answer(credential: &str) -> [(&str, &str); 2] {
    [
        ("strategy", "passkey"),
        ("public_key_credential", credential),
    ]
}

/// A passkey of Ada's that this authenticator registered; its path.
async fn registered(ada: &mut Ada, authenticator: &Authenticator) -> String {
    let passkey = ada.post(PASSKEYS, &[]).await;
    let path = path_of(&passkey);
    let credential = authenticator.register(&passkey);
    let attempt = format!("{path}/attempt_verification");
    let verified = ada.post(&attempt, &answer(&credential)).await;
    assert_eq!(verified["verification"]["status"], "verified");
    assert_eq!(verified["verification"]["nonce"], json!(null));
    path
}

#[tokio::test]
async fn a_passkey_begins_with_what_an_authenticator_needs() {
    let mut ada = Ada::new().await;
    let passkey = ada.post(PASSKEYS, &[]).await;
    let verification = &passkey["verification"];
    assert_eq!(verification["status"], "unverified");
    assert_eq!(verification["expire_at"], START + 600_000);
    let options: Value = serde_json::from_str(&text(&verification["nonce"])).unwrap();
    assert_eq!(
        options["rp"],
        json!({"id": "localhost", "name": "Clerk emulator"})
    );
    assert_eq!(options["user"]["name"], "ada@example.com");
    assert_eq!(options["user"]["displayName"], "Ada");
    let kinds = options["pubKeyCredParams"].as_array().unwrap();
    let kinds: Vec<&Value> = kinds.iter().map(|kind| &kind["alg"]).collect();
    assert_eq!(kinds, [-7, -257]);
    assert_eq!(options["excludeCredentials"], json!([]));
    // The application does not see what is not registered yet.
    assert_eq!(ada.backend().await["passkeys"], json!([]));
}

#[tokio::test]
async fn a_passkey_is_registered_renamed_and_deleted() {
    let mut ada = Ada::new().await;
    let path = registered(&mut ada, &Authenticator::new("laptop")).await;
    let seen = ada.backend().await;
    let shown = &seen["passkeys"][0];
    assert_eq!(shown["verification"]["status"], "verified");
    assert!(!seen.to_string().contains("_public_key"), "{seen}");
    ada.form("PATCH", &path, &[("name", "Laptop")]).await;
    assert_eq!(ada.backend().await["passkeys"][0]["name"], "Laptop");
    let long = "x".repeat(300);
    for name in [" ", &*long] {
        let rejected = ada.rejected("PATCH", &path, &[("name", name)]).await;
        assert_eq!(rejected, error(422, "form_param_value_invalid", "name"));
    }
    let deleted = ada.form("DELETE", &path, &[]).await;
    assert_eq!(deleted["object"], "passkey");
    assert_eq!(ada.backend().await["passkeys"], json!([]));
    assert_eq!(ada.browser.get(&path).await.status, 404);
}

#[tokio::test]
async fn an_authenticator_is_told_what_the_user_has_already() {
    let mut ada = Ada::new().await;
    let laptop = Authenticator::new("laptop");
    registered(&mut ada, &laptop).await;
    let passkey = ada.post(PASSKEYS, &[]).await;
    let options: Value = serde_json::from_str(&text(&passkey["verification"]["nonce"])).unwrap();
    let known = json!([{"type": "public-key", "id": crate::authenticator::encoded("laptop")}]);
    assert_eq!(options["excludeCredentials"], known);
    let attempt = format!("{}/attempt_verification", path_of(&passkey));
    let credential = laptop.register(&passkey);
    let twice = ada.rejected("POST", &attempt, &answer(&credential)).await;
    assert_eq!(twice, error(422, REGISTRATION, "public_key_credential"));
}

#[tokio::test]
async fn answers_that_do_not_fit_are_rejected() {
    let mut ada = Ada::new().await;
    let old = ada.post(PASSKEYS, &[]).await;
    let passkey = ada.post(PASSKEYS, &[]).await;
    let laptop = Authenticator::new("laptop");
    let good = laptop.register(&passkey);
    let mut elsewhere = Authenticator::new("laptop");
    elsewhere.origin = "http://localhost:3001".to_owned();
    let mut other_site = Authenticator::new("laptop");
    other_site.rp_id = "example.com".to_owned();
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut credential: Value = serde_json::from_str(&good).unwrap();
        change(&mut credential);
        credential.to_string()
    };
    let rejected = [
        "{}".to_owned(),
        "nothing".to_owned(),
        laptop.register(&old),
        elsewhere.register(&passkey),
        other_site.register(&passkey),
        changed(&|credential| credential["type"] = "password".into()),
        changed(&|credential| credential["id"] = "b3RoZXI".into()),
        changed(&|credential| credential["response"]["attestationObject"] = "oA".into()),
        changed(&|credential| credential["response"]["attestationObject"] = "////".into()),
        changed(&|credential| credential["response"]["attestationObject"] = Value::Null),
        changed(&|credential| credential["response"]["clientDataJSON"] = "e30".into()),
        changed(&|credential| {
            let whole = text(&credential["response"]["attestationObject"]);
            credential["response"]["attestationObject"] = whole[..whole.len() / 8 * 4].into();
        }),
    ];
    let attempt = format!("{}/attempt_verification", path_of(&passkey));
    for credential in &rejected {
        let rejected = ada.rejected("POST", &attempt, &answer(credential)).await;
        let expected = error(422, REGISTRATION, "public_key_credential");
        assert_eq!(rejected, expected, "{credential}");
    }
    let missing = ada
        .rejected("POST", &attempt, &[("strategy", "passkey")])
        .await;
    let expected = error(422, "form_param_missing", "public_key_credential");
    assert_eq!(missing, expected);
    ada.post(&attempt, &answer(&good)).await;
    let again = ada.rejected("POST", &attempt, &answer(&good)).await;
    assert_eq!(again, error(400, "verification_already_verified", ""));
    // One registration at a time.
    assert_eq!(ada.browser.get(&path_of(&old)).await.status, 404);
}

#[tokio::test]
async fn passkeys_of_others_are_not_found() {
    let mut ada = Ada::new().await;
    let path = registered(&mut ada, &Authenticator::new("laptop")).await;
    let grace = user(&ada.emulator, "grace@example.com").await;
    ada.browser = Browser::signed_in(&ada.emulator, &grace).await;
    let attempt = format!("{path}/attempt_verification");
    for (method, path) in [("PATCH", &path), ("DELETE", &path), ("POST", &attempt)] {
        let rejected = ada.rejected(method, path, &[("name", "mine")]).await;
        assert_eq!(rejected.0, if path == &attempt { 422 } else { 404 });
    }
    let rejected = ada.rejected("POST", &attempt, &answer("{}")).await;
    assert_eq!(rejected, error(404, "resource_not_found", ""));
}

#[tokio::test]
async fn a_user_has_ten_passkeys_at_most() {
    let mut ada = Ada::new().await;
    for number in 0..10 {
        registered(&mut ada, &Authenticator::new(&format!("key {number}"))).await;
    }
    let rejected = ada.rejected("POST", PASSKEYS, &[]).await;
    assert_eq!(rejected, error(403, "passkeys_limit_reached", ""));
}
