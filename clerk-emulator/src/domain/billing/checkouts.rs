//! Checkouts: from a plan that somebody wants to the subscription and its payment.

use serde_json::{Value, json};

use super::items::{current_item, is_new_payer};
use super::payers::{Payer, payer_type};
use super::payment_methods::{TEST_CARD, create_method, default_method, find_method};
use super::plans::{PLANS, Period, fee_of, find_plan_named};
use super::statements::{Cost, record_payment};
use super::subscriptions::{Start, check_payer, find_subscription, settle, start_item};
use crate::http::error::ApiError;
use crate::http::params::Params;
use crate::instance::Context;
use crate::store::State;

const CHECKOUTS: &str = "billing/checkouts";

/// So many checkouts are kept: anybody may begin as many as they like.
const MAX_CHECKOUTS: usize = 10_000;

/// Begins a checkout and returns it.
pub(crate) fn create_checkout(
    cx: Context<'_>,
    state: &mut State,
    payer: &str,
    params: Params<'_>,
) -> Result<Value, ApiError> {
    settle(cx, state, payer);
    let plan = find_plan_named(state, params.required_text("plan_id")?)
        .map_err(|_| ApiError::invalid("plan_id", "There is no such plan."))?;
    check_payer(state, plan, payer, "plan_id")?;
    let period = Period::read(params.required_text("plan_period")?);
    let Some(fee) = fee_of(plan, period) else {
        return Err(ApiError::invalid(
            "plan_period",
            "The plan cannot be paid by the year.",
        ));
    };
    let method = params.filled_text("payment_method_id");
    if let Some(method) = method {
        find_method(state, payer, method)
            .map_err(|_| ApiError::invalid("payment_method_id", "The payer has no such method."))?;
    }
    let terms = terms_of(cx, state, payer, plan, period)?;
    let id = cx.instance.ids.id("cchk");
    let checkout = json!({
        "id": id, "payer_id": payer, "plan_id": plan["id"], "plan_period": period.name(), "fee": fee,
        "trial_days": terms.trial_days, "starts_at": terms.starts_at, "promo_code": null, "percent_off": 0,
        "payment_method_id": method, "subscription_item_id": null, "status": "needs_confirmation",
        "external_gateway_id": cx.instance.ids.id("acct"), "created_at": cx.now,
    });
    state.make_room_in(CHECKOUTS, MAX_CHECKOUTS);
    state.documents.insert(CHECKOUTS, &id, checkout.clone());
    Ok(checkout)
}

/// When a plan begins, and what is free of it.
struct Terms {
    trial_days: Option<i64>,
    /// `None`: at once.
    starts_at: Option<i64>,
}

/// Returns the terms on which a payer gets a plan now; they may be others by the time that a checkout is confirmed.
fn terms_of(
    cx: Context<'_>,
    state: &State,
    payer: &str,
    plan: &Value,
    period: Period,
) -> Result<Terms, ApiError> {
    let current = current_item(state, payer, cx.now);
    let is_had = current.is_some_and(|item| {
        item["plan_id"] == plan["id"]
            && item["plan_period"] == period.name()
            && item["status"] == "active"
    });
    if is_had {
        return Err(ApiError::conflict(
            "already_subscribed",
            "Already subscribed",
            "The payer has this plan already.",
        ));
    }
    let trial_days = plan["free_trial_days"].as_i64().filter(|days| {
        plan["free_trial_enabled"] == true && *days > 0 && is_new_payer(state, payer)
    });
    // A cheaper plan begins when what is paid for is over.
    let starts_at = current.and_then(|item| {
        let had = fee_of(&item["plan"], Period::Month).unwrap_or(0);
        let end = item["period_end"].as_i64()?;
        (fee_of(plan, Period::Month).unwrap_or(0) < had && end > cx.now).then_some(end)
    });
    Ok(Terms {
        trial_days,
        starts_at,
    })
}

/// Returns a checkout of a payer.
pub(crate) fn find_checkout<'a>(
    state: &'a State,
    payer: &str,
    id: &str,
) -> Result<&'a Value, ApiError> {
    let found = state.documents.get(CHECKOUTS, id);
    found
        .filter(|checkout| checkout["payer_id"] == payer)
        .ok_or_else(|| ApiError::not_found("checkout", id))
}

fn find_open_checkout(state: &State, payer: &str, id: &str) -> Result<Value, ApiError> {
    let checkout = find_checkout(state, payer, id)?;
    if checkout["status"] != "needs_confirmation" {
        return Err(ApiError::bad_state(
            "checkout_already_completed",
            "The checkout is completed already.",
        ));
    }
    Ok(checkout.clone())
}

/// Returns what a checkout costs.
pub(crate) fn cost_of(checkout: &Value) -> Cost {
    let fee = checkout["fee"].as_i64().unwrap_or(0);
    let discount = fee * checkout["percent_off"].as_i64().unwrap_or(0) / 100;
    let total = fee - discount;
    let is_later = checkout["trial_days"].is_i64() || checkout["starts_at"].is_i64();
    Cost {
        fee,
        discount,
        total,
        due_now: if is_later { 0 } else { total },
    }
}

/// Takes a promo code, or takes it back; returns the checkout. In the emulator `OFF20` takes off 20 per cent, and so on.
pub(crate) fn apply_promo_code(
    cx: Context<'_>,
    state: &mut State,
    payer: &str,
    id: &str,
    code: Option<&str>,
) -> Result<Value, ApiError> {
    let mut checkout = find_open_checkout(state, payer, id)?;
    let percent = match code {
        None => 0,
        Some(code) => code
            .strip_prefix("OFF")
            .and_then(|number| number.parse::<i64>().ok())
            .filter(|percent| (1..=100).contains(percent))
            .ok_or_else(|| {
                ApiError::invalid(
                    "promo_code",
                    "In the emulator codes are OFF1 to OFF100, which say how many per cent they take off.",
                )
            })?,
    };
    checkout["promo_code"] = code.into();
    checkout["percent_off"] = percent.into();
    checkout["updated_at"] = cx.now.into();
    state.documents.insert(CHECKOUTS, id, checkout.clone());
    Ok(checkout)
}

/// Returns the card that the request, the checkout or else the payer chose.
fn method_for(
    cx: Context<'_>,
    state: &mut State,
    checkout: &Value,
    params: Params<'_>,
) -> Result<Option<Value>, ApiError> {
    let payer = checkout["payer_id"].as_str().unwrap_or_default();
    let named = params
        .filled_text("payment_method_id")
        .or(checkout["payment_method_id"].as_str());
    if let Some(token) = params.filled_text("payment_token") {
        let gateway = params.filled_text("gateway").unwrap_or("stripe");
        return create_method(cx, state, payer, gateway, token).map(Some);
    }
    if params.flag("use_test_card") == Some(true) {
        return create_method(cx, state, payer, "stripe", TEST_CARD).map(Some);
    }
    match named {
        Some(id) => find_method(state, payer, id)
            .map(|method| Some(method.clone()))
            .map_err(|_| ApiError::invalid("payment_method_id", "The payer has no such method.")),
        None => Ok(default_method(state, payer).cloned()),
    }
}

/// Subscribes the payer to the plan, pays what is due, and returns the checkout.
pub(crate) fn confirm_checkout(
    cx: Context<'_>,
    state: &mut State,
    payer: &str,
    id: &str,
    params: Params<'_>,
) -> Result<Value, ApiError> {
    let mut checkout = find_open_checkout(state, payer, id)?;
    settle(cx, state, payer);
    let plan = state
        .documents
        .get(PLANS, checkout["plan_id"].as_str().unwrap_or_default())
        .cloned()
        .ok_or_else(|| ApiError::bad_state("plan_gone", "The plan is there no more."))?;
    let period = Period::read(checkout["plan_period"].as_str().unwrap_or_default());
    let terms = terms_of(cx, state, payer, &plan, period)?;
    checkout["trial_days"] = terms.trial_days.into();
    checkout["starts_at"] = terms.starts_at.into();
    let cost = cost_of(&checkout);
    let method = method_for(cx, state, &checkout, params)?;
    if cost.due_now > 0 && method.is_none() {
        return Err(ApiError::missing("payment_method_id"));
    }
    let owner = match payer_type(state, payer) {
        "user" => Payer::User(payer),
        _ => Payer::Organization(payer),
    };
    find_subscription(cx, state, owner)?;
    let start = Start {
        payer,
        plan: &plan,
        period,
        at: checkout["starts_at"].as_i64().unwrap_or(cx.now),
        trial_days: checkout["trial_days"].as_i64(),
        paid: cost.due_now,
        method: method.as_ref(),
    };
    let item = start_item(cx, state, &start);
    if let Some(method) = method.as_ref().filter(|_| cost.due_now > 0) {
        record_payment(cx, state, &item, method, cost);
    }
    checkout["status"] = "completed".into();
    checkout["payment_method_id"] = json!(method.as_ref().map(|method| &method["id"]));
    checkout["_payment_method"] = json!(method);
    checkout["subscription_item_id"] = item["id"].clone();
    state.documents.insert(CHECKOUTS, id, checkout.clone());
    Ok(checkout)
}
