//! Converts between the types of `http` 0.2, which actix-web uses, and those of `http` 1.

use actix_web::body::BoxBody;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{StatusCode, Version};
use actix_web::{HttpRequest, HttpResponse};
use bytes::Bytes;
use http::Response;
use http::request::Parts;

use crate::request_auth::RequestAuth;
use crate::response_headers::ResponseHeaders;

/// Returns the head of a request, or `None` if `http` 1 does not accept it.
pub(super) fn head(request: &HttpRequest) -> Option<Parts> {
    let (mut parts, ()) = http::Request::new(()).into_parts();
    parts.method = http::Method::from_bytes(request.method().as_str().as_bytes()).ok()?;
    // Scopes do not shorten this path.
    parts.uri = http::Uri::try_from(request.uri().to_string()).ok()?;
    parts.version = version(request.version());
    parts.headers.try_reserve(request.headers().len()).ok()?;
    for (name, value) in request.headers() {
        let name = http::HeaderName::from_bytes(name.as_str().as_bytes()).ok()?;
        let value = http::HeaderValue::from_bytes(value.as_bytes()).ok()?;
        parts.headers.try_append(name, value).ok()?;
    }
    Some(parts)
}

fn version(version: Version) -> http::Version {
    match version {
        Version::HTTP_09 => http::Version::HTTP_09,
        Version::HTTP_10 => http::Version::HTTP_10,
        Version::HTTP_2 => http::Version::HTTP_2,
        Version::HTTP_3 => http::Version::HTTP_3,
        _ => http::Version::HTTP_11,
    }
}

pub(super) fn status(status: http::StatusCode) -> StatusCode {
    StatusCode::from_u16(status.as_u16()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

pub(super) fn response(response: Response<Bytes>) -> HttpResponse {
    let (parts, body) = response.into_parts();
    let mut response = HttpResponse::with_body(status(parts.status), BoxBody::new(body));
    for (name, value) in &parts.headers {
        ResponseHeaders::append(response.headers_mut(), name, value);
    }
    response
}

/// Like [`RequestAuth::finish`], for these headers.
pub(super) fn finish(authenticated: &RequestAuth, headers: &mut HeaderMap) {
    authenticated.add_headers(headers);
}

impl ResponseHeaders for HeaderMap {
    fn any(&self, mut test: impl FnMut(&str, &[u8]) -> bool) -> bool {
        self.iter()
            .any(|(name, value)| test(name.as_str(), value.as_bytes()))
    }

    fn remove_all(&mut self, test: impl Fn(&str) -> bool) {
        self.retain(|name, _| !test(name.as_str()));
    }

    fn append(&mut self, name: &http::HeaderName, value: &http::HeaderValue) {
        if let (Some(name), Some(value)) = (own_name(name), own_value(value)) {
            HeaderMap::append(self, name, value);
        }
    }
}

fn own_name(name: &http::HeaderName) -> Option<HeaderName> {
    HeaderName::from_bytes(name.as_str().as_bytes()).ok()
}

fn own_value(value: &http::HeaderValue) -> Option<HeaderValue> {
    HeaderValue::from_bytes(value.as_bytes()).ok()
}
