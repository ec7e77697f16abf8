//! Plans: what they cost, and what they hold.

use serde_json::{Map, Value, json};

use crate::http::error::ApiError;
use crate::instance::Context;
use crate::store::State;

pub(crate) const PLANS: &str = "billing/plans";

/// Returns an amount of money.
pub(crate) fn money(cents: i64) -> Value {
    json!({
        "amount": cents, "amount_formatted": format!("{}.{:02}", cents / 100, cents % 100),
        "currency": "USD", "currency_symbol": "$",
    })
}

/// Returns the plan with this id or slug.
pub(crate) fn find_plan_named<'a>(state: &'a State, id: &str) -> Result<&'a Value, ApiError> {
    let by_id = state.documents.get(PLANS, id);
    by_id
        .or_else(|| state.documents.find(PLANS, "slug", id))
        .ok_or_else(|| ApiError::not_found("plan", id))
}

/// Adds what a plan may be put in without: it is shown, it is for users, `amount` is the fee of a month in cents,
/// `annual_amount` that of a year, and features may be named by their slugs alone.
pub(crate) fn complete_plan(cx: Context<'_>, fields: &mut Map<String, Value>) {
    let mut or = |name: &str, value: Value| {
        fields.entry(name).or_insert(value);
    };
    or("for_payer_type", "user".into());
    or("publicly_visible", true.into());
    or("is_recurring", true.into());
    if fields.get("free_trial_days").is_some_and(Value::is_i64) {
        fields.entry("free_trial_enabled").or_insert(true.into());
    }
    if let Some(cents) = fields.remove("amount").and_then(|amount| amount.as_i64()) {
        fields.insert("fee".into(), money(cents));
        fields.entry("has_base_fee").or_insert((cents > 0).into());
    }
    if let Some(cents) = fields
        .remove("annual_amount")
        .and_then(|amount| amount.as_i64())
    {
        fields.insert("annual_fee".into(), money(cents));
        fields.insert("annual_monthly_fee".into(), money(cents / 12));
    }
    for feature in fields
        .get_mut("features")
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
    {
        if let Value::String(slug) = feature {
            *feature = json!({
                "object": "feature", "id": cx.instance.ids.id("feat"), "name": slug, "slug": slug,
                "description": null, "avatar_url": null,
            });
        }
    }
}

/// How often a plan is paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Period {
    Month,
    Annual,
}

impl Period {
    pub(super) fn read(text: &str) -> Self {
        match text {
            "annual" => Self::Annual,
            _ => Self::Month,
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Month => "month",
            Self::Annual => "annual",
        }
    }

    pub(super) fn days(self) -> i64 {
        match self {
            Self::Month => 30,
            Self::Annual => 365,
        }
    }
}

/// Returns what a plan costs in a period, in cents; `None` if it cannot be had for such a period.
pub(crate) fn fee_of(plan: &Value, period: Period) -> Option<i64> {
    let cents = |name: &str| plan[name]["amount"].as_i64();
    match period {
        Period::Month => Some(cents("fee").unwrap_or(0)),
        Period::Annual => cents("annual_fee")
            .or_else(|| Some(cents("annual_monthly_fee")? * 12))
            // What costs nothing costs nothing in a year.
            .or_else(|| (cents("fee").unwrap_or(0) == 0).then_some(0)),
    }
}
