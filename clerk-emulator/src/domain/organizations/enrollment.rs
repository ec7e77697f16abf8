//! How people with an address of an organization's domain come to it: invitations, suggestions and requests to join.
//!
//! What a domain promises is made when it is asked for, and when a domain's mode changes: addresses come and go in many
//! places, and a list is the only place where one sees the difference.

use serde_json::{Value, json};

use super::domains::{DOMAINS, is_domain_verified};
use super::invitations::{
    INVITATIONS, MAX_PENDING, check_room_for_invitations, create_invitation, revoke_invitation,
};
use super::members::create_member;
use super::organization_settings;
use crate::domain::invitations::invitation_status;
use crate::domain::users::find_user;
use crate::http::error::ApiError;
use crate::http::params::Params;
use crate::instance::Context;
use crate::store::State;

pub(crate) const SUGGESTIONS: &str = "organization_suggestions";
pub(crate) const REQUESTS: &str = "organization_membership_requests";

/// Returns the role of members who come by a domain.
fn default_role(state: &State) -> String {
    let settings = organization_settings(state);
    let role = settings["domains_default_role"].as_str();
    role.unwrap_or("org:member").to_owned()
}

/// Invites a user to the organizations of its addresses' domains, or suggests them, as the domains' modes say.
pub(crate) fn enroll_user(
    cx: Context<'_>,
    state: &mut State,
    user_id: &str,
) -> Result<(), ApiError> {
    if organization_settings(state)["domains_enabled"] == false {
        return Ok(());
    }
    let user = find_user(state, user_id)?;
    let mut found: Vec<(Value, String)> = Vec::new();
    for email in user.emails.iter().filter(|email| email.state.is_verified()) {
        let name = email.value.rsplit('@').next().unwrap_or_default();
        let domain = state.documents.find(DOMAINS, "name", name);
        let domain = domain.filter(|domain| {
            let organization = domain["organization_id"].as_str().unwrap_or_default();
            is_domain_verified(domain) && state.members.get(organization, user_id).is_none()
        });
        found.extend(domain.map(|domain| (domain.clone(), email.value.to_string())));
    }
    for (domain, email) in found {
        match domain["enrollment_mode"].as_str() {
            Some("automatic_invitation") => invite(cx, state, &domain, &email),
            Some("automatic_suggestion") => suggest(cx, state, &domain, user_id),
            _ => {}
        }
    }
    Ok(())
}

/// Invites or suggests everybody who has an address of the domain.
pub(super) fn enroll_domain(cx: Context<'_>, state: &mut State, name: &str) {
    let end = format!("@{name}");
    let users = state.users.iter();
    let ids: Vec<String> = users
        .filter(|user| user.emails.iter().any(|email| email.value.ends_with(&end)))
        .take(MAX_PENDING)
        .map(|user| user.id.clone())
        .collect();
    // The others are enrolled when they ask for their invitations and suggestions.
    for id in ids {
        // These users exist, so that nothing can be wrong with them.
        drop(enroll_user(cx, state, &id));
    }
}

fn invite(cx: Context<'_>, state: &mut State, domain: &Value, email: &str) {
    let organization = domain["organization_id"].as_str().unwrap_or_default();
    let was_invited = state
        .documents
        .all(INVITATIONS)
        .any(|other| other["organization_id"] == organization && other["email_address"] == email);
    if was_invited || check_room_for_invitations(cx, state, organization, 1).is_err() {
        return;
    }
    let fields = json!({"email_address": email, "role": default_role(state)});
    // An organization without room invites nobody.
    let Ok(invitation) = create_invitation(cx, state, organization, Params::new(&fields)) else {
        return;
    };
    let id = invitation["id"].as_str().unwrap_or_default();
    if let Some(stored) = state.documents.get_mut(INVITATIONS, id) {
        stored["_domain_id"] = domain["id"].clone();
    }
}

fn suggest(cx: Context<'_>, state: &mut State, domain: &Value, user_id: &str) {
    let was_suggested = state.documents.all(SUGGESTIONS).any(|other| {
        other["organization_id"] == domain["organization_id"] && other["user_id"] == user_id
    });
    if was_suggested {
        return;
    }
    let id = cx.instance.ids.id("orgsug");
    let suggestion = json!({
        "object": "organization_suggestion", "id": id, "organization_id": domain["organization_id"],
        "domain_id": domain["id"], "user_id": user_id, "status": "pending",
        "created_at": cx.now, "updated_at": cx.now,
    });
    state.documents.insert(SUGGESTIONS, &id, suggestion);
}

/// Returns the suggestions to a user, but for those that came true otherwise.
pub(crate) fn suggestions_of<'a>(
    state: &'a State,
    user_id: &'a str,
) -> impl DoubleEndedIterator<Item = &'a Value> {
    state.documents.all(SUGGESTIONS).filter(move |suggestion| {
        let organization = suggestion["organization_id"].as_str().unwrap_or_default();
        suggestion["user_id"] == user_id
            && (suggestion["status"] != "pending"
                || state.members.get(organization, user_id).is_none())
    })
}

/// Asks for the membership that was suggested, and returns the suggestion.
pub(crate) fn accept_suggestion(
    cx: Context<'_>,
    state: &mut State,
    user_id: &str,
    id: &str,
) -> Result<Value, ApiError> {
    let found = suggestions_of(state, user_id).find(|suggestion| suggestion["id"] == id);
    let mut suggestion = found
        .cloned()
        .ok_or_else(|| ApiError::not_found("organization suggestion", id))?;
    if suggestion["status"] != "pending" {
        return Err(ApiError::bad_state(
            "organization_suggestion_already_accepted",
            "The suggestion is accepted already.",
        ));
    }
    suggestion["status"] = "accepted".into();
    suggestion["updated_at"] = cx.now.into();
    state.documents.insert(SUGGESTIONS, id, suggestion.clone());
    let request_id = cx.instance.ids.id("orgmreq");
    let request = json!({
        "object": "organization_membership_request", "id": request_id,
        "organization_id": suggestion["organization_id"], "user_id": user_id, "suggestion_id": id,
        "status": "pending", "created_at": cx.now, "updated_at": cx.now,
    });
    state.documents.insert(REQUESTS, &request_id, request);
    Ok(suggestion)
}

/// Makes who asked a member, or does not; returns the request.
pub(crate) fn answer_request(
    cx: Context<'_>,
    state: &mut State,
    organization_id: &str,
    id: &str,
    accepted: bool,
) -> Result<Value, ApiError> {
    let found = state.documents.get(REQUESTS, id);
    let mut request = found
        .filter(|request| request["organization_id"] == organization_id)
        .cloned()
        .ok_or_else(|| ApiError::not_found("membership request", id))?;
    if request["status"] != "pending" {
        return Err(ApiError::bad_state(
            "organization_membership_request_not_pending",
            "The request is answered already.",
        ));
    }
    if accepted {
        let fields = json!({"user_id": request["user_id"], "role": default_role(state)});
        create_member(cx, state, organization_id, Params::new(&fields))?;
        let suggestion = request["suggestion_id"].as_str().unwrap_or_default();
        if let Some(suggestion) = state.documents.get_mut(SUGGESTIONS, suggestion) {
            suggestion["status"] = "completed".into();
            suggestion["updated_at"] = cx.now.into();
        }
    }
    request["status"] = if accepted { "accepted" } else { "rejected" }.into();
    request["updated_at"] = cx.now.into();
    state.documents.insert(REQUESTS, id, request.clone());
    Ok(request)
}

/// Takes back what a domain promised and nobody has accepted yet.
pub(super) fn withdraw_pending(
    cx: Context<'_>,
    state: &mut State,
    organization: &str,
    domain_id: &str,
) {
    let invitations: Vec<String> = pending_invitations(cx, state, domain_id)
        .filter_map(|invitation| invitation["id"].as_str())
        .map(str::to_owned)
        .collect();
    for id in invitations {
        let nothing = json!({});
        // They are pending, so that they can be revoked.
        drop(revoke_invitation(
            cx,
            state,
            organization,
            &id,
            Params::new(&nothing),
        ));
    }
    remove_suggestions(state, domain_id);
}

/// Removes the suggestions of a domain that nobody has accepted yet.
pub(super) fn remove_suggestions(state: &mut State, domain_id: &str) {
    state.documents.retain(SUGGESTIONS, |suggestion| {
        suggestion["domain_id"] != domain_id || suggestion["status"] != "pending"
    });
}

fn pending_invitations<'a>(
    cx: Context<'_>,
    state: &'a State,
    domain_id: &'a str,
) -> impl Iterator<Item = &'a Value> {
    let now = cx.now;
    state.documents.all(INVITATIONS).filter(move |invitation| {
        invitation["_domain_id"] == domain_id && invitation_status(invitation, now) == "pending"
    })
}

/// Returns the numbers of a domain's open invitations and suggestions.
pub(crate) fn pending_counts(cx: Context<'_>, state: &State, domain_id: &str) -> (usize, usize) {
    let suggestions = state.documents.all(SUGGESTIONS).filter(|suggestion| {
        suggestion["domain_id"] == domain_id && suggestion["status"] == "pending"
    });
    (
        pending_invitations(cx, state, domain_id).count(),
        suggestions.count(),
    )
}
