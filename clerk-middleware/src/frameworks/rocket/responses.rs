//! Converts responses and headers to Rocket's types.

use std::io::Cursor;

use bytes::Bytes;
use http::{HeaderName, HeaderValue};
use rocket::Request;
use rocket::http::{Header, Status};
use rocket::response::{Responder, Response, Result};

use crate::rejection::Rejection;
use crate::request_auth::RequestAuth;
use crate::response_headers::ResponseHeaders;

impl<'r> Responder<'r, 'static> for Rejection {
    fn respond_to(self, _request: &'r Request<'_>) -> Result<'static> {
        Ok(response(self.into_response()))
    }
}

pub(super) fn status(status: http::StatusCode) -> Status {
    Status::new(status.as_u16())
}

pub(super) fn response(response: http::Response<Bytes>) -> Response<'static> {
    let (parts, body) = response.into_parts();
    let mut response = Response::new();
    response.set_status(status(parts.status));
    for (name, value) in &parts.headers {
        response.append(name, value);
    }
    response.set_sized_body(body.len(), Cursor::new(body));
    response
}

/// Like [`RequestAuth::finish`], for this response.
pub(super) fn finish(authenticated: &RequestAuth, response: &mut Response<'_>) {
    authenticated.add_headers(response);
}

impl ResponseHeaders for Response<'_> {
    fn any(&self, mut test: impl FnMut(&str, &[u8]) -> bool) -> bool {
        self.headers()
            .iter()
            .any(|header| test(&lower_case(&header), header.value().as_bytes()))
    }

    fn remove_all(&mut self, test: impl Fn(&str) -> bool) {
        let names = self.headers().iter().map(|header| lower_case(&header));
        let names: Vec<String> = names.filter(|name| test(name)).collect();
        for name in names {
            self.remove_header(&name);
        }
    }

    fn append(&mut self, name: &HeaderName, value: &HeaderValue) {
        self.adjoin_raw_header(name.as_str().to_owned(), text(value));
    }
}

fn lower_case(header: &Header<'_>) -> String {
    header.name().as_str().to_ascii_lowercase()
}

fn text(value: &HeaderValue) -> String {
    String::from_utf8_lossy(value.as_bytes()).into_owned()
}
