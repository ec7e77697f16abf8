//! Plans, checkouts and subscriptions.

use clerk_emulator::{Clock, Emulator, Seed};
use serde_json::Value;

use crate::browser::{Browser, START, backend_get, text, verified};
use crate::organizations::{named, rejected, rejection, response};

const DAY: u64 = 86_400;

const SEED: &str = r#"
    [[users]]
    id = "user_ada"
    email_address = "ada@example.com"

    [[users]]
    id = "user_grace"
    email_address = "grace@example.com"

    [[organizations]]
    id = "org_engines"
    name = "Engines"
    created_by = "ada@example.com"
    members = [{ user = "grace@example.com" }]

    [[plans]]
    id = "cplan_gold"
    name = "Gold"
    slug = "gold"
    amount = 1000
    annual_amount = 9600
    features = ["export", "support"]

    [[plans]]
    slug = "silver"
    amount = 500
    features = ["export"]

    [[plans]]
    slug = "trial"
    amount = 2000
    free_trial_days = 14

    [[plans]]
    slug = "team"
    for_payer_type = "org"
    amount = 5000
    features = ["audits"]

    [[plans]]
    slug = "hidden"
    publicly_visible = false
"#;

struct Shop {
    emulator: Emulator,
    clock: Clock,
    ada: Browser,
    grace: Browser,
}

const MINE: &str = "/v1/me/billing";
const OURS: &str = "/v1/organizations/org_engines/billing";

impl Shop {
    async fn open() -> Self {
        let clock = Clock::fixed(START);
        let builder = Emulator::builder().clock(clock.clone());
        let seed = Seed::from_toml(SEED).unwrap();
        let emulator = builder.seed(seed).start().await.unwrap();
        let ada = Browser::signed_in(&emulator, "user_ada").await;
        let grace = Browser::signed_in(&emulator, "user_grace").await;
        Self {
            emulator,
            clock,
            ada,
            grace,
        }
    }

    async fn checkout(&mut self, root: &str, plan: &str) -> Value {
        let fields = [("plan_id", plan), ("plan_period", "month")];
        let list = format!("{root}/checkouts");
        response(&self.ada.form("POST", &list, &fields).await)
    }

    /// Buys a plan with a test card.
    async fn buy(&mut self, root: &str, plan: &str) -> Value {
        let id = text(&self.checkout(root, plan).await["id"]);
        let confirm = format!("{root}/checkouts/{id}/confirm");
        let card = [("use_test_card", "true")];
        response(&self.ada.form("PATCH", &confirm, &card).await)
    }

    /// What Ada's token claims, with the organization active or not.
    async fn claims(&mut self, organization: &str) -> Value {
        let client = self.ada.get("/v1/client").await.json();
        let session = text(&client["response"]["sessions"][0]["id"]);
        let path = format!("/v1/client/sessions/{session}/tokens");
        let fields = [("organization_id", organization)];
        let reply = self.ada.form("POST", &path, &fields).await;
        verified(&self.emulator, &text(&reply.json()["jwt"]))
    }

    async fn statuses(&self) -> Vec<(String, String)> {
        let path = "/users/user_ada/billing/subscription";
        let subscription = backend_get(&self.emulator, path).await.json();
        let items = subscription["subscription_items"].as_array().unwrap();
        items
            .iter()
            .map(|item| (text(&item["plan"]["slug"]), text(&item["status"])))
            .collect()
    }
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected
        .iter()
        .map(|(plan, status)| ((*plan).to_owned(), (*status).to_owned()))
        .collect()
}

#[tokio::test]
async fn plans_are_shown_to_everybody_by_payer() {
    let shop = Shop::open().await;
    let browser = &mut Browser::new(&shop.emulator);
    browser.form("POST", "/v1/dev_browser", &[]).await;
    for (query, slugs) in [
        ("?payer_type=user", vec!["gold", "silver", "trial"]),
        ("?payer_type=org", vec!["team"]),
    ] {
        let path = format!("/v1/billing/plans{query}");
        let plans = browser.get(&path).await.json();
        let shown: Vec<&str> = plans["data"]
            .as_array()
            .unwrap()
            .iter()
            .map(|plan| plan["slug"].as_str().unwrap())
            .collect();
        assert_eq!(shown, slugs);
    }
    let gold = browser.get("/v1/billing/plans/gold").await.json();
    assert_eq!(gold["id"], "cplan_gold");
    assert_eq!(gold["features"][1]["slug"], "support");
    assert_eq!(browser.get("/v1/billing/plans/none").await.status, 404);
}

#[tokio::test]
async fn who_buys_a_plan_has_it_in_the_token_and_at_the_backend_api() {
    let mut shop = Shop::open().await;
    assert!(shop.claims("").await.get("pla").is_none());
    let checkout = shop.checkout(MINE, "gold").await;
    assert_eq!(checkout["status"], "needs_confirmation");
    assert_eq!(checkout["totals"]["total_due_now"]["amount"], 1000);
    assert_eq!(checkout["needs_payment_method"], true);
    let bought = shop.buy(MINE, "gold").await;
    assert_eq!(bought["status"], "completed");
    assert_eq!(bought["subscription_item"]["status"], "active");
    assert_eq!(bought["payment_method"]["last4"], "4242");
    let claims = shop.claims("").await;
    assert_eq!(claims["pla"], "u:gold");
    assert_eq!(claims["fea"], "u:export,u:support");
    assert_eq!(shop.statuses().await, pairs(&[("gold", "active")]));
    let statements = backend_get(&shop.emulator, "/billing/statements").await;
    let statement = statements.json()["data"][0].clone();
    assert_eq!(statement["totals"]["grand_total"]["amount"], 1000);
    let path = format!(
        "/billing/statements/{}/payment_attempts",
        text(&statement["id"])
    );
    let attempts = backend_get(&shop.emulator, &path).await.json();
    assert_eq!(attempts["data"][0]["status"], "paid");
    assert_eq!(attempts["data"][0]["payer_id"], "user_ada");
}

#[tokio::test]
async fn an_organizations_plan_is_for_all_its_members() {
    let mut shop = Shop::open().await;
    shop.buy(OURS, "team").await;
    let claims = shop.claims("org_engines").await;
    assert_eq!(
        (&*text(&claims["pla"]), &*text(&claims["fea"])),
        ("o:team", "o:audits")
    );
    assert!(shop.claims("").await.get("pla").is_none());
    let seen = response(&shop.grace.get(&format!("{OURS}/subscription")).await);
    assert_eq!(seen["subscription_items"][0]["plan"]["slug"], "team");
    let path = "/organizations/org_engines/billing/subscription";
    let subscription = backend_get(&shop.emulator, path).await.json();
    assert_eq!(subscription["id"], seen["id"]);
}

#[tokio::test]
async fn only_who_manages_billing_pays_for_an_organization() {
    let mut shop = Shop::open().await;
    let fields = [("plan_id", "team"), ("plan_period", "month")];
    let list = format!("{OURS}/checkouts");
    let reply = shop.grace.form("POST", &list, &fields).await;
    assert_eq!(
        rejection(&reply),
        rejected(403, "missing_organization_permission")
    );
    let by_body = [fields[0], fields[1], ("org_id", "org_engines")];
    let mine = format!("{MINE}/checkouts");
    let reply = shop.grace.form("POST", &mine, &by_body).await;
    assert_eq!(reply.status, 403);
    let checkout = response(&shop.ada.form("POST", &mine, &by_body).await);
    assert_eq!(checkout["payer"]["organization_id"], "org_engines");
    let path = format!("{mine}/{}", text(&checkout["id"]));
    assert_eq!(shop.grace.get(&path).await.status, 404);
}

#[tokio::test]
async fn a_plan_that_is_canceled_lasts_to_the_end_of_its_period() {
    let mut shop = Shop::open().await;
    let bought = shop.buy(MINE, "gold").await;
    let item = text(&bought["subscription_item"]["id"]);
    let path = format!("{MINE}/subscription_items/{item}");
    let canceled = response(&shop.ada.form("DELETE", &path, &[]).await);
    assert_eq!(canceled["status"], "canceled");
    assert_eq!(shop.claims("").await["pla"], "u:gold");
    let again = shop.ada.form("DELETE", &path, &[]).await;
    assert_eq!(
        rejection(&again),
        rejected(400, "subscription_item_not_active")
    );
    let others = shop.grace.form("DELETE", &path, &[]).await;
    assert_eq!(others.status, 404);
    shop.clock.advance(std::time::Duration::from_secs(31 * DAY));
    let mut later = Browser::signed_in(&shop.emulator, "user_ada").await;
    std::mem::swap(&mut shop.ada, &mut later);
    assert!(shop.claims("").await.get("pla").is_none());
    assert_eq!(shop.statuses().await, pairs(&[("gold", "ended")]));
}

#[tokio::test]
async fn a_dearer_plan_begins_at_once_and_a_cheaper_one_later() {
    let mut shop = Shop::open().await;
    shop.buy(MINE, "silver").await;
    shop.buy(MINE, "gold").await;
    assert_eq!(
        shop.statuses().await,
        pairs(&[("silver", "ended"), ("gold", "active")])
    );
    let checkout = shop.buy(MINE, "silver").await;
    assert_eq!(checkout["is_immediate_plan_change"], false);
    assert_eq!(checkout["totals"]["total_due_now"]["amount"], 0);
    assert_eq!(shop.claims("").await["pla"], "u:gold");
    assert_eq!(
        shop.statuses().await,
        pairs(&[
            ("silver", "ended"),
            ("gold", "canceled"),
            ("silver", "upcoming")
        ])
    );
    shop.clock.advance(std::time::Duration::from_secs(31 * DAY));
    shop.ada = Browser::signed_in(&shop.emulator, "user_ada").await;
    assert_eq!(shop.claims("").await["pla"], "u:silver");
}

#[tokio::test]
async fn a_trial_costs_nothing_at_first_and_only_once() {
    let mut shop = Shop::open().await;
    let id = text(&shop.checkout(MINE, "trial").await["id"]);
    let confirm = format!("{MINE}/checkouts/{id}/confirm");
    let bought = response(&shop.ada.form("PATCH", &confirm, &[]).await);
    assert_eq!(bought["subscription_item"]["is_free_trial"], true);
    assert_eq!(
        bought["totals"]["total_due_after_free_trial"]["amount"],
        2000
    );
    let statements = response(&shop.ada.get(&format!("{MINE}/statements")).await);
    assert_eq!(statements["total_count"], 0);
    shop.buy(MINE, "gold").await;
    let second = shop.checkout(MINE, "trial").await;
    assert!(second.get("free_trial_ends_at").is_none());
}

#[tokio::test]
async fn promo_codes_take_off_what_they_say() {
    let mut shop = Shop::open().await;
    let id = text(&shop.checkout(MINE, "gold").await["id"]);
    let path = format!("{MINE}/checkouts/{id}");
    let code = [("promo_code", "OFF25")];
    let with = response(&shop.ada.form("PATCH", &path, &code).await);
    assert_eq!(with["totals"]["grand_total"]["amount"], 750);
    let wrong = shop
        .ada
        .form("PATCH", &path, &[("promo_code", "OFF200")])
        .await;
    assert_eq!((wrong.status, named(&wrong).as_str()), (422, "promo_code"));
    let without = response(&shop.ada.form("PATCH", &path, &[("promo_code", "")]).await);
    assert_eq!(without["totals"]["grand_total"]["amount"], 1000);
}

#[tokio::test]
async fn a_checkout_needs_a_card_and_completes_once() {
    let mut shop = Shop::open().await;
    let id = text(&shop.checkout(MINE, "gold").await["id"]);
    let confirm = format!("{MINE}/checkouts/{id}/confirm");
    let none = shop.ada.form("PATCH", &confirm, &[]).await;
    assert_eq!(
        (none.status, named(&none).as_str()),
        (422, "payment_method_id")
    );
    let wrong = [("payment_method_id", "cpaysrc_1")];
    let wrong = shop.ada.form("PATCH", &confirm, &wrong).await;
    assert_eq!(wrong.status, 422);
    assert_eq!(shop.statuses().await, vec![]);
    let card = [("gateway", "stripe"), ("payment_token", "tok_mastercard")];
    let bought = response(&shop.ada.form("PATCH", &confirm, &card).await);
    assert_eq!(bought["payment_method"]["card_type"], "mastercard");
    let again = shop.ada.form("PATCH", &confirm, &card).await;
    assert_eq!(
        rejection(&again),
        rejected(400, "checkout_already_completed")
    );
    let fields = [("plan_id", "gold"), ("plan_period", "month")];
    let list = format!("{MINE}/checkouts");
    let same = shop.ada.form("POST", &list, &fields).await;
    assert_eq!(rejection(&same), rejected(409, "already_subscribed"));
}

#[tokio::test]
async fn checkouts_of_wrong_plans_name_the_parameter() {
    let mut shop = Shop::open().await;
    let list = format!("{MINE}/checkouts");
    for (plan, period, name) in [
        ("none", "month", "plan_id"),
        ("team", "month", "plan_id"),
        ("silver", "annual", "plan_period"),
        ("silver", "day", "plan_period"),
    ] {
        let fields = [("plan_id", plan), ("plan_period", period)];
        let reply = shop.ada.form("POST", &list, &fields).await;
        assert_eq!((reply.status, named(&reply).as_str()), (422, name));
    }
    let reply = shop
        .ada
        .form("POST", &list, &[("plan_period", "month")])
        .await;
    assert_eq!(named(&reply), "plan_id");
}

#[tokio::test]
async fn cards_are_added_chosen_and_removed() {
    let mut shop = Shop::open().await;
    let list = format!("{MINE}/payment_methods");
    let mut cards = Vec::new();
    for token in ["tok_visa", "tok_amex"] {
        let fields = [("gateway", "stripe"), ("payment_token", token)];
        let card = response(&shop.ada.form("POST", &list, &fields).await);
        cards.push(text(&card["id"]));
    }
    let default = format!("{MINE}/payers/default_payment_method");
    let fields = [("payment_method_id", &*cards[1])];
    response(&shop.ada.form("PUT", &default, &fields).await);
    let shown = response(&shop.ada.get(&list).await);
    assert_eq!(shown["data"][0]["is_default"], false);
    assert_eq!(shown["data"][1]["is_default"], true);
    let id = text(&shop.checkout(MINE, "gold").await["id"]);
    let confirm = format!("{MINE}/checkouts/{id}/confirm");
    let bought = response(&shop.ada.form("PATCH", &confirm, &[]).await);
    assert_eq!(bought["payment_method"]["id"], cards[1].as_str());
    let used = shop
        .ada
        .form("DELETE", &format!("{list}/{}", cards[1]), &[])
        .await;
    assert_eq!(rejection(&used), rejected(409, "payment_method_in_use"));
    response(
        &shop
            .ada
            .form("DELETE", &format!("{list}/{}", cards[0]), &[])
            .await,
    );
    assert_eq!(response(&shop.ada.get(&list).await)["total_count"], 1);
    let unknown = [("gateway", "stripe"), ("payment_token", "tok_none")];
    let reply = shop.ada.form("POST", &list, &unknown).await;
    assert_eq!(
        (reply.status, named(&reply).as_str()),
        (422, "payment_token")
    );
    let graces = shop
        .grace
        .form("DELETE", &format!("{list}/{}", cards[1]), &[])
        .await;
    assert_eq!(graces.status, 404);
}

#[tokio::test]
async fn statements_and_payments_are_their_payers_alone() {
    let mut shop = Shop::open().await;
    shop.buy(MINE, "gold").await;
    for list in ["statements", "payment_attempts"] {
        let path = format!("{MINE}/{list}");
        let own = response(&shop.ada.get(&path).await);
        assert_eq!(own["total_count"], 1);
        let one = format!("{path}/{}", text(&own["data"][0]["id"]));
        response(&shop.ada.get(&one).await);
        assert_eq!(response(&shop.grace.get(&path).await)["total_count"], 0);
        assert_eq!(shop.grace.get(&one).await.status, 404);
    }
}

#[tokio::test]
async fn subscriptions_survive_export_and_import() {
    let mut shop = Shop::open().await;
    shop.buy(MINE, "gold").await;
    let state = shop.emulator.export().unwrap();
    shop.emulator.import(state).unwrap();
    assert_eq!(shop.claims("").await["pla"], "u:gold");
    assert_eq!(shop.statuses().await, pairs(&[("gold", "active")]));
}
