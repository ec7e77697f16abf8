//! Proving again who one is, in a session that goes on.

use serde_json::Value;

use super::action::{Action, Actions};
use super::context::{ActionResult, FapiContext};
use super::sessions::{named_active_session, view_session};
use crate::domain::reverification::{
    attempt_first, attempt_second, begin_reverification, current_reverification, prepare_first,
    prepare_second,
};
use crate::domain::users::find_user;
use crate::views::sign_in::reverification_view;

pub(super) const REVERIFICATION_ACTIONS: Actions = &[
    ("startSessionReverification", Action::Browser(start)),
    (
        "prepareSessionReverificationFirstFactor",
        Action::Browser(prepare_first_factor),
    ),
    (
        "attemptSessionReverificationFirstFactor",
        Action::Browser(attempt_first_factor),
    ),
    (
        "prepareSessionReverificationSecondFactor",
        Action::Browser(prepare_second_factor),
    ),
    (
        "attemptSessionReverificationSecondFactor",
        Action::Browser(attempt_second_factor),
    ),
];

fn view(context: &FapiContext<'_>, session_id: &str) -> ActionResult {
    let session = view_session(context, session_id)?;
    let user_id = session["user"]["id"].as_str().unwrap_or_default();
    let user = find_user(context.state, user_id)?;
    let current = current_reverification(context.state, session_id)?;
    let mut view: Value = reverification_view(current, user);
    view["session"] = session;
    Ok(view)
}

fn start(context: &mut FapiContext<'_>) -> ActionResult {
    let id = named_active_session(context)?;
    let level = context.request.required_text("level")?;
    begin_reverification(context.cx, context.state, &id, level)?;
    view(context, &id)
}

fn prepare_first_factor(context: &mut FapiContext<'_>) -> ActionResult {
    let id = named_active_session(context)?;
    let request = context.request;
    let strategy = request.required_text("strategy")?;
    let contact = request.text("email_address_id");
    let contact = contact.or(request.text("phone_number_id"));
    prepare_first(context.cx, context.state, &id, strategy, contact)?;
    view(context, &id)
}

fn attempt_first_factor(context: &mut FapiContext<'_>) -> ActionResult {
    let id = named_active_session(context)?;
    let request = context.request;
    let strategy = request.required_text("strategy")?;
    attempt_first(context.cx, context.state, &id, strategy, request.proof())?;
    view(context, &id)
}

fn prepare_second_factor(context: &mut FapiContext<'_>) -> ActionResult {
    let id = named_active_session(context)?;
    let request = context.request;
    let strategy = request.text("strategy").unwrap_or("phone_code");
    let contact = request.text("phone_number_id");
    prepare_second(context.cx, context.state, &id, strategy, contact)?;
    view(context, &id)
}

fn attempt_second_factor(context: &mut FapiContext<'_>) -> ActionResult {
    let id = named_active_session(context)?;
    let request = context.request;
    let strategy = request.required_text("strategy")?;
    attempt_second(context.cx, context.state, &id, strategy, request.proof())?;
    view(context, &id)
}
