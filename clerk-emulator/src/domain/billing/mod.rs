//! Plans, subscriptions, payments and credit of users and organizations. Plans come from seeds or `Emulator::insert`.

pub(crate) mod checkouts;
mod payers;
pub(crate) mod payment_methods;
pub(crate) mod plans;
pub(crate) mod statements;
mod subscriptions;

use serde_json::{Value, json};

use super::documents::{Target, create_document};
use super::synthesize::synthesize_response;
use crate::http::error::ApiError;
use crate::http::params::Params;
use crate::instance::Context;
use crate::openapi::document::Operation;
use crate::store::State;

pub(crate) use payers::{Payer, payer_document};
pub(crate) use plans::money;
pub(crate) use subscriptions::{
    cancel_item, cancel_item_of, find_plan, find_subscription, subscription_id_of,
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
