//! Subscriptions of users and organizations; plans are put in with `Emulator::insert`.

use serde_json::{Value, json};

use super::call::{Answer, Call, Handler};
use super::errors::ApiError;
use super::{generic, users};
use crate::store::State;

const ITEMS: &str = "billing/subscription_items";

pub(super) fn handler(id: &str) -> Option<Handler> {
    Some(match id {
        "GetUserBillingSubscription" | "GetOrganizationBillingSubscription" => {
            Handler::Write(subscription)
        }
        "GetUserBillingCreditBalance" | "GetOrganizationBillingCreditBalance" => {
            Handler::Read(balance)
        }
        "AdjustUserBillingCreditBalance" | "AdjustOrganizationBillingCreditBalance" => {
            Handler::Write(adjust)
        }
        "CancelCommerceSubscriptionItem" => Handler::Write(cancel),
        "CreateBillingPrice" => Handler::Write(create_price),
        _ => return None,
    })
}

/// The plan that a user or an organization has, if it has an active subscription.
pub(crate) fn plan_of<'a>(state: &'a State, owner: &str) -> Option<&'a Value> {
    let plan_id = state
        .documents
        .all(ITEMS)
        .rev()
        .find(|item| item["payer_id"] == owner && item["status"] == "active")?
        .get("plan_id")?
        .as_str()?;
    state.documents.get("billing/plans", plan_id)
}

fn owner<'a>(call: &'a Call<'_>, state: &State) -> Result<&'a str, ApiError> {
    let id = call.id(0);
    if call
        .operation
        .segments
        .first()
        .is_some_and(|segment| segment == "users")
    {
        users::find(state, id)?;
    } else {
        super::organizations::find(state, id)?;
    }
    Ok(id)
}

/// The subscription, with the items of this payer.
fn subscription(call: &Call<'_>, state: &mut State) -> Answer {
    let owner = owner(call, state)?;
    let items: Vec<Value> = state
        .documents
        .all(ITEMS)
        .filter(|item| item["payer_id"] == owner)
        .cloned()
        .collect();
    let known = state.documents.get("billing/subscriptions", owner).cloned();
    let mut subscription = known.unwrap_or_else(|| {
        call.made_of(json!({"payer_id": owner, "status": "active", "active_at": call.now, "subscription_items": []}))
    });
    state
        .documents
        .insert("billing/subscriptions", owner, subscription.clone());
    subscription["subscription_items"] = items.into();
    Ok(subscription)
}

fn money(cents: i64) -> Value {
    json!({
        "amount": cents, "amount_formatted": format!("{}.{:02}", cents / 100, cents % 100),
        "currency": "USD", "currency_symbol": "$",
    })
}

fn cents(state: &State, owner: &str) -> i64 {
    state
        .documents
        .get("billing/credits", owner)
        .and_then(Value::as_i64)
        .unwrap_or(0)
}

fn balance(call: &Call<'_>, state: &State) -> Answer {
    let owner = owner(call, state)?;
    Ok(json!({"object": "commerce_credit_balance", "balance": money(cents(state, owner))}))
}

/// The same idempotency key adjusts once.
fn adjust(call: &Call<'_>, state: &mut State) -> Answer {
    let owner = owner(call, state)?;
    let key = format!("{owner}/{}", call.needed("idempotency_key")?);
    if let Some(entry) = state.documents.get("billing/ledger", &key) {
        return Ok(entry.clone());
    }
    let amount = call.int("amount").unwrap_or(0);
    if amount <= 0 {
        return Err(ApiError::invalid("amount", "amount must be above 0."));
    }
    let change = if call.text("action") == Some("decrease") {
        -amount
    } else {
        amount
    };
    let new = cents(state, owner).saturating_add(change);
    if new < 0 {
        return Err(ApiError::invalid(
            "amount",
            "There is not that much credit.",
        ));
    }
    state.documents.insert("billing/credits", owner, new.into());
    let entry = call.made_of(json!({
        "object": "commerce_credit_ledger", "payer_id": owner, "amount": money(amount), "note": call.text("note"),
        "source_type": "manual",
    }));
    state
        .documents
        .insert("billing/ledger", &key, entry.clone());
    Ok(entry)
}

fn cancel(call: &Call<'_>, state: &mut State) -> Answer {
    let id = call.id(0);
    let item = state
        .documents
        .get_mut(ITEMS, id)
        .ok_or_else(|| ApiError::not_found("subscription item", id))?;
    let at_once = call.query_flag("end_now") == Some(true);
    item["status"] = if at_once { "ended" } else { "canceled" }.into();
    item["canceled_at"] = call.now.into();
    if at_once {
        item["ended_at"] = call.now.into();
    }
    Ok(item.clone())
}

fn create_price(call: &Call<'_>, state: &mut State) -> Answer {
    let plan = call.needed("plan_id")?;
    if state.documents.get("billing/plans", plan).is_none() {
        return Err(ApiError::not_found("plan", plan));
    }
    generic::create_with(call, state, call.fields())
}
