//! Tickets: sign-in tokens, actor tokens, agents' tasks and invitations, as tokens that are valid once.

use serde_json::{Map, Value, json};

use super::organizations::members::check_room;
use super::organizations::{find_organization, invitations as organization_invitations};
use super::sessions::Acting;
use super::sign_in::check_may_sign_in;
use super::tokens::{self, Category};
use super::users::{find_user, resolve_user_id};
use crate::http::error::ApiError;
use crate::http::params::Params;
use crate::instance::Context;
use crate::store::{State, User};

/// How long the URL of an agent's task is valid.
const AGENT_TASK_SECONDS: i64 = 3600;

const SIGN_IN_TOKENS: &str = "sign_in_tokens";
const ACTOR_TOKENS: &str = "actor_tokens";
const AGENT_TASKS: &str = "agents/tasks";
const INVITATIONS: &str = "invitations";

/// Signs a ticket and returns it with the URL that accepts it.
fn sign_ticket(cx: Context<'_>, claims: &Value) -> Result<(String, String), ApiError> {
    let ticket = tokens::sign(&cx.instance.key(), Category::None, claims)
        .map_err(|error| ApiError::internal(&error))?;
    let url = format!(
        "{}/v1/tickets/accept?ticket={ticket}",
        cx.instance.settings.url
    );
    Ok((ticket, url))
}

/// Makes a ticket that signs a user in; `id` is its document.
fn sign_in_ticket(
    cx: Context<'_>,
    id: &str,
    user_id: &str,
    kind: &str,
    seconds: i64,
    params: Params<'_>,
) -> Result<(String, String), ApiError> {
    let settings = &cx.instance.settings;
    let claims = json!({
        "iss": settings.url, "sub": user_id, "iid": settings.instance_id, "st": kind, "sid": id,
        "act": params.field("actor"), "smd": params.int("session_max_duration_in_seconds"), "rurl": params.field("redirect_url"), "exp": cx.after(seconds) / 1000,
    });
    sign_ticket(cx, &claims)
}

/// Returns the URL in an invitation's email, with a ticket that names the invitation.
pub(crate) fn invitation_url(
    cx: Context<'_>,
    kind: &str,
    id: &str,
    redirect_url: Option<&str>,
    expires_at: i64,
) -> Result<String, ApiError> {
    let settings = &cx.instance.settings;
    let claims = json!({
        "iss": settings.url, "sub": id, "iid": settings.instance_id, "st": kind, "rurl": redirect_url,
        "exp": expires_at / 1000,
    });
    sign_ticket(cx, &claims).map(|(_, url)| url)
}

pub(crate) fn create_sign_in_token(
    cx: Context<'_>,
    state: &mut State,
    params: Params<'_>,
) -> Result<Value, ApiError> {
    let user_id = find_user(state, params.required_text("user_id")?)?
        .id
        .clone();
    if let Some(organization) = params.text("org_id") {
        find_organization(state, organization)?;
    }
    let id = cx.instance.ids.id("sit");
    let seconds = params.int("expires_in_seconds").unwrap_or(2_592_000);
    let (token, url) = sign_in_ticket(cx, &id, &user_id, "sign_in_token", seconds, params)?;
    let document = json!({
        "object": "sign_in_token", "id": id, "user_id": user_id, "token": token, "url": url, "status": "pending",
        "created_at": cx.now, "updated_at": cx.now,
    });
    state
        .documents
        .insert(SIGN_IN_TOKENS, &id, document.clone());
    Ok(document)
}

pub(crate) fn revoke_sign_in_token(
    cx: Context<'_>,
    state: &mut State,
    id: &str,
) -> Result<Value, ApiError> {
    revoke_ticket(cx, state, SIGN_IN_TOKENS, "sign-in token", id)
}

pub(crate) fn create_actor_token(
    cx: Context<'_>,
    state: &mut State,
    params: Params<'_>,
) -> Result<Value, ApiError> {
    let user_id = find_user(state, params.required_text("user_id")?)?
        .id
        .clone();
    let actor = params
        .object("actor")
        .ok_or_else(|| ApiError::missing("actor"))?;
    let id = cx.instance.ids.id("act");
    let seconds = params.int("expires_in_seconds").unwrap_or(3600);
    let (token, url) = sign_in_ticket(cx, &id, &user_id, "actor_token", seconds, params)?;
    let document = json!({
        "object": "actor_token", "id": id, "user_id": user_id, "actor": actor, "token": token, "url": url,
        "status": "pending", "created_at": cx.now, "updated_at": cx.now,
    });
    state.documents.insert(ACTOR_TOKENS, &id, document.clone());
    Ok(document)
}

pub(crate) fn revoke_actor_token(
    cx: Context<'_>,
    state: &mut State,
    id: &str,
) -> Result<Value, ApiError> {
    revoke_ticket(cx, state, ACTOR_TOKENS, "actor token", id)
}

/// Creates a task that an agent has on behalf of a user. Only the caller learns the URL, which signs the agent in.
pub(crate) fn create_agent_task(
    cx: Context<'_>,
    state: &mut State,
    params: Params<'_>,
) -> Result<Value, ApiError> {
    let behalf = params
        .object("on_behalf_of")
        .ok_or_else(|| ApiError::missing("on_behalf_of"))?;
    let named = |name: &str| behalf.get(name).and_then(Value::as_str);
    let user_id = match (named("user_id"), named("identifier")) {
        (Some(id), None) => find_user(state, id)?.id.clone(),
        (None, Some(identifier)) => resolve_user_id(state, identifier)
            .ok_or_else(|| ApiError::not_found("user", identifier))?,
        _ => return Err(ApiError::missing("on_behalf_of")),
    };
    let ids = &cx.instance.ids;
    let (id, agent_id) = (ids.id("agttsk"), ids.id("agt"));
    let (_, url) = sign_in_ticket(cx, &id, &user_id, "agent_task", AGENT_TASK_SECONDS, params)?;
    let kept = json!({
        "object": "agent_task", "agent_id": agent_id, "agent_task_id": id, "task_id": id, "user_id": user_id,
        "status": "pending",
    });
    state.documents.insert(AGENT_TASKS, &id, kept);
    Ok(
        json!({"object": "agent_task", "agent_id": agent_id, "agent_task_id": id, "task_id": id, "url": url}),
    )
}

fn revoke_ticket(
    cx: Context<'_>,
    state: &mut State,
    collection: &str,
    what: &str,
    id: &str,
) -> Result<Value, ApiError> {
    let document = state
        .documents
        .get_mut(collection, id)
        .ok_or_else(|| ApiError::not_found(what, id))?;
    if document["status"] != "pending" {
        let long = format!(
            "The {what} is {} already.",
            document["status"].as_str().unwrap_or_default()
        );
        return Err(ApiError::bad_state("token_not_pending", &long));
    }
    document["status"] = "revoked".into();
    document["updated_at"] = cx.now.into();
    Ok(document.clone())
}

/// A ticket that this instance signed and that has not expired.
#[derive(Debug)]
pub(crate) struct Ticket {
    claims: Map<String, Value>,
}

/// What a ticket is for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum TicketKind {
    SignInToken,
    ActorToken,
    AgentTask,
    Invitation,
    OrganizationInvitation,
    Other,
}

/// Whom a ticket signs in.
#[derive(Debug)]
pub(crate) struct Redeemed {
    pub(crate) user_id: String,
    /// Who acts in the user's name.
    pub(crate) acting: Option<Acting>,
}

impl Ticket {
    /// Verifies a ticket.
    pub(crate) fn verify(cx: Context<'_>, ticket: &str) -> Result<Self, ApiError> {
        let claims = tokens::verified_claims(&cx.instance.key(), ticket)
            .ok_or_else(|| invalid_ticket("This instance did not make this ticket."))?;
        let expires = claims.get("exp").and_then(Value::as_i64);
        if expires.is_none_or(|at| at <= cx.now / 1000) {
            let long = "The ticket has expired.";
            return Err(ApiError::bad_state("ticket_expired_code", long));
        }
        Ok(Self { claims })
    }

    fn text(&self, claim: &str) -> &str {
        let claim = self.claims.get(claim).and_then(Value::as_str);
        claim.unwrap_or_default()
    }

    pub(crate) fn kind(&self) -> TicketKind {
        match self.text("st") {
            "sign_in_token" => TicketKind::SignInToken,
            "actor_token" => TicketKind::ActorToken,
            "agent_task" => TicketKind::AgentTask,
            "invitation" => TicketKind::Invitation,
            "organization_invitation" => TicketKind::OrganizationInvitation,
            _ => TicketKind::Other,
        }
    }

    pub(crate) fn redirect_url(&self) -> Option<&str> {
        self.claims.get("rurl").and_then(Value::as_str)
    }

    /// Whether the guest has to `sign_in` or to `sign_up`: guests of an organization may have an account.
    pub(crate) fn guest_status(&self, state: &State) -> &'static str {
        let invitation = state
            .documents
            .get(organization_invitations::INVITATIONS, self.text("sub"));
        match invitation.and_then(|invitation| account_of(state, invitation)) {
            Some(_) => "sign_in",
            None => "sign_up",
        }
    }

    /// Uses up a ticket with which a user signs in: a sign-in token, an actor token, or an invitation of somebody who has an
    /// account to an organization.
    pub(crate) fn redeem_to_sign_in(
        &self,
        cx: Context<'_>,
        state: &mut State,
    ) -> Result<Redeemed, ApiError> {
        match self.kind() {
            TicketKind::SignInToken => Ok(Redeemed {
                user_id: self.redeem(cx, state, SIGN_IN_TOKENS)?,
                acting: None,
            }),
            TicketKind::ActorToken => {
                let document = pending_document(state, ACTOR_TOKENS, self.text("sid"))?;
                let acting = Acting {
                    actor: document["actor"].clone(),
                    seconds: self
                        .claims
                        .get("smd")
                        .and_then(Value::as_i64)
                        .unwrap_or(Acting::SECONDS),
                };
                Ok(Redeemed {
                    user_id: self.redeem(cx, state, ACTOR_TOKENS)?,
                    acting: Some(acting),
                })
            }
            TicketKind::OrganizationInvitation => {
                let user_id = account_of(state, self.invitation(state)?)
                    .ok_or_else(|| {
                        invalid_ticket("The guest has no account yet and has to sign up.")
                    })?
                    .id
                    .clone();
                check_may_sign_in(find_user(state, &user_id)?)?;
                self.accept_invitation(cx, state, &user_id)?;
                Ok(Redeemed {
                    user_id,
                    acting: None,
                })
            }
            _ => Err(invalid_ticket("This is not a ticket to sign in with.")),
        }
    }

    /// Uses up the URL of an agent's task and returns the user that it signs in.
    pub(crate) fn redeem_agent_task(
        &self,
        cx: Context<'_>,
        state: &mut State,
    ) -> Result<String, ApiError> {
        self.redeem(cx, state, AGENT_TASKS)
    }

    fn redeem(
        &self,
        cx: Context<'_>,
        state: &mut State,
        collection: &str,
    ) -> Result<String, ApiError> {
        let id = self.text("sid");
        let document = pending_document(state, collection, id)?;
        let user_id = document["user_id"].as_str().unwrap_or_default().to_owned();
        check_may_sign_in(find_user(state, &user_id)?)?;
        set_accepted(cx, state, collection, id);
        Ok(user_id)
    }

    /// Returns the pending invitation that the ticket is for, to the application or to an organization.
    pub(crate) fn invitation<'a>(&self, state: &'a State) -> Result<&'a Value, ApiError> {
        match self.kind() {
            TicketKind::Invitation => pending_document(state, INVITATIONS, self.text("sub")),
            TicketKind::OrganizationInvitation => pending_document(
                state,
                organization_invitations::INVITATIONS,
                self.text("sub"),
            ),
            _ => Err(invalid_ticket("The ticket is no invitation.")),
        }
    }

    /// Checks that the invitation is pending and the organization has room, before there is an account.
    pub(crate) fn check_room(&self, state: &State) -> Result<(), ApiError> {
        let invitation = self.invitation(state)?;
        if self.kind() != TicketKind::OrganizationInvitation {
            return Ok(());
        }
        let organization = invitation["organization_id"].as_str().unwrap_or_default();
        check_room(state, find_organization(state, organization)?)
    }

    /// Marks the invitation as accepted by this user, who becomes a member if it is one to an organization.
    pub(crate) fn accept_invitation(
        &self,
        cx: Context<'_>,
        state: &mut State,
        user_id: &str,
    ) -> Result<(), ApiError> {
        let id = self.text("sub");
        if self.kind() == TicketKind::OrganizationInvitation {
            return organization_invitations::accept_invitation(cx, state, id, user_id);
        }
        set_accepted(cx, state, INVITATIONS, id);
        Ok(())
    }
}

/// Returns the guest of an invitation, if the guest has an account. Who claims the address without having verified it is
/// not the guest.
fn account_of<'a>(state: &'a State, invitation: &Value) -> Option<&'a User> {
    let address = invitation["email_address"].as_str()?;
    let user = state.users.by_contact(address)?;
    let mut verified = user.emails.iter().filter(|email| email.state.is_verified());
    verified
        .any(|email| email.value.eq_ignore_ascii_case(address))
        .then_some(user)
}

fn pending_document<'a>(
    state: &'a State,
    collection: &str,
    id: &str,
) -> Result<&'a Value, ApiError> {
    let document = state.documents.get(collection, id);
    document
        .filter(|document| document["status"] == "pending")
        .ok_or_else(|| invalid_ticket("The ticket was used already, or it was revoked."))
}

fn set_accepted(cx: Context<'_>, state: &mut State, collection: &str, id: &str) {
    if let Some(document) = state.documents.get_mut(collection, id) {
        document["status"] = "accepted".into();
        document["updated_at"] = cx.now.into();
    }
}

fn invalid_ticket(long: &str) -> ApiError {
    ApiError::bad_state("ticket_invalid_code", long)
}
