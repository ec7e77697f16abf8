//! An application: a client of an emulator, that lives in the emulator's time.

use std::time::Duration;

use clerk_emulator::{Clock, Emulator, EmulatorBuilder};
use clerk_sdk::auth::Auth;
use clerk_sdk::{Clerk, ClerkOptions, Environment, Error, HttpOptions, RetryPolicy};

use crate::browser::START;

/// An emulator whose clock stands still, and the application's client of it.
pub async fn start() -> (Emulator, Clerk) {
    start_with(Emulator::builder()).await
}

pub async fn start_with(builder: EmulatorBuilder) -> (Emulator, Clerk) {
    let emulator = builder.clock(Clock::fixed(START)).start().await.unwrap();
    let clerk = connect(options(&emulator));
    (emulator, clerk)
}

/// What an application is configured with; it does not wait long before it tries again.
pub fn options(emulator: &Emulator) -> ClerkOptions {
    let clock = emulator.clock().clone();
    let impatient = RetryPolicy::default().base_delay(Duration::from_millis(1));
    ClerkOptions::new()
        .secret_key(emulator.secret_key())
        .publishable_key(emulator.publishable_key())
        .server_api_url(emulator.url())
        .clock(clerk_sdk::Clock::from_fn(move || clock.now()))
        .http_options(HttpOptions::new().retry(impatient))
}

pub fn connect(options: ClerkOptions) -> Clerk {
    Clerk::with_environment(options, Environment::empty()).unwrap()
}

/// Who a session token says is signed in, once it is verified.
pub async fn authenticate(clerk: &Clerk, token: &str) -> Auth {
    Auth::from_claims(clerk.verify_token(token).await.unwrap()).unwrap()
}

/// A new token of a session.
pub async fn token(clerk: &Clerk, session_id: &str) -> String {
    let token = clerk.sessions().get_token(session_id).await.unwrap();
    token.jwt.unwrap()
}

/// Returns status and code of a rejected request.
pub fn rejection<T: std::fmt::Debug>(result: Result<T, Error>) -> (u16, String) {
    let error = result.unwrap_err();
    (
        error.status().unwrap_or_else(|| panic!("{error}")).as_u16(),
        error.code().unwrap_or_default().to_owned(),
    )
}

/// The requests that the emulator got since the last look, as `METHOD /path`.
pub fn requests(emulator: &Emulator) -> Vec<String> {
    let requests = emulator.requests();
    emulator.forget_requests();
    let shown = requests.into_iter();
    shown.map(|r| format!("{} {}", r.method, r.path)).collect()
}
