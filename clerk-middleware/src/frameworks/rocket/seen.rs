//! What is known of a request, from its beginning to its response.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http::Response;
use http::header::HOST;
use http::request::Parts;
use rocket::Request;
use rocket::http::Status;
use rocket::http::uri::Host;

use crate::authenticated::Authenticated;
use crate::refusal::Refusal;

/// What the fairing found.
pub(super) struct Seen {
    pub(super) parts: Parts,
    /// Who it is; otherwise what is answered in place of everything else.
    pub(super) outcome: Result<Authenticated, Response<Bytes>>,
    refused: Mutex<Option<Refusal>>,
}

/// Where Rocket keeps it.
#[derive(Default)]
struct Slot(Mutex<Option<Arc<Seen>>>);

impl Seen {
    pub(super) fn new(parts: Parts, outcome: Result<Authenticated, Response<Bytes>>) -> Self {
        Self {
            parts,
            outcome,
            refused: Mutex::default(),
        }
    }

    /// In place of what was there: a test may send a request again.
    pub(super) fn keep(self, request: &Request<'_>) {
        let slot = request.local_cache(Slot::default);
        *slot.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(self));
    }

    pub(super) fn of(request: &Request<'_>) -> Option<Arc<Self>> {
        let slot = request.local_cache(Slot::default);
        let seen = slot.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.clone()
    }

    pub(super) fn authenticated(&self) -> Result<&Authenticated, Refusal> {
        // A request with an answer gets no handler, unless another fairing has given it one: then this protects it.
        self.outcome
            .as_ref()
            .map_err(|_| Refusal::unauthenticated())
    }

    /// Remembers why a guard refused, until Rocket asks for the response.
    pub(super) fn refuse(&self, refusal: &Refusal) {
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        *refused = Some(refusal.clone());
    }

    /// The last refusal, if it has this status: a guard in an `Option` refuses, and its handler runs nonetheless.
    pub(super) fn refusal(&self, status: Status) -> Option<Refusal> {
        let refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        let refused = refused.as_ref()?;
        (refused.status().as_u16() == status.code).then(|| refused.clone())
    }
}

/// The head of a request. `None` when it is none for `http`.
pub(super) fn head(request: &Request<'_>) -> Option<Parts> {
    let (mut parts, ()) = http::Request::new(()).into_parts();
    parts.method = http::Method::from_bytes(request.method().as_str().as_bytes()).ok()?;
    parts.uri = http::Uri::try_from(request.uri().to_string()).ok()?;
    parts.headers.try_reserve(request.headers().len()).ok()?;
    for header in request.headers().iter() {
        let name = http::HeaderName::from_bytes(header.name().as_str().as_bytes()).ok()?;
        let value = http::HeaderValue::from_bytes(header.value().as_bytes()).ok()?;
        parts.headers.try_append(name, value).ok()?;
    }
    // Rocket tells neither the version of HTTP nor the authority of HTTP/2, by which it knows the host. In HTTP/1 it reads
    // the header.
    if let Some(host) = request.host()
        && Some(host) != request.headers().get_one("host").and_then(read).as_ref()
    {
        let host = http::HeaderValue::try_from(host.to_string()).ok()?;
        parts.headers.insert(HOST, host);
    }
    Some(parts)
}

fn read(host: &str) -> Option<Host<'_>> {
    Host::parse(host).ok()
}
