//! Between the types of `http` 0.2, which actix-web is made of, and those of `http` 1.

use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};
use bytes::Bytes;
use http::Response;
use http::request::Parts;

use crate::authenticated::Authenticated;
use crate::authenticator::{Adding, adding};

/// The head of a request. `None` when it is none for `http` 1.
pub(super) fn head(request: &HttpRequest) -> Option<Parts> {
    let (mut parts, ()) = http::Request::new(()).into_parts();
    parts.method = http::Method::from_bytes(request.method().as_str().as_bytes()).ok()?;
    // Scopes do not cut it.
    parts.uri = http::Uri::try_from(request.uri().to_string()).ok()?;
    parts.headers.try_reserve(request.headers().len()).ok()?;
    for (name, value) in request.headers() {
        let name = http::HeaderName::from_bytes(name.as_str().as_bytes()).ok()?;
        let value = http::HeaderValue::from_bytes(value.as_bytes()).ok()?;
        parts.headers.try_append(name, value).ok()?;
    }
    Some(parts)
}

pub(super) fn status(status: http::StatusCode) -> StatusCode {
    StatusCode::from_u16(status.as_u16()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

pub(super) fn response(response: Response<Bytes>) -> HttpResponse {
    let (parts, body) = response.into_parts();
    let mut answer = HttpResponse::with_body(status(parts.status), BoxBody::new(body));
    for (name, value) in &parts.headers {
        if let (Some(name), Some(value)) = (own_name(name), own_value(value)) {
            answer.headers_mut().append(name, value);
        }
    }
    answer
}

/// [`Authenticated::finish`] for these headers.
pub(super) fn finish(authenticated: &Authenticated, headers: &mut HeaderMap) {
    let additions = authenticated.state().headers();
    for name in additions.keys() {
        let Some(own) = own_name(name) else { continue };
        match adding(name) {
            Adding::IfAbsent if headers.contains_key(&own) => continue,
            Adding::Replace => drop(headers.remove(&own)),
            Adding::Append | Adding::IfAbsent => {}
        }
        for value in additions.get_all(name) {
            // A refusal may have it already.
            let is_there = headers
                .get_all(&own)
                .any(|known| known.as_bytes() == value.as_bytes());
            if let (false, Some(value)) = (is_there, own_value(value)) {
                headers.append(own.clone(), value);
            }
        }
    }
}

fn own_name(name: &http::HeaderName) -> Option<HeaderName> {
    HeaderName::from_bytes(name.as_str().as_bytes()).ok()
}

fn own_value(value: &http::HeaderValue) -> Option<HeaderValue> {
    HeaderValue::from_bytes(value.as_bytes()).ok()
}
