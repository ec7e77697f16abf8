//! The middleware and the guards.

use std::sync::Arc;

use http::request::Parts;
use poem::{Endpoint, IntoResponse as _, Middleware, Request, Response, Result};

use super::{bare_head, response};
use crate::authenticator::{Authenticator, Decision};
use crate::expired_form::ExpiredForm;
use crate::guard::Guard;

/// Authenticates every request to the endpoint that it wraps.
///
/// By default it rejects no requests; configure that with an [`Authenticator`]. It redirects browsers for handshakes, adds
/// the authentication headers and cookies to the response, and puts [`RequestAuth`](crate::RequestAuth) into the extensions
/// of the request, where extractors and guards find it. It converts errors of the endpoint into responses.
///
/// ```
/// use clerk_middleware::Authenticator;
/// use clerk_middleware::poem::ClerkMiddleware;
/// use poem::{EndpointExt, Route};
/// # fn run(clerk: clerk_sdk::Clerk) -> Result<(), clerk_middleware::ConfigError> {
/// let lax = ClerkMiddleware::new(clerk.clone());
/// let strict = ClerkMiddleware::new(Authenticator::new(clerk).reject_signed_out().validate()?);
/// let app = Route::new().with(strict);
/// # let _ = (lax, app);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct ClerkMiddleware {
    authenticator: Arc<Authenticator>,
}

impl ClerkMiddleware {
    /// Creates a middleware from a client or an [`Authenticator`]. If the configuration cannot work, it logs an error; use
    /// [`Authenticator::validate`] to get the error instead.
    pub fn new(authenticator: impl Into<Authenticator>) -> Self {
        let authenticator = authenticator.into();
        authenticator.log_config_error();
        Self {
            authenticator: Arc::new(authenticator),
        }
    }
}

/// Takes the head out of a request, without a copy.
fn take_head(request: &mut Request) -> Parts {
    let mut parts = bare_head(request);
    parts.headers = std::mem::take(request.headers_mut());
    parts.extensions = std::mem::take(request.extensions_mut());
    parts
}

fn give_back(request: &mut Request, parts: Parts) {
    *request.headers_mut() = parts.headers;
    *request.extensions_mut() = parts.extensions;
}

/// The wrapped endpoint and the middleware's own part.
#[derive(Debug)]
pub struct Around<E, A> {
    endpoint: E,
    around: Arc<A>,
}

impl<E: Endpoint> Middleware<E> for ClerkMiddleware {
    type Output = Around<E, Authenticator>;

    fn transform(&self, endpoint: E) -> Self::Output {
        let around = Arc::clone(&self.authenticator);
        Around { endpoint, around }
    }
}

impl<E: Endpoint> Endpoint for Around<E, Authenticator> {
    type Output = Response;

    async fn call(&self, mut request: Request) -> Result<Response> {
        let parts = take_head(&mut request);
        let (decision, expired) = self.around.decide_or_keep(&parts).await;
        give_back(&mut request, parts);
        if let Some(expired) = expired {
            let body = request.take_body().into_bytes_limit(ExpiredForm::MAX_BODY);
            let body = body.await.ok();
            return Ok(response(expired.respond(body.as_deref())));
        }
        let authenticated = match decision {
            Decision::Continue(authenticated) => authenticated,
            Decision::Respond(instead) => return Ok(response(instead)),
        };
        request.extensions_mut().insert(authenticated.clone());
        let mut response = self.endpoint.get_response(request).await;
        authenticated.finish(response.headers_mut());
        Ok(response)
    }
}

impl<E: Endpoint> Middleware<E> for Guard {
    type Output = Around<E, Guard>;

    fn transform(&self, endpoint: E) -> Self::Output {
        let around = Arc::new(self.clone());
        Around { endpoint, around }
    }
}

impl<E: Endpoint> Endpoint for Around<E, Guard> {
    type Output = Response;

    async fn call(&self, mut request: Request) -> Result<Response> {
        let parts = take_head(&mut request);
        let checked = self.around.admit(parts.extensions.get(), &parts).await;
        give_back(&mut request, parts);
        let authenticated = checked?;
        request.extensions_mut().insert(authenticated.clone());
        let mut response = self.endpoint.call(request).await?.into_response();
        authenticated.finish(response.headers_mut());
        Ok(response)
    }
}
