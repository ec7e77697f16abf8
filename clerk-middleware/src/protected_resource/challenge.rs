//! The header `WWW-Authenticate` of a protected resource (RFC 6750, section 3; RFC 9728, section 5.1).

use http::header::{ACCESS_CONTROL_EXPOSE_HEADERS, WWW_AUTHENTICATE};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, StatusCode};

use super::description::Resource;
use super::presented::Presented;
use crate::bearer::bearer;
use crate::rejection::{Rejection, RejectionKind};
use crate::request_state::RequestState;

/// Makes the response to a request without a token that is good for the resource one that OAuth clients understand. Other
/// rejections stay as they are.
pub(crate) fn complete(
    resource: &Resource,
    parts: &Parts,
    state: Option<&RequestState>,
    rejection: &mut Rejection,
) {
    expose(rejection.headers_mut());
    if *rejection.kind() != RejectionKind::Unauthenticated {
        return;
    }
    match Presented::of(&parts.headers) {
        Presented::Nothing => challenge(rejection, resource, &[], resource.first_scopes()),
        Presented::Malformed => {
            *rejection = Rejection::invalid_request();
            expose(rejection.headers_mut());
            let description = "the Authorization header is malformed";
            let error = [
                ("error", "invalid_request"),
                ("error_description", description),
            ];
            challenge(rejection, resource, &error, &[]);
        }
        Presented::Token(_) => {
            let description = state.map_or("", RequestState::description);
            let description = match description {
                "" => "a token of this kind is not accepted here",
                description => description,
            };
            let error = [
                ("error", "invalid_token"),
                ("error_description", description),
            ];
            challenge(rejection, resource, &error, resource.first_scopes());
        }
    }
}

/// Adds the challenge to the response to a request that is not signed in, by what became of it.
pub(crate) fn without_token(resource: &Resource, state: &RequestState, rejection: &mut Rejection) {
    let error = [
        ("error", "invalid_token"),
        ("error_description", state.description()),
    ];
    let error = match state.description() {
        "" => &[],
        _ => &error[..],
    };
    challenge(rejection, resource, error, resource.first_scopes());
    expose(rejection.headers_mut());
}

/// Adds the challenge to a rejection for too few scopes. `granted` are those of the token: a client that gets a new token for the
/// scopes of this challenge keeps what it had.
pub(crate) fn insufficient_scope(
    resource: &Resource,
    granted: &[String],
    needed: &[String],
    rejection: &mut Rejection,
) {
    let known = |scope: &&String| resource.scopes.contains(scope);
    let mut scopes: Vec<String> = granted.iter().filter(known).cloned().collect();
    for scope in resource.baseline_scopes.iter().chain(needed) {
        if !scopes.contains(scope) {
            scopes.push(scope.clone());
        }
    }
    let description = "the token lacks a scope";
    let error = [
        ("error", "insufficient_scope"),
        ("error_description", description),
    ];
    challenge(rejection, resource, &error, &scopes);
    debug_assert_eq!(rejection.status(), StatusCode::FORBIDDEN);
    expose(rejection.headers_mut());
}

fn challenge(
    rejection: &mut Rejection,
    resource: &Resource,
    error: &[(&str, &str)],
    scopes: &[String],
) {
    let url = resource.metadata_url();
    let mut parameters = error.to_vec();
    parameters.push(("resource_metadata", url.as_str()));
    if let Some(value) = bearer(&parameters, scopes) {
        rejection.headers_mut().insert(WWW_AUTHENTICATE, value);
    }
}

/// Lets pages of other origins read the challenge.
fn expose(headers: &mut HeaderMap) {
    headers.insert(
        ACCESS_CONTROL_EXPOSE_HEADERS,
        HeaderValue::from_static("WWW-Authenticate"),
    );
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn scopes(scopes: &[&str]) -> Vec<String> {
        scopes.iter().map(|scope| (*scope).to_owned()).collect()
    }

    #[test]
    fn a_step_up_keeps_what_was_granted_and_is_known_here() {
        let mut resource = Resource::new("https://api.example.com/mcp").unwrap();
        resource.scopes = scopes(&["profile", "email", "notes"]);
        resource.baseline_scopes = scopes(&["profile"]);
        let mut rejection = Rejection::missing_scope("email");
        let granted = scopes(&["notes", "foreign"]);
        insufficient_scope(&resource, &granted, &scopes(&["email"]), &mut rejection);
        assert_eq!(
            rejection.headers()[WWW_AUTHENTICATE],
            "Bearer error=\"insufficient_scope\", error_description=\"the token lacks a scope\", \
             resource_metadata=\"https://api.example.com/.well-known/oauth-protected-resource/mcp\", \
             scope=\"notes profile email\""
        );
    }
}
