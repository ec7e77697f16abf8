//! Scopes: what applications may ask users for.

use serde_json::Value;

use super::error::OAuthError;
use super::settings::default_scopes;
use crate::store::State;

/// Clerk's scopes, and what each of them lets an application do.
const SCOPES: [(&str, &str); 7] = [
    ("openid", "Know that it is you who signs in"),
    ("profile", "See your name, username and picture"),
    ("email", "See your email address"),
    ("public_metadata", "See the public data of your account"),
    ("private_metadata", "See the private data of your account"),
    ("user:org:read", "See one of your organizations"),
    ("offline_access", "Keep its access while you are away"),
];
/// What applications get that say nothing.
const USUAL: &str = "profile email";
/// What an application's backend keeps to itself is not for those that registered themselves.
const OF_BACKENDS: &str = "private_metadata";

/// Splits scopes at spaces; each is there once.
pub(super) fn split(scopes: &str) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for scope in scopes.split(' ').filter(|scope| !scope.is_empty()) {
        if !all.iter().any(|have| have == scope) {
            all.push(scope.to_owned());
        }
    }
    all
}

/// Returns what a scope lets an application do; `None` for one that is not Clerk's.
pub(crate) fn describe(scope: &str) -> Option<&'static str> {
    let known = SCOPES.iter().find(|(name, _)| *name == scope);
    known.map(|(_, text)| *text)
}

/// Returns the scopes that the instance has: Clerk's own, and others of its default scopes.
pub(crate) fn supported_scopes(state: &State) -> Vec<String> {
    let mut all: Vec<String> = SCOPES.iter().map(|(name, _)| (*name).to_owned()).collect();
    for scope in default_scopes(state).unwrap_or_default() {
        if !all.contains(&scope) {
            all.push(scope);
        }
    }
    all
}

/// Returns the scopes of an application that is made without any.
pub(super) fn scopes_of_new_application(state: &State) -> String {
    let default = default_scopes(state).filter(|scopes| !scopes.is_empty());
    default.map_or_else(|| USUAL.to_owned(), |scopes| scopes.join(" "))
}

/// Returns the scopes of an application that registers itself: those that it asks for, or all that it could have. It asks
/// for all that it is told of, so what it cannot have is left out; what nobody told it of is an error.
pub(super) fn scopes_to_register(
    state: &State,
    wanted: Option<&str>,
) -> Result<String, OAuthError> {
    let supported = supported_scopes(state);
    let wanted = wanted.map(split).filter(|wanted| !wanted.is_empty());
    let mut scopes = wanted.unwrap_or_else(|| supported.clone());
    if let Some(other) = scopes.iter().find(|scope| !supported.contains(scope)) {
        return Err(OAuthError::new(
            "invalid_client_metadata",
            &format!("There is no scope {other}."),
        ));
    }
    scopes.retain(|scope| scope != OF_BACKENDS);
    if scopes.is_empty() {
        return Err(OAuthError::new(
            "invalid_client_metadata",
            "Applications that register themselves cannot have this scope.",
        ));
    }
    Ok(scopes.join(" "))
}

/// Returns the scopes that an authorization is about. An application that names none gets the default scopes that it may
/// have.
pub(super) fn requested_scopes(
    state: &State,
    application: &Value,
    wanted: Option<&str>,
) -> Result<Vec<String>, OAuthError> {
    let own = split(application["scopes"].as_str().unwrap_or_default());
    let wanted = wanted.map(split).filter(|wanted| !wanted.is_empty());
    let Some(wanted) = wanted else {
        let usual = default_scopes(state).unwrap_or_else(|| split(USUAL));
        let kept: Vec<String> = usual
            .into_iter()
            .filter(|scope| own.contains(scope))
            .collect();
        return Ok(if kept.is_empty() { own } else { kept });
    };
    match wanted.iter().find(|scope| !own.contains(scope)) {
        Some(other) => Err(OAuthError::new(
            "invalid_scope",
            &format!("The application does not have the scope {other}."),
        )),
        None => Ok(wanted),
    }
}
