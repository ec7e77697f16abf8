//! Reverification: a user who is signed in proves again who it is, before something sensitive.

use super::codes::send_code;
use super::factors::{
    Proof, check_first_factor, check_second_factor, contact_of, first_factors, recipient_of,
    second_factors, send_second_factor_code,
};
use super::sessions::find_active_session;
use super::sign_in::unsupported_strategy;
use super::users::find_user;
use crate::http::error::ApiError;
use crate::instance::Context;
use crate::store::{Reverification, State};

/// Begins to reverify a session, in place of an earlier attempt. Who has no second factor proves the first one instead.
pub(crate) fn begin_reverification(
    cx: Context<'_>,
    state: &mut State,
    session_id: &str,
    level: &str,
) -> Result<(), ApiError> {
    let session = find_active_session(state, session_id, cx.now)?;
    let has_second = !second_factors(find_user(state, &session.user_id)?).is_empty();
    let (needs_first, needs_second) = match level {
        "first_factor" => (true, false),
        "second_factor" => (!has_second, has_second),
        "multi_factor" => (true, has_second),
        _ => {
            let long = "level must be one of: first_factor, second_factor, multi_factor.";
            return Err(ApiError::invalid("level", long));
        }
    };
    let reverification = Reverification {
        level: level.to_owned(),
        needs_first,
        needs_second,
        first_strategy: None,
        second_strategy: None,
        updated_at: cx.now,
    };
    if let Some(session) = state.sessions.get_mut(session_id) {
        session.reverification = Some(Box::new(reverification));
    }
    Ok(())
}

/// Returns the attempt of a session.
pub(crate) fn current_reverification<'a>(
    state: &'a State,
    session_id: &str,
) -> Result<&'a Reverification, ApiError> {
    let session = state.sessions.get(session_id);
    let current = session.and_then(|session| session.reverification.as_deref());
    current.ok_or_else(|| {
        ApiError::bad_state(
            "verification_not_started",
            "No reverification of this session is under way: begin with POST /v1/client/sessions/{id}/verify.",
        )
    })
}

fn change(
    cx: Context<'_>,
    state: &mut State,
    session_id: &str,
    change: impl FnOnce(&mut Reverification),
) {
    let session = state.sessions.get_mut(session_id);
    if let Some(reverification) = session.and_then(|s| s.reverification.as_deref_mut()) {
        change(reverification);
        reverification.updated_at = cx.now;
    }
}

fn user_of(state: &State, session_id: &str) -> Result<String, ApiError> {
    let session = state.sessions.get(session_id);
    let session = session.ok_or_else(|| ApiError::not_found("session", session_id))?;
    Ok(session.user_id.clone())
}

/// Sends the code of the first factor.
pub(crate) fn prepare_first(
    cx: Context<'_>,
    state: &mut State,
    session_id: &str,
    strategy: &str,
    contact_id: Option<&str>,
) -> Result<(), ApiError> {
    current_reverification(state, session_id)?;
    let user_id = user_of(state, session_id)?;
    if !matches!(strategy, "email_code" | "phone_code") {
        return Err(unsupported_strategy(strategy));
    }
    let factors = first_factors(find_user(state, &user_id)?);
    let contact = contact_of(factors, strategy, contact_id)?;
    let to = recipient_of(&contact, &user_id);
    send_code(cx, state, to, "verification_code");
    change(cx, state, session_id, |reverification| {
        reverification.first_strategy = Some(strategy.to_owned());
    });
    Ok(())
}

/// Checks the first factor.
pub(crate) fn attempt_first(
    cx: Context<'_>,
    state: &mut State,
    session_id: &str,
    strategy: &str,
    proof: Proof<'_>,
) -> Result<(), ApiError> {
    current_reverification(state, session_id)?;
    let user_id = user_of(state, session_id)?;
    if strategy.starts_with("reset_password") {
        return Err(unsupported_strategy(strategy));
    }
    check_first_factor(state, &user_id, strategy, proof)?;
    change(cx, state, session_id, |reverification| {
        reverification.first_strategy = Some(strategy.to_owned());
        reverification.needs_first = false;
    });
    if let Some(session) = state.sessions.get_mut(session_id) {
        session.first_factor_at = Some(cx.now);
    }
    Ok(())
}

/// Sends the code of the second factor.
pub(crate) fn prepare_second(
    cx: Context<'_>,
    state: &mut State,
    session_id: &str,
    strategy: &str,
    contact_id: Option<&str>,
) -> Result<(), ApiError> {
    current_reverification(state, session_id)?;
    let user_id = user_of(state, session_id)?;
    send_second_factor_code(cx, state, &user_id, strategy, contact_id)?;
    change(cx, state, session_id, |reverification| {
        reverification.second_strategy = Some(strategy.to_owned());
    });
    Ok(())
}

/// Checks the second factor; the first one comes before it, where both are asked for.
pub(crate) fn attempt_second(
    cx: Context<'_>,
    state: &mut State,
    session_id: &str,
    strategy: &str,
    proof: Proof<'_>,
) -> Result<(), ApiError> {
    if current_reverification(state, session_id)?.needs_first {
        return Err(ApiError::bad_state(
            "verification_first_factor_missing",
            "The first factor has to be verified before the second one.",
        ));
    }
    let user_id = user_of(state, session_id)?;
    check_second_factor(cx, state, &user_id, Some(strategy), proof)?;
    change(cx, state, session_id, |reverification| {
        reverification.second_strategy = Some(strategy.to_owned());
        reverification.needs_second = false;
    });
    if let Some(session) = state.sessions.get_mut(session_id) {
        session.second_factor_at = Some(cx.now);
    }
    Ok(())
}
