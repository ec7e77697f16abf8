//! What programs send: forms, and who they are.

use axum::extract::Request;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::domain::oauth::clients::Credentials;
use crate::domain::oauth::error::OAuthError;
use crate::domain::oauth::parameters::Parameters;
use crate::http::parse;

/// Reads a form.
pub(super) async fn read_form(request: Request) -> Result<(Parts, Parameters), OAuthError> {
    let (head, body) = request.into_parts();
    if !has_type(&head.headers, "application/x-www-form-urlencoded") {
        return Err(OAuthError::invalid_request(
            "The request's body has to be application/x-www-form-urlencoded.",
        ));
    }
    let bytes = parse::body_bytes(Request::from_parts(head.clone(), body)).await?;
    Ok((head, Parameters::parse(&bytes)))
}

pub(super) fn has_type(headers: &HeaderMap, wanted: &str) -> bool {
    let given = headers.get(header::CONTENT_TYPE);
    let given = given.and_then(|value| value.to_str().ok());
    let essence = given.and_then(|given| given.split(';').next());
    essence.is_some_and(|essence| essence.trim().eq_ignore_ascii_case(wanted))
}

/// Returns what follows a scheme in `Authorization`.
pub(super) fn authorization<'a>(headers: &'a HeaderMap, scheme: &str) -> Option<&'a str> {
    let given = headers.get(header::AUTHORIZATION)?.to_str().ok()?.trim();
    let (have, rest) = given.split_once(' ')?;
    have.eq_ignore_ascii_case(scheme).then(|| rest.trim())
}

/// Reads who the client is: from `Authorization` or from the form, but not from both.
pub(super) fn credentials(
    headers: &HeaderMap,
    parameters: &Parameters,
) -> Result<Credentials, OAuthError> {
    let in_form = Credentials {
        client_id: parameters.one("client_id")?.map(str::to_owned),
        secret: parameters.one("client_secret")?.map(str::to_owned),
    };
    let Some(encoded) = authorization(headers, "Basic") else {
        return Ok(in_form);
    };
    let in_header = basic(encoded).ok_or_else(|| {
        OAuthError::invalid_client("Authorization is not as RFC 6749 has it for clients.")
    })?;
    let differ = in_form.client_id.is_some() && in_form.client_id != in_header.client_id;
    if in_form.secret.is_some() || differ {
        return Err(OAuthError::invalid_request(
            "The client says twice who it is: in Authorization and in the form.",
        ));
    }
    Ok(in_header)
}

/// Reads an id and a secret, each of them encoded as in a form.
fn basic(encoded: &str) -> Option<Credentials> {
    let text = String::from_utf8(STANDARD.decode(encoded).ok()?).ok()?;
    let (id, secret) = text.split_once(':')?;
    Some(Credentials {
        client_id: Some(decoded(id)?),
        secret: Some(decoded(secret)?),
    })
}

fn decoded(part: &str) -> Option<String> {
    let spaced = part.replace('+', " ");
    let text = percent_encoding::percent_decode_str(&spaced).decode_utf8();
    text.ok().map(|text| text.into_owned())
}
