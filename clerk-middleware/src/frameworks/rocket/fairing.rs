//! The fairing.

use std::sync::Arc;

use bytes::Bytes;
use clerk_sdk::__private::{Level, LogLimit};
use clerk_sdk::Clock;
use http::StatusCode;
use rocket::catcher::{self, Catcher};
use rocket::fairing::{self, Fairing, Info, Kind};
use rocket::http::{Method, Status};
use rocket::outcome::Outcome;
use rocket::response::Response;
use rocket::route::{self, Route};
use rocket::{Build, Data, Request, Rocket};

use super::request_state::{RequestState, head};
use super::responses::{finish, response};
use crate::authenticator::{Authenticator, Decision};

/// Authenticates every request to the application.
///
/// By default it rejects no requests; configure that with an [`Authenticator`]. It redirects browsers for handshakes, adds
/// the authentication headers and cookies to the response, and stores the result for the request guards of this crate. A
/// request whose head is not valid HTTP is rejected with 400.
///
/// A fairing cannot respond to a request. Requests that must not reach a handler are therefore forwarded to a route of this
/// fairing, `/.clerk-middleware/answer`, which is tried before all others and serves no other requests. Attach this fairing
/// after fairings that change the URI of requests or register catchers.
///
/// ```
/// use clerk_middleware::Authenticator;
/// use clerk_middleware::rocket::ClerkFairing;
/// # fn run(clerk: clerk_sdk::Clerk) -> Result<(), clerk_middleware::ConfigError> {
/// let lax = ClerkFairing::new(clerk.clone());
/// let strict = ClerkFairing::new(Authenticator::new(clerk).reject_signed_out().validate()?);
/// let app = rocket::build().attach(strict);
/// # let _ = (lax, app);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct ClerkFairing {
    authenticator: Arc<Authenticator>,
}

const METHODS: [Method; 9] = [
    Method::Get,
    Method::Put,
    Method::Post,
    Method::Delete,
    Method::Options,
    Method::Head,
    Method::Trace,
    Method::Connect,
    Method::Patch,
];

const RESPOND_PATH: &str = "/.clerk-middleware/answer";

impl ClerkFairing {
    /// Creates a fairing from a client or an [`Authenticator`]. If the configuration cannot work, it logs an error; use
    /// [`Authenticator::validate`] to get the error instead.
    pub fn new(authenticator: impl Into<Authenticator>) -> Self {
        let authenticator = authenticator.into();
        authenticator.log_config_error();
        Self {
            authenticator: Arc::new(authenticator),
        }
    }
}

#[rocket::async_trait]
impl Fairing for ClerkFairing {
    fn info(&self) -> Info {
        Info {
            name: "Clerk",
            kind: Kind::Ignite | Kind::Request | Kind::Response | Kind::Singleton,
        }
    }

    async fn on_ignite(&self, rocket: Rocket<Build>) -> fairing::Result {
        let routes: Vec<Route> = METHODS
            .into_iter()
            .map(|method| Route::ranked(isize::MIN, method, RESPOND_PATH, respond))
            .collect();
        let is_taken = rocket
            .catchers()
            .any(|catcher| catcher.code.is_none() && catcher.base.path() == "/");
        let mut catcher = Catcher::new(None, catch);
        if is_taken {
            // A catcher is called only for errors, and a redirect to the sign-in page is not one.
            catcher.code = Some(Status::Found.code);
        }
        Ok(rocket.mount("/", routes).register("/", vec![catcher]))
    }

    async fn on_request(&self, request: &mut Request<'_>, _data: &mut Data<'_>) {
        let (parts, decision) = match head(request) {
            Some(parts) => {
                let decision = self.authenticator.decide(&parts).await;
                (parts, decision)
            }
            None => bad_request(),
        };
        let outcome = match decision {
            Decision::Continue(authenticated) => Ok(authenticated),
            Decision::Respond(response) => {
                request.set_uri(rocket::uri!("/.clerk-middleware/answer"));
                Err(response)
            }
        };
        RequestState::new(parts, outcome).keep(request);
    }

    async fn on_response<'r>(&self, request: &'r Request<'_>, outgoing: &mut Response<'r>) {
        let Some(state) = RequestState::of(request) else {
            return;
        };
        match &state.outcome {
            Ok(authenticated) => finish(authenticated, outgoing),
            Err(_) if request.uri().path() == RESPOND_PATH => {}
            Err(instead) => {
                let text = "a fairing changed the URI of a request that Clerk's fairing had rejected or redirected: attach Clerk's \
                            fairing after it";
                static LIMIT: LogLimit = LogLimit::new();
                LIMIT.log(&Clock::system(), Level::Error, text, &[]);
                *outgoing = response(instead.clone());
            }
        }
    }
}

fn bad_request() -> (http::request::Parts, Decision) {
    let (parts, ()) = http::Request::new(()).into_parts();
    let mut rejection = http::Response::new(Bytes::new());
    *rejection.status_mut() = StatusCode::BAD_REQUEST;
    (parts, Decision::Respond(rejection))
}

/// The handler of the fairing's own route.
fn respond<'r>(request: &'r Request<'_>, data: Data<'r>) -> route::BoxFuture<'r> {
    Box::pin(async move {
        let state = RequestState::of(request);
        match state.as_deref().map(|state| &state.outcome) {
            Some(Err(instead)) => Outcome::Success(response(instead.clone())),
            _ => Outcome::Forward((data, Status::NotFound)),
        }
    })
}

/// Responds as the rejecting guard says. All other errors get the same response as without this catcher.
fn catch<'r>(status: Status, request: &'r Request<'_>) -> catcher::BoxFuture<'r> {
    Box::pin(async move {
        let rejection = RequestState::of(request).and_then(|state| state.rejection(status));
        match rejection {
            Some(rejection) => Ok(response(rejection.into_response())),
            None => Catcher::default().handler.handle(status, request).await,
        }
    })
}
