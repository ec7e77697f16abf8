//! What each operation of the Frontend API's document does.

use std::collections::HashMap;

use super::action::{Action, Actions};
use super::{
    api_keys, billing, enterprise, handshake, me, open, organizations, returns, reverification,
    sessions, sign_in, sign_up, ticket, waitlist,
};
use crate::openapi::document::Document;

/// Operations with rules of their own.
const ACTIONS: [Actions; 18] = [
    open::OPEN_ACTIONS,
    handshake::HANDSHAKE_ACTIONS,
    sessions::SESSION_ACTIONS,
    sign_in::SIGN_IN_ACTIONS,
    sign_up::SIGN_UP_ACTIONS,
    ticket::TICKET_ACTIONS,
    returns::RETURN_ACTIONS,
    reverification::REVERIFICATION_ACTIONS,
    waitlist::WAITLIST_ACTIONS,
    organizations::ORGANIZATION_ACTIONS,
    organizations::MEMBER_ACTIONS,
    organizations::ORGANIZATION_INVITATION_ACTIONS,
    organizations::DOMAIN_ACTIONS,
    organizations::MEMBERSHIP_REQUEST_ACTIONS,
    organizations::OWN_ORGANIZATION_ACTIONS,
    enterprise::ENTERPRISE_ACTIONS,
    billing::BILLING_ACTIONS,
    api_keys::API_KEY_ACTIONS,
];

/// Returns what the operations of a document do, in its order. What has no rules of its own is kept.
pub(super) fn actions_for(document: &Document) -> Vec<Action> {
    let known: HashMap<&str, Action> = ACTIONS
        .into_iter()
        .chain(me::ME_ACTIONS)
        .flatten()
        .copied()
        .collect();
    let operations = document.operations.iter();
    operations
        .map(|operation| known.get(operation.id.as_str()).copied())
        .map(|known| known.unwrap_or(Action::Kept))
        .collect()
}
