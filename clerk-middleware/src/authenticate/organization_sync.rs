//! Compares the organization that the path names with the active one.

use clerk_sdk::__private::{Level, LogLimit};
use clerk_sdk::auth::AuthObject;

use super::context::Context;
use super::handshake::{self, MAX_REDIRECTS};
use super::organization_patterns::Target;
use crate::request_state::{Reason, RequestState, SignedIn};

/// Sends the browser to Clerk to activate the organization of the path. Returns `None` if it is already active, or if a
/// handshake cannot help.
pub(super) fn decide(context: &Context<'_>, signed_in: &SignedIn) -> Option<RequestState> {
    let AuthObject::Session(auth) = &*signed_in.auth else {
        return None;
    };
    if !auth.is_signed_in() || signed_in.pending.is_some() {
        return None;
    }
    let is_active = match context.organization_target()? {
        Target::Id(id) => auth.org_id.as_deref() == Some(id.as_str()),
        Target::Slug(slug) => auth.org_slug.as_deref() == Some(slug.as_str()),
        Target::PersonalAccount => auth.org_id.as_deref().is_none_or(str::is_empty),
    };
    if is_active {
        return None;
    }
    if context.redirect_count() >= MAX_REDIRECTS {
        static LIMIT: LogLimit = LogLimit::new();
        LIMIT.log(
            context.verifier.clock(),
            Level::Warn,
            "the organization in the path does not become the active one; check that the user is a member of it",
            &[],
        );
        return None;
    }
    let state =
        handshake::or_signed_out(context, Reason::ACTIVE_ORGANIZATION_MISMATCH, String::new());
    matches!(state, RequestState::Handshake(_)).then_some(state)
}
