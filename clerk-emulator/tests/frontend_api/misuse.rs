//! What a page or a person must not get by going another way than the components do.

use serde_json::json;

use crate::browser::{
    APP, Browser, PASSWORD, backend, backend_get, emulator, organization, parameter, text, user,
};

async fn new_browser(emulator: &clerk_emulator::Emulator) -> Browser {
    let mut browser = Browser::new(emulator);
    browser.form("POST", "/v1/dev_browser", &[]).await;
    browser
}

/// Goes to the pretend provider as somebody; `list` is `sign_ins` or `sign_ups`.
async fn visit(browser: &mut Browser, list: &str, email: &str) {
    let fields = [("strategy", "oauth_google"), ("redirect_url", APP)];
    let begun = browser
        .form("POST", &format!("/v1/client/{list}"), &fields)
        .await
        .json();
    let attempt = &begun["response"];
    let verification = match list {
        "sign_ins" => &attempt["first_factor_verification"],
        _ => &attempt["verifications"]["external_account"],
    };
    let url = text(&verification["external_verification_redirect_url"]);
    let state = parameter(&url.parse().unwrap(), "state").unwrap();
    let fields = [("state", &*state), ("code", email)];
    let back = browser.form("POST", "/v1/oauth_callback", &fields).await;
    assert_eq!(back.status, 303, "{back:?}");
}

#[tokio::test]
async fn a_visit_to_a_provider_signs_in_once() {
    let emulator = emulator().await;
    user(&emulator, "ada@example.com").await;
    let mut browser = new_browser(&emulator).await;
    visit(&mut browser, "sign_ups", "ada@example.com").await;
    let transfer = [("transfer", "true")];
    let path = "/v1/client/sign_ins";
    let first = browser.form("POST", path, &transfer).await.json();
    assert_eq!(first["response"]["status"], "complete");
    browser.form("DELETE", "/v1/client/sessions", &[]).await;
    let again = browser.form("POST", path, &transfer).await;
    assert_eq!(
        (again.status, again.code()),
        (400, "account_transfer_invalid".into())
    );
}

#[tokio::test]
async fn who_comes_back_from_a_provider_too_late_begins_anew() {
    let emulator = emulator().await;
    let mut browser = new_browser(&emulator).await;
    visit(&mut browser, "sign_ins", "new@example.com").await;
    emulator
        .clock()
        .advance(std::time::Duration::from_secs(601));
    let late = browser
        .form("POST", "/v1/client/sign_ups", &[("transfer", "true")])
        .await;
    assert_eq!(late.code(), "account_transfer_invalid");
}

#[tokio::test]
async fn a_connected_account_signs_its_user_in_whatever_its_address() {
    let emulator = emulator().await;
    let ada = user(&emulator, "ada@work.example").await;
    let mut browser = Browser::signed_in(&emulator, &ada).await;
    let fields = [("strategy", "oauth_google"), ("redirect_url", APP)];
    let begun = browser
        .form("POST", "/v1/me/external_accounts", &fields)
        .await
        .json();
    let url = text(&begun["response"]["verification"]["external_verification_redirect_url"]);
    let state = parameter(&url.parse().unwrap(), "state").unwrap();
    let fields = [("state", &*state), ("code", "ada@gmail.example")];
    browser.form("POST", "/v1/oauth_callback", &fields).await;

    let mut other = new_browser(&emulator).await;
    visit(&mut other, "sign_ins", "ada@gmail.example").await;
    let client = other.get("/v1/client").await.json();
    assert_eq!(client["response"]["sessions"][0]["user"]["id"], ada);
}

#[tokio::test]
async fn an_address_that_is_not_verified_gets_neither_codes_nor_invitations() {
    let emulator = emulator().await;
    let ada = user(&emulator, "ada@example.com").await;
    let engines = organization(&emulator, &ada, "Engines").await;
    let mallory = user(&emulator, "mallory@example.com").await;
    let mut browser = Browser::signed_in(&emulator, &mallory).await;
    let claimed = [("email_address", "guest@example.com")];
    browser
        .form("POST", "/v1/me/email_addresses", &claimed)
        .await;

    let mut guest = new_browser(&emulator).await;
    let begun = guest
        .form(
            "POST",
            "/v1/client/sign_ins",
            &[("identifier", "mallory@example.com")],
        )
        .await
        .json();
    let factors = begun["response"]["supported_first_factors"].to_string();
    assert!(factors.contains("mallory@") && !factors.contains("guest@"));

    let invitation = json!({
        "email_address": "guest@example.com", "role": "org:member", "inviter_user_id": ada, "redirect_url": APP,
    });
    let path = format!("/organizations/{engines}/invitations");
    let invitation = backend(&emulator, &path, invitation).await;
    let url: url::Url = text(&invitation["url"]).parse().unwrap();
    let path = format!("/v1/tickets/accept?{}", url.query().unwrap());
    let accepted = guest.get(&path).await;
    let status = parameter(&accepted.location(), "__clerk_status");
    assert_eq!(status.as_deref(), Some("sign_up"));
    let members = format!("/organizations/{engines}/memberships");
    let members = backend_get(&emulator, &members).await.json();
    assert_eq!(members["total_count"], 1);
}

#[tokio::test]
async fn a_number_that_nobody_proved_is_no_second_factor() {
    let emulator = emulator().await;
    let ada = user(&emulator, "ada@example.com").await;
    let mut browser = Browser::signed_in(&emulator, &ada).await;
    let number = [
        ("phone_number", "+15555550100"),
        ("reserved_for_second_factor", "true"),
    ];
    browser.form("POST", "/v1/me/phone_numbers", &number).await;
    let mut other = new_browser(&emulator).await;
    let fields = [("identifier", "ada@example.com"), ("password", PASSWORD)];
    let signed_in = other
        .form("POST", "/v1/client/sign_ins", &fields)
        .await
        .json();
    assert_eq!(signed_in["response"]["status"], "complete");
}

#[tokio::test]
async fn a_link_and_a_ticket_are_for_the_address_that_they_were_sent_to() {
    let emulator = emulator().await;
    let mut browser = new_browser(&emulator).await;
    let list = "/v1/client/sign_ups";
    let begun = browser
        .form("POST", list, &[("email_address", "mine@example.com")])
        .await
        .json();
    let path = format!("{list}/{}", text(&begun["response"]["id"]));
    let link = [("strategy", "email_link"), ("redirect_url", APP)];
    browser
        .form("POST", &format!("{path}/prepare_verification"), &link)
        .await;
    let another = [("email_address", "another@example.com")];
    browser.form("PATCH", &path, &another).await;
    let sent = emulator.messages().last().unwrap().link.clone().unwrap();
    let sent: url::Url = sent.parse().unwrap();
    let followed = browser
        .get(&format!("/v1/verify?{}", sent.query().unwrap()))
        .await;
    assert_eq!(followed.status, 404, "{followed:?}");
    let attempt = browser.get(&path).await.json();
    assert_eq!(attempt["response"]["status"], "missing_requirements");

    let invited = json!({"email_address": "guest@example.com"});
    let invitation = backend(&emulator, "/invitations", invited).await;
    let url: url::Url = text(&invitation["url"]).parse().unwrap();
    let ticket = parameter(&url, "ticket").unwrap();
    let fields = [("ticket", &*ticket), ("email_address", "other@example.com")];
    let rejected = browser.form("POST", list, &fields).await;
    assert_eq!(
        rejected.json()["errors"][0]["meta"]["param_name"],
        "email_address"
    );
}

#[tokio::test]
async fn a_page_on_the_internet_clears_no_cookies() {
    let emulator = emulator().await;
    let url = format!("{}/v1/clear-site-data", emulator.url());
    let navigation = reqwest::Client::new()
        .get(url)
        .header("sec-fetch-site", "cross-site")
        .header("sec-fetch-mode", "navigate")
        .header("referer", "https://evil.example/");
    let response = navigation.send().await.unwrap();
    assert_eq!(response.status(), 403);
    assert!(response.headers().get("clear-site-data").is_none());
}

#[tokio::test]
async fn a_trial_is_had_once_even_by_two_checkouts() {
    let emulator = emulator().await;
    let plan = json!({
        "name": "Gold", "slug": "gold", "for_payer_type": "user", "amount": 1000, "currency": "USD",
        "free_trial_enabled": true, "free_trial_days": 14,
    });
    let plan = text(&emulator.insert("billing/plans", plan).unwrap()["id"]);
    let ada = user(&emulator, "ada@example.com").await;
    let mut browser = Browser::signed_in(&emulator, &ada).await;
    let list = "/v1/me/billing/checkouts";
    let mut checkouts = Vec::new();
    for period in ["month", "month"] {
        let fields = [("plan_id", &*plan), ("plan_period", period)];
        let made = browser.form("POST", list, &fields).await.json();
        checkouts.push(text(&made["response"]["id"]));
    }
    let card = [("use_test_card", "true")];
    let confirm = |id: &str| format!("{list}/{id}/confirm");
    let first = browser.form("PATCH", &confirm(&checkouts[0]), &card).await;
    assert_eq!(first.status, 200, "{first:?}");
    let second = browser.form("PATCH", &confirm(&checkouts[1]), &card).await;
    assert_eq!(second.code(), "already_subscribed");
}
