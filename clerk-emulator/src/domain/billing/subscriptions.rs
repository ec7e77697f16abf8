//! Subscriptions and their items: which plan a payer has, and until when.

use serde_json::{Value, json};

use super::items::{ITEMS, current_item, is_new_payer, items_of};
use super::payers::{Payer, payer_document, payer_type};
use super::plans::{Period, fee_of, money};
use crate::domain::DAY;
use crate::http::error::ApiError;
use crate::instance::Context;
use crate::store::{Documents, State};

const SUBSCRIPTIONS: &str = "billing/subscriptions";

/// So many items are kept of a payer: anybody may change plans as often as they like.
const MAX_ITEMS: usize = 100;

/// Ends the items whose period is over, and begins those that wait for it.
pub(super) fn settle(cx: Context<'_>, state: &mut State, payer: &str) {
    let due = |item: &Value, name: &str| item[name].as_i64().is_some_and(|at| at <= cx.now);
    let changes: Vec<(String, &str)> = items_of(state, payer)
        .filter_map(|item| {
            let status = match item["status"].as_str() {
                Some("canceled") if due(item, "period_end") => "ended",
                Some("upcoming") if due(item, "period_start") => "active",
                _ => return None,
            };
            Some((item["id"].as_str()?.to_owned(), status))
        })
        .collect();
    for (id, status) in changes {
        if let Some(item) = state.documents.get_mut(ITEMS, &id) {
            item["status"] = status.into();
            item["updated_at"] = cx.now.into();
            if status == "ended" {
                item["ended_at"] = item["period_end"].clone();
            }
        }
    }
}

/// Returns the payer's subscription with its items; creates it if there is none.
pub(crate) fn find_subscription(
    cx: Context<'_>,
    state: &mut State,
    payer: Payer<'_>,
) -> Result<Value, ApiError> {
    let payer = payer.id(state)?;
    settle(cx, state, &payer);
    let known = state.documents.get(SUBSCRIPTIONS, &payer).cloned();
    let mut subscription = known.unwrap_or_else(|| {
        json!({
            "object": "commerce_subscription", "id": cx.instance.ids.id("csub"), "payer_id": payer,
            "instance_id": cx.instance.settings.instance_id, "status": "active", "active_at": cx.now,
            "past_due_at": null, "eligible_for_free_trial": false, "subscription_items": [],
            "created_at": cx.now, "updated_at": cx.now,
        })
    });
    state
        .documents
        .insert(SUBSCRIPTIONS, &payer, subscription.clone());
    subscription["eligible_for_free_trial"] = is_new_payer(state, &payer).into();
    let current = current_item(state, &payer, cx.now);
    let next = current.map(|item| item["next_payment"].clone());
    if let Some(next) = next.filter(Value::is_object) {
        subscription["next_payment"] = next;
    }
    subscription["subscription_items"] = items_of(state, &payer).map(Documents::view).collect();
    Ok(subscription)
}

/// Returns the id of a payer's subscription, if it has one.
pub(crate) fn subscription_id_of<'a>(state: &'a State, payer: &str) -> Option<&'a str> {
    state.documents.get(SUBSCRIPTIONS, payer)?["id"].as_str()
}

/// Checks that a plan is for this kind of payer; `name` is the parameter that names the plan.
pub(super) fn check_payer(
    state: &State,
    plan: &Value,
    payer: &str,
    name: &str,
) -> Result<(), ApiError> {
    if plan["for_payer_type"] == payer_type(state, payer) {
        return Ok(());
    }
    Err(ApiError::invalid(
        name,
        "The plan is for another kind of payer.",
    ))
}

/// What a payer subscribes to.
pub(super) struct Start<'a> {
    pub(super) payer: &'a str,
    pub(super) plan: &'a Value,
    pub(super) period: Period,
    /// When it begins; the plan that the payer has now lasts until then.
    pub(super) at: i64,
    /// The days that cost nothing at first.
    pub(super) trial_days: Option<i64>,
    /// What is paid for the first period, in cents.
    pub(super) paid: i64,
    pub(super) method: Option<&'a Value>,
}

/// Subscribes a payer to a plan in place of the one that it has, and returns the new item.
pub(super) fn start_item(cx: Context<'_>, state: &mut State, start: &Start<'_>) -> Value {
    let is_now = start.at <= cx.now;
    replace_items(cx, state, start.payer, is_now);
    let days = start.trial_days.unwrap_or(start.period.days());
    let end = start.at + days * DAY;
    let fee = fee_of(start.plan, start.period).unwrap_or(0);
    let id = cx.instance.ids.id("csubitem");
    let mut item = json!({
        "object": "commerce_subscription_item", "id": id, "instance_id": cx.instance.settings.instance_id,
        "status": if is_now { "active" } else { "upcoming" }, "plan": Documents::view(start.plan),
        "plan_id": start.plan["id"], "plan_period": start.period.name(), "payer_id": start.payer,
        "payer": payer_document(cx, state, start.payer), "is_free_trial": start.trial_days.is_some(),
        "period_start": start.at, "period_end": end, "canceled_at": null, "ended_at": null,
        "past_due_at": null, "lifetime_paid": money(start.paid),
        "created_at": cx.now, "updated_at": cx.now,
    });
    if fee > 0 {
        item["next_payment"] = json!({"amount": money(fee), "date": end});
    } else {
        // What costs nothing has no end.
        item["period_end"] = Value::Null;
    }
    if let Some(method) = start.method {
        item["payment_method"] = method.clone();
    }
    forget_oldest(state, start.payer);
    state.documents.insert(ITEMS, &id, item.clone());
    item
}

/// Forgets a payer's oldest item that is over, if it has many.
fn forget_oldest(state: &mut State, payer: &str) {
    if items_of(state, payer).count() < MAX_ITEMS {
        return;
    }
    let oldest = items_of(state, payer).find(|item| item["status"] == "ended");
    let id = oldest.and_then(|item| item["id"].as_str());
    if let Some(id) = id.map(str::to_owned) {
        state.documents.remove(ITEMS, &id);
    }
}

/// Ends what a payer has, at once or with its period.
fn replace_items(cx: Context<'_>, state: &mut State, payer: &str, at_once: bool) {
    let open: Vec<(String, bool)> = items_of(state, payer)
        .filter(|item| {
            ["active", "canceled", "upcoming"]
                .iter()
                .any(|status| item["status"] == *status)
        })
        .filter_map(|item| {
            let waits = item["status"] == "upcoming";
            Some((item["id"].as_str()?.to_owned(), waits))
        })
        .collect();
    for (id, waits) in open {
        // They exist, so that they can be canceled.
        drop(cancel_item(cx, state, &id, at_once || waits));
    }
}

/// Cancels an item of a payer, at the end of its period; what costs nothing has no period, and ends at once.
pub(crate) fn cancel_item_of(
    cx: Context<'_>,
    state: &mut State,
    payer: &str,
    id: &str,
) -> Result<Value, ApiError> {
    settle(cx, state, payer);
    let item = items_of(state, payer).find(|item| item["id"] == id);
    let item = item.ok_or_else(|| ApiError::not_found("subscription item", id))?;
    let at_once = match item["status"].as_str() {
        Some("active" | "past_due") => item["period_end"].is_null(),
        Some("upcoming") => true,
        _ => {
            return Err(ApiError::bad_state(
                "subscription_item_not_active",
                "The item is canceled already.",
            ));
        }
    };
    cancel_item(cx, state, id, at_once)
}

/// Cancels a subscription's item, at once or at the end of its period, and returns it.
pub(crate) fn cancel_item(
    cx: Context<'_>,
    state: &mut State,
    id: &str,
    at_once: bool,
) -> Result<Value, ApiError> {
    let item = state
        .documents
        .get_mut(ITEMS, id)
        .ok_or_else(|| ApiError::not_found("subscription item", id))?;
    item["status"] = if at_once { "ended" } else { "canceled" }.into();
    if item["canceled_at"].is_null() {
        item["canceled_at"] = cx.now.into();
    }
    if at_once {
        item["ended_at"] = cx.now.into();
    }
    item["updated_at"] = cx.now.into();
    if let Value::Object(fields) = item {
        fields.remove("next_payment");
    }
    Ok(item.clone())
}
