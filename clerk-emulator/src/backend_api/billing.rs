//! Subscriptions and credit of users and organizations.

use super::call::Handler::{Read, Write};
use super::call::{Call, Handlers};
use crate::domain::billing::{self, Payer};
use crate::store::Documents;

pub(super) const BILLING_HANDLERS: Handlers = &[
    (
        "GetUserBillingSubscription",
        Write(|call, state| billing::find_subscription(call.cx, state, user(call))),
    ),
    (
        "GetOrganizationBillingSubscription",
        Write(|call, state| billing::find_subscription(call.cx, state, organization(call))),
    ),
    (
        "GetUserBillingCreditBalance",
        Read(|call, state| billing::credit_balance(state, user(call))),
    ),
    (
        "GetOrganizationBillingCreditBalance",
        Read(|call, state| billing::credit_balance(state, organization(call))),
    ),
    (
        "AdjustUserBillingCreditBalance",
        Write(|call, state| {
            let (operation, params) = (call.operation, call.params());
            billing::adjust_credit(call.cx, state, operation, user(call), params)
        }),
    ),
    (
        "AdjustOrganizationBillingCreditBalance",
        Write(|call, state| {
            let (operation, params) = (call.operation, call.params());
            billing::adjust_credit(call.cx, state, operation, organization(call), params)
        }),
    ),
    (
        "CancelCommerceSubscriptionItem",
        Write(|call, state| {
            let at_once = call.query_flag("end_now") == Some(true);
            billing::cancel_item(call.cx, state, call.id(0), at_once)
        }),
    ),
    (
        "CreateBillingPrice",
        Write(|call, state| {
            let price = billing::create_price(call.cx, state, call.target(), call.params())?;
            Ok(Documents::view(&price))
        }),
    ),
];

fn user<'a>(call: &'a Call<'_>) -> Payer<'a> {
    Payer::User(call.id(0))
}

fn organization<'a>(call: &'a Call<'_>) -> Payer<'a> {
    Payer::Organization(call.id(0))
}
