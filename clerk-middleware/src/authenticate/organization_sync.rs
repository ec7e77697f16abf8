//! Compares the organization that the path names with the active one.

use clerk_sdk::__private::{Level, LogLimit};
use clerk_sdk::auth::AuthObject;

use super::context::Context;
use super::handshake::{self, MAX_REDIRECTS};
use super::path_pattern::PathPattern;
use crate::config_error::ConfigError;
use crate::options::OrganizationSync;
use crate::request_state::{Reason, RequestState, SignedIn};

/// The compiled patterns of [`OrganizationSync`].
pub(super) struct Patterns {
    organization: Vec<PathPattern>,
    personal_account: Vec<PathPattern>,
}

impl Patterns {
    pub(super) fn new(sync: &OrganizationSync) -> Result<Self, ConfigError> {
        let read = |patterns: &[String]| {
            let patterns = patterns.iter().map(|pattern| {
                PathPattern::new(pattern).map_err(|reason| ConfigError::InvalidPattern {
                    pattern: pattern.clone(),
                    reason,
                })
            });
            patterns.collect::<Result<Vec<_>, _>>()
        };
        Ok(Self {
            organization: read(&sync.organization_patterns)?,
            personal_account: read(&sync.personal_account_patterns)?,
        })
    }
}

/// What should be active on a path.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Target {
    Id(String),
    Slug(String),
    PersonalAccount,
}

impl Target {
    /// Returns the name under which a handshake requests the organization.
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Id(name) | Self::Slug(name) => name,
            Self::PersonalAccount => "",
        }
    }
}

/// Returns what the request's path requires to be active.
pub(super) fn target(context: &Context<'_>) -> Option<Target> {
    let patterns = context.setup.patterns.as_ref()?;
    let path = context.url().path();
    let found = patterns
        .organization
        .iter()
        .find_map(|pattern| pattern.parameters(path));
    if let Some(parameters) = found {
        if let Some(id) = parameters.get("id") {
            return Some(Target::Id(id.to_owned()));
        }
        if let Some(slug) = parameters.get("slug") {
            return Some(Target::Slug(slug.to_owned()));
        }
    }
    patterns
        .personal_account
        .iter()
        .any(|pattern| pattern.parameters(path).is_some())
        .then_some(Target::PersonalAccount)
}

/// Sends the browser to Clerk to activate the organization of the path. Returns `None` if it is already active, or if a
/// handshake cannot help.
pub(super) fn decide(context: &Context<'_>, signed_in: &SignedIn) -> Option<RequestState> {
    let AuthObject::Session(auth) = &*signed_in.auth else {
        return None;
    };
    if !auth.is_signed_in() || signed_in.pending.is_some() {
        return None;
    }
    let is_active = match target(context)? {
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
