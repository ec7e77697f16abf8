//! For Rocket 0.5: a fairing and request guards.
//!
//! ```no_run
//! use clerk_middleware::rocket::ClerkFairing;
//! use clerk_middleware::{Auth, Authenticator, Guard, Policy, Require, RequireAuth, require};
//! use clerk_sdk::{Clerk, auth::Role};
//! use rocket::{get, routes};
//!
//! struct Admin;
//!
//! impl Policy for Admin {
//!     fn guard() -> Guard {
//!         require(Role("org:admin"))
//!     }
//! }
//!
//! #[get("/")]
//! fn home(auth: Auth) -> String {
//!     format!("signed in: {}", auth.is_signed_in())
//! }
//!
//! #[get("/me")]
//! fn me(auth: RequireAuth) -> String {
//! auth.user_id.clone() // without a signed-in user: 401 with a JSON body
//! }
//!
//! #[get("/admin")]
//! fn admin(caller: Require<Admin>) -> String {
//! format!("{:?}", caller.session().user_id) // without the role: 403 with a JSON body
//! }
//!
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let clerk = ClerkFairing::new(Authenticator::new(Clerk::from_env()?).validate()?);
//! rocket::build().mount("/", routes![home, me, admin]).attach(clerk).launch().await?;
//! # Ok(())
//! # }
//! ```
//!
//! All extractors of this crate are request guards, [`ClerkWebhook`](crate::ClerkWebhook) is a data guard, and handlers may
//! return [`Rejection`](crate::Rejection), which is a responder.
//!
//! Rocket differs from the other frameworks:
//!
//! * There are no layers on routes: a [`Policy`](crate::Policy) protects a handler, not a [`Guard`](crate::Guard).
//! * If a request guard rejects a request, the catcher for the status responds. [`ClerkFairing`] registers one for all
//!   statuses at `/`, unless there is a default catcher already. Your own catchers come first, and then decide on the
//!   response.
//! * `Option<RequireAuth>` is `None` if no user is signed in. Rocket turns every error of a guard into `None`, so a missing
//!   fairing then shows only in the log; with [`Auth`](crate::Auth) such a request gets 500.
//! * Rocket drops headers that are not UTF-8 before any fairing can read them, so they count as missing.
//! * [`select_by`](crate::Authenticator::select_by) and [`on_error`](crate::Authenticator::on_error) get a copy of the
//!   request's head, without extensions. Its method is the one that Rocket takes from a form's `_method`.
//! * Rocket does not know the scheme: without `X-Forwarded-Proto` or
//!   [`public_origin`](crate::AuthenticateOptions::public_origin) it is `http`.

mod fairing;
mod guards;
mod request_state;
mod responses;

pub use fairing::ClerkFairing;
