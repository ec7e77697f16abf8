//! Signing up.

use super::action::{Action, Actions};
use super::context::{ActionResult, FapiContext};
use crate::domain::sign_up::{self, check_strategy, current_sign_up};
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
    view_current(context)
}

pub(super) fn get_sign_up(context: &mut FapiContext<'_>) -> ActionResult {
    check_named(context)?;
    view_current(context)
}

pub(super) fn update_sign_up(context: &mut FapiContext<'_>) -> ActionResult {
    check_named(context)?;
    let client = context.ensure_client();
    let params = context.request.params();
    sign_up::update_sign_up(context.cx, context.state, &client, params)?;
    view_current(context)
}

pub(super) fn prepare_verification(context: &mut FapiContext<'_>) -> ActionResult {
    check_named(context)?;
    check_strategy(context.request.text("strategy").unwrap_or("email_code"))?;
    sign_up::send_sign_up_code(context.state, context.client_id())?;
    view_current(context)
}

pub(super) fn attempt_verification(context: &mut FapiContext<'_>) -> ActionResult {
    check_named(context)?;
    check_strategy(context.request.text("strategy").unwrap_or("email_code"))?;
    attempt_code(context, context.request.required_text("code")?)?;
    view_current(context)
}

/// Verifies the email address by the code, and creates the account.
pub(super) fn attempt_code(context: &mut FapiContext<'_>, code: &str) -> Result<(), ApiError> {
    let client = context.browser.client_id.as_deref();
    sign_up::attempt_sign_up_code(context.cx, context.state, client, code)
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
