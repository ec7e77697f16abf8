//! For Rocket 0.5: a fairing, and request guards.
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
//!     auth.user_id.clone() // 401 JSON when nobody is signed in
//! }
//!
//! #[get("/admin")]
//! fn admin(caller: Require<Admin>) -> String {
//!     format!("{:?}", caller.session().user_id) // 403 JSON to others
//! }
//!
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let clerk = ClerkFairing::new(Authenticator::new(Clerk::from_env()?).validate()?);
//! rocket::build().mount("/", routes![home, me, admin]).attach(clerk).launch().await?;
//! # Ok(())
//! # }
//! ```
//!
//! All extractors of this crate are request guards, [`ClerkWebhook`](crate::ClerkWebhook) is a data guard, and
//! [`Rejection`](crate::Rejection) is a responder that handlers may return.
//!
//! What is different in Rocket:
//!
//! * There are no layers on routes: a [`Policy`](crate::Policy) protects a handler, not a [`Guard`](crate::Guard).
//! * A request guard that rejects gets its answer from the catcher for its status, and [`ClerkFairing`] registers one for all
//!   of them at `/`, unless there is a default catcher already. Your own catchers come first; they then say what is answered.
//! * `Option<RequireAuth>` is `None` when nobody is signed in. Rocket makes `None` of every error, of a missing fairing too,
//!   which is then only in the log; [`Auth`](crate::Auth) answers 500 there.
//! * A header that is not UTF-8 is dropped by Rocket before anybody sees it, and counts as not sent.
//! * [`select_by`](crate::Authenticator::select_by) and [`on_error`](crate::Authenticator::on_error) see a copy of the
//!   request's head, without extensions; its method is the one that Rocket takes from a form's `_method`.
//! * Rocket knows no scheme: without `X-Forwarded-Proto` or
//!   [`public_origin`](crate::AuthenticateOptions::public_origin) it is `http`.

mod fairing;
mod guards;
mod request_state;
mod responses;

pub use fairing::ClerkFairing;
