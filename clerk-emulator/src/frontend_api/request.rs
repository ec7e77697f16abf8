//! A parsed request to the Frontend API or to a page.

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, Method, header};
use http_body_util::Limited;
use serde_json::{Map, Value};

use crate::domain::factors::Proof;
use crate::http::error::ApiError;
use crate::http::params::Params;
use crate::http::parse;
use crate::http::upload::Upload;
use crate::instance::access::{Access, Authority};
use crate::openapi::document::{Document, Operation};
use crate::openapi::form;

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
    upload: Option<Upload>,
}

/// The largest body of a browser's request that is no file.
const MAX_BODY: usize = 64 * 1024;

impl FapiRequest {
    /// Reads a request to a page.
    pub(super) async fn read(request: Request) -> Result<Self, ApiError> {
        let (mut read, request) = Self::read_head(request)?;
        read.read_body(request, None).await?;
        Ok(read)
    }

    /// Reads what comes before the body, which stays in the request.
    pub(super) fn read_head(request: Request) -> Result<(Self, Request), ApiError> {
        let query = parse::query_pairs(request.uri().query().unwrap_or_default());
        let segments =
            parse::path_segments(request.uri().path().trim_matches('/')).ok_or_else(|| {
                ApiError::bad_state("path_invalid", "The path is not encoded as UTF-8.")
            })?;
        let own = request.extensions().get::<Authority>().cloned();
        let mut read = Self {
            method: request.method().clone(),
            segments,
            own: own.unwrap_or_default(),
            headers: request.headers().clone(),
            query,
            fields: Value::Object(Map::new()),
            upload: None,
        };
        read.override_method();
        Ok((read, request))
    }

    /// Reads the body as the operation wants it: a form, a JSON object or a file.
    pub(super) async fn read_body(
        &mut self,
        request: Request,
        wanted: Option<(&Document, &Operation)>,
    ) -> Result<(), ApiError> {
        let body = wanted.and_then(|(_, operation)| operation.body.as_ref());
        if body.is_some_and(|body| body.multipart) {
            self.upload = Some(self.read_upload(request).await?);
            return Ok(());
        }
        let (head, body_stream) = request.into_parts();
        let limited = Request::from_parts(head, Body::new(Limited::new(body_stream, MAX_BODY)));
        let bytes = parse::body_bytes(limited).await?;
        let fields = if self.is_json() {
            match parse::json_body(&bytes)? {
                Value::Object(fields) => match wanted {
                    Some((document, _)) => {
                        form::as_in_form(document, body.map(|body| &body.schema), fields)
                    }
                    None => fields,
                },
                _ => return Err(parse::invalid_body("The request's body is no JSON object.")),
            }
        } else {
            let pairs = url::form_urlencoded::parse(&bytes).into_owned();
            match wanted {
                Some((document, _)) => {
                    form::typed_fields(document, body.map(|body| &body.schema), pairs)
                }
                None => pairs.map(|(name, value)| (name, value.into())).collect(),
            }
        };
        self.fields = Value::Object(fields);
        Ok(())
    }

    /// Reads a file: in a form, or as the body itself.
    async fn read_upload(&self, request: Request) -> Result<Upload, ApiError> {
        let media_type = self.header(header::CONTENT_TYPE).unwrap_or_default();
        if media_type.starts_with("multipart/") {
            return Upload::read(request).await;
        }
        let media_type = media_type.to_owned();
        let bytes = parse::body_bytes(request).await?;
        if bytes.is_empty() {
            return Err(ApiError::missing("file"));
        }
        Ok(Upload {
            media_type,
            bytes: bytes.to_vec(),
        })
    }

    /// Returns the file that was sent.
    pub(super) fn upload(&self) -> Result<&Upload, ApiError> {
        self.upload
            .as_ref()
            .ok_or_else(|| ApiError::missing("file"))
    }

    /// Returns the query as names and values.
    pub(super) fn query_pairs(&self) -> &[(String, String)] {
        &self.query
    }

    /// Returns all parameters in the body.
    pub(super) fn body(&self) -> &Value {
        &self.fields
    }

    /// Takes the method from the query: Clerk's browser SDK sends all requests as POST, which needs no preflight.
    fn override_method(&mut self) {
        if self.method != Method::POST {
            return;
        }
        match self.query("_method") {
            Some("DELETE") => self.method = Method::DELETE,
            Some("PATCH") => self.method = Method::PATCH,
            Some("PUT") => self.method = Method::PUT,
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

    /// Returns what a visitor gives to prove who it is.
    pub(super) fn proof(&self) -> Proof<'_> {
        Proof {
            password: self.field("password"),
            code: self.text("code"),
            credential: self.text("public_key_credential"),
        }
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

    fn is_json(&self) -> bool {
        self.header(header::CONTENT_TYPE)
            .is_some_and(|value| value.trim_start().starts_with("application/json"))
    }
}
