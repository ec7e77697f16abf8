//! The routes that every framework's server has.
//!
//! | route | handler | response |
//! |---|---|---|
//! | `GET /` | takes `Auth` | `user:` and the id, or `-` |
//! | `GET /me` | takes `RequireAuth` | the id |
//! | `GET /maybe` | takes `Option<RequireAuth>` | the id, or `signed out` |
//! | `GET /admin` | behind `require(Role("org:admin"))` (`Require<Admin>` where a framework has no layers on routes) | the id |
//! | `GET /fresh` | the same with a reverification | the id |
//! | `GET /check` | takes `RequireAuth`, then `auth.require(Role("org:admin"))?` | the id |
//! | `GET /key` | takes `RequireApiKey` | the id of the key |
//! | `GET /either` | takes `Require<Either>` | `session:` and the user's id, or `machine:` and the kind |
//! | `GET /scoped` | takes `Require<Scoped>` | the kind |
//! | `GET /nested/me` | takes `RequireAuth`, inside a nested router | the id |
//! | `GET /files/{name}` | takes `RequireAuth` and the name | the name |
//! | `GET /cookie` | takes `Auth`; sets the cookie `own=1` and `Cache-Control: public` | `user:` and the id, or `-` |
//! | `GET /cached` | takes `Auth`; sets the headers [`CACHED`] | `user:` and the id, or `-` |
//! | `GET /m2m` | takes `RequireM2m` | the id of the machine |
//! | `GET /links` | takes `Redirects` | the URLs of Clerk's pages, each in a line |
//! | `POST /sign-out` | takes `Auth`, then `auth.sign_out()` | `signed out`, or `failed` |
//! | `POST /webhook` | takes `ClerkWebhook` | the kind of the event |
//!
//! Each handler that must not run without authentication calls [`Entered::enter`].

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use clerk_middleware::{
    Auth, Authenticator, Guard, Policy, Redirects, RequestAuth, require, require_token,
};
use clerk_sdk::auth::{Requirement, Reverification, Role};
use clerk_sdk::tokens::TokenType;

/// Headers of an application that allow anyone to store a response and read it from another site.
pub(crate) const CACHED: [(&str, &str); 8] = [
    ("access-control-allow-origin", "https://other.example"),
    ("cache-control", "public, max-age=60"),
    ("cdn-cache-control", "max-age=60"),
    ("cloudflare-cdn-cache-control", "max-age=60"),
    ("expires", "Wed, 21 Oct 2099 07:28:00 GMT"),
    ("surrogate-control", "max-age=60"),
    ("vary", "accept-encoding, cookie"),
    ("x-own", "1"),
];

/// The protected handlers that ran.
#[derive(Clone, Debug, Default)]
pub(crate) struct Entered(Arc<Mutex<Vec<String>>>);

impl Entered {
    pub(crate) fn enter(&self, handler: &str) {
        self.0.lock().unwrap().push(handler.to_owned());
    }

    pub(crate) fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

/// How a framework serves the routes above. Servers run until the process ends.
pub(crate) trait Framework {
    const NAME: &'static str;

    async fn serve(authenticator: Authenticator, entered: Entered) -> SocketAddr;

    /// Serves the routes without any layer.
    async fn serve_without_layer(entered: Entered) -> SocketAddr;
}

#[allow(dead_code)] // where a framework has no layers on routes
pub(crate) struct Admin;

impl Policy for Admin {
    fn guard() -> Guard {
        admin()
    }
}

pub(crate) fn admin() -> Guard {
    require(Role("org:admin"))
}

pub(crate) fn fresh() -> Guard {
    require(Requirement::new().reverification(Reverification::Strict))
}

#[allow(dead_code)] // where a framework has layers on routes
pub(crate) struct Fresh;

impl Policy for Fresh {
    fn guard() -> Guard {
        fresh()
    }
}

pub(crate) struct Either;

impl Policy for Either {
    fn guard() -> Guard {
        require_token([TokenType::Session, TokenType::ApiKey])
    }
}

pub(crate) struct Scoped;

impl Policy for Scoped {
    fn guard() -> Guard {
        require_token([TokenType::ApiKey, TokenType::OAuth]).scope("users:read")
    }
}

pub(crate) fn user(id: Option<&str>) -> String {
    format!("user:{}", id.unwrap_or("-"))
}

pub(crate) fn links(redirects: &Redirects) -> String {
    let back = Some("/");
    let links = [
        redirects.to_sign_in(back),
        redirects.to_sign_up(back),
        redirects.to_user_profile(back),
        redirects.to_organization_profile(back),
        redirects.to_create_organization(back),
        redirects.to_waitlist(back),
    ];
    links.map(Result::unwrap).join("\n")
}

pub(crate) async fn sign_out(auth: &Auth) -> &'static str {
    match auth.sign_out().await {
        Ok(_) => "signed out",
        Err(_) => "failed",
    }
}

pub(crate) fn who(caller: &RequestAuth) -> String {
    match caller.machine() {
        Some(machine) => format!("machine:{}", machine.token_type()),
        None => format!(
            "session:{}",
            caller.session().user_id.as_deref().unwrap_or("-")
        ),
    }
}
