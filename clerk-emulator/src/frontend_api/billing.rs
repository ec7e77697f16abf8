//! Plans, and what users and organizations pay for them: the same for both, below `/me` and below the organization.

use serde_json::{Value, json};

use super::action::{Action, Actions};
use super::context::{ActionResult, FapiContext, Visitor};
use super::organizations::{page, segment};
use crate::domain::billing::payment_methods::{
    create_method, delete_method, methods_of, set_default_method,
};
use crate::domain::billing::plans::{PLANS, find_plan_named};
use crate::domain::billing::statements::{
    find_payment, find_statement, payments_of, statements_of,
};
use crate::domain::billing::{Payer, cancel_item_of, checkouts, find_subscription, payer_document};
use crate::domain::organizations::access::check_permission;
use crate::http::error::ApiError;
use crate::views::billing::{
    checkout_view, payment_method_view, payment_view, plan_view, statement_view,
    subscription_item_view, subscription_view,
};

pub(super) const BILLING_ACTIONS: Actions = &[
    ("GetBillingPlanList", Action::Browser(list_plans)),
    ("GetBillingPlan", Action::Browser(get_plan)),
    (
        "InitializeUserPaymentMethod",
        Action::User(initialize_method),
    ),
    (
        "InitializeOrganizationPaymentMethod",
        Action::User(initialize_method),
    ),
    ("CreateUserPaymentMethod", Action::User(add_method)),
    ("CreateOrganizationPaymentMethod", Action::User(add_method)),
    ("GetUserPaymentMethods", Action::User(list_methods)),
    ("GetOrganizationPaymentMethods", Action::User(list_methods)),
    ("DeleteUserPaymentMethod", Action::User(remove_method)),
    (
        "DeleteOrganizationPaymentMethod",
        Action::User(remove_method),
    ),
    ("SetUserDefaultPaymentMethod", Action::User(choose_method)),
    (
        "SetOrganizationDefaultPaymentMethod",
        Action::User(choose_method),
    ),
    ("CreateUserBillingCheckout", Action::User(create_checkout)),
    (
        "CreateOrganizationBillingCheckout",
        Action::User(create_checkout),
    ),
    ("GetUserBillingCheckout", Action::User(get_checkout)),
    ("GetOrganizationBillingCheckout", Action::User(get_checkout)),
    ("UpdateUserBillingCheckout", Action::User(update_checkout)),
    (
        "UpdateOrganizationBillingCheckout",
        Action::User(update_checkout),
    ),
    ("ConfirmUserBillingCheckout", Action::User(confirm_checkout)),
    (
        "ConfirmOrganizationBillingCheckout",
        Action::User(confirm_checkout),
    ),
    (
        "GetUserMainBillingSubscription",
        Action::User(get_subscription),
    ),
    (
        "GetOrganizationBillingSubscription",
        Action::User(get_subscription),
    ),
    ("GetUserBillingSubscriptionItems", Action::User(list_items)),
    (
        "GetOrganizationBillingSubscriptionItems",
        Action::User(list_items),
    ),
    (
        "DeleteUserBillingSubscriptionItem",
        Action::User(cancel_item),
    ),
    (
        "DeleteOrganizationBillingSubscriptionItem",
        Action::User(cancel_item),
    ),
    ("GetUserStatements", Action::User(list_statements)),
    ("GetOrganizationStatements", Action::User(list_statements)),
    ("GetUserStatement", Action::User(get_statement)),
    ("GetOrganizationStatement", Action::User(get_statement)),
    ("GetUserPaymentAttempts", Action::User(list_payments)),
    ("GetUserPaymentAttempt", Action::User(get_payment)),
];

/// Returns the plans that are shown to everybody.
fn list_plans(context: &mut FapiContext<'_>) -> ActionResult {
    let wanted = context.request.query("payer_type");
    let plans = context.state.documents.all(PLANS).filter(|plan| {
        plan["publicly_visible"] == true
            && wanted.is_none_or(|wanted| plan["for_payer_type"] == wanted)
    });
    let views = plans.map(plan_view).collect();
    Ok(page(context, views))
}

fn get_plan(context: &mut FapiContext<'_>) -> ActionResult {
    let plan = find_plan_named(context.state, context.segment(3))?;
    Ok(plan_view(plan))
}

/// Returns the id of who pays, of whose billing the visitor may see.
fn reader(context: &FapiContext<'_>, visitor: &Visitor) -> Result<String, ApiError> {
    payer(context, visitor, "org:sys_billing:read")
}

/// Returns the id of who pays, for whom the visitor may pay.
fn manager(context: &FapiContext<'_>, visitor: &Visitor) -> Result<String, ApiError> {
    payer(context, visitor, "org:sys_billing:manage")
}

fn payer(
    context: &FapiContext<'_>,
    visitor: &Visitor,
    permission: &str,
) -> Result<String, ApiError> {
    // Older versions of clerk-js name the organization in the body.
    let organization = match context.segment(1) {
        "organizations" => Some(context.segment(2)),
        _ => context.request.text("org_id"),
    };
    match organization {
        Some(id) => check_permission(context.state, id, &visitor.user_id, permission),
        None => Ok(visitor.user_id.clone()),
    }
}

/// Returns the segment that names one thing in a list: the second one after `billing`.
fn named<'a>(context: &FapiContext<'a>) -> &'a str {
    let index = if context.segment(1) == "organizations" {
        5
    } else {
        4
    };
    segment(context.request, index)
}

/// There is no Stripe to talk to: the secret is none that Stripe knows.
fn initialize_method(context: &mut FapiContext<'_>, visitor: &Visitor) -> ActionResult {
    manager(context, visitor)?;
    let ids = &context.cx.instance.ids;
    Ok(json!({
        "object": "commerce_payment_method_initialize",
        "external_client_secret": format!("{}_secret_{}", ids.id("seti"), ids.letters(24)),
        "external_gateway_id": ids.id("acct"), "payment_method_order": ["card"],
    }))
}

fn add_method(context: &mut FapiContext<'_>, visitor: &Visitor) -> ActionResult {
    let payer = manager(context, visitor)?;
    let request = context.request;
    let gateway = request.required_text("gateway")?;
    let token = request.required_text("payment_token")?;
    let method = create_method(context.cx, context.state, &payer, gateway, token)?;
    Ok(payment_method_view(context.state, &method))
}

fn list_methods(context: &mut FapiContext<'_>, visitor: &Visitor) -> ActionResult {
    let payer = reader(context, visitor)?;
    let state = &*context.state;
    let methods = methods_of(state, &payer);
    let views = methods
        .map(|method| payment_method_view(state, method))
        .collect();
    Ok(page(context, views))
}

fn remove_method(context: &mut FapiContext<'_>, visitor: &Visitor) -> ActionResult {
    let payer = manager(context, visitor)?;
    let id = named(context);
    let method = delete_method(context.state, &payer, id)?;
    Ok(payment_method_view(context.state, &method))
}

fn choose_method(context: &mut FapiContext<'_>, visitor: &Visitor) -> ActionResult {
    let payer = manager(context, visitor)?;
    let id = context.request.required_text("payment_method_id")?;
    let method = set_default_method(context.cx, context.state, &payer, id)?;
    Ok(payment_method_view(context.state, &method))
}

fn view_of(context: &FapiContext<'_>, checkout: Result<Value, ApiError>) -> ActionResult {
    let (cx, state, checkout) = (context.cx, &*context.state, checkout?);
    let id = checkout["payer_id"].as_str().unwrap_or_default();
    let payer = payer_document(cx, state, id);
    Ok(checkout_view(cx, state, &checkout, &payer))
}

fn create_checkout(context: &mut FapiContext<'_>, visitor: &Visitor) -> ActionResult {
    let payer = manager(context, visitor)?;
    let params = context.request.params();
    let checkout = checkouts::create_checkout(context.cx, context.state, &payer, params);
    view_of(context, checkout)
}

fn get_checkout(context: &mut FapiContext<'_>, visitor: &Visitor) -> ActionResult {
    let payer = reader(context, visitor)?;
    let checkout = checkouts::find_checkout(context.state, &payer, named(context)).cloned();
    view_of(context, checkout)
}

fn update_checkout(context: &mut FapiContext<'_>, visitor: &Visitor) -> ActionResult {
    let payer = manager(context, visitor)?;
    let (id, code) = (named(context), context.request.text("promo_code"));
    let checkout = checkouts::apply_promo_code(context.cx, context.state, &payer, id, code);
    view_of(context, checkout)
}

fn confirm_checkout(context: &mut FapiContext<'_>, visitor: &Visitor) -> ActionResult {
    let payer = manager(context, visitor)?;
    let (id, params) = (named(context), context.request.params());
    let checkout = checkouts::confirm_checkout(context.cx, context.state, &payer, id, params);
    view_of(context, checkout)
}

fn subscription(context: &mut FapiContext<'_>, visitor: &Visitor) -> ActionResult {
    let id = reader(context, visitor)?;
    let payer = match context.segment(1) {
        "organizations" => Payer::Organization(&id),
        _ => Payer::User(&id),
    };
    find_subscription(context.cx, context.state, payer)
}

fn get_subscription(context: &mut FapiContext<'_>, visitor: &Visitor) -> ActionResult {
    let subscription = subscription(context, visitor)?;
    Ok(subscription_view(context.state, &subscription))
}

fn list_items(context: &mut FapiContext<'_>, visitor: &Visitor) -> ActionResult {
    let subscription = subscription(context, visitor)?;
    let items = subscription["subscription_items"].as_array();
    let items = items.into_iter().flatten().rev();
    let views = items
        .map(|item| subscription_item_view(context.state, item))
        .collect();
    Ok(page(context, views))
}

fn cancel_item(context: &mut FapiContext<'_>, visitor: &Visitor) -> ActionResult {
    let payer = manager(context, visitor)?;
    let item = cancel_item_of(context.cx, context.state, &payer, named(context))?;
    Ok(subscription_item_view(context.state, &item))
}

fn list_statements(context: &mut FapiContext<'_>, visitor: &Visitor) -> ActionResult {
    let payer = reader(context, visitor)?;
    let state = &*context.state;
    let views = statements_of(state, &payer)
        .map(|statement| statement_view(state, statement))
        .collect();
    Ok(page(context, views))
}

fn get_statement(context: &mut FapiContext<'_>, visitor: &Visitor) -> ActionResult {
    let payer = reader(context, visitor)?;
    let statement = find_statement(context.state, &payer, named(context))?;
    Ok(statement_view(context.state, statement))
}

fn list_payments(context: &mut FapiContext<'_>, visitor: &Visitor) -> ActionResult {
    let payer = reader(context, visitor)?;
    let state = &*context.state;
    let views = payments_of(state, &payer)
        .map(|payment| payment_view(state, payment))
        .collect();
    Ok(page(context, views))
}

fn get_payment(context: &mut FapiContext<'_>, visitor: &Visitor) -> ActionResult {
    let payer = reader(context, visitor)?;
    let payment = find_payment(context.state, &payer, named(context))?;
    Ok(payment_view(context.state, payment))
}
