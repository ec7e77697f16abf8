//! For poem 3: a middleware and extractors.
//!
//! ```no_run
//! use clerk_middleware::poem::ClerkMiddleware;
//! use clerk_middleware::{Auth, Authenticator, RequireAuth, require};
//! use clerk_sdk::{Clerk, auth::Role};
//! use poem::{EndpointExt, Route, Server, get, handler, listener::TcpListener};
//!
//! #[handler]
//! async fn home(auth: Auth) -> String {
//!     format!("signed in: {}", auth.is_signed_in())
//! }
//!
//! #[handler]
//! async fn me(auth: RequireAuth) -> String {
//! auth.user_id.clone() // without a signed-in user: 401 with a JSON body
//! }
//!
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let clerk = ClerkMiddleware::new(Authenticator::new(Clerk::from_env()?).validate()?);
//! let app = Route::new()
//!     .at("/", get(home))
//!     .at("/me", get(me))
//!     .nest("/admin", Route::new().at("/me", get(me)).with(require(Role("org:admin"))))
//!     .with(clerk);
//! Server::new(TcpListener::bind("127.0.0.1:3000")).run(app).await?;
//! # Ok(())
//! # }
//! ```
//!
//! Handlers can take all extractors of this crate as arguments, and may return [`Rejection`] as an error. A
//! [`Guard`](crate::Guard) is a middleware too; add it inside Clerk's.
//!
//! `Option<RequireAuth>` is `None` if no user is signed in. poem turns every error of an extractor into `None`, so a missing
//! middleware then shows only in the log; with [`Auth`] such a request gets 500.

mod middleware;

use bytes::Bytes;
use http::StatusCode;
use http::request::Parts;
use poem::error::ResponseError;
use poem::{FromRequest, IntoResponse, Request, RequestBody, Response, Result};

pub use middleware::ClerkMiddleware;

use super::webhook::ClerkWebhook;
use crate::extractors::{
    Auth, Policy, Require, RequireApiKey, RequireAuth, RequireM2m, RequireOAuth,
};
use crate::redirect::Redirects;
use crate::rejection::Rejection;
use crate::request_auth::RequestAuth;

/// The size limit for webhook bodies. poem itself does not limit bodies.
const MAX_WEBHOOK: usize = 2 * 1024 * 1024;

fn response(response: http::Response<Bytes>) -> Response {
    let (parts, body) = response.into_parts();
    let mut response = Response::default();
    response.set_status(parts.status);
    *response.headers_mut() = parts.headers;
    response.set_body(body);
    response
}

impl ResponseError for Rejection {
    fn status(&self) -> StatusCode {
        Rejection::status(self)
    }

    fn as_response(&self) -> Response {
        response(self.clone().into_response())
    }
}

impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        response(Rejection::into_response(self))
    }
}

/// Returns what the middleware stored.
fn of_extensions(request: &Request) -> Result<&RequestAuth, Rejection> {
    request
        .extensions()
        .get()
        .ok_or_else(Rejection::missing_layer)
}

/// Returns the head of a request, without its headers. A request that a test has built was never sent, so it has only its
/// own URI.
fn bare_head(request: &Request) -> Parts {
    let (mut parts, ()) = http::Request::new(()).into_parts();
    parts.method = request.method().clone();
    parts.version = request.version();
    let sent = request.original_uri();
    parts.uri = if *sent == http::Uri::default() {
        request.uri().clone()
    } else {
        sent.clone()
    };
    parts
}

/// Returns a copy of the head of a request.
fn head(request: &Request) -> Parts {
    let mut parts = bare_head(request);
    parts.headers.clone_from(request.headers());
    parts.extensions.clone_from(request.extensions());
    parts
}

impl<'a> FromRequest<'a> for RequestAuth {
    async fn from_request(request: &'a Request, _body: &mut RequestBody) -> Result<Self> {
        Ok(of_extensions(request).cloned()?)
    }
}

impl<'a> FromRequest<'a> for Auth {
    async fn from_request(request: &'a Request, _body: &mut RequestBody) -> Result<Self> {
        Ok(of_extensions(request).map(Self::of)?)
    }
}

impl<'a> FromRequest<'a> for Redirects {
    async fn from_request(request: &'a Request, _body: &mut RequestBody) -> Result<Self> {
        Ok(of_extensions(request).map(RequestAuth::redirects)?)
    }
}

impl<'a> FromRequest<'a> for RequireAuth {
    async fn from_request(request: &'a Request, _body: &mut RequestBody) -> Result<Self> {
        let authenticated = of_extensions(request)?;
        let rejected = || authenticated.reject(&head(request), Rejection::unauthenticated());
        Ok(Self::of(authenticated).ok_or_else(rejected)?)
    }
}

macro_rules! lazily_verified {
    ($($type:ty $(where $param:ident: $bound:path)?;)*) => {
        $(
            impl<'a $(, $param: $bound)?> FromRequest<'a> for $type {
                async fn from_request(
                    request: &'a Request,
                    _body: &mut RequestBody,
                ) -> Result<Self> {
                    Ok(Self::of(of_extensions(request)?, &head(request)).await?)
                }
            }
        )*
    };
}

lazily_verified! {
    RequireApiKey;
    RequireM2m;
    RequireOAuth;
    Require<P> where P: Policy;
}

impl<'a> FromRequest<'a> for ClerkWebhook {
    async fn from_request(request: &'a Request, body: &mut RequestBody) -> Result<Self> {
        let authenticated = of_extensions(request)?;
        let body = read(body).await;
        Ok(Self::of(authenticated, &head(request), body)?)
    }
}

async fn read(body: &mut RequestBody) -> Result<Bytes, StatusCode> {
    let body = body.take().map_err(|error| error.status())?;
    let read = body.into_bytes_limit(MAX_WEBHOOK).await;
    read.map_err(|error| error.status())
}
