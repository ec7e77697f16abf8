//! What a request to the Frontend API or to a page brings.

use axum::extract::Request;
use axum::http::{HeaderMap, Method, StatusCode, header};
use serde_json::{Map, Value};

use crate::access::{Access, Authority};
use crate::backend_api;
use crate::backend_api::errors::ApiError;
use crate::backend_api::request;

/// A request, read.
pub(super) struct Visit {
    pub(super) method: Method,
    /// The path's segments, decoded.
    pub(super) segments: Vec<String>,
    /// Under which host the emulator was reached.
    pub(super) own: Authority,
    headers: HeaderMap,
    query: Vec<(String, String)>,
    /// The body: a form's fields or a JSON object's.
    fields: Map<String, Value>,
}

impl Visit {
    pub(super) async fn read(request: Request) -> Result<Self, ApiError> {
        let (head, body) = request.into_parts();
        let query = request::query(head.uri.query().unwrap_or_default());
        let segments = request::decoded(head.uri.path().trim_matches('/')).ok_or_else(|| {
            ApiError::bad_state("path_invalid", "The path is not encoded as UTF-8.")
        })?;
        let headers = head.headers.clone();
        let own = head.extensions.get::<Authority>().cloned();
        let bytes = backend_api::bytes(Request::from_parts(head.clone(), body)).await?;
        let fields = if is_json(&headers) {
            match request::json_body(&bytes)? {
                Value::Object(fields) => fields,
                _ => {
                    return Err(ApiError::new(
                        StatusCode::BAD_REQUEST,
                        "request_body_invalid",
                        "Request body invalid",
                        "The request's body is no JSON object.",
                    ));
                }
            }
        } else {
            url::form_urlencoded::parse(&bytes)
                .map(|(name, value)| (name.into_owned(), value.into()))
                .collect()
        };
        let mut visit = Self {
            method: head.method,
            segments,
            own: own.unwrap_or_default(),
            headers,
            query,
            fields,
        };
        visit.override_method();
        Ok(visit)
    }

    /// Clerk's browser SDK sends all as POST, which needs no preflight, and names the method in the query.
    fn override_method(&mut self) {
        if self.method != Method::POST {
            return;
        }
        match self.query("_method") {
            Some("DELETE") => self.method = Method::DELETE,
            Some("PATCH") => self.method = Method::PATCH,
            _ => {}
        }
    }

    pub(super) fn query(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .find(|(have, _)| have == name)
            .map(|(_, value)| value.as_str())
    }

    /// A field of the body that is a text, empty or not.
    pub(super) fn field(&self, name: &str) -> Option<&str> {
        self.fields.get(name)?.as_str()
    }

    /// A field of the body that is a text with something in it.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.field(name).filter(|text| !text.trim().is_empty())
    }

    /// As `text`, where it cannot be done without.
    pub(super) fn needed(&self, name: &str) -> Result<&str, ApiError> {
        self.text(name).ok_or_else(|| ApiError::missing(name))
    }

    /// A field of the body that is there, `null` included.
    pub(super) fn value(&self, name: &str) -> Option<&Value> {
        self.fields.get(name)
    }

    pub(super) fn header(&self, name: header::HeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The values of a cookie: the browser sends several where paths or hosts overlap.
    pub(super) fn cookies<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.headers
            .get_all(header::COOKIE)
            .into_iter()
            .filter_map(|header| header.to_str().ok())
            .flat_map(|header| header.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .filter(move |(have, value)| *have == name && !value.is_empty())
            .map(|(_, value)| value)
    }

    /// The page that asks, if it is one of the web.
    pub(super) fn origin(&self) -> Option<&str> {
        self.header(header::ORIGIN)
            .filter(|origin| origin.starts_with("http://") || origin.starts_with("https://"))
    }

    /// Whether a link was followed on an allowed page, or by a program.
    pub(super) fn is_trusted(&self, access: &Access) -> bool {
        access.trusts_link(&self.headers, &self.own)
    }

    /// The query, as a link has it.
    pub(super) fn query_text(&self) -> String {
        url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(&self.query)
            .finish()
    }

    /// Whether a program asks that has no cookies.
    pub(super) fn is_native(&self) -> bool {
        self.query("_is_native").is_some_and(|native| native != "0")
            || self.header(header::AUTHORIZATION).is_some()
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.trim_start().starts_with("application/json"))
}
