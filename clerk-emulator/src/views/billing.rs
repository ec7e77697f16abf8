//! Plans, subscriptions, checkouts and payments as the Frontend API shows them.

use serde_json::{Map, Value, json};

use crate::domain::DAY;
use crate::domain::billing::checkouts::cost_of;
use crate::domain::billing::payment_methods::is_in_use;
use crate::domain::billing::plans::PLANS;
use crate::domain::billing::{ITEMS, money};
use crate::instance::Context;
use crate::store::{Documents, State};

/// Fields of a subscription's item that are shown even if there is nothing in them.
const NULLABLE: [&str; 4] = ["canceled_at", "ended_at", "past_due_at", "period_end"];

/// Returns a plan; what no schema has is left out.
pub(crate) fn plan_view(plan: &Value) -> Value {
    let mut view = Documents::view(plan);
    if !view["features"].is_array() {
        view["features"] = json!([]);
    }
    view
}

/// Returns a subscription's item with its plan and what it costs.
pub(crate) fn subscription_item_view(state: &State, item: &Value) -> Value {
    let shown = Documents::view(item);
    let mut view: Map<String, Value> = shown.as_object().cloned().unwrap_or_default();
    let plan_id = item["plan_id"].as_str().unwrap_or_default();
    let plan = state.documents.get(PLANS, plan_id);
    if let Some(plan) = plan.or(item.get("plan").filter(|plan| plan.is_object())) {
        view.insert("plan".into(), plan_view(plan));
    }
    view.insert("plan_id".into(), plan_id.into());
    // What the Backend API calls so is over as well.
    if item["status"] == "expired" {
        view.insert("status".into(), "ended".into());
    }
    view.retain(|name, value| !value.is_null() || NULLABLE.contains(&name.as_str()));
    for name in NULLABLE {
        view.entry(name).or_insert(Value::Null);
    }
    let fee = item["next_payment"]["amount"].clone();
    let amount = if fee.is_object() { fee } else { money(0) };
    view.insert("amount".into(), amount);
    Value::Object(view)
}

/// Returns a subscription with its items.
pub(crate) fn subscription_view(state: &State, subscription: &Value) -> Value {
    let mut view = Documents::view(subscription);
    let items = subscription["subscription_items"].as_array();
    view["subscription_items"] = items
        .into_iter()
        .flatten()
        .map(|item| subscription_item_view(state, item))
        .collect();
    view
}

/// Returns a card.
pub(crate) fn payment_method_view(state: &State, method: &Value) -> Value {
    let mut view = Documents::view(method);
    let id = method["id"].as_str().unwrap_or_default();
    view["is_removable"] = (!is_in_use(state, id)).into();
    view
}

/// Returns a payment with its subscription's item.
pub(crate) fn payment_view(state: &State, payment: &Value) -> Value {
    let mut view = Documents::view(payment);
    view["subscription_item"] = subscription_item_view(state, &payment["subscription_item"]);
    view
}

/// Returns a statement with its payments.
pub(crate) fn statement_view(state: &State, statement: &Value) -> Value {
    let mut view = Documents::view(statement);
    let groups = view["groups"].as_array_mut();
    for group in groups.into_iter().flatten() {
        let items = group["items"].as_array();
        group["items"] = items
            .into_iter()
            .flatten()
            .map(|payment| payment_view(state, payment))
            .collect();
    }
    view
}

/// Returns a checkout with what is to be paid.
pub(crate) fn checkout_view(
    cx: Context<'_>,
    state: &State,
    checkout: &Value,
    payer: &Value,
) -> Value {
    let plan_id = checkout["plan_id"].as_str().unwrap_or_default();
    let plan = state.documents.get(PLANS, plan_id).unwrap_or(&Value::Null);
    let (starts_at, trial_days) = (
        checkout["starts_at"].as_i64(),
        checkout["trial_days"].as_i64(),
    );
    let mut view = json!({
        "object": "commerce_checkout", "id": checkout["id"], "status": checkout["status"],
        "external_gateway_id": checkout["external_gateway_id"], "plan": plan_view(plan),
        "plan_period": checkout["plan_period"], "is_immediate_plan_change": starts_at.is_none(),
        "needs_payment_method": cost_of(checkout).due_now > 0, "payer": payer, "totals": totals(checkout),
    });
    let created_at = checkout["created_at"].as_i64().unwrap_or(cx.now);
    view["plan_period_start"] = starts_at.unwrap_or(created_at).into();
    if let Some(days) = trial_days {
        view["free_trial_ends_at"] = (created_at + days * DAY).into();
    }
    if checkout["_payment_method"].is_object() {
        view["payment_method"] = payment_method_view(state, &checkout["_payment_method"]);
    }
    let item = checkout["subscription_item_id"].as_str();
    let item = item.and_then(|id| state.documents.get(ITEMS, id));
    if let Some(item) = item {
        view["subscription_item"] = subscription_item_view(state, item);
    }
    view
}

fn totals(checkout: &Value) -> Value {
    let cost = cost_of(checkout);
    let is_trial = checkout["trial_days"].is_i64();
    let mut totals = json!({
        "subtotal": money(cost.fee), "base_fee": money(cost.fee), "tax_total": money(0),
        "grand_total": money(cost.total), "credit": null, "credits": null, "past_due": null,
        "total_due_now": money(cost.due_now), "total_due_per_period": money(cost.total),
        "total_due_after_free_trial": is_trial.then(|| money(cost.total)),
    });
    if let Some(code) = checkout["promo_code"].as_str() {
        totals["discounts"] = json!({
            "proration": null, "total": money(cost.discount),
            "discount": {
                "discount_id": format!("disc_{code}"), "name": code, "promo_code": code, "effect": "percentage",
                "percent_off": checkout["percent_off"], "amount": money(cost.discount),
                "cycles_applied": null, "cycles_remaining": null, "duration_in_cycles": null,
            },
        });
    }
    totals
}
