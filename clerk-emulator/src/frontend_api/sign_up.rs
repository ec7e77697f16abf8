//! Signing up.

use super::action::{Action, Actions};
use super::context::{ActionResult, FapiContext};
use super::redirect::Redirect;
use crate::domain::sign_up::{self, current_sign_up};
use crate::domain::social::sign_up_with;
use crate::http::error::ApiError;
use crate::store::Documents;

pub(super) const SIGN_UP_ACTIONS: Actions = &[
    ("createSignUps", Action::Browser(create_sign_up)),
    ("getSignUps", Action::Browser(get_sign_up)),
    ("updateSignUps", Action::Browser(update_sign_up)),
    (
        "prepareSignUpsVerification",
        Action::Browser(prepare_verification),
    ),
    (
        "attemptSignUpsVerification",
        Action::Browser(attempt_verification),
    ),
];

pub(super) fn create_sign_up(context: &mut FapiContext<'_>) -> ActionResult {
    let client = context.ensure_client();
    let params = context.request.params();
    sign_up::create_sign_up(context.cx, context.state, &client, params)?;
    if let Some(strategy) = context.request.text("strategy") {
        begin(context, &client, strategy)?;
    }
    view_current(context)
}

/// Begins what a new attempt names as its strategy.
fn begin(context: &mut FapiContext<'_>, client: &str, strategy: &str) -> Result<(), ApiError> {
    if strategy.starts_with("oauth_") {
        let redirect = Redirect::required(context.cx.instance, context.request)?;
        let url = redirect.as_str();
        return sign_up_with(context.cx, context.state, client, strategy, url);
    }
    match strategy {
        // What these are about came with the other parameters.
        "ticket" | "password" => Ok(()),
        _ => prepare(context, strategy),
    }
}

fn get_sign_up(context: &mut FapiContext<'_>) -> ActionResult {
    check_named(context)?;
    view_current(context)
}

fn update_sign_up(context: &mut FapiContext<'_>) -> ActionResult {
    check_named(context)?;
    let client = context.ensure_client();
    let params = context.request.params();
    sign_up::update_sign_up(context.cx, context.state, &client, params)?;
    if let Some(strategy) = context.request.text("strategy") {
        begin(context, &client, strategy)?;
    }
    view_current(context)
}

fn prepare_verification(context: &mut FapiContext<'_>) -> ActionResult {
    check_named(context)?;
    let strategy = context.request.text("strategy").unwrap_or("email_code");
    let client = context.ensure_client();
    begin(context, &client, strategy)?;
    view_current(context)
}

/// Sends the code of a strategy, or the link that comes out at the `redirect_url` that the request names.
pub(super) fn prepare(context: &mut FapiContext<'_>, strategy: &str) -> Result<(), ApiError> {
    let redirect = Redirect::optional(context.cx.instance, context.request)?;
    let redirect = redirect.as_ref().map(Redirect::as_str);
    let client = context.browser.client_id.as_deref();
    sign_up::prepare_sign_up(context.cx, context.state, client, strategy, redirect)
}

fn attempt_verification(context: &mut FapiContext<'_>) -> ActionResult {
    check_named(context)?;
    let strategy = context.request.text("strategy").unwrap_or("email_code");
    attempt_code(context, strategy, context.request.required_text("code")?)?;
    view_current(context)
}

/// Verifies what a strategy is for by the code, and creates the account.
pub(super) fn attempt_code(
    context: &mut FapiContext<'_>,
    strategy: &str,
    code: &str,
) -> Result<(), ApiError> {
    let client = context.browser.client_id.as_deref();
    sign_up::attempt_sign_up_code(context.cx, context.state, client, strategy, code)
}

/// Checks that the path names the browser's attempt.
fn check_named(context: &FapiContext<'_>) -> Result<(), ApiError> {
    let id = context.segment(3);
    match current_sign_up(context.state, context.client_id()) {
        Ok(sign_up) if sign_up["id"] == id => Ok(()),
        _ => Err(ApiError::not_found("sign-up", id)),
    }
}

fn view_current(context: &FapiContext<'_>) -> ActionResult {
    current_sign_up(context.state, context.client_id()).map(Documents::view)
}
