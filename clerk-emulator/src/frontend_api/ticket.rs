//! Tickets that the Backend API hands out: sign-in tokens, agents' tasks, and invitations to the application.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value};

use super::Desk;
use super::browser::Browser;
use super::redirect::Redirect;
use super::sign_in::sign_in_as;
use super::visit::Visit;
use crate::backend_api::errors::ApiError;
use crate::store::State;
use crate::tokens;
use crate::world::World;

/// Whom an invitation is for.
pub(super) struct Invitation {
    pub(super) email_address: String,
    pub(super) public_metadata: Value,
}

/// `GET /v1/tickets/accept`: where the URLs of sign-in tokens, agents' tasks and invitations lead.
pub(super) fn accept(world: &World, visit: &Visit) -> Result<Response, ApiError> {
    let ticket = visit.query("ticket").unwrap_or_default();
    let claims = claims(world, ticket)?;
    let state = &mut *world.write();
    let browser = Browser::find(world, state, visit);
    let mut desk = Desk {
        world,
        state,
        visit,
        browser,
    };
    let wanted = claims.get("rurl").and_then(Value::as_str);
    let wanted = wanted
        .map(|url| Redirect::parse(world, visit, url))
        .transpose()?;
    let location = match (kind(&claims), wanted) {
        ("sign_in_token", _) => {
            let user_id = redeem_sign_in(&mut desk, ticket)?;
            sign_in_as(&mut desk, &user_id)?;
            format!("{}/user", world.url)
        }
        ("agent_task", Some(redirect)) => {
            let user_id = redeem(&mut desk, "agents/tasks", &claims)?;
            sign_in_as(&mut desk, &user_id)?;
            let browser = desk.browser.ensure_dev_browser(world, desk.state);
            redirect.with_dev_browser(&browser)
        }
        (_, Some(redirect)) => redirect.with_ticket(ticket, status(desk.state, &claims)),
        (_, None) => format!("{}/sign-up?__clerk_ticket={ticket}", world.url),
    };
    let mut response = (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response();
    let cookies = desk.browser.cookies(world, desk.state)?;
    super::set_cookies(&mut response, &cookies);
    Ok(response)
}

/// Whom a sign-in token signs in; it is used up by this.
pub(super) fn redeem_sign_in(desk: &mut Desk<'_>, ticket: &str) -> Result<String, ApiError> {
    let claims = claims(desk.world, ticket)?;
    if kind(&claims) != "sign_in_token" {
        return Err(invalid("The ticket is no sign-in token."));
    }
    redeem(desk, "sign_in_tokens", &claims)
}

/// Whom a ticket signs in that is good once.
fn redeem(
    desk: &mut Desk<'_>,
    collection: &str,
    claims: &Map<String, Value>,
) -> Result<String, ApiError> {
    let ticket = pending(desk.state, collection, claims, "sid")?;
    let user_id = ticket["user_id"].as_str().unwrap_or_default().to_owned();
    super::sign_in::may_sign_in(crate::backend_api::users::find(desk.state, &user_id)?)?;
    accepted(desk, collection, claims, "sid");
    Ok(user_id)
}

/// Somebody accepted the invitation.
pub(super) fn use_up_invitation(desk: &mut Desk<'_>, ticket: &str) -> Result<(), ApiError> {
    let claims = claims(desk.world, ticket)?;
    accepted(desk, "invitations", &claims, "sub");
    Ok(())
}

/// Whom an invitation is for.
pub(super) fn invitation(
    world: &World,
    state: &State,
    ticket: &str,
) -> Result<Invitation, ApiError> {
    let claims = claims(world, ticket)?;
    if kind(&claims) != "invitation" {
        return Err(invalid("The ticket is no invitation to the application."));
    }
    let invitation = pending(state, "invitations", &claims, "sub")?;
    Ok(Invitation {
        email_address: invitation["email_address"]
            .as_str()
            .unwrap_or_default()
            .to_owned(),
        public_metadata: invitation["public_metadata"].clone(),
    })
}

fn claims(world: &World, ticket: &str) -> Result<Map<String, Value>, ApiError> {
    let claims = tokens::verified(&world.key(), ticket)
        .ok_or_else(|| invalid("This instance did not make this ticket."))?;
    let expires = claims.get("exp").and_then(Value::as_i64);
    if expires.is_none_or(|at| at <= world.clock.now() / 1000) {
        let long = "The ticket has expired.";
        return Err(ApiError::bad_state("ticket_expired_code", long));
    }
    Ok(claims)
}

/// What somebody who is invited has to do: guests of an organization may have an account.
fn status(state: &State, claims: &Map<String, Value>) -> &'static str {
    let id = claims
        .get("sub")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let has_account = state
        .documents
        .get("organization_invitations", id)
        .and_then(|invitation| {
            state
                .users
                .by_contact(invitation["email_address"].as_str()?)
        });
    if has_account.is_some() {
        "sign_in"
    } else {
        "sign_up"
    }
}

fn kind(claims: &Map<String, Value>) -> &str {
    claims.get("st").and_then(Value::as_str).unwrap_or_default()
}

fn pending<'a>(
    state: &'a State,
    collection: &str,
    claims: &Map<String, Value>,
    id: &str,
) -> Result<&'a Value, ApiError> {
    let id = claims.get(id).and_then(Value::as_str).unwrap_or_default();
    let document = state.documents.get(collection, id);
    document
        .filter(|document| document["status"] == "pending")
        .ok_or_else(|| invalid("The ticket was used already, or it was revoked."))
}

fn accepted(desk: &mut Desk<'_>, collection: &str, claims: &Map<String, Value>, id: &str) {
    let id = claims.get(id).and_then(Value::as_str).unwrap_or_default();
    if let Some(document) = desk.state.documents.get_mut(collection, id) {
        document["status"] = "accepted".into();
        document["updated_at"] = desk.world.clock.now().into();
    }
}

fn invalid(long: &str) -> ApiError {
    ApiError::bad_state("ticket_invalid_code", long)
}
