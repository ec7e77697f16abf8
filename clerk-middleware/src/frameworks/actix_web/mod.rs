//! For actix-web 4: a middleware and extractors.
//!
//! ```no_run
//! use actix_web::{App, HttpServer, web};
//! use clerk_middleware::actix_web::ClerkMiddleware;
//! use clerk_middleware::{Auth, Authenticator, RequireAuth, require};
//! use clerk_sdk::{Clerk, auth::Role};
//!
//! async fn home(auth: Auth) -> String {
//!     format!("signed in: {}", auth.is_signed_in())
//! }
//!
//! async fn me(auth: RequireAuth) -> String {
//! auth.user_id.clone() // without a signed-in user: 401 with a JSON body
//! }
//!
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let clerk = ClerkMiddleware::new(Authenticator::new(Clerk::from_env()?).validate()?);
//! let server = HttpServer::new(move || {
//!     let admins = web::scope("/admin").wrap(require(Role("org:admin"))).route("/me", web::get().to(me));
//!     App::new()
//!         .route("/", web::get().to(home))
//!         .route("/me", web::get().to(me))
//!         .service(admins)
//! .wrap(clerk.clone()) // the middleware that is added last is the outermost
//! });
//! server.bind(("127.0.0.1", 8080))?.run().await?;
//! # Ok(())
//! # }
//! ```
//!
//! Handlers can take all extractors of this crate as arguments, and may return [`Rejection`] as an error. A
//! [`Guard`](crate::Guard) wraps an application, a scope or a resource, inside the middleware.
//!
//! `Option<RequireAuth>` is `None` if no user is signed in. actix-web turns every error of an extractor into `None`, so a
//! missing middleware then shows only in the log; with [`Auth`] such a request gets 500.
//!
//! [`select_by`](crate::Authenticator::select_by) and [`on_error`](crate::Authenticator::on_error) get a copy of the
//! request's head as the middleware received it, without extensions.

mod headers;
mod middleware;

use std::future::{Future, Ready, ready};
use std::pin::Pin;
use std::rc::Rc;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, HttpResponse, ResponseError};
use bytes::Bytes;
use http::request::Parts;

pub use middleware::ClerkMiddleware;

use super::webhook::ClerkWebhook;
use crate::extractors::{
    Auth, Policy, Require, RequireApiKey, RequireAuth, RequireM2m, RequireOAuth,
};
use crate::redirect::Redirects;
use crate::rejection::Rejection;
use crate::request_auth::RequestAuth;

/// The head of a request, which the middleware stores beside [`RequestAuth`].
#[derive(Clone)]
struct Head(Rc<Parts>);

/// Returns what the middleware stored, if there is one.
fn found(request: &HttpRequest) -> Option<(RequestAuth, Rc<Parts>)> {
    let extensions = request.extensions();
    match (extensions.get(), extensions.get()) {
        (Some(authenticated), Some(Head(parts))) => {
            Some((RequestAuth::clone(authenticated), Rc::clone(parts)))
        }
        _ => None,
    }
}

/// Returns what the middleware stored.
fn of_extensions(request: &HttpRequest) -> Result<(RequestAuth, Rc<Parts>), Rejection> {
    found(request).ok_or_else(Rejection::missing_layer)
}

impl ResponseError for Rejection {
    fn status_code(&self) -> StatusCode {
        headers::status(self.status())
    }

    fn error_response(&self) -> HttpResponse {
        headers::response(self.clone().into_response())
    }
}

macro_rules! at_once {
    ($($type:ty: $extract:expr;)*) => {
        $(
            impl FromRequest for $type {
                type Error = Rejection;
                type Future = Ready<Result<Self, Rejection>>;

                fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
                    let extract: fn(RequestAuth, &Parts) -> Result<Self, Rejection> = $extract;
                    let found = of_extensions(request);
                    ready(found.and_then(|(authenticated, parts)| extract(authenticated, &parts)))
                }
            }
        )*
    };
}

at_once! {
    RequestAuth: |authenticated, _| Ok(authenticated);
    Auth: |authenticated, _| Ok(Self::of(&authenticated));
    Redirects: |authenticated, _| Ok(authenticated.redirects());
    RequireAuth: |authenticated, parts| {
        Self::of(&authenticated)
            .ok_or_else(|| authenticated.reject(parts, Rejection::unauthenticated()))
    };
}

/// A future that stays on one thread.
type Waiting<T> = Pin<Box<dyn Future<Output = Result<T, Rejection>>>>;

macro_rules! lazily_verified {
    ($($type:ty $(where $param:ident: $bound:path)?;)*) => {
        $(
            impl $(<$param: $bound>)? FromRequest for $type {
                type Error = Rejection;
                type Future = Waiting<Self>;

                fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
                    let found = of_extensions(request);
                    Box::pin(async move {
                        let (authenticated, parts) = found?;
                        Self::of(&authenticated, &parts).await
                    })
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

impl FromRequest for ClerkWebhook {
    type Error = Rejection;
    type Future = Waiting<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let found = of_extensions(request);
        let body = Bytes::from_request(request, payload);
        Box::pin(async move {
            let (authenticated, parts) = found?;
            let body = body.await.map_err(|error| {
                let status = error.as_response_error().status_code();
                http::StatusCode::from_u16(status.as_u16()).unwrap_or(http::StatusCode::BAD_REQUEST)
            });
            Self::of(&authenticated, &parts, body)
        })
    }
}
