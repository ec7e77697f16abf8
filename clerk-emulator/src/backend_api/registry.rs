//! Which handler each operation of the document has.

use std::collections::HashMap;

use super::call::{Handler, Handlers};
use super::generic::generic_handler;
use super::{
    api_keys, billing, contacts, invitations, jwt_templates, m2m_tokens, machines, oauth,
    organizations, roles, sessions, settings, tickets, users,
};
use crate::openapi::document::Document;

/// Operations with rules of their own.
const HANDLERS: [Handlers; 18] = [
    users::USER_HANDLERS,
    contacts::CONTACT_HANDLERS,
    sessions::SESSION_HANDLERS,
    organizations::ORGANIZATION_HANDLERS,
    organizations::members::MEMBER_HANDLERS,
    organizations::invitations::ORGANIZATION_INVITATION_HANDLERS,
    organizations::domains::DOMAIN_HANDLERS,
    roles::ROLE_HANDLERS,
    roles::ROLE_SET_HANDLERS,
    invitations::INVITATION_HANDLERS,
    jwt_templates::JWT_TEMPLATE_HANDLERS,
    tickets::TICKET_HANDLERS,
    machines::MACHINE_HANDLERS,
    m2m_tokens::M2M_TOKEN_HANDLERS,
    api_keys::API_KEY_HANDLERS,
    oauth::OAUTH_HANDLERS,
    settings::SETTING_HANDLERS,
    billing::BILLING_HANDLERS,
];

/// Returns the handlers of all operations, in the document's order. An operation without rules of its own gets the handler
/// that the form of its path suggests.
pub(super) fn handlers_for(document: &Document) -> Vec<Handler> {
    let known: HashMap<&str, Handler> = HANDLERS.into_iter().flatten().copied().collect();
    document
        .operations
        .iter()
        .map(|operation| {
            let handler = known.get(operation.id.as_str()).copied();
            handler.unwrap_or_else(|| generic_handler(operation, document))
        })
        .collect()
}
