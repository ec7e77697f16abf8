//! Signing in: who, by what first factor, and perhaps by a second one.
//!
//! Each client (browser) has at most one attempt to sign in.

use super::codes::send_code;
use super::factors::{
    Proof, check_first_factor, check_second_factor, contact_of, first_factors, recipient_of,
    second_factors, send_second_factor_code,
};
use super::links::send_link;
use super::passkeys::{begin_assertion, verify_assertion};
use super::sessions::{Acting, NewSession, open_session};
use super::users::checks::check_password;
use super::users::{change_user, find_by_identifier, find_user};
use crate::http::error::ApiError;
use crate::instance::Context;
use crate::store::{Contact, LinkPurpose, Password, SignIn, SignInStatus, State, User};

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
    let is_verified = |contact: &&Contact| contact.state.is_verified();
    let emails = user.emails.iter().filter(is_verified);
    let phones = user.phones.iter().filter(is_verified);
    let emails = emails.map(|email| ("email_code", email));
    emails.chain(phones.map(|phone| ("phone_code", phone)))
}

pub(crate) fn unsupported_strategy(strategy: &str) -> ApiError {
    let long = format!(
        "{strategy} is not a strategy that this user can use, or not one that the emulator knows."
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
        second_strategy: None,
        external: None,
        assertion: None,
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

/// Prepares a first factor: sends its code, or the link that comes out at `redirect_url`. `contact_id` says where to, if the
/// user has several contacts.
pub(crate) fn prepare_first_factor(
    cx: Context<'_>,
    state: &mut State,
    client_id: Option<&str>,
    strategy: &str,
    contact_id: Option<&str>,
    redirect_url: Option<&str>,
) -> Result<(), ApiError> {
    let (client, user) = first_factor_user(state, client_id)?;
    let (client, user_id) = (client.to_owned(), user.id.clone());
    let contact = contact_of(first_factors(user), strategy, contact_id)?;
    let to = recipient_of(&contact, &user_id);
    if strategy == "email_link" {
        let redirect_url = redirect_url.ok_or_else(|| ApiError::missing("redirect_url"))?;
        let purpose = LinkPurpose::SignIn {
            client_id: client.clone(),
            id: current_sign_in(state, Some(&client))?.id.clone(),
        };
        send_link(cx, state, to, purpose, redirect_url);
    } else {
        let purpose = match strategy {
            "email_code" | "phone_code" => "verification_code",
            _ => "reset_password_code",
        };
        send_code(cx, state, to, purpose);
    }
    change_sign_in(cx, state, &client, |sign_in| {
        sign_in.strategy = Some(strategy.to_owned());
        sign_in.external = None;
    })
}

/// Signs in by a first factor, or asks for what comes next: a new password, or the second factor.
pub(crate) fn attempt_first_factor(
    cx: Context<'_>,
    state: &mut State,
    client_id: Option<&str>,
    strategy: &str,
    proof: Proof<'_>,
) -> Result<(), ApiError> {
    if strategy == "passkey" {
        return attempt_passkey(cx, state, client_id, proof);
    }
    let (client, user) = first_factor_user(state, client_id)?;
    let (client, user_id) = (client.to_owned(), user.id.clone());
    check_first_factor(state, &user_id, strategy, proof)?;
    first_factor_given(cx, state, &client, strategy)
}

/// Asks the page of this origin for a passkey: for one of the user's, or for any if nobody was named.
pub(crate) fn prepare_passkey(
    cx: Context<'_>,
    state: &mut State,
    client_id: &str,
    origin: Option<&str>,
) -> Result<(), ApiError> {
    if current_sign_in(state, Some(client_id)).is_err() {
        begin_sign_in(cx, state, client_id, None, None);
    }
    let user_id = current_sign_in(state, Some(client_id))?.user_id.as_deref();
    let user = user_id.and_then(|id| state.users.get(id));
    let assertion = begin_assertion(cx, user, origin);
    change_sign_in(cx, state, client_id, |sign_in| {
        sign_in.strategy = Some("passkey".into());
        sign_in.external = None;
        sign_in.assertion = Some(Box::new(assertion));
        sign_in.status = SignInStatus::NeedsFirstFactor;
    })
}

/// Signs in by a passkey. It stands for a second factor as well if the device says that its user unlocked it.
fn attempt_passkey(
    cx: Context<'_>,
    state: &mut State,
    client_id: Option<&str>,
    proof: Proof<'_>,
) -> Result<(), ApiError> {
    let credential = proof.credential()?;
    let sign_in = current_sign_in(state, client_id)?;
    let named = sign_in.user_id.clone();
    let asked = sign_in
        .assertion
        .clone()
        .filter(|_| sign_in.status == SignInStatus::NeedsFirstFactor);
    let (Some(client), Some(asked)) = (client_id, asked) else {
        return Err(ApiError::bad_state(
            "verification_missing",
            "No passkey was asked for in this browser.",
        ));
    };
    let asserted = verify_assertion(cx, state, &asked, credential)?;
    if named.is_some_and(|named| named != asserted.user_id) {
        let long = "This passkey is another user's.";
        let code = "passkey_authentication_failure";
        let name = "public_key_credential";
        return Err(ApiError::parameter(code, name, "is invalid", long));
    }
    check_may_sign_in(find_user(state, &asserted.user_id)?)?;
    let is_verified = asserted.is_user_verified;
    change_sign_in(cx, state, client, |sign_in| {
        sign_in.user_id = Some(asserted.user_id);
        sign_in.assertion = None;
    })?;
    if !is_verified {
        return first_factor_given(cx, state, client, "passkey");
    }
    complete_sign_in(cx, state, client, None)?;
    let session = current_sign_in(state, client_id)?.session_id.clone();
    if let Some(session) = session.and_then(|id| state.sessions.get_mut(&id)) {
        session.second_factor_at = Some(cx.now);
    }
    Ok(())
}

/// Signs in by a link, in the browser that asked for it.
pub(crate) fn follow_sign_in_link(
    cx: Context<'_>,
    state: &mut State,
    client_id: &str,
    id: &str,
) -> Result<(), ApiError> {
    let sign_in = current_sign_in(state, Some(client_id))?;
    if sign_in.id != id {
        return Err(ApiError::not_found("sign-in", id));
    }
    first_factor_user(state, Some(client_id))?;
    first_factor_given(cx, state, client_id, "email_link")
}

/// Goes on once the first factor is given, or proven elsewhere.
pub(crate) fn first_factor_given(
    cx: Context<'_>,
    state: &mut State,
    client_id: &str,
    strategy: &str,
) -> Result<(), ApiError> {
    let (_, user) = first_factor_user(state, Some(client_id))?;
    let next = if strategy.starts_with("reset_password") {
        SignInStatus::NeedsNewPassword
    } else {
        after_first_factor(user)
    };
    change_sign_in(cx, state, client_id, |sign_in| {
        sign_in.strategy = Some(strategy.to_owned());
        sign_in.status = next;
        sign_in.external.take_if(|visit| visit.strategy != strategy);
    })?;
    if next == SignInStatus::Complete {
        complete_sign_in(cx, state, client_id, None)?;
    }
    Ok(())
}

/// Returns what comes after the first factor.
fn after_first_factor(user: &User) -> SignInStatus {
    if second_factors(user).is_empty() {
        SignInStatus::Complete
    } else {
        SignInStatus::NeedsSecondFactor
    }
}

/// Sets the new password that somebody who forgot the old one has to choose, and goes on.
pub(crate) fn reset_password(
    cx: Context<'_>,
    state: &mut State,
    client_id: Option<&str>,
    password: &str,
    end_sessions: bool,
) -> Result<(), ApiError> {
    let (client, user_id) =
        due(state, client_id, SignInStatus::NeedsNewPassword).ok_or_else(|| {
            ApiError::bad_state(
                "sign_in_no_password_reset",
                "No new password is due in this browser: verify the code for it first.",
            )
        })?;
    check_password("password", password)?;
    if end_sessions {
        state.sessions.end_all(&user_id, "revoked", cx.now);
    }
    change_user(cx, state, &user_id, |user| {
        user.password = Some(Box::new(Password::new(password, cx.now)));
        Ok(())
    })?;
    let next = after_first_factor(find_user(state, &user_id)?);
    change_sign_in(cx, state, &client, |sign_in| sign_in.status = next)?;
    if next == SignInStatus::Complete {
        complete_sign_in(cx, state, &client, None)?;
    }
    Ok(())
}

/// Returns the client and the user of an attempt that is this far.
fn due(state: &State, client_id: Option<&str>, status: SignInStatus) -> Option<(String, String)> {
    let client = client_id?;
    let sign_in = state.browsers.sign_ins.get(client)?;
    let user_id = sign_in.user_id.clone()?;
    (sign_in.status == status).then(|| (client.to_owned(), user_id))
}

fn second_factor_due(state: &State, client_id: Option<&str>) -> Result<(String, String), ApiError> {
    due(state, client_id, SignInStatus::NeedsSecondFactor).ok_or_else(|| {
        ApiError::bad_state(
            "sign_in_no_second_factor",
            "No second factor is due in this browser.",
        )
    })
}

/// Sends the code of a second factor.
pub(crate) fn prepare_second_factor(
    cx: Context<'_>,
    state: &mut State,
    client_id: Option<&str>,
    strategy: &str,
    contact_id: Option<&str>,
) -> Result<(), ApiError> {
    let (client, user_id) = second_factor_due(state, client_id)?;
    send_second_factor_code(cx, state, &user_id, strategy, contact_id)?;
    change_sign_in(cx, state, &client, |sign_in| {
        sign_in.second_strategy = Some(strategy.to_owned());
    })
}

/// Signs in by a second factor: a code of the authenticator app, of a text message, or a backup code.
pub(crate) fn attempt_second_factor(
    cx: Context<'_>,
    state: &mut State,
    client_id: Option<&str>,
    strategy: Option<&str>,
    proof: Proof<'_>,
) -> Result<(), ApiError> {
    let (client, user_id) = second_factor_due(state, client_id)?;
    check_second_factor(cx, state, &user_id, strategy, proof)?;
    change_sign_in(cx, state, &client, |sign_in| {
        sign_in.second_strategy = strategy.map(str::to_owned);
    })?;
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
