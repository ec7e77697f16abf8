//! What is known of a request, from its beginning to its response.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http::Response;
use http::header::HOST;
use http::request::Parts;
use rocket::Request;
use rocket::http::Status;
use rocket::http::uri::Host;

use crate::rejection::Rejection;
use crate::request_auth::RequestAuth;

/// What the fairing found.
pub(super) struct RequestState {
    pub(super) parts: Parts,
    /// Who it is; otherwise what is answered in place of everything else.
    pub(super) outcome: Result<RequestAuth, Response<Bytes>>,
    rejected: Mutex<Option<Rejection>>,
}

/// Where Rocket keeps it.
#[derive(Default)]
struct Slot(Mutex<Option<Arc<RequestState>>>);

impl RequestState {
    pub(super) fn new(parts: Parts, outcome: Result<RequestAuth, Response<Bytes>>) -> Self {
        Self {
            parts,
            outcome,
            rejected: Mutex::default(),
        }
    }

    /// In place of what was there: a test may send a request again.
    pub(super) fn keep(self, request: &Request<'_>) {
        let slot = request.local_cache(Slot::default);
        *slot.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(self));
    }

    pub(super) fn of(request: &Request<'_>) -> Option<Arc<Self>> {
        let slot = request.local_cache(Slot::default);
        let state = slot.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.clone()
    }

    pub(super) fn authenticated(&self) -> Result<&RequestAuth, Rejection> {
        // A request with an answer gets no handler, unless another fairing has given it one: then this protects it.
        self.outcome
            .as_ref()
            .map_err(|_| Rejection::unauthenticated())
    }

    /// Remembers why a guard rejected, until Rocket asks for the response.
    pub(super) fn reject(&self, rejection: &Rejection) {
        let mut rejected = self.rejected.lock().unwrap_or_else(PoisonError::into_inner);
        *rejected = Some(rejection.clone());
    }

    /// The last rejection, if it has this status: a guard in an `Option` rejects, and its handler runs nonetheless.
    pub(super) fn rejection(&self, status: Status) -> Option<Rejection> {
        let rejected = self.rejected.lock().unwrap_or_else(PoisonError::into_inner);
        let rejected = rejected.as_ref()?;
        (rejected.status().as_u16() == status.code).then(|| rejected.clone())
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
