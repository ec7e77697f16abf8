//! What the fairing knows about a request, from its beginning to its response.

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

/// The fairing's decision on a request.
pub(super) struct RequestState {
    pub(super) parts: Parts,
    /// Who makes the request, or the response that replaces that of a handler.
    pub(super) outcome: Result<RequestAuth, Response<Bytes>>,
    rejected: Mutex<Option<Rejection>>,
}

/// The type under which Rocket's request-local cache stores the state.
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

    /// Replaces an earlier state, because a test may send a request again.
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
        // A rejected or redirected request reaches no handler, unless another fairing has routed it to one. Then the
        // rejection is repeated.
        self.outcome
            .as_ref()
            .map_err(|_| Rejection::unauthenticated())
    }

    /// Stores the rejection of a guard until Rocket asks for the response.
    pub(super) fn reject(&self, rejection: &Rejection) {
        let mut rejected = self.rejected.lock().unwrap_or_else(PoisonError::into_inner);
        *rejected = Some(rejection.clone());
    }

    /// Returns the last rejection, if it has this status. If a guard in an `Option` rejects, the handler runs nonetheless.
    pub(super) fn rejection(&self, status: Status) -> Option<Rejection> {
        let rejected = self.rejected.lock().unwrap_or_else(PoisonError::into_inner);
        let rejected = rejected.as_ref()?;
        (rejected.status().as_u16() == status.code).then(|| rejected.clone())
    }
}

/// Returns the head of a request, or `None` if `http` does not accept it.
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
    // Rocket reveals neither the version of HTTP nor the authority of HTTP/2, from which it takes the host. In HTTP/1 it
    // takes the host from the header.
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
