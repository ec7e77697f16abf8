//! The well-known documents (RFC 9728, section 3; RFC 8414, section 3).

use bytes::Bytes;
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_MAX_AGE, ALLOW, CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER,
};
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode};
use serde_json::{Map, Value, json};

use super::description::{AUTHORIZATION_SERVER, Resource};

const METHODS: HeaderValue = HeaderValue::from_static("GET, HEAD, OPTIONS");

/// A document that is served for a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Document {
    /// What the resource says of itself.
    Resource,
    /// What the Frontend API says of itself.
    AuthorizationServer,
}

impl Document {
    /// Returns which document has this path.
    pub(crate) fn at(resource: &Resource, path: &str) -> Option<Self> {
        // Every request of an application may come here.
        if !path.starts_with("/.well-known/oauth-") {
            return None;
        }
        if resource.is_metadata_path(path) {
            return Some(Self::Resource);
        }
        let is_served = resource.serves_authorization_server && path == AUTHORIZATION_SERVER;
        is_served.then_some(Self::AuthorizationServer)
    }
}

/// Returns the response to a request that does not ask for the document itself: a preflight, or another method.
pub(crate) fn without_document(method: &Method) -> Option<Response<Bytes>> {
    let mut response = Response::new(Bytes::new());
    open(response.headers_mut());
    match *method {
        Method::GET | Method::HEAD => return None,
        Method::OPTIONS => *response.status_mut() = StatusCode::NO_CONTENT,
        _ => {
            *response.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
            response.headers_mut().insert(ALLOW, METHODS);
        }
    }
    Some(response)
}

/// Returns what a resource says of itself.
pub(crate) fn of_resource(resource: &Resource, authorization_server: &str) -> Response<Bytes> {
    let mut document = Map::new();
    let mut add = |name: &str, value: Value| document.insert(name.to_owned(), value);
    add("resource", json!(resource.url));
    add("authorization_servers", json!([authorization_server]));
    if !resource.scopes.is_empty() {
        add("scopes_supported", json!(resource.scopes));
    }
    add("bearer_methods_supported", json!(["header"]));
    if let Some(name) = &resource.name {
        add("resource_name", json!(name));
    }
    if let Some(url) = &resource.documentation {
        add("resource_documentation", json!(url));
    }
    public(Bytes::from(Value::Object(document).to_string()))
}

/// Returns a document that everybody may read and keep.
pub(crate) fn public(document: Bytes) -> Response<Bytes> {
    let mut response = Response::new(document);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    // As long as clerk-sdk keeps keys.
    headers.insert(
        CACHE_CONTROL,
        HeaderValue::from_static("public, max-age=300"),
    );
    open(headers);
    response
}

/// Returns the response for a document that cannot be had now.
pub(crate) fn unavailable() -> Response<Bytes> {
    let body = json!({ "error": "Service unavailable" }).to_string();
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(RETRY_AFTER, HeaderValue::from_static("10"));
    open(headers);
    response
}

/// Lets pages of every origin read a response, which is the same for everybody.
fn open(headers: &mut HeaderMap) {
    let any = HeaderValue::from_static("*");
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, any.clone());
    // Some clients send the version of their protocol.
    headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, any);
    headers.insert(ACCESS_CONTROL_ALLOW_METHODS, METHODS);
    headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("86400"));
}
