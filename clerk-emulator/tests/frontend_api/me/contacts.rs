use serde_json::{Value, json};

use super::{Ada, error};
use crate::browser::{START, backend, backend_get, text, user};

const EMAILS: &str = "/v1/me/email_addresses";
const PHONES: &str = "/v1/me/phone_numbers";
const WALLETS: &str = "/v1/me/web3_wallets";

fn id_in(path: &str) -> &str {
    path.rsplit('/').next().unwrap()
}

#[tokio::test]
async fn an_email_address_is_added_and_verified_by_the_code() {
    let mut ada = Ada::new().await;
    let email = ada
        .post(EMAILS, &[("email_address", "New@Example.com")])
        .await;
    assert_eq!(email["email_address"], "new@example.com");
    assert_eq!(email["verification"], json!(null));
    let path = format!("{EMAILS}/{}", text(&email["id"]));
    let attempt = format!("{path}/attempt_verification");
    let early = ada.rejected("POST", &attempt, &[("code", "424242")]).await;
    assert_eq!(early, error(400, "verification_missing", ""));
    let prepare = format!("{path}/prepare_verification");
    let prepared = ada.post(&prepare, &[("strategy", "email_code")]).await;
    assert_eq!(prepared["verification"]["status"], "unverified");
    assert_eq!(prepared["verification"]["expire_at"], START + 600_000);
    let wrong = ada.rejected("POST", &attempt, &[("code", "000000")]).await;
    assert_eq!(wrong, error(422, "form_code_incorrect", "code"));
    ada.post(&attempt, &[("code", "424242")]).await;
    let seen = ada.backend().await;
    let added = &seen["email_addresses"][1];
    assert_eq!(added["verification"]["status"], "verified");
    assert_eq!(added["verification"]["attempts"], 2);
    for (path, fields) in [
        (&attempt, ("code", "424242")),
        (&prepare, ("strategy", "email_code")),
    ] {
        let again = ada.rejected("POST", path, &[fields]).await;
        assert_eq!(again, error(400, "verification_already_verified", ""));
    }
}

#[tokio::test]
async fn a_link_is_prepared_instead_of_a_code() {
    let mut ada = Ada::new().await;
    let email = ada
        .post(EMAILS, &[("email_address", "new@example.com")])
        .await;
    let path = format!("{EMAILS}/{}", text(&email["id"]));
    let prepare = format!("{path}/prepare_verification");
    let link = ("strategy", "email_link");
    let missing = ada.rejected("POST", &prepare, &[link]).await;
    assert_eq!(missing, error(422, "form_param_missing", "redirect_url"));
    let no_url = [link, ("redirect_url", "nowhere")];
    let no_url = ada.rejected("POST", &prepare, &no_url).await;
    assert_eq!(
        no_url,
        error(422, "form_param_format_invalid", "redirect_url")
    );
    let fields = [link, ("redirect_url", "http://localhost:3000/verified")];
    ada.emulator.add_webhook("http://127.0.0.1:1/").unwrap();
    let prepared = ada.post(&prepare, &fields).await;
    let verification = &prepared["verification"];
    assert_eq!(verification["object"], "verification_email_link");
    assert_eq!(verification["strategy"], "email_link");
    assert_eq!(verification["nonce"], json!(null), "the link is a secret");
    let sent = ada.emulator.deliveries();
    let sent = sent.iter().find(|event| event.kind == "email.created");
    let sent = text(&sent.unwrap().body["data"]["data"]["magic_link"]);
    let verify = format!("{}/v1/verify?token=", ada.emulator.url());
    assert!(sent.starts_with(&verify), "{sent}");
    let attempt = format!("{path}/attempt_verification");
    let rejected = ada.rejected("POST", &attempt, &[("code", "424242")]).await;
    assert_eq!(rejected, error(400, "verification_strategy_invalid", ""));
}

#[tokio::test]
async fn strategies_that_do_not_fit_are_rejected() {
    let mut ada = Ada::new().await;
    let email = ada
        .post(EMAILS, &[("email_address", "new@example.com")])
        .await;
    let prepare = format!("{EMAILS}/{}/prepare_verification", text(&email["id"]));
    for (strategy, code) in [
        ("enterprise_sso", "strategy_for_user_invalid"),
        ("admin", "form_param_value_invalid"),
        ("phone_code", "form_param_value_invalid"),
    ] {
        let rejected = ada
            .rejected("POST", &prepare, &[("strategy", strategy)])
            .await;
        assert_eq!(rejected, error(422, code, "strategy"));
    }
    let wallet = ada.post(WALLETS, &[("web3_wallet", "0xabc")]).await;
    let prepare = format!("{WALLETS}/{}/prepare_verification", text(&wallet["id"]));
    let strategy = [("strategy", "web3_unheard_signature")];
    let rejected = ada.rejected("POST", &prepare, &strategy).await;
    assert_eq!(
        rejected,
        error(422, "strategy_for_user_invalid", "strategy")
    );
}

#[tokio::test]
async fn what_is_taken_or_has_no_form_is_rejected() {
    let mut ada = Ada::new().await;
    user(&ada.emulator, "grace@example.com").await;
    for (list, name, value, code) in [
        (
            EMAILS,
            "email_address",
            "Grace@example.com",
            "form_identifier_exists",
        ),
        (
            EMAILS,
            "email_address",
            "ada@example.com",
            "form_identifier_exists",
        ),
        (
            EMAILS,
            "email_address",
            "nobody",
            "form_param_format_invalid",
        ),
        (EMAILS, "email_address", "  ", "form_param_missing"),
        (
            PHONES,
            "phone_number",
            "5550100",
            "form_param_format_invalid",
        ),
        (WALLETS, "web3_wallet", "", "form_param_missing"),
    ] {
        let rejected = ada.rejected("POST", list, &[(name, value)]).await;
        assert_eq!(rejected, error(422, code, name), "{value}");
    }
}

#[tokio::test]
async fn nobody_can_say_that_a_contact_is_verified() {
    let mut ada = Ada::new().await;
    let fields = [
        ("email_address", "new@example.com"),
        ("verified", "true"),
        ("primary", "true"),
        ("user_id", "user_1"),
    ];
    ada.post(EMAILS, &fields).await;
    let seen = ada.backend().await;
    assert_eq!(seen["email_addresses"][1]["verification"], json!(null));
    assert_eq!(
        seen["primary_email_address_id"],
        seen["email_addresses"][0]["id"]
    );
}

#[tokio::test]
async fn contacts_of_others_are_not_found() {
    let mut ada = Ada::new().await;
    let grace = user(&ada.emulator, "grace@example.com").await;
    let graces = backend_get(&ada.emulator, &format!("/users/{grace}"))
        .await
        .json();
    let path = format!("{EMAILS}/{}", text(&graces["primary_email_address_id"]));
    let not_found = error(404, "resource_not_found", "");
    let prepare = format!("{path}/prepare_verification");
    let attempt = format!("{path}/attempt_verification");
    for (method, path, fields) in [
        ("DELETE", &path, ("a", "b")),
        ("POST", &prepare, ("strategy", "email_code")),
        ("POST", &attempt, ("code", "424242")),
    ] {
        assert_eq!(ada.rejected(method, path, &[fields]).await, not_found);
    }
    assert_eq!(ada.browser.get(&path).await.status, 404);
    let list = ada.browser.get(EMAILS).await.json();
    assert_eq!(list.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn the_primary_one_moves_when_it_is_deleted_and_the_last_one_stays() {
    let mut ada = Ada::new().await;
    let second = ada.verified("email_address", "second@example.com").await;
    let first = text(&ada.backend().await["primary_email_address_id"]);
    let deleted = ada.form("DELETE", &format!("{EMAILS}/{first}"), &[]).await;
    assert_eq!(
        deleted,
        json!({"object": "email_address", "id": first, "deleted": true})
    );
    let seen = ada.backend().await;
    assert_eq!(seen["primary_email_address_id"], id_in(&second));
    assert_eq!(seen["email_addresses"].as_array().unwrap().len(), 1);
    let last = ada.rejected("DELETE", &second, &[]).await;
    assert_eq!(last, error(400, "identification_deletion_failed", ""));
}

#[tokio::test]
async fn contacts_of_a_user_are_bounded() {
    let mut ada = Ada::new().await;
    for number in 0..50 {
        let wallet = format!("0x{number}");
        ada.post(WALLETS, &[("web3_wallet", &wallet)]).await;
    }
    let rejected = ada
        .rejected("POST", WALLETS, &[("web3_wallet", "0x50")])
        .await;
    assert_eq!(
        rejected,
        error(422, "form_param_value_invalid", "web3_wallet")
    );
}

#[tokio::test]
async fn a_phone_number_becomes_a_second_factor_once_it_is_verified() {
    let mut ada = Ada::new().await;
    let phone = ada.post(PHONES, &[("phone_number", "+15555550100")]).await;
    let path = format!("{PHONES}/{}", text(&phone["id"]));
    let reserve = ("reserved_for_second_factor", "true");
    let early = ada.rejected("PATCH", &path, &[reserve]).await;
    assert_eq!(early, error(422, "form_param_value_invalid", reserve.0));
    let path = ada.verified("phone_number", "+15555550101").await;
    let default = ("default_second_factor", "true");
    let no_factor = ada.rejected("PATCH", &path, &[default]).await;
    assert_eq!(no_factor, error(422, "form_param_value_invalid", default.0));
    let reserved = ada.form("PATCH", &path, &[reserve]).await;
    assert_eq!(reserved["reserved_for_second_factor"], true);
    assert_eq!(reserved["default_second_factor"], true);
    assert_eq!(reserved["backup_codes"].as_array().unwrap().len(), 10);
    let seen = ada.backend().await;
    assert_eq!(seen["two_factor_enabled"], true);
    assert_eq!(seen["backup_code_enabled"], true);
    let shown = ada.browser.get(&path).await.json();
    assert_eq!(shown["response"]["backup_codes"], json!(null), "shown once");
    let free = [("reserved_for_second_factor", "false")];
    ada.form("PATCH", &path, &free).await;
    let seen = ada.backend().await;
    assert_eq!(seen["two_factor_enabled"], false);
    assert_eq!(seen["mfa_disabled_at"], START);
}

#[tokio::test]
async fn one_second_factor_is_the_default_one() {
    let mut ada = Ada::new().await;
    let reserve = [("reserved_for_second_factor", "true")];
    let first = ada.verified("phone_number", "+15555550100").await;
    ada.form("PATCH", &first, &reserve).await;
    let second = ada.verified("phone_number", "+15555550101").await;
    let added = ada.form("PATCH", &second, &reserve).await;
    assert_eq!(added["default_second_factor"], false);
    ada.form("PATCH", &second, &[("default_second_factor", "true")])
        .await;
    let defaults = |user: &Value| -> Vec<Value> {
        let phones = user["phone_numbers"].as_array().unwrap().iter();
        phones
            .map(|phone| phone["default_second_factor"].clone())
            .collect()
    };
    assert_eq!(defaults(&ada.backend().await), [false, true]);
    ada.form("DELETE", &second, &[]).await;
    assert_eq!(defaults(&ada.backend().await), [true]);
}

#[tokio::test]
async fn a_wallet_is_verified_by_any_signature_of_its_message() {
    let mut ada = Ada::new().await;
    ada.emulator.add_webhook("http://127.0.0.1:1/").unwrap();
    let wallet = ada.post(WALLETS, &[("web3_wallet", "0xAbC")]).await;
    let path = format!("{WALLETS}/{}", text(&wallet["id"]));
    let prepare = format!("{path}/prepare_verification");
    let strategy = [("strategy", "web3_base_signature")];
    let prepared = ada.post(&prepare, &strategy).await;
    let verification = &prepared["verification"];
    assert_eq!(verification["strategy"], "web3_base_signature");
    let nonce = text(&verification["nonce"]);
    let sent = ada.emulator.deliveries();
    let mut kinds = sent.iter().map(|event| &*event.kind);
    assert!(kinds.all(|kind| kind == "user.updated"), "no message");
    assert!(text(&verification["message"]).contains(&nonce));
    let attempt = format!("{path}/attempt_verification");
    let empty = ada.rejected("POST", &attempt, &[("signature", " ")]).await;
    assert_eq!(empty, error(422, "form_param_missing", "signature"));
    let verified = ada.post(&attempt, &[("signature", "0x1")]).await;
    assert_eq!(verified["verification"]["nonce"], json!(null));
    let seen = ada.backend().await;
    assert_eq!(seen["primary_web3_wallet_id"], wallet["id"]);
    assert_eq!(
        seen["web3_wallets"][0]["verification"]["status"],
        "verified"
    );
    ada.form("DELETE", &path, &[]).await;
    assert_eq!(ada.backend().await["web3_wallets"], json!([]));
}

#[tokio::test]
async fn what_the_backend_api_adds_is_the_users_own() {
    let mut ada = Ada::new().await;
    let body = json!({"user_id": ada.id, "email_address": "given@example.com", "verified": true});
    let given = backend(&ada.emulator, "/email_addresses", body).await;
    let path = format!("{EMAILS}/{}", text(&given["id"]));
    let seen = ada.browser.get(&path).await.json();
    assert_eq!(seen["response"]["verification"]["strategy"], "admin");
    ada.form("DELETE", &path, &[]).await;
}
