//! Signing in.

use super::action::{Action, Actions};
use super::context::{ActionResult, FapiContext};
use super::redirect::Redirect;
use crate::domain::factors::Proof;
use crate::domain::sign_in::{self, current_sign_in, find_candidate};
use crate::domain::social;
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
    (
        "prepareSignInFactorTwo",
        Action::Browser(prepare_second_factor),
    ),
    ("resetPassword", Action::Browser(reset_password)),
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
    if request.params().flag("transfer") == Some(true) {
        let client = context.ensure_client();
        social::sign_in_by_transfer(context.cx, context.state, &client)?;
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
        (None | Some("password"), None) => {}
        (Some(strategy), _) => prepare_first(context, strategy)?,
    }
    view_current(context)
}

fn get_sign_in(context: &mut FapiContext<'_>) -> ActionResult {
    check_named(context)?;
    view_current(context)
}

fn prepare_first_factor(context: &mut FapiContext<'_>) -> ActionResult {
    check_named(context)?;
    let strategy = context.request.required_text("strategy")?;
    prepare_first(context, strategy)?;
    view_current(context)
}

fn attempt_first_factor(context: &mut FapiContext<'_>) -> ActionResult {
    check_named(context)?;
    let request = context.request;
    let strategy = request.required_text("strategy")?;
    attempt_first(context, strategy, request.proof())?;
    view_current(context)
}

fn prepare_second_factor(context: &mut FapiContext<'_>) -> ActionResult {
    check_named(context)?;
    let request = context.request;
    let strategy = request.text("strategy").unwrap_or("phone_code");
    let client = context.browser.client_id.as_deref();
    let contact = request.text("phone_number_id");
    sign_in::prepare_second_factor(context.cx, context.state, client, strategy, contact)?;
    view_current(context)
}

fn attempt_second_factor(context: &mut FapiContext<'_>) -> ActionResult {
    check_named(context)?;
    attempt_second(context)?;
    view_current(context)
}

fn reset_password(context: &mut FapiContext<'_>) -> ActionResult {
    check_named(context)?;
    let request = context.request;
    let password = request.required_text("password")?;
    let everywhere = request.params().flag("sign_out_of_other_sessions");
    let client = context.browser.client_id.as_deref();
    let everywhere = everywhere.unwrap_or(false);
    sign_in::reset_password(context.cx, context.state, client, password, everywhere)?;
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

/// Prepares a first factor; a link comes out at the `redirect_url` that the request names.
pub(super) fn prepare_first(context: &mut FapiContext<'_>, strategy: &str) -> Result<(), ApiError> {
    let request = context.request;
    let contact = request.text("email_address_id");
    let contact = contact.or(request.text("phone_number_id"));
    if strategy.starts_with("oauth_") {
        let redirect = Redirect::required(context.cx.instance, request)?;
        let client = context.ensure_client();
        let url = redirect.as_str();
        return social::sign_in_with(context.cx, context.state, &client, strategy, url);
    }
    if strategy == "passkey" {
        let client = context.ensure_client();
        return sign_in::prepare_passkey(context.cx, context.state, &client, request.origin());
    }
    let redirect = Redirect::optional(context.cx.instance, request)?;
    let redirect = redirect.as_ref().map(Redirect::as_str);
    let client = context.browser.client_id.as_deref();
    sign_in::prepare_first_factor(
        context.cx,
        context.state,
        client,
        strategy,
        contact,
        redirect,
    )
}

pub(super) fn attempt_password(
    context: &mut FapiContext<'_>,
    password: &str,
) -> Result<(), ApiError> {
    let proof = Proof {
        password: Some(password),
        ..Proof::default()
    };
    attempt_first(context, "password", proof)
}

pub(super) fn attempt_first(
    context: &mut FapiContext<'_>,
    strategy: &str,
    proof: Proof<'_>,
) -> Result<(), ApiError> {
    let client = context.browser.client_id.as_deref();
    sign_in::attempt_first_factor(context.cx, context.state, client, strategy, proof)
}

/// Attempts the second factor that the request has.
pub(super) fn attempt_second(context: &mut FapiContext<'_>) -> Result<(), ApiError> {
    let client = context.browser.client_id.as_deref();
    let (strategy, proof) = (context.request.text("strategy"), context.request.proof());
    sign_in::attempt_second_factor(context.cx, context.state, client, strategy, proof)
}
