//! What the library can do with a running emulator, and the control endpoint below `/__emulator`, which does it over HTTP.

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

use crate::domain::direct::{self, SignInOn};
use crate::domain::environment::DashboardSettings;
use crate::domain::users::resolve_user_id;
use crate::export::{self, InitialState, StateError};
use crate::http::connection::Peer;
use crate::http::error::ApiError;
use crate::http::faults::{Fault, Faults};
use crate::http::request_log::RequestLog;
use crate::http::response;
use crate::instance::Instance;
use crate::instance::access::Authority;
use crate::instance::clock::system_millis;
use crate::instance::keys::{KeyError, SigningKey};
use crate::store::SentMessage;
use crate::webhooks::Webhooks;

/// The size of the largest state: about a hundred thousand users.
const MAX_STATE: usize = 256 * 1024 * 1024;
const MAX_BODY: usize = 1024 * 1024;
/// The end of the year 9999.
const LAST_MILLISECOND: i64 = 253_402_300_799_999;

/// An instance with all that is around it.
pub(crate) struct Controls {
    pub(crate) instance: Arc<Instance>,
    pub(crate) webhooks: Arc<Webhooks>,
    pub(crate) faults: Faults,
    pub(crate) requests: RequestLog,
    pub(crate) initial: InitialState,
}

impl std::fmt::Debug for Controls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Controls")
            .field("instance", &self.instance)
            .finish_non_exhaustive()
    }
}

impl Controls {
    /// Returns the messages that Clerk would have sent.
    pub(crate) fn messages(&self) -> Vec<SentMessage> {
        self.instance.read().outbox.iter().cloned().collect()
    }

    /// Makes everything what it was at the start, with the seeds; the clock, the keys and the webhooks stay.
    pub(crate) fn reset(&self) -> Result<(), StateError> {
        self.initial.apply(&self.instance)?;
        self.faults.clear();
        self.requests.clear();
        self.webhooks.forget();
        Ok(())
    }
}

type Shared = State<Arc<Controls>>;
type ControlResult = Result<Value, ApiError>;

/// Returns the control endpoint.
pub(crate) fn router(controls: Arc<Controls>) -> Router {
    let routes = Router::new()
        .route("/", get(about))
        .route(
            "/faults",
            get(list_faults).post(inject_fault).delete(clear_faults),
        )
        .route("/faults/{id}", delete(remove_fault))
        .route("/clock", get(get_clock).post(move_clock))
        .route("/keys/rotate", post(rotate_keys))
        .route(
            "/state",
            get(export_state)
                .put(import_state)
                .layer(DefaultBodyLimit::max(MAX_STATE)),
        )
        .route("/sign_in", post(sign_in))
        .route("/webhooks", get(list_webhooks).post(add_webhook))
        .route("/webhooks/deliveries", get(list_deliveries))
        .route("/requests", get(list_requests).delete(forget_requests))
        .route("/messages", get(list_messages))
        .route("/settings", get(get_settings).patch(change_settings))
        .route("/reset", post(reset))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(middleware::from_fn_with_state(Arc::clone(&controls), guard))
        .with_state(controls);
    Router::new().nest("/__emulator", routes)
}

/// Rejects requests of web pages, those on this machine included, and of other machines.
async fn guard(State(controls): Shared, request: Request, next: Next) -> Response {
    match check_request(&controls.instance, &request) {
        Ok(()) => next.run(request).await,
        Err(why) => {
            let error = ApiError::new(StatusCode::FORBIDDEN, "control_refused", "Not allowed", why);
            reject(&controls, &error)
        }
    }
}

fn check_request(instance: &Instance, request: &Request) -> Result<(), &'static str> {
    let headers = request.headers();
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if !instance.settings.open {
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

fn reject(controls: &Controls, error: &ApiError) -> Response {
    response::error(error, &controls.instance.ids.hex(32))
}

fn respond(controls: &Controls, result: ControlResult) -> Response {
    match result {
        Ok(body) => response::json(StatusCode::OK, &body),
        Err(error) => reject(controls, &error),
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

/// Reads a JSON body; an empty body is an empty object.
fn read_json<T: DeserializeOwned>(bytes: &Bytes) -> Result<T, ApiError> {
    let bytes: &[u8] = if bytes.is_empty() { b"{}" } else { bytes };
    serde_json::from_slice(bytes).map_err(|error| invalid(&error.to_string()))
}

async fn about(State(controls): Shared) -> Response {
    let instance = &controls.instance;
    let state = instance.read();
    let all = |collection| state.documents.all(collection).count();
    let body = json!({
        "version": env!("CARGO_PKG_VERSION"),
        "url": instance.settings.url,
        "jwks_url": format!("{}/.well-known/jwks.json", instance.settings.url),
        "publishable_key": instance.settings.publishable_key,
        "instance_id": instance.settings.instance_id,
        "now": instance.clock.now(),
        "counts": {
            "users": state.users.len(),
            "organizations": all("organizations"),
            "organization_memberships": state.members.iter().count(),
            "sessions": state.sessions.iter().count(),
            "clients": state.sessions.clients().count(),
            "machines": all("machines"),
            "oauth_applications": all("oauth_applications"),
        },
        "faults": controls.faults.list(),
        "webhooks": controls.webhooks.urls(),
        "endpoints": [
            "GET /__emulator", "GET POST DELETE /__emulator/faults", "DELETE /__emulator/faults/{id}",
            "GET POST /__emulator/clock", "POST /__emulator/keys/rotate", "GET PUT /__emulator/state",
            "POST /__emulator/sign_in", "GET POST /__emulator/webhooks",
            "GET /__emulator/webhooks/deliveries[?settled=true]", "GET DELETE /__emulator/requests",
            "POST /__emulator/reset",
        ],
    });
    response::json(StatusCode::OK, &body)
}

async fn list_faults(State(controls): Shared) -> Response {
    respond(&controls, Ok(controls.faults.list().into()))
}

async fn inject_fault(State(controls): Shared, body: Bytes) -> Response {
    let injected =
        read_json::<Fault>(&body).map(|fault| json!({"id": controls.faults.inject(fault)}));
    respond(&controls, injected)
}

async fn clear_faults(State(controls): Shared) -> Response {
    controls.faults.clear();
    respond(&controls, Ok(json!({"cleared": true})))
}

async fn remove_fault(State(controls): Shared, Path(id): Path<String>) -> Response {
    let removed = id.parse().is_ok_and(|id| controls.faults.remove_number(id));
    let result = if removed {
        Ok(json!({"removed": true}))
    } else {
        Err(ApiError::not_found("fault", &id))
    };
    respond(&controls, result)
}

async fn get_clock(State(controls): Shared) -> Response {
    respond(&controls, Ok(json!({"now": controls.instance.clock.now()})))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClockMove {
    /// Backwards below zero.
    advance_ms: Option<i64>,
    set_ms: Option<i64>,
    system: Option<bool>,
}

/// Returns the requested time: exactly one of the three, from 1970 to 9999.
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

async fn move_clock(State(controls): Shared, body: Bytes) -> Response {
    let moved = read_json(&body)
        .and_then(|wanted| time_of(&wanted, controls.instance.clock.now()))
        .map(|time| controls.instance.clock.set(time));
    respond(
        &controls,
        moved.map(|()| json!({"now": controls.instance.clock.now()})),
    )
}

async fn rotate_keys(State(controls): Shared) -> Response {
    let failed = |error: KeyError| ApiError::internal(&error);
    // It takes a tenth of a second of computing, which would hold up other requests.
    let made = tokio::task::spawn_blocking(SigningKey::random).await;
    let rotated = match made {
        Ok(Ok(key)) => key.public_pem().map_err(failed).map(|pem| {
            controls.instance.set_key(key);
            json!({"jwt_key": pem})
        }),
        Ok(Err(error)) => Err(failed(error)),
        Err(_) => Err(invalid("The emulator stops.")),
    };
    respond(&controls, rotated)
}

async fn export_state(State(controls): Shared) -> Response {
    let exported = export::export(&controls.instance).map_err(|error| invalid(&error.to_string()));
    respond(&controls, exported)
}

async fn import_state(State(controls): Shared, body: Bytes) -> Response {
    let imported = read_json(&body).and_then(|document| {
        export::import(&controls.instance, document).map_err(|error| invalid(&error.to_string()))
    });
    respond(&controls, imported.map(|()| json!({"imported": true})))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SignIn {
    /// An id, email address, phone number or username.
    user_id: String,
    organization_id: Option<String>,
    /// The id of the user who acts in this one's name.
    actor_id: Option<String>,
}

async fn sign_in(State(controls): Shared, body: Bytes) -> Response {
    let instance = &controls.instance;
    let signed_in = read_json::<SignIn>(&body).and_then(|wanted| {
        let user_id = resolve_user_id(&instance.read(), &wanted.user_id);
        let user_id = user_id.unwrap_or_else(|| wanted.user_id.clone());
        let on = SignInOn {
            client_id: None,
            organization_id: wanted.organization_id.as_deref(),
            actor_id: wanted.actor_id.as_deref(),
        };
        direct::sign_in(instance, &user_id, on).map_err(|error| invalid(&error.to_string()))
    });
    let view = signed_in.map(|signed_in| {
        json!({
            "client_id": signed_in.client_id, "session_id": signed_in.session_id, "token": signed_in.token,
            "client_token": signed_in.client_token, "refresh_token": signed_in.refresh_token,
        })
    });
    respond(&controls, view)
}

async fn list_webhooks(State(controls): Shared) -> Response {
    respond(&controls, Ok(json!({"urls": controls.webhooks.urls()})))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewWebhook {
    url: String,
    secret: Option<String>,
}

async fn add_webhook(State(controls): Shared, body: Bytes) -> Response {
    let added = read_json::<NewWebhook>(&body).and_then(|wanted| {
        controls
            .webhooks
            .add(&controls.instance, &wanted.url, wanted.secret.as_deref())
            .map_err(|error| invalid(&error.to_string()))
    });
    respond(&controls, added.map(|secret| json!({"secret": secret})))
}

async fn list_deliveries(State(controls): Shared, RawQuery(query): RawQuery) -> Response {
    if query.as_deref() == Some("settled=true") {
        controls.webhooks.settled().await;
    }
    respond(
        &controls,
        Ok(json!({"data": controls.webhooks.deliveries()})),
    )
}

async fn list_requests(State(controls): Shared) -> Response {
    respond(&controls, Ok(json!({"data": controls.requests.list()})))
}

async fn list_messages(State(controls): Shared) -> Response {
    respond(&controls, Ok(json!({"data": controls.messages()})))
}

async fn get_settings(State(controls): Shared) -> Response {
    let settings = DashboardSettings::read(&controls.instance.read());
    respond(&controls, Ok(json!(settings)))
}

async fn change_settings(State(controls): Shared, body: Bytes) -> Response {
    let changed = read_json::<serde_json::Map<String, Value>>(&body).and_then(|given| {
        let changed = controls
            .instance
            .commit(|state| DashboardSettings::change(state, &given));
        changed.map_err(|error| invalid(&error.to_string()))
    });
    respond(&controls, changed.map(|settings| json!(settings)))
}

async fn forget_requests(State(controls): Shared) -> Response {
    controls.requests.clear();
    respond(&controls, Ok(json!({"forgotten": true})))
}

async fn reset(State(controls): Shared) -> Response {
    let done = controls
        .reset()
        .map_err(|error| invalid(&error.to_string()));
    respond(&controls, done.map(|()| json!({"reset": true})))
}
