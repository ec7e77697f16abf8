//! Cards to pay with. There is no bank: the cards are those that Stripe has for tests.

use serde_json::{Value, json};

use super::items::ITEMS;
use crate::http::error::ApiError;
use crate::instance::Context;
use crate::store::State;

const METHODS: &str = "billing/payment_methods";
/// So many cards may a payer have.
const MAX_METHODS: usize = 20;

/// Tokens of test cards, with the card's brand and last digits.
const CARDS: [(&str, &str, &str); 8] = [
    ("tok_visa", "visa", "4242"),
    ("pm_card_visa", "visa", "4242"),
    ("tok_visa_debit", "visa", "5556"),
    ("tok_mastercard", "mastercard", "4444"),
    ("pm_card_mastercard", "mastercard", "4444"),
    ("tok_amex", "amex", "8431"),
    ("pm_card_amex", "amex", "8431"),
    ("tok_discover", "discover", "9424"),
];

/// The card that is used when the request wants any test card.
pub(super) const TEST_CARD: &str = "tok_visa";

/// Returns a payer's cards, the oldest first.
pub(crate) fn methods_of<'a>(
    state: &'a State,
    payer: &'a str,
) -> impl DoubleEndedIterator<Item = &'a Value> {
    let all = state.documents.all(METHODS);
    all.filter(move |method| method["payer_id"] == payer)
}

/// Returns a card of a payer.
pub(crate) fn find_method<'a>(
    state: &'a State,
    payer: &str,
    id: &str,
) -> Result<&'a Value, ApiError> {
    let found = state.documents.get(METHODS, id);
    found
        .filter(|method| method["payer_id"] == payer)
        .ok_or_else(|| ApiError::not_found("payment method", id))
}

/// Returns the card that a payer pays with if it names none.
pub(super) fn default_method<'a>(state: &'a State, payer: &str) -> Option<&'a Value> {
    let all = state.documents.all(METHODS);
    let mut own = all.filter(|method| method["payer_id"] == payer);
    own.find(|method| method["is_default"] == true)
}

/// Adds a test card, named by its token, and returns it. The first one is the default.
pub(crate) fn create_method(
    cx: Context<'_>,
    state: &mut State,
    payer: &str,
    gateway: &str,
    token: &str,
) -> Result<Value, ApiError> {
    if gateway != "stripe" {
        return Err(ApiError::invalid("gateway", "gateway must be stripe."));
    }
    let (_, brand, last4) = CARDS
        .into_iter()
        .find(|(known, _, _)| *known == token)
        .ok_or_else(|| {
            let known: Vec<&str> = CARDS.iter().map(|(token, _, _)| *token).collect();
            ApiError::invalid(
                "payment_token",
                &format!("In the emulator it is one of {}.", known.join(", ")),
            )
        })?;
    let count = methods_of(state, payer).count();
    if count >= MAX_METHODS {
        return Err(ApiError::forbidden(
            "payment_method_quota_exceeded",
            &format!("A payer has at most {MAX_METHODS} payment methods."),
        ));
    }
    let id = cx.instance.ids.id("cpaysrc");
    let method = json!({
        "object": "commerce_payment_method", "id": id, "payer_id": payer, "gateway": "stripe",
        "gateway_external_id": cx.instance.ids.id("pm"), "gateway_external_account_id": null,
        "payment_type": "card", "card_type": brand, "last4": last4, "expiry_month": 12, "expiry_year": 2042,
        "wallet_type": null, "is_default": count == 0, "is_removable": true, "status": "active",
        "created_at": cx.now, "updated_at": cx.now,
    });
    state.documents.insert(METHODS, &id, method.clone());
    Ok(method)
}

/// Makes a card the payer's default one, and returns it.
pub(crate) fn set_default_method(
    cx: Context<'_>,
    state: &mut State,
    payer: &str,
    id: &str,
) -> Result<Value, ApiError> {
    find_method(state, payer, id)
        .map_err(|_| ApiError::invalid("payment_method_id", "The payer has no such method."))?;
    for method in state.documents.all_mut(METHODS) {
        if method["payer_id"] == payer {
            let is_default = method["id"] == id;
            if method["is_default"] != is_default {
                method["is_default"] = is_default.into();
                method["updated_at"] = cx.now.into();
            }
        }
    }
    find_method(state, payer, id).cloned()
}

/// Whether an active subscription is paid with a card.
pub(crate) fn is_in_use(state: &State, id: &str) -> bool {
    let mut items = state.documents.all(ITEMS);
    items.any(|item| item["status"] == "active" && item["payment_method"]["id"] == id)
}

/// Removes a card that no active subscription needs, and returns it.
pub(crate) fn delete_method(state: &mut State, payer: &str, id: &str) -> Result<Value, ApiError> {
    let mut method = find_method(state, payer, id)?.clone();
    if is_in_use(state, id) {
        return Err(ApiError::conflict(
            "payment_method_in_use",
            "In use",
            "An active subscription is paid with this method.",
        ));
    }
    state.documents.remove(METHODS, id);
    method["status"] = "disconnected".into();
    Ok(method)
}
