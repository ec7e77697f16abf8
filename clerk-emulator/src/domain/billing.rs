//! Subscriptions and credit of users and organizations. Plans are put in with `Emulator::insert`.

use serde_json::{Value, json};

use super::documents::{Target, create_document};
use super::organizations::find_organization;
use super::synthesize::synthesize_response;
use super::users::find_user;
use crate::http::error::ApiError;
use crate::http::params::Params;
use crate::instance::Context;
use crate::openapi::document::Operation;
use crate::store::State;

const ITEMS: &str = "billing/subscription_items";

/// Returns the plan of a user or an organization with an active subscription.
pub(crate) fn find_plan<'a>(state: &'a State, owner: &str) -> Option<&'a Value> {
    let plan_id = state
        .documents
        .all(ITEMS)
        .rev()
        .find(|item| item["payer_id"] == owner && item["status"] == "active")?
        .get("plan_id")?
        .as_str()?;
    state.documents.get("billing/plans", plan_id)
}

/// Who pays.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Payer<'a> {
    User(&'a str),
    /// By id or slug.
    Organization(&'a str),
}

impl<'a> Payer<'a> {
    /// Returns the payer's id, if it exists.
    fn id(self, state: &State) -> Result<&'a str, ApiError> {
        match self {
            Self::User(id) => find_user(state, id).map(|_| id),
            Self::Organization(id) => find_organization(state, id).map(|_| id),
        }
    }
}

/// Returns the payer's subscription with its items; creates it if there is none.
pub(crate) fn find_subscription(
    cx: Context<'_>,
    state: &mut State,
    operation: &Operation,
    payer: Payer<'_>,
) -> Result<Value, ApiError> {
    let payer = payer.id(state)?;
    let items: Vec<Value> = state
        .documents
        .all(ITEMS)
        .filter(|item| item["payer_id"] == payer)
        .cloned()
        .collect();
    let known = state.documents.get("billing/subscriptions", payer).cloned();
    let mut subscription = known.unwrap_or_else(|| {
        let given = json!({
            "payer_id": payer, "status": "active", "active_at": cx.now, "subscription_items": [],
        });
        synthesize_response(cx, operation, &Params::new(&given).fields())
    });
    state
        .documents
        .insert("billing/subscriptions", payer, subscription.clone());
    subscription["subscription_items"] = items.into();
    Ok(subscription)
}

fn money(cents: i64) -> Value {
    json!({
        "amount": cents, "amount_formatted": format!("{}.{:02}", cents / 100, cents % 100),
        "currency": "USD", "currency_symbol": "$",
    })
}

fn credit_cents(state: &State, payer: &str) -> i64 {
    state
        .documents
        .get("billing/credits", payer)
        .and_then(Value::as_i64)
        .unwrap_or(0)
}

/// Returns the payer's credit.
pub(crate) fn credit_balance(state: &State, payer: Payer<'_>) -> Result<Value, ApiError> {
    let cents = credit_cents(state, payer.id(state)?);
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
    let new = credit_cents(state, payer).saturating_add(change);
    if new < 0 {
        return Err(ApiError::invalid(
            "amount",
            "There is not that much credit.",
        ));
    }
    state.documents.insert("billing/credits", payer, new.into());
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
    item["canceled_at"] = cx.now.into();
    if at_once {
        item["ended_at"] = cx.now.into();
    }
    Ok(item.clone())
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
