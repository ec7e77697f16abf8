//! Plans, subscriptions, payments and credit of users and organizations. Plans come from seeds or `Emulator::insert`.

pub(crate) mod checkouts;
mod items;
mod payers;
pub(crate) mod payment_methods;
pub(crate) mod plans;
pub(crate) mod statements;
mod subscriptions;

use serde_json::{Map, Value, json};

use super::documents::{Target, create_document, item_schema};
use super::synthesize::{synthesize, synthesize_response};
use crate::http::error::ApiError;
use crate::http::params::Params;
use crate::instance::Context;
use crate::openapi::document::Operation;
use crate::store::State;

use plans::{PLANS, Period, complete_plan, find_plan_named};
use subscriptions::{Start, check_payer, start_item};

pub(crate) use items::{ITEMS, find_plan};
pub(crate) use payers::{Payer, payer_document};
pub(crate) use plans::money;
pub(crate) use subscriptions::{
    cancel_item, cancel_item_of, find_subscription, subscription_id_of,
};

fn credit_cents(state: &State, payer: &str) -> i64 {
    state
        .documents
        .get("billing/credits", payer)
        .and_then(Value::as_i64)
        .unwrap_or(0)
}

/// Returns the payer's credit.
pub(crate) fn credit_balance(state: &State, payer: Payer<'_>) -> Result<Value, ApiError> {
    let cents = credit_cents(state, &payer.id(state)?);
    Ok(json!({"object": "commerce_credit_balance", "balance": money(cents)}))
}

/// Changes the payer's credit and returns the entry in the ledger. The same idempotency key changes it once.
pub(crate) fn adjust_credit(
    cx: Context<'_>,
    state: &mut State,
    operation: &Operation,
    payer: Payer<'_>,
    params: Params<'_>,
) -> Result<Value, ApiError> {
    let payer = payer.id(state)?;
    let key = format!("{payer}/{}", params.required_text("idempotency_key")?);
    if let Some(entry) = state.documents.get("billing/ledger", &key) {
        return Ok(entry.clone());
    }
    let amount = params.int("amount").unwrap_or(0);
    if amount <= 0 {
        return Err(ApiError::invalid("amount", "amount must be above 0."));
    }
    let change = match params.text("action") {
        Some("decrease") => -amount,
        _ => amount,
    };
    let new = credit_cents(state, &payer).saturating_add(change);
    if new < 0 {
        return Err(ApiError::invalid(
            "amount",
            "There is not that much credit.",
        ));
    }
    state
        .documents
        .insert("billing/credits", &payer, new.into());
    let given = json!({
        "object": "commerce_credit_ledger", "payer_id": payer, "amount": money(amount), "note": params.text("note"),
        "source_type": "manual",
    });
    let entry = synthesize_response(cx, operation, &Params::new(&given).fields());
    state
        .documents
        .insert("billing/ledger", &key, entry.clone());
    Ok(entry)
}

/// Checks that what was sent is what was made of it: no schema describes these parameters.
fn check_kept(given: &Map<String, Value>, made: &Value) -> Result<(), ApiError> {
    match given.iter().find(|(name, value)| made[*name] != **value) {
        Some((name, _)) => Err(ApiError::invalid(name, "It has the wrong form.")),
        None => Ok(()),
    }
}

/// Creates a plan and returns it.
pub(crate) fn create_plan(
    cx: Context<'_>,
    state: &mut State,
    params: Params<'_>,
) -> Result<Value, ApiError> {
    let slug = params.required_text("slug")?;
    if state.documents.find(PLANS, "slug", slug).is_some() {
        return Err(ApiError::taken("slug"));
    }
    let mut fields = params.fields();
    fields.entry("name").or_insert(slug.into());
    complete_plan(cx, &mut fields);
    if fields["for_payer_type"] != "user" && fields["for_payer_type"] != "org" {
        return Err(ApiError::invalid(
            "for_payer_type",
            "for_payer_type must be user or org.",
        ));
    }
    let document = cx.instance.document;
    let schema = item_schema(document, &["billing", "plans"])
        .ok_or_else(|| ApiError::not_found("schema of", PLANS))?;
    let plan = synthesize(cx, schema, &fields);
    check_kept(&fields, &plan)?;
    let id = plan["id"].as_str().unwrap_or_default();
    state.documents.insert(PLANS, id, plan.clone());
    Ok(plan)
}

/// Subscribes a user or an organization to a plan, named by id or slug, without a payment; returns the item.
pub(crate) fn subscribe(
    cx: Context<'_>,
    state: &mut State,
    params: Params<'_>,
) -> Result<Value, ApiError> {
    let plan = find_plan_named(state, params.required_text("plan")?)?.clone();
    let payer = match (params.text("user_id"), params.text("organization_id")) {
        (Some(id), None) => Payer::User(id),
        (None, Some(id)) => Payer::Organization(id),
        _ => return Err(ApiError::missing("user_id or organization_id")),
    };
    let period = Period::read(params.text("plan_period").unwrap_or("month"));
    let id = payer.id(state)?;
    check_payer(state, &plan, &id, "plan")?;
    find_subscription(cx, state, payer)?;
    let start = Start {
        payer: &id,
        plan: &plan,
        period,
        at: cx.now,
        trial_days: None,
        paid: 0,
        method: None,
    };
    Ok(start_item(cx, state, &start))
}

/// Creates a price of a plan and returns it.
pub(crate) fn create_price(
    cx: Context<'_>,
    state: &mut State,
    target: Target<'_>,
    params: Params<'_>,
) -> Result<Value, ApiError> {
    let plan = params.required_text("plan_id")?;
    if state.documents.get("billing/plans", plan).is_none() {
        return Err(ApiError::not_found("plan", plan));
    }
    create_document(cx, state, target, params.fields())
}
