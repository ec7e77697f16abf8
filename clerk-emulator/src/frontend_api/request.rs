//! A parsed request to the Frontend API or to a page.

use axum::extract::Request;
use axum::http::{HeaderMap, Method, header};
use serde_json::{Map, Value};

use crate::http::error::ApiError;
use crate::http::params::Params;
use crate::http::parse;
use crate::instance::access::{Access, Authority};

/// A parsed request.
pub(super) struct FapiRequest {
    pub(super) method: Method,
    /// The path's segments, decoded.
    pub(super) segments: Vec<String>,
    /// The host that the request was sent to.
    pub(super) own: Authority,
    headers: HeaderMap,
    query: Vec<(String, String)>,
    /// The body: a form's fields or a JSON object's.
    fields: Value,
}

impl FapiRequest {
    pub(super) async fn read(request: Request) -> Result<Self, ApiError> {
        let (head, body) = request.into_parts();
        let query = parse::query_pairs(head.uri.query().unwrap_or_default());
        let segments =
            parse::path_segments(head.uri.path().trim_matches('/')).ok_or_else(|| {
                ApiError::bad_state("path_invalid", "The path is not encoded as UTF-8.")
            })?;
        let headers = head.headers.clone();
        let own = head.extensions.get::<Authority>().cloned();
        let bytes = parse::body_bytes(Request::from_parts(head.clone(), body)).await?;
        let fields: Map<String, Value> = if is_json(&headers) {
            match parse::json_body(&bytes)? {
                Value::Object(fields) => fields,
                _ => return Err(parse::invalid_body("The request's body is no JSON object.")),
            }
        } else {
            url::form_urlencoded::parse(&bytes)
                .map(|(name, value)| (name.into_owned(), value.into()))
                .collect()
        };
        let mut request = Self {
            method: head.method,
            segments,
            own: own.unwrap_or_default(),
            headers,
            query,
            fields: Value::Object(fields),
        };
        request.override_method();
        Ok(request)
    }

    /// Takes the method from the query: Clerk's browser SDK sends all requests as POST, which needs no preflight.
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

    /// Returns the parameters in the body.
    pub(super) fn params(&self) -> Params<'_> {
        Params::new(&self.fields)
    }

    /// Returns a text in the body, empty or not.
    pub(super) fn field(&self, name: &str) -> Option<&str> {
        self.params().text(name)
    }

    /// Returns a text in the body that is not blank.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.params().filled_text(name)
    }

    /// Returns a text that is not blank, or the error that says that it is missing.
    pub(super) fn required_text(&self, name: &str) -> Result<&str, ApiError> {
        self.text(name).ok_or_else(|| ApiError::missing(name))
    }

    pub(super) fn header(&self, name: header::HeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Returns the values of a cookie: the browser sends several if paths or hosts overlap.
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

    /// Returns the origin of the page that sent the request, if it is a web page.
    pub(super) fn origin(&self) -> Option<&str> {
        self.header(header::ORIGIN)
            .filter(|origin| origin.starts_with("http://") || origin.starts_with("https://"))
    }

    /// Whether a link was followed on an allowed page, or by a program.
    pub(super) fn is_trusted(&self, access: &Access) -> bool {
        access.trusts_link(&self.headers, &self.own)
    }

    /// Returns the query in encoded form.
    pub(super) fn query_text(&self) -> String {
        url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(&self.query)
            .finish()
    }

    /// Whether the request is of a native app, which has no cookies.
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
