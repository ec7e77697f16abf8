//! Signing in: who, by what first factor, and perhaps by a second one.
//!
//! Each client (browser) has at most one attempt to sign in.

use super::codes::{check_code, send_code};
use super::sessions::{Acting, NewSession, open_session};
use super::users::credentials::{PasswordCheck, check_password_of, verify_second_factor};
use super::users::{find_by_identifier, find_user};
use crate::http::error::ApiError;
use crate::instance::Context;
use crate::store::{Contact, SignIn, SignInStatus, State, User};

/// Why a user may not sign in.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub(crate) enum SignInDenied {
    #[error("This account is banned: it cannot sign in until the application lifts the ban.")]
    Banned,
    #[error("This account is locked: it cannot sign in until the application unlocks it.")]
    Locked,
}

impl SignInDenied {
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Banned => "user_banned",
            Self::Locked => "user_locked",
        }
    }
}

impl From<SignInDenied> for ApiError {
    fn from(denied: SignInDenied) -> Self {
        Self::forbidden(denied.code(), &denied.to_string())
    }
}

/// Checks that a user may sign in: banned and locked users may not, however they try.
pub(crate) fn check_may_sign_in(user: &User) -> Result<(), SignInDenied> {
    match (user.banned, user.locked) {
        (true, _) => Err(SignInDenied::Banned),
        (false, true) => Err(SignInDenied::Locked),
        (false, false) => Ok(()),
    }
}

/// Returns the strategies by which a user can get a code, and the contacts that the code goes to.
pub(crate) fn code_factors(user: &User) -> impl Iterator<Item = (&'static str, &Contact)> {
    let emails = user.emails.iter().map(|email| ("email_code", email));
    emails.chain(user.phones.iter().map(|phone| ("phone_code", phone)))
}

pub(crate) fn unsupported_strategy(strategy: &str) -> ApiError {
    let long = format!(
        "{strategy} is not a strategy that the emulator supports: password, email_code, phone_code, ticket."
    );
    ApiError::parameter("strategy_for_user_invalid", "strategy", "is invalid", &long)
}

/// Returns the user with this email address, phone number or username, if it may sign in.
pub(crate) fn find_candidate<'a>(state: &'a State, identifier: &str) -> Result<&'a User, ApiError> {
    let user = find_by_identifier(state, identifier).ok_or_else(|| {
        ApiError::parameter(
            "form_identifier_not_found",
            "identifier",
            "is unknown",
            "There is no account with this email address, phone number or username.",
        )
    })?;
    check_may_sign_in(user)?;
    Ok(user)
}

/// Begins an attempt, in place of an earlier one.
pub(crate) fn begin_sign_in(
    cx: Context<'_>,
    state: &mut State,
    client_id: &str,
    identifier: Option<&str>,
    user_id: Option<String>,
) {
    let status = match user_id {
        Some(_) => SignInStatus::NeedsFirstFactor,
        None => SignInStatus::NeedsIdentifier,
    };
    let sign_in = SignIn {
        id: cx.instance.ids.id("sia"),
        status,
        identifier: identifier.map(str::to_owned),
        user_id,
        strategy: None,
        session_id: None,
        created_at: cx.now,
        updated_at: cx.now,
    };
    state
        .browsers
        .sign_ins
        .insert(client_id.to_owned(), sign_in);
}

/// Returns the attempt of a client.
pub(crate) fn current_sign_in<'a>(
    state: &'a State,
    client_id: Option<&str>,
) -> Result<&'a SignIn, ApiError> {
    let sign_in = client_id.and_then(|client| state.browsers.sign_ins.get(client));
    sign_in.ok_or_else(|| ApiError::not_found("sign-in", ""))
}

fn change_sign_in(
    cx: Context<'_>,
    state: &mut State,
    client_id: &str,
    change: impl FnOnce(&mut SignIn),
) -> Result<(), ApiError> {
    let sign_in = state
        .browsers
        .sign_ins
        .get_mut(client_id)
        .ok_or_else(|| ApiError::not_found("sign-in", ""))?;
    change(sign_in);
    sign_in.updated_at = cx.now;
    Ok(())
}

/// Returns the user who is signing in, if the first factor is due.
fn first_factor_user<'a>(
    state: &'a State,
    client_id: Option<&str>,
) -> Result<(&'a str, &'a User), ApiError> {
    let found = client_id.and_then(|client| {
        let (client, sign_in) = state.browsers.sign_ins.get_key_value(client)?;
        let is_due = sign_in.status == SignInStatus::NeedsFirstFactor;
        let user = state.users.get(sign_in.user_id.as_deref()?)?;
        is_due.then_some((client.as_str(), user))
    });
    found.ok_or_else(|| {
        ApiError::bad_state(
            "sign_in_no_identification_sign_in",
            "There is no sign-in under way in this browser: begin with an email address, phone number or username.",
        )
    })
}

/// Sends a code, which only webhooks hear of. `contact_id` says where to, if the user has several contacts.
pub(crate) fn prepare_code(
    cx: Context<'_>,
    state: &mut State,
    client_id: Option<&str>,
    strategy: &str,
    contact_id: Option<&str>,
) -> Result<(), ApiError> {
    let (client, user) = first_factor_user(state, client_id)?;
    let client = client.to_owned();
    let (_, contact) = code_factors(user)
        .find(|(name, contact)| *name == strategy && contact_id.is_none_or(|id| id == &*contact.id))
        .ok_or_else(|| unsupported_strategy(strategy))?;
    send_code(state, &contact.value, Some(&contact.id), Some(&user.id));
    change_sign_in(cx, state, &client, |sign_in| {
        sign_in.strategy = Some(strategy.to_owned());
    })
}

/// Signs in by the password, or asks for the second factor.
pub(crate) fn attempt_password(
    cx: Context<'_>,
    state: &mut State,
    client_id: Option<&str>,
    password: &str,
) -> Result<(), ApiError> {
    let (client, user) = first_factor_user(state, client_id)?;
    let rejected = |long: &str| {
        ApiError::parameter("form_password_incorrect", "password", "is incorrect", long)
    };
    match check_password_of(user, password) {
        Some(PasswordCheck::Correct) => {}
        Some(PasswordCheck::Incorrect) => {
            return Err(rejected("This is not the password of the account."));
        }
        Some(PasswordCheck::Unknown(hasher)) => {
            return Err(rejected(&format!(
                "The emulator cannot verify digests of {hasher}: sign in with a code."
            )));
        }
        None => {
            let long = "This account has no password: sign in with a code.";
            return Err(ApiError::bad_state("strategy_for_user_invalid", long));
        }
    }
    let client = client.to_owned();
    first_factor_given(cx, state, &client, "password")
}

/// Signs in by a code, or asks for the second factor.
pub(crate) fn attempt_code(
    cx: Context<'_>,
    state: &mut State,
    client_id: Option<&str>,
    strategy: &str,
    code: &str,
) -> Result<(), ApiError> {
    let (client, user) = first_factor_user(state, client_id)?;
    if code_factors(user).all(|(name, _)| name != strategy) {
        return Err(unsupported_strategy(strategy));
    }
    check_code(code)?;
    let client = client.to_owned();
    first_factor_given(cx, state, &client, strategy)
}

fn first_factor_given(
    cx: Context<'_>,
    state: &mut State,
    client_id: &str,
    strategy: &str,
) -> Result<(), ApiError> {
    let (_, user) = first_factor_user(state, Some(client_id))?;
    let needs_second = user.totp_secret.is_some();
    change_sign_in(cx, state, client_id, |sign_in| {
        sign_in.strategy = Some(strategy.to_owned());
        sign_in.status = SignInStatus::NeedsSecondFactor;
    })?;
    if needs_second {
        return Ok(());
    }
    complete_sign_in(cx, state, client_id, None)
}

/// Signs in by a code of the authenticator app or by a backup code.
pub(crate) fn attempt_second_factor(
    cx: Context<'_>,
    state: &mut State,
    client_id: Option<&str>,
    code: &str,
) -> Result<(), ApiError> {
    let due = client_id.and_then(|client| {
        let sign_in = state.browsers.sign_ins.get(client)?;
        let is_due = sign_in.status == SignInStatus::NeedsSecondFactor;
        let user_id = sign_in.user_id.clone().filter(|_| is_due)?;
        Some((client.to_owned(), user_id))
    });
    let (client, user_id) = due.ok_or_else(|| {
        ApiError::bad_state(
            "sign_in_no_second_factor",
            "No second factor is due in this browser.",
        )
    })?;
    verify_second_factor(cx, state, &user_id, code.trim())?;
    complete_sign_in(cx, state, &client, None)?;
    let session = current_sign_in(state, Some(&client))?.session_id.clone();
    if let Some(session) = session.and_then(|id| state.sessions.get_mut(&id)) {
        session.second_factor_at = Some(cx.now);
    }
    Ok(())
}

/// Completes an attempt by a ticket that was redeemed for this user.
pub(crate) fn complete_by_ticket(
    cx: Context<'_>,
    state: &mut State,
    client_id: &str,
    user_id: String,
    acting: Option<&Acting>,
) -> Result<(), ApiError> {
    begin_sign_in(cx, state, client_id, None, Some(user_id));
    change_sign_in(cx, state, client_id, |sign_in| {
        sign_in.strategy = Some("ticket".into());
    })?;
    complete_sign_in(cx, state, client_id, acting)
}

fn complete_sign_in(
    cx: Context<'_>,
    state: &mut State,
    client_id: &str,
    acting: Option<&Acting>,
) -> Result<(), ApiError> {
    let user_id = current_sign_in(state, Some(client_id))?.user_id.clone();
    let session = sign_in_user(cx, state, client_id, &user_id.unwrap_or_default(), acting)?;
    change_sign_in(cx, state, client_id, |sign_in| {
        sign_in.status = SignInStatus::Complete;
        sign_in.session_id = Some(session);
    })
}

/// Signs a user in to a client, beside other users, and returns the session's id. A user who is signed in already goes on
/// with the same session, unless somebody else acts in the user's name.
pub(crate) fn sign_in_user(
    cx: Context<'_>,
    state: &mut State,
    client_id: &str,
    user_id: &str,
    acting: Option<&Acting>,
) -> Result<String, ApiError> {
    check_may_sign_in(find_user(state, user_id)?)?;
    let active = state.sessions.active_of(client_id, cx.now);
    let actor = acting.map(|acting| &acting.actor);
    let existing = active
        .iter()
        .find(|session| session.user_id == user_id && session.actor.as_ref() == actor);
    let id = match existing.map(|session| session.id.clone()) {
        Some(id) => {
            if let Some(session) = state.sessions.get_mut(&id) {
                session.first_factor_at = Some(cx.now);
            }
            state.sessions.activate(&id, cx.now);
            id
        }
        None => {
            state.make_room_for_session(cx.now);
            let new = NewSession {
                user_id,
                client_id: Some(client_id),
                organization_id: None,
                acting,
            };
            open_session(cx, state, new).id
        }
    };
    // A client's token that an attacker set before this sign-in is worthless now.
    if let Some(client) = state.sessions.client_mut(client_id) {
        client.rotating_token = cx.instance.ids.letters(32);
    }
    Ok(id)
}
