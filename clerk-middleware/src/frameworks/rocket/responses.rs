//! Responses and their headers, as Rocket has them.

use std::io::Cursor;

use bytes::Bytes;
use http::HeaderValue;
use rocket::Request;
use rocket::http::Status;
use rocket::response::{Responder, Response, Result};

use crate::authenticated::Authenticated;
use crate::authenticator::{Adding, adding};
use crate::refusal::Refusal;

impl<'r> Responder<'r, 'static> for Refusal {
    fn respond_to(self, _request: &'r Request<'_>) -> Result<'static> {
        Ok(response(self.into_response()))
    }
}

pub(super) fn status(status: http::StatusCode) -> Status {
    Status::new(status.as_u16())
}

pub(super) fn response(response: http::Response<Bytes>) -> Response<'static> {
    let (parts, body) = response.into_parts();
    let mut answer = Response::new();
    answer.set_status(status(parts.status));
    for (name, value) in &parts.headers {
        answer.adjoin_raw_header(name.as_str().to_owned(), text(value));
    }
    answer.set_sized_body(body.len(), Cursor::new(body));
    answer
}

/// [`Authenticated::finish`] for this response.
pub(super) fn finish(authenticated: &Authenticated, response: &mut Response<'_>) {
    let additions = authenticated.state().headers();
    for name in additions.keys() {
        match adding(name) {
            Adding::IfAbsent if response.headers().contains(name) => continue,
            Adding::Replace => response.remove_header(name.as_str()),
            Adding::Append | Adding::IfAbsent => {}
        }
        for value in additions.get_all(name) {
            let value = text(value);
            // A refusal may have it already.
            let is_there = response
                .headers()
                .get(name.as_str())
                .any(|known| known == value);
            if !is_there {
                response.adjoin_raw_header(name.as_str().to_owned(), value);
            }
        }
    }
}

fn text(value: &HeaderValue) -> String {
    String::from_utf8_lossy(value.as_bytes()).into_owned()
}
