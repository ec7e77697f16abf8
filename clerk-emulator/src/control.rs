//! The control endpoint below `/__emulator`: what the library can do, over HTTP.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{ConnectInfo, DefaultBodyLimit, Path, RawQuery, Request, State};
use axum::http::{Method, StatusCode};
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::{delete, get, post};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::access::Authority;
use crate::backend_api::errors::ApiError;
use crate::backend_api::{self, sessions};
use crate::clock::system_millis;
use crate::export::{self, StateError};
use crate::faults::Fault;
use crate::keys::SigningKey;
use crate::line::Peer;
use crate::world::World;

/// A state of a hundred thousand users is about so large.
const MAX_STATE: usize = 256 * 1024 * 1024;
const MAX_BODY: usize = 1024 * 1024;
/// The end of the year 9999.
const LAST_MILLISECOND: i64 = 253_402_300_799_999;

type Shared = State<Arc<World>>;
type Answer = Result<Value, ApiError>;

pub(crate) fn router<S: Clone + Send + Sync + 'static>(world: Arc<World>) -> Router<S> {
    let routes = Router::new()
        .route("/", get(about))
        .route("/faults", get(faults).post(inject).delete(clear))
        .route("/faults/{id}", delete(remove))
        .route("/clock", get(clock).post(move_clock))
        .route("/keys/rotate", post(rotate))
        .route(
            "/state",
            get(export_state)
                .put(import_state)
                .layer(DefaultBodyLimit::max(MAX_STATE)),
        )
        .route("/sign_in", post(sign_in))
        .route("/webhooks", get(webhooks).post(add_webhook))
        .route("/webhooks/deliveries", get(deliveries))
        .route("/requests", get(requests).delete(forget_requests))
        .route("/reset", post(reset))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(middleware::from_fn_with_state(Arc::clone(&world), guard))
        .with_state(world);
    Router::new().nest("/__emulator", routes)
}

/// Keeps web pages out, those on this machine as well, and other machines.
async fn guard(State(world): Shared, request: Request, next: Next) -> Response {
    match check(&world, &request) {
        Ok(()) => next.run(request).await,
        Err(why) => {
            let error = ApiError::new(StatusCode::FORBIDDEN, "control_refused", "Not allowed", why);
            refuse(&world, &error)
        }
    }
}

fn check(world: &World, request: &Request) -> Result<(), &'static str> {
    let headers = request.headers();
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if !world.open {
        let peer = request.extensions().get::<ConnectInfo<Peer>>();
        if !peer.is_some_and(|ConnectInfo(peer)| peer.address.ip().to_canonical().is_loopback()) {
            return Err("The control endpoint accepts requests from this machine only.");
        }
    }
    let own = request.extensions().get::<Authority>();
    if let Some(origin) = text("origin")
        && !own.is_some_and(|own| own.is_of(origin))
    {
        return Err("The control endpoint accepts no requests of pages of other origins.");
    }
    if text("sec-fetch-site") == Some("cross-site") {
        return Err("The control endpoint accepts no requests of pages of other sites.");
    }
    let writes = !matches!(*request.method(), Method::GET | Method::HEAD);
    let media_type = text("content-type").unwrap_or_default();
    let is_json = media_type
        .split(';')
        .next()
        .is_some_and(|essence| essence.trim().eq_ignore_ascii_case("application/json"));
    if writes && !is_json && text("x-clerk-emulator") != Some("1") {
        return Err(
            "What changes something needs the content type application/json or the header X-Clerk-Emulator: 1.",
        );
    }
    Ok(())
}

fn refuse(world: &World, error: &ApiError) -> Response {
    backend_api::json(error.status, &error.body(&world.ids.hex(32)))
}

fn reply(world: &World, answer: Answer) -> Response {
    match answer {
        Ok(body) => backend_api::json(StatusCode::OK, &body),
        Err(error) => refuse(world, &error),
    }
}

fn invalid(why: &str) -> ApiError {
    ApiError::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "control_request_invalid",
        "Invalid request",
        why,
    )
}

/// The body; nothing is an empty object.
fn read<T: DeserializeOwned>(bytes: &Bytes) -> Result<T, ApiError> {
    let bytes: &[u8] = if bytes.is_empty() { b"{}" } else { bytes };
    serde_json::from_slice(bytes).map_err(|error| invalid(&error.to_string()))
}

async fn about(State(world): Shared) -> Response {
    let webhooks = world.webhooks.urls();
    let faults = world.faults.list();
    let state = world.read();
    let all = |collection| state.documents.all(collection).count();
    let body = json!({
        "version": env!("CARGO_PKG_VERSION"),
        "url": world.url,
        "jwks_url": format!("{}/.well-known/jwks.json", world.url),
        "publishable_key": world.publishable_key,
        "instance_id": world.instance_id,
        "now": world.clock.now(),
        "counts": {
            "users": state.users.len(),
            "organizations": all("organizations"),
            "organization_memberships": state.members.iter().count(),
            "sessions": state.sessions.iter().count(),
            "clients": state.sessions.clients().count(),
            "machines": all("machines"),
            "oauth_applications": all("oauth_applications"),
        },
        "faults": faults,
        "webhooks": webhooks,
        "endpoints": [
            "GET /__emulator", "GET POST DELETE /__emulator/faults", "DELETE /__emulator/faults/{id}",
            "GET POST /__emulator/clock", "POST /__emulator/keys/rotate", "GET PUT /__emulator/state",
            "POST /__emulator/sign_in", "GET POST /__emulator/webhooks",
            "GET /__emulator/webhooks/deliveries[?settled=true]", "GET DELETE /__emulator/requests",
            "POST /__emulator/reset",
        ],
    });
    backend_api::json(StatusCode::OK, &body)
}

async fn faults(State(world): Shared) -> Response {
    reply(&world, Ok(world.faults.list().into()))
}

async fn inject(State(world): Shared, body: Bytes) -> Response {
    let injected = read::<Fault>(&body).map(|fault| json!({"id": world.faults.inject(fault)}));
    reply(&world, injected)
}

async fn clear(State(world): Shared) -> Response {
    world.faults.clear();
    reply(&world, Ok(json!({"cleared": true})))
}

async fn remove(State(world): Shared, Path(id): Path<String>) -> Response {
    let removed = id.parse().is_ok_and(|id| world.faults.remove_number(id));
    let answer = if removed {
        Ok(json!({"removed": true}))
    } else {
        Err(ApiError::not_found("fault", &id))
    };
    reply(&world, answer)
}

async fn clock(State(world): Shared) -> Response {
    reply(&world, Ok(json!({"now": world.clock.now()})))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClockMove {
    /// Backwards below zero.
    advance_ms: Option<i64>,
    set_ms: Option<i64>,
    system: Option<bool>,
}

/// The time that is asked for: one of the three, and in the years that dates can be written of.
fn time_of(wanted: &ClockMove, now: i64) -> Result<i64, ApiError> {
    let time = match (wanted.advance_ms, wanted.set_ms, wanted.system) {
        (Some(by), None, None) => now.saturating_add(by),
        (None, Some(time), None) => time,
        (None, None, Some(true)) => system_millis(),
        _ => {
            return Err(invalid(
                "Give one of advance_ms, set_ms and \"system\": true.",
            ));
        }
    };
    if (0..=LAST_MILLISECOND).contains(&time) {
        Ok(time)
    } else {
        Err(invalid("The clock goes from 1970 to the year 9999."))
    }
}

async fn move_clock(State(world): Shared, body: Bytes) -> Response {
    let moved = read(&body)
        .and_then(|wanted| time_of(&wanted, world.clock.now()))
        .map(|time| world.clock.set(time));
    reply(&world, moved.map(|()| json!({"now": world.clock.now()})))
}

async fn rotate(State(world): Shared) -> Response {
    let failed = |error: crate::keys::KeyError| backend_api::broken(&error);
    // It takes a tenth of a second of computing, which would hold up other requests.
    let made = tokio::task::spawn_blocking(SigningKey::random).await;
    let rotated = match made {
        Ok(Ok(key)) => key.public_pem().map_err(failed).map(|pem| {
            world.set_key(key);
            json!({"jwt_key": pem})
        }),
        Ok(Err(error)) => Err(failed(error)),
        Err(_) => Err(invalid("The emulator stops.")),
    };
    reply(&world, rotated)
}

async fn export_state(State(world): Shared) -> Response {
    let exported = export::export(&world).map_err(|error| invalid(&error.to_string()));
    reply(&world, exported)
}

async fn import_state(State(world): Shared, body: Bytes) -> Response {
    let imported = read(&body).and_then(|document| {
        export::import(&world, document).map_err(|error| invalid(&error.to_string()))
    });
    reply(&world, imported.map(|()| json!({"imported": true})))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SignIn {
    /// An id, an email address, a phone number or a username.
    user_id: String,
    organization_id: Option<String>,
}

async fn sign_in(State(world): Shared, body: Bytes) -> Response {
    let signed_in = read::<SignIn>(&body).and_then(|wanted| {
        let user_id =
            export::user_named(&world, &wanted.user_id).unwrap_or_else(|| wanted.user_id.clone());
        let organization = wanted.organization_id.as_deref();
        sessions::sign_in(&world, &user_id, None, organization)
            .map_err(|error| invalid(&error.to_string()))
    });
    let shown = signed_in.map(|signed_in| {
        json!({
            "client_id": signed_in.client_id, "session_id": signed_in.session_id, "token": signed_in.token,
            "client_token": signed_in.client_token, "refresh_token": signed_in.refresh_token,
        })
    });
    reply(&world, shown)
}

async fn webhooks(State(world): Shared) -> Response {
    reply(&world, Ok(json!({"urls": world.webhooks.urls()})))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewWebhook {
    url: String,
    secret: Option<String>,
}

async fn add_webhook(State(world): Shared, body: Bytes) -> Response {
    let added = read::<NewWebhook>(&body).and_then(|wanted| {
        world
            .webhooks
            .add(&world, &wanted.url, wanted.secret.as_deref())
            .map_err(|error| invalid(&error.to_string()))
    });
    reply(&world, added.map(|secret| json!({"secret": secret})))
}

async fn deliveries(State(world): Shared, RawQuery(query): RawQuery) -> Response {
    if query.as_deref() == Some("settled=true") {
        world.webhooks.settled().await;
    }
    reply(&world, Ok(json!({"data": world.webhooks.deliveries()})))
}

async fn requests(State(world): Shared) -> Response {
    reply(&world, Ok(json!({"data": world.requests.list()})))
}

async fn forget_requests(State(world): Shared) -> Response {
    world.requests.forget();
    reply(&world, Ok(json!({"forgotten": true})))
}

/// As it was when it started, with its seeds; the clock, the keys and the webhooks stay.
async fn reset(State(world): Shared) -> Response {
    let done = reset_world(&world).map_err(|error| invalid(&error.to_string()));
    reply(&world, done.map(|()| json!({"reset": true})))
}

pub(crate) fn reset_world(world: &World) -> Result<(), StateError> {
    world.start.begin(world)?;
    world.faults.clear();
    world.requests.forget();
    world.webhooks.forget();
    Ok(())
}
