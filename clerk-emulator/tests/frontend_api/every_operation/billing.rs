//! Plans, subscriptions and payments, of users and of organizations.

use serde_json::json;

use super::{Tour, id};
use crate::browser::text;

pub async fn all(tour: &mut Tour) {
    let browser = &mut tour.ada().await;
    for payer in ["user", "org"] {
        let plan = json!({
            "name": format!("Gold of {payer}"), "slug": format!("gold_{payer}"), "for_payer_type": payer,
            "amount": 1000, "currency": "USD",
        });
        tour.emulator.insert("billing/plans", plan).unwrap();
    }
    let plans = tour.get(browser, "/v1/billing/plans").await;
    let plan = id(&plans["data"][0]);
    tour.get(browser, &format!("/v1/billing/plans/{plan}"))
        .await;
    let of_organization = format!("/v1/organizations/{}/billing", tour.engines);
    for (index, root) in ["/v1/me/billing", &*of_organization]
        .into_iter()
        .enumerate()
    {
        let plans = tour.get(browser, "/v1/billing/plans").await;
        let plan = id(&plans["data"][index]);
        payments(tour, root, &plan).await;
    }
}

async fn payments(tour: &mut Tour, root: &str, plan: &str) {
    let browser = &mut tour.ada().await;
    let methods = format!("{root}/payment_methods");
    tour.post(browser, &format!("{methods}/initialize"), &[])
        .await;
    let card = [("gateway", "stripe"), ("payment_token", "tok_visa")];
    let method = tour.post(browser, &methods, &card).await;
    let method = text(&method["id"]);
    tour.get(browser, &methods).await;
    let default = format!("{root}/payers/default_payment_method");
    tour.form(browser, "PUT", &default, &[("payment_method_id", &method)])
        .await;

    let fields = [("plan_id", plan), ("plan_period", "month")];
    let checkout = tour
        .post(browser, &format!("{root}/checkouts"), &fields)
        .await;
    let path = format!("{root}/checkouts/{}", id(&checkout));
    tour.get(browser, &path).await;
    tour.form(browser, "PATCH", &path, &[("promo_code", "OFF50")])
        .await;
    let confirm = format!("{path}/confirm");
    let with = [("payment_method_id", &*method)];
    tour.form(browser, "PATCH", &confirm, &with).await;
    tour.get(browser, &format!("{root}/subscription")).await;
    let items = tour
        .get(browser, &format!("{root}/subscription_items"))
        .await;
    let item = text(&items["data"][0]["id"]);
    tour.delete(browser, &format!("{root}/subscription_items/{item}"))
        .await;
    let statements = tour.get(browser, &format!("{root}/statements")).await;
    let statements = statements.get("data").unwrap_or(&statements);
    let statement = text(&statements[0]["id"]);
    tour.get(browser, &format!("{root}/statements/{statement}"))
        .await;
    if root.starts_with("/v1/me") {
        let attempts = tour.get(browser, &format!("{root}/payment_attempts")).await;
        let attempt = text(&attempts["data"][0]["id"]);
        tour.get(browser, &format!("{root}/payment_attempts/{attempt}"))
            .await;
    }
    tour.delete(browser, &format!("{methods}/{method}")).await;
}
