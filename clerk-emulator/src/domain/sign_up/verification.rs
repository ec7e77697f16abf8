//! Verifying what a visitor signs up with.

use serde_json::{Value, json};

use super::admission::check_admission;
use super::{CONTACTS, change_sign_up, current_sign_up, finish_sign_up};
use crate::domain::TEN_MINUTES;
use crate::domain::codes::{Recipient, check_code, send_code};
use crate::domain::links::send_link;
use crate::domain::sign_in::unsupported_strategy;
use crate::http::error::ApiError;
use crate::instance::Context;
use crate::store::{ExternalVerification, LinkPurpose, State};

/// Returns the field that a strategy verifies.
fn field_of(strategy: &str) -> Result<&'static str, ApiError> {
    CONTACTS
        .into_iter()
        .find(|(_, _, strategies)| strategies.contains(&strategy))
        .map(|(name, ..)| name)
        .ok_or_else(|| unsupported_strategy(strategy))
}

/// Sends the code of a strategy, or the link that comes out at `redirect_url`.
pub(crate) fn prepare_sign_up(
    cx: Context<'_>,
    state: &mut State,
    client_id: Option<&str>,
    strategy: &str,
    redirect_url: Option<&str>,
) -> Result<(), ApiError> {
    let name = field_of(strategy)?;
    let client = client_id.ok_or_else(|| ApiError::not_found("sign-up", ""))?;
    let sign_up = current_sign_up(state, client_id)?;
    let id = sign_up["id"].as_str().unwrap_or_default().to_owned();
    let address = sign_up[name].as_str().map(str::to_owned);
    let address = address.ok_or_else(|| ApiError::missing(name))?;
    let to = Recipient {
        address: &address,
        contact_id: None,
        user_id: None,
    };
    let object = if strategy == "email_link" {
        let redirect_url = redirect_url.ok_or_else(|| ApiError::missing("redirect_url"))?;
        let purpose = LinkPurpose::SignUp {
            client_id: client.to_owned(),
            id,
            email_address: address.clone(),
        };
        send_link(cx, state, to, purpose, redirect_url);
        "verification_email_link"
    } else {
        send_code(cx, state, to, "verification_code");
        "verification_otp"
    };
    change_sign_up(state, client, |sign_up| {
        let verification = &mut sign_up["verifications"][name];
        verification["object"] = object.into();
        verification["strategy"] = strategy.into();
        verification["expire_at"] = (cx.now + TEN_MINUTES).into();
        verification["next_action"] = "needs_attempt".into();
    })
}

/// Verifies what a strategy is for by the code, and creates the account if nothing else is missing.
pub(crate) fn attempt_sign_up_code(
    cx: Context<'_>,
    state: &mut State,
    client_id: Option<&str>,
    strategy: &str,
    code: &str,
) -> Result<(), ApiError> {
    let name = field_of(strategy)?;
    if strategy == "email_link" {
        return Err(unsupported_strategy(strategy));
    }
    let client = client_id.ok_or_else(|| ApiError::not_found("sign-up", ""))?;
    if current_sign_up(state, client_id)?[name].is_null() {
        return Err(ApiError::missing(name));
    }
    if let Err(error) = check_code(code) {
        change_sign_up(state, client, |sign_up| {
            let tries = &mut sign_up["verifications"][name]["attempts"];
            *tries = (tries.as_i64().unwrap_or(0) + 1).into();
        })?;
        return Err(error);
    }
    verified(cx, state, client, name)
}

/// Verifies the email address by a link that was followed.
pub(crate) fn follow_sign_up_link(
    cx: Context<'_>,
    state: &mut State,
    client_id: &str,
    id: &str,
    email_address: &str,
) -> Result<(), ApiError> {
    let current = current_sign_up(state, Some(client_id))?;
    // The visitor may have given another address since the link was sent.
    if current["id"] != id || current["email_address"] != email_address {
        return Err(ApiError::not_found("sign-up", id));
    }
    verified(cx, state, client_id, "email_address")
}

fn verified(
    cx: Context<'_>,
    state: &mut State,
    client_id: &str,
    name: &str,
) -> Result<(), ApiError> {
    change_sign_up(state, client_id, |sign_up| {
        let verification = &mut sign_up["verifications"][name];
        verification["status"] = "verified".into();
        verification["next_action"] = "".into();
    })?;
    finish_sign_up(cx, state, client_id)
}

/// Takes the email address that another provider vouches for.
pub(crate) fn verify_by_provider(
    cx: Context<'_>,
    state: &mut State,
    client_id: &str,
    strategy: &str,
    email: &str,
) -> Result<(), ApiError> {
    let current = current_sign_up(state, Some(client_id))?;
    check_admission(
        state,
        "email_address",
        email,
        current["_ticket"].is_string(),
    )?;
    change_sign_up(state, client_id, |sign_up| {
        sign_up["email_address"] = email.into();
        sign_up["verifications"]["email_address"] = json!({
            "object": "verification_from_oauth", "status": "verified", "strategy": format!("from_{strategy}"),
            "attempts": null, "expire_at": null, "next_action": "", "supported_strategies": [],
        });
        sign_up["verifications"]["external_account"] = json!({
            "object": "verification_oauth", "status": "verified", "strategy": strategy, "attempts": null,
            "expire_at": cx.now + TEN_MINUTES,
        });
    })?;
    finish_sign_up(cx, state, client_id)
}

/// Shows how far a visit to another provider is.
pub(crate) fn show_visit(
    cx: Context<'_>,
    state: &mut State,
    client_id: &str,
    external: ExternalVerification,
) -> Result<(), ApiError> {
    let url = match external.status.as_str() {
        "unverified" => Value::from(external.url.as_str()),
        _ => Value::Null,
    };
    change_sign_up(state, client_id, |sign_up| {
        sign_up["verifications"]["external_account"] = json!({
            "object": "verification_oauth", "status": external.status, "strategy": external.strategy, "attempts": null,
            "expire_at": cx.now + TEN_MINUTES, "external_verification_redirect_url": url,
        });
    })?;
    if let Some(sign_up) = state.browsers.sign_ups.get_mut(client_id) {
        sign_up.external = Some(external);
    }
    Ok(())
}
