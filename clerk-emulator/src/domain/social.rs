//! Signing in and up with other providers.

use serde_json::json;

use super::TEN_MINUTES;
use super::external_accounts::{self, Person, user_connected_to};
use super::sign_in::{begin_sign_in, current_sign_in, first_factor_given};
use super::sign_up::{current_sign_up, show_visit, verify_by_provider};
use super::users::checks::check_contact;
use super::users::linked::add_linked;
use super::visits::{begin_visit, end_visit};
use crate::http::error::ApiError;
use crate::instance::Context;
use crate::store::{Contact, ExternalVerification, SignInStatus, State, User, Visit, VisitPurpose};

fn underway(cx: Context<'_>, strategy: &str, url: String) -> ExternalVerification {
    ExternalVerification {
        strategy: strategy.to_owned(),
        expire_at: cx.now.saturating_add(TEN_MINUTES),
        url,
        status: "unverified".to_owned(),
        email_address: None,
    }
}

/// Begins to sign in with a provider.
pub(crate) fn sign_in_with(
    cx: Context<'_>,
    state: &mut State,
    client_id: &str,
    strategy: &str,
    redirect_url: &str,
) -> Result<(), ApiError> {
    let purpose = VisitPurpose::SignIn {
        client_id: client_id.to_owned(),
    };
    let url = begin_visit(cx, state, strategy, purpose, redirect_url)?;
    if current_sign_in(state, Some(client_id)).is_err() {
        begin_sign_in(cx, state, client_id, None, None);
    }
    if let Some(sign_in) = state.browsers.sign_ins.get_mut(client_id) {
        sign_in.strategy = Some(strategy.to_owned());
        sign_in.external = Some(underway(cx, strategy, url));
        sign_in.updated_at = cx.now;
    }
    Ok(())
}

/// Begins to sign up with a provider.
pub(crate) fn sign_up_with(
    cx: Context<'_>,
    state: &mut State,
    client_id: &str,
    strategy: &str,
    redirect_url: &str,
) -> Result<(), ApiError> {
    let purpose = VisitPurpose::SignUp {
        client_id: client_id.to_owned(),
    };
    let url = begin_visit(cx, state, strategy, purpose, redirect_url)?;
    show_visit(cx, state, client_id, underway(cx, strategy, url))
}

/// Returns the user whom a provider's person is: by an account that is connected, or by a verified email address.
fn person_here<'a>(state: &'a State, strategy: &str, email: &str) -> Option<&'a User> {
    user_connected_to(state, strategy, email).or_else(|| {
        let user = state.users.by_contact(email)?;
        let has = |contact: &Contact| {
            contact.state.is_verified() && contact.value.eq_ignore_ascii_case(email)
        };
        user.emails.iter().any(has).then_some(user)
    })
}

/// Ends a visit: the provider says that the visitor has this email address. Returns the visit.
pub(crate) fn complete_visit(
    cx: Context<'_>,
    state: &mut State,
    secret: &str,
    email: &str,
) -> Result<Visit, ApiError> {
    let email = email.trim().to_lowercase();
    check_contact("email_address", &email)?;
    let visit = end_visit(cx, state, secret)?;
    match &visit.purpose {
        VisitPurpose::SignIn { client_id } => {
            complete_sign_in(cx, state, client_id, &visit.strategy, email)?;
        }
        VisitPurpose::SignUp { client_id } => {
            complete_sign_up(cx, state, client_id, &visit.strategy, email)?;
        }
        VisitPurpose::Connect {
            user_id,
            account_id,
            scopes,
        } => {
            let person = Person {
                provider_user_id: email.clone(),
                email_address: email,
                ..Person::default()
            };
            external_accounts::complete(cx, state, user_id, account_id, scopes, Some(&person))?;
        }
    }
    Ok(visit)
}

fn complete_sign_in(
    cx: Context<'_>,
    state: &mut State,
    client_id: &str,
    strategy: &str,
    email: String,
) -> Result<(), ApiError> {
    let user_id = person_here(state, strategy, &email).map(|user| user.id.clone());
    let Some(sign_in) = state.browsers.sign_ins.get_mut(client_id) else {
        return Err(ApiError::not_found("sign-in", ""));
    };
    let status = match user_id {
        Some(_) => "verified",
        // The page signs the person up, with what the provider vouched for.
        None => "transferable",
    };
    if let Some(external) = &mut sign_in.external {
        external.status = status.to_owned();
        external.email_address = Some(email.clone());
    }
    sign_in.updated_at = cx.now;
    if let Some(user_id) = user_id {
        sign_in.user_id = Some(user_id.clone());
        sign_in.identifier = Some(email.clone());
        sign_in.status = SignInStatus::NeedsFirstFactor;
        attach_account(cx, state, &user_id, strategy, &email)?;
        first_factor_given(cx, state, client_id, strategy)?;
    }
    Ok(())
}

fn complete_sign_up(
    cx: Context<'_>,
    state: &mut State,
    client_id: &str,
    strategy: &str,
    email: String,
) -> Result<(), ApiError> {
    current_sign_up(state, Some(client_id))?;
    if state.users.by_contact(&email).is_none() {
        return verify_by_provider(cx, state, client_id, strategy, &email);
    }
    // The page signs the person in, who has an account already.
    let mut external = underway(cx, strategy, String::new());
    external.status = "transferable".to_owned();
    external.email_address = Some(email);
    show_visit(cx, state, client_id, external)
}

/// Returns what is transferred, once and in time: the strategy and the email address.
fn transfer(
    cx: Context<'_>,
    external: Option<&mut Option<ExternalVerification>>,
) -> Result<(String, String), ApiError> {
    let taken = external.and_then(|external| {
        let is_due = |visit: &mut ExternalVerification| {
            visit.status == "transferable" && visit.expire_at > cx.now
        };
        external.take_if(is_due)
    });
    taken
        .and_then(|visit| Some((visit.strategy, visit.email_address?)))
        .ok_or_else(|| {
            ApiError::bad_state(
                "account_transfer_invalid",
                "There is nothing to transfer in this browser: nobody came back from a provider, or too long ago.",
            )
        })
}

/// Returns the strategy and the email address of somebody without an account who signed in with a provider, once.
pub(crate) fn transferable_sign_in(
    cx: Context<'_>,
    state: &mut State,
    client_id: &str,
) -> Result<(String, String), ApiError> {
    let sign_in = state.browsers.sign_ins.get_mut(client_id);
    transfer(cx, sign_in.map(|sign_in| &mut sign_in.external))
}

/// Signs in whoever signed up with a provider and has an account already.
pub(crate) fn sign_in_by_transfer(
    cx: Context<'_>,
    state: &mut State,
    client_id: &str,
) -> Result<(), ApiError> {
    let sign_up = state.browsers.sign_ups.get_mut(client_id);
    let (strategy, email) = transfer(cx, sign_up.map(|sign_up| &mut sign_up.external))?;
    begin_sign_in(cx, state, client_id, None, None);
    if let Some(sign_in) = state.browsers.sign_ins.get_mut(client_id) {
        sign_in.strategy = Some(strategy.clone());
        sign_in.external = Some(underway(cx, &strategy, String::new()));
    }
    complete_sign_in(cx, state, client_id, &strategy, email)
}

/// Connects the account at a provider to a user, unless it is connected already.
pub(crate) fn attach_account(
    cx: Context<'_>,
    state: &mut State,
    user_id: &str,
    strategy: &str,
    email: &str,
) -> Result<(), ApiError> {
    let user = super::users::find_user(state, user_id)?;
    let has = user.linked.as_deref().is_some_and(|linked| {
        linked
            .external_accounts
            .iter()
            .any(|account| account["provider"] == strategy)
    });
    if has || user_connected_to(state, strategy, email).is_some() {
        return Ok(());
    }
    let fields = json!({
        "object": "external_account", "id": cx.instance.ids.id("eac"), "provider": strategy,
        "identification_id": cx.instance.ids.id("idn"), "provider_user_id": email, "approved_scopes": "email profile",
        "email_address": email, "first_name": user.first_name.as_deref().unwrap_or_default(),
        "last_name": user.last_name.as_deref().unwrap_or_default(), "public_metadata": {},
        "created_at": cx.now, "updated_at": cx.now,
        "verification": {
            "object": "verification_oauth", "status": "verified", "strategy": strategy, "attempts": null,
            "expire_at": cx.now + TEN_MINUTES,
        },
    });
    let fields = fields.as_object().cloned().unwrap_or_default();
    add_linked(cx, state, user_id, "external_accounts", &fields).unwrap_or(Ok(json!(null)))?;
    Ok(())
}
