//! Signing in.

use super::action::{Action, Actions};
use super::context::{ActionResult, FapiContext};
use crate::domain::sign_in::{self, current_sign_in, find_candidate, unsupported_strategy};
use crate::domain::tickets::Ticket;
use crate::http::error::ApiError;
use crate::views::sign_in::sign_in_view;

pub(super) const SIGN_IN_ACTIONS: Actions = &[
    ("createSignIn", Action::Browser(create_sign_in)),
    ("getSignIn", Action::Browser(get_sign_in)),
    (
        "prepareSignInFactorOne",
        Action::Browser(prepare_first_factor),
    ),
    (
        "attemptSignInFactorOne",
        Action::Browser(attempt_first_factor),
    ),
    (
        "attemptSignInFactorTwo",
        Action::Browser(attempt_second_factor),
    ),
];

pub(super) fn create_sign_in(context: &mut FapiContext<'_>) -> ActionResult {
    let request = context.request;
    if let Some(given) = request.text("ticket") {
        let ticket = Ticket::verify(context.cx, given)?;
        let redeemed = ticket.redeem_to_sign_in(context.cx, context.state)?;
        let client = context.ensure_client();
        let acting = redeemed.acting.as_ref();
        sign_in::complete_by_ticket(context.cx, context.state, &client, redeemed.user_id, acting)?;
        return view_current(context);
    }
    match request.text("identifier") {
        None => {
            let client = context.ensure_client();
            sign_in::begin_sign_in(context.cx, context.state, &client, None, None);
        }
        Some(identifier) => start_sign_in(context, identifier)?,
    }
    match (request.text("strategy"), request.text("password")) {
        (None | Some("password"), Some(password)) => attempt_password(context, password)?,
        (Some(strategy @ ("email_code" | "phone_code")), _) => prepare_code(context, strategy)?,
        (None | Some("password"), None) => {}
        (Some(other), _) => return Err(unsupported_strategy(other)),
    }
    view_current(context)
}

pub(super) fn get_sign_in(context: &mut FapiContext<'_>) -> ActionResult {
    check_named(context)?;
    view_current(context)
}

pub(super) fn prepare_first_factor(context: &mut FapiContext<'_>) -> ActionResult {
    check_named(context)?;
    let strategy = context.request.required_text("strategy")?;
    prepare_code(context, strategy)?;
    view_current(context)
}

pub(super) fn attempt_first_factor(context: &mut FapiContext<'_>) -> ActionResult {
    check_named(context)?;
    let request = context.request;
    match request.required_text("strategy")? {
        "password" => attempt_password(context, request.required_text("password")?)?,
        strategy @ ("email_code" | "phone_code") => {
            attempt_code(context, strategy, request.required_text("code")?)?;
        }
        other => return Err(unsupported_strategy(other)),
    }
    view_current(context)
}

pub(super) fn attempt_second_factor(context: &mut FapiContext<'_>) -> ActionResult {
    check_named(context)?;
    attempt_second(context, context.request.required_text("code")?)?;
    view_current(context)
}

/// Checks that the path names the browser's attempt.
fn check_named(context: &FapiContext<'_>) -> Result<(), ApiError> {
    let id = context.segment(3);
    match current_sign_in(context.state, context.client_id()) {
        Ok(sign_in) if sign_in.id == id => Ok(()),
        _ => Err(ApiError::not_found("sign-in", id)),
    }
}

fn view_current(context: &FapiContext<'_>) -> ActionResult {
    let sign_in = current_sign_in(context.state, context.client_id())?;
    Ok(sign_in_view(context.cx.instance, context.state, sign_in))
}

/// Begins an attempt of the user with this email address, phone number or username.
pub(super) fn start_sign_in(
    context: &mut FapiContext<'_>,
    identifier: &str,
) -> Result<(), ApiError> {
    let identifier = identifier.trim();
    let user_id = find_candidate(context.state, identifier)?.id.clone();
    let client = context.ensure_client();
    let identifier = Some(identifier);
    sign_in::begin_sign_in(
        context.cx,
        context.state,
        &client,
        identifier,
        Some(user_id),
    );
    Ok(())
}

pub(super) fn prepare_code(context: &mut FapiContext<'_>, strategy: &str) -> Result<(), ApiError> {
    let request = context.request;
    let contact = request.text("email_address_id");
    let contact = contact.or(request.text("phone_number_id"));
    let client = context.browser.client_id.as_deref();
    sign_in::prepare_code(context.cx, context.state, client, strategy, contact)
}

pub(super) fn attempt_password(
    context: &mut FapiContext<'_>,
    password: &str,
) -> Result<(), ApiError> {
    let client = context.browser.client_id.as_deref();
    sign_in::attempt_password(context.cx, context.state, client, password)
}

pub(super) fn attempt_code(
    context: &mut FapiContext<'_>,
    strategy: &str,
    code: &str,
) -> Result<(), ApiError> {
    let client = context.browser.client_id.as_deref();
    sign_in::attempt_code(context.cx, context.state, client, strategy, code)
}

pub(super) fn attempt_second(context: &mut FapiContext<'_>, code: &str) -> Result<(), ApiError> {
    let client = context.browser.client_id.as_deref();
    sign_in::attempt_second_factor(context.cx, context.state, client, code)
}
