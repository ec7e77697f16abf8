//! What was paid: statements with their payments.

use serde_json::{Value, json};

use super::plans::money;
use crate::http::error::ApiError;
use crate::instance::Context;
use crate::store::State;

const STATEMENTS: &str = "billing/statements";

/// So many statements are kept.
const MAX_STATEMENTS: usize = 10_000;

/// What a checkout costs, in cents.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cost {
    pub(crate) fee: i64,
    pub(crate) discount: i64,
    /// What is to be paid for one period.
    pub(crate) total: i64,
    /// What is to be paid at once.
    pub(crate) due_now: i64,
}

fn totals(cost: Cost) -> Value {
    json!({
        "subtotal": money(cost.fee), "base_fee": money(cost.fee), "tax_total": money(0),
        "grand_total": money(cost.due_now),
    })
}

/// Records that an item was paid, in a statement of its own.
pub(super) fn record_payment(
    cx: Context<'_>,
    state: &mut State,
    item: &Value,
    method: &Value,
    cost: Cost,
) {
    let ids = &cx.instance.ids;
    let (id, statement_id) = (ids.id("cpayatt"), ids.id("cstmt"));
    let instance_id = &cx.instance.settings.instance_id;
    let payee = json!({
        "object": "commerce_payee", "id": "payee_emulator", "gateway_type": "stripe", "gateway_external_id": "acct_emulator",
        "gateway_status": "active",
    });
    let attempt = json!({
        "object": "commerce_payment", "id": id, "payment_id": id, "instance_id": instance_id, "status": "paid",
        "charge_type": "checkout", "amount": money(cost.due_now), "totals": totals(cost),
        "payee": payee, "payee_id": payee["id"], "payer": item["payer"], "payer_id": item["payer_id"],
        "payment_method": method, "payment_method_id": method["id"], "statement_id": statement_id,
        "subscription_item": item, "subscription_item_id": item["id"],
        "gateway_external_id": null, "gateway_external_url": null,
        "paid_at": cx.now, "failed_at": null, "created_at": cx.now, "updated_at": cx.now,
    });
    let group = json!({
        "object": "commerce_statement_group", "timestamp": cx.now, "items": [&attempt],
    });
    let statement = json!({
        "object": "commerce_statement", "id": statement_id, "instance_id": instance_id, "status": "closed",
        "timestamp": cx.now, "payer": item["payer"], "totals": totals(cost), "groups": [group],
    });
    let forgotten = state.make_room_in(STATEMENTS, MAX_STATEMENTS);
    if let Some(forgotten) = forgotten {
        let below = format!("{STATEMENTS}/{forgotten}/");
        state.documents.remove_below(&below);
    }
    state.documents.insert(STATEMENTS, &statement_id, statement);
    let attempts = format!("{STATEMENTS}/{statement_id}/payment_attempts");
    state.documents.insert(&attempts, &id, attempt);
}

/// Returns a payer's statements, the newest first.
pub(crate) fn statements_of<'a>(
    state: &'a State,
    payer: &'a str,
) -> impl Iterator<Item = &'a Value> {
    let all = state.documents.all(STATEMENTS).rev();
    all.filter(move |statement| statement["payer"]["id"] == payer)
}

/// Returns a statement of a payer.
pub(crate) fn find_statement<'a>(
    state: &'a State,
    payer: &str,
    id: &str,
) -> Result<&'a Value, ApiError> {
    let found = state.documents.get(STATEMENTS, id);
    found
        .filter(|statement| statement["payer"]["id"] == payer)
        .ok_or_else(|| ApiError::not_found("statement", id))
}

/// Returns the payments of a payer, the newest first.
pub(crate) fn payments_of<'a>(state: &'a State, payer: &'a str) -> impl Iterator<Item = &'a Value> {
    statements_of(state, payer).flat_map(move |statement| {
        let id = statement["id"].as_str().unwrap_or_default();
        let attempts = format!("{STATEMENTS}/{id}/payment_attempts");
        let attempts: Vec<&Value> = state.documents.all(&attempts).rev().collect();
        attempts
    })
}

/// Returns a payment of a payer.
pub(crate) fn find_payment<'a>(
    state: &'a State,
    payer: &'a str,
    id: &str,
) -> Result<&'a Value, ApiError> {
    payments_of(state, payer)
        .find(|payment| payment["id"] == id)
        .ok_or_else(|| ApiError::not_found("payment attempt", id))
}
