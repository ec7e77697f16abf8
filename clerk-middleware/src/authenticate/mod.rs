//! Authenticates one request. Each file is one step. The order of the steps is that of Clerk's other SDKs, because it
//! decides which reason is reported and where the browser is sent.

mod compiled;
mod context;
mod cookie_choice;
mod cross_origin;
mod handshake;
mod handshake_return;
mod machine;
mod misconfiguration;
mod multi_session;
mod numbers;
mod organization_patterns;
mod organization_sync;
mod path_pattern;
mod refresh;
mod satellite;
mod session_cookie;
mod session_token;
mod setup;
mod state;

use std::sync::Arc;

use clerk_sdk::__private::{Level, LogLimit, Snapshot};
use clerk_sdk::auth::{Accepts, AuthObject, MachineAuth};
use clerk_sdk::tokens::{InspectedToken, TokenType};
use clerk_sdk::{Clerk, Settings};
use http::header::ORIGIN;
use http::request::Parts;
use tracing::Instrument as _;
use url::Url;

pub(crate) use self::compiled::Compiled;
use self::context::Context;
pub(crate) use self::cross_origin::accounts_url;
pub(crate) use self::handshake::loads_a_page;
pub use self::multi_session::CLERK_SESSION_ID_PARAM;
pub(crate) use self::satellite::set_parameter;
use self::session_token::Kind;
pub(crate) use self::setup::Setup;
use crate::config_error::ConfigError;
use crate::options::AuthenticateOptions;
use crate::request_state::{Reason, RequestState};

/// Authenticates a request.
///
/// This function never fails. If anything is wrong with the request, or Clerk cannot be reached, the request is signed out.
/// Check the configuration with [`AuthenticateOptions::validate`] when the application starts: if it cannot work, every
/// request is signed out and the log says why.
///
/// Session tokens that were verified before, or whose keys are already known, need no network. What follows from the options,
/// such as compiled path patterns, is computed on every call; [`Authenticator::authenticate`](crate::Authenticator::authenticate)
/// computes it once.
///
/// ```no_run
/// use clerk_middleware::{AuthenticateOptions, authenticate_request};
/// use clerk_sdk::Clerk;
///
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// let clerk = Clerk::from_env()?;
/// let options = AuthenticateOptions::new();
/// options.validate(&clerk)?;
///
/// let (parts, _body) = http::Request::get("/page").header("authorization", "Bearer eyJ").body(())?.into_parts();
/// let state = authenticate_request(&clerk, &parts, &options).await;
/// if let Some(location) = state.redirect_location() {
/// println!("respond with a redirect to {location:?} and the headers {:?}", state.headers());
/// } else {
///     println!("{:?}", state.auth());
/// }
/// # Ok(())
/// # }
/// ```
pub async fn authenticate_request(
    clerk: &Clerk,
    parts: &Parts,
    options: &AuthenticateOptions,
) -> RequestState {
    let snapshot = clerk.snapshot();
    let setup = Setup::new(Arc::clone(snapshot.settings()), options).map(Arc::new);
    authenticate(&snapshot, parts, options, setup).await
}

/// Authenticates a request as [`authenticate_request`] does, with the values that follow from the options kept. Also returns
/// the settings that it was authenticated under, for what else the request needs.
pub(crate) async fn authenticate_compiled(
    clerk: &Clerk,
    parts: &Parts,
    compiled: &Compiled,
) -> (RequestState, Arc<Settings>) {
    let snapshot = clerk.snapshot();
    let setup = compiled.setup(snapshot.settings());
    let state = authenticate(&snapshot, parts, compiled.options(), setup).await;
    (state, Arc::clone(snapshot.settings()))
}

/// The whole request uses one snapshot, so that it never sees two configurations.
async fn authenticate(
    snapshot: &Snapshot,
    parts: &Parts,
    options: &AuthenticateOptions,
    setup: Result<Arc<Setup>, ConfigError>,
) -> RequestState {
    let span = tracing::info_span!(
        "clerk.authenticate",
        status = tracing::field::Empty,
        reason = tracing::field::Empty,
        token_type = tracing::field::Empty,
        user_id = tracing::field::Empty,
        session_id = tracing::field::Empty,
        org_id = tracing::field::Empty,
        machine_id = tracing::field::Empty,
        actor = tracing::field::Empty,
    );
    if span.is_disabled() {
        return decide(snapshot, parts, options, setup).await;
    }
    // Boxed, because entering a span moves the future.
    let state = Box::pin(decide(snapshot, parts, options, setup))
        .instrument(span.clone())
        .await;
    record(&span, &state);
    state
}

fn record(span: &tracing::Span, state: &RequestState) {
    span.record("status", state.status().as_str());
    if let Some(reason) = state.reason() {
        span.record("reason", reason.as_str());
    }
    if let Some(kind) = state.token_type() {
        span.record("token_type", kind.as_str());
    }
    let (session, machine) = match state.auth() {
        Some(AuthObject::Session(auth)) => (Some(auth), None),
        Some(AuthObject::Machine(machine)) => (None, Some(machine)),
        _ => (None, None),
    };
    let [user, organization] = match (session, machine) {
        (Some(auth), _) => [&auth.user_id, &auth.org_id].map(Option::as_deref),
        (_, Some(MachineAuth::ApiKey(key))) => [&key.user_id, &key.org_id].map(Option::as_deref),
        (_, Some(MachineAuth::OAuth(token))) => [Some(token.user_id.as_str()), None],
        _ => [None, None],
    };
    let machine_id = match machine {
        Some(MachineAuth::M2m(token)) => Some(token.machine_id.as_str()),
        _ => None,
    };
    let act = match (session, machine) {
        (Some(auth), _) => auth.acting(),
        (_, Some(machine)) => machine.acting(),
        _ => Ok(None),
    };
    let actor = match &act {
        Ok(actor) => actor.as_ref().map(|actor| actor.sub.as_str()),
        Err(_) => Some("malformed"),
    };
    for (field, id) in [
        ("actor", actor),
        ("user_id", user),
        (
            "session_id",
            session.and_then(|auth| auth.session_id.as_deref()),
        ),
        ("org_id", organization),
        ("machine_id", machine_id),
    ] {
        if let Some(id) = id {
            span.record(field, id);
        }
    }
    if let Some(message) = state.message() {
        tracing::debug!(parent: span, "{message}");
    }
}

/// Logged at debug level, because every request would write such a line.
static MISCONFIGURED: LogLimit = LogLimit::new();

async fn decide(
    snapshot: &Snapshot,
    parts: &Parts,
    options: &AuthenticateOptions,
    setup: Result<Arc<Setup>, ConfigError>,
) -> RequestState {
    let setup = match setup {
        Ok(setup) => setup,
        Err(error) => {
            let message = error.to_string();
            MISCONFIGURED.log(&clerk_sdk::Clock::system(), Level::Error, &message, &[]);
            return state::misconfigured(options, message);
        }
    };
    let context = Context::new(snapshot, parts, options, &setup);
    if is_signing_in_here(&context) {
        let message = ConfigError::InvalidSignInUrl.to_string();
        MISCONFIGURED.log(context.verifier.clock(), Level::Error, &message, &[]);
        return state::misconfigured(options, message);
    }
    dispatch(&context).await
}

async fn dispatch(context: &Context<'_>) -> RequestState {
    let token = context.token_in_header();
    match (&context.options.accepts_token, token) {
        (Accepts::One(TokenType::Session), Some(token)) => {
            let (kind, inspected) = context.inspect(&token);
            // A token that is not a JWT does not count as a machine's token here. Verifying it finds out what is wrong with
            // it.
            let is_opaque = matches!(inspected, InspectedToken::Opaque);
            match kind {
                Kind::Session => session_token::in_header(context, &token, &inspected).await,
                Kind::Machine(_) if is_opaque => {
                    session_token::in_header(context, &token, &inspected).await
                }
                Kind::Machine(_) | Kind::Other => context.signed_out(Reason::TOKEN_TYPE_MISMATCH),
            }
        }
        (Accepts::One(TokenType::Session), None) => session_cookie::authenticate(context).await,
        (Accepts::One(kind), Some(token)) => {
            Box::pin(machine::of_kind(context, &token, *kind)).await
        }
        (Accepts::One(kind), None) => {
            context.no_machine(*kind, Reason::NO_TOKEN_IN_HEADER, String::new())
        }
        (accepts @ (Accepts::Any | Accepts::AnyOf(_)), Some(token)) => {
            let (kind, inspected) = context.inspect(&token);
            let token_type = match kind {
                Kind::Machine(kind) => kind,
                Kind::Session | Kind::Other => TokenType::Session,
            };
            if !accepts.includes(token_type) {
                return context.rejected();
            }
            match kind {
                Kind::Machine(kind) => Box::pin(machine::verify(context, &token, kind)).await,
                Kind::Other => context.signed_out(Reason::TOKEN_TYPE_MISMATCH),
                Kind::Session => session_token::in_header(context, &token, &inspected).await,
            }
        }
        (accepts, None) if accepts.includes(TokenType::Session) => {
            session_cookie::authenticate(context).await
        }
        (_, None) => context.rejected(),
    }
}

/// Returns whether a satellite's sign-in page belongs to the satellite itself. Only a request shows on which host the
/// satellite is.
fn is_signing_in_here(context: &Context<'_>) -> bool {
    let settings = context.setup.settings();
    if !settings.is_satellite() || context.options.accepts_token == Accepts::One(TokenType::M2m) {
        return false;
    }
    let (Some(sign_in), Some(origin)) = (settings.sign_in_url(), context.header(&ORIGIN)) else {
        return false;
    };
    Url::parse(sign_in).is_ok_and(|url| url.origin().ascii_serialization() == origin)
}
