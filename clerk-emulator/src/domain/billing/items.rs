//! Which plan a payer has now.

use serde_json::Value;

use super::plans::PLANS;
use crate::store::State;

pub(crate) const ITEMS: &str = "billing/subscription_items";

/// Whether the payer has the plan of an item now. One that is canceled is had to the end of its period.
fn is_current(item: &Value, now: i64) -> bool {
    let is_after = |name: &str| item[name].as_i64().is_some_and(|at| at > now);
    match item["status"].as_str() {
        Some("active") => true,
        Some("canceled") => is_after("period_end"),
        Some("upcoming") => item["period_start"].is_i64() && !is_after("period_start"),
        _ => false,
    }
}

/// Returns all items of a payer, the oldest first.
pub(super) fn items_of<'a>(
    state: &'a State,
    payer: &'a str,
) -> impl DoubleEndedIterator<Item = &'a Value> {
    let all = state.documents.all(ITEMS);
    all.filter(move |item| item["payer_id"] == payer)
}

/// Returns the item of the plan that a payer has now.
pub(super) fn current_item<'a>(state: &'a State, payer: &'a str, now: i64) -> Option<&'a Value> {
    items_of(state, payer)
        .rev()
        .find(|item| is_current(item, now))
}

/// Returns the plan of a user or an organization with an active subscription.
pub(crate) fn find_plan<'a>(state: &'a State, payer: &str, now: i64) -> Option<&'a Value> {
    let all = state.documents.all(ITEMS).rev();
    let item = all
        .filter(|item| item["payer_id"] == payer)
        .find(|item| is_current(item, now))?;
    state.documents.get(PLANS, item["plan_id"].as_str()?)
}

/// Whether the payer never subscribed to anything, so that a trial may be free.
pub(super) fn is_new_payer(state: &State, payer: &str) -> bool {
    items_of(state, payer).next().is_none()
}
