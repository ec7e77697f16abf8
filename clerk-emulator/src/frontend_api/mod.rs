//! The Frontend API and the pages: what browsers talk to.

mod browser;
mod documents;
mod handshake;
mod pages;
mod redirect;
mod sessions;
mod sign_in;
mod sign_up;
mod ticket;
mod visit;

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State as Shared};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use serde_json::{Value, json};

use crate::backend_api;
use crate::backend_api::errors::ApiError;
use crate::server::Server;
use crate::store::State;
use crate::world::World;
use browser::Browser;
use visit::Visit;

/// More than any form or parameter of a browser needs.
const MAX_BODY: usize = 64 * 1024;

pub(crate) fn router() -> Router<Arc<Server>> {
    Router::new()
        .route("/v1/dev_browser", any(serve))
        .route("/v1/environment", any(serve))
        .route("/v1/client", any(serve))
        .route("/v1/client/{*path}", any(serve))
        .route("/v1/tickets/accept", any(serve))
        .merge(pages::router())
        .layer(DefaultBodyLimit::max(MAX_BODY))
}

/// A request of a browser under way.
struct Desk<'a> {
    world: &'a World,
    state: &'a mut State,
    visit: &'a Visit,
    browser: Browser,
}

impl Desk<'_> {
    /// The value of the path's segment with this number.
    fn segment(&self, index: usize) -> &str {
        self.visit.segments.get(index).map_or("", String::as_str)
    }
}

type Answer = Result<Value, ApiError>;

async fn serve(Shared(server): Shared<Arc<Server>>, request: Request) -> Response {
    let world = &server.world;
    let cors = cors(request.headers());
    let mut response = if request.method() == Method::OPTIONS {
        StatusCode::NO_CONTENT.into_response()
    } else {
        let trace_id = world.ids.hex(32);
        let answer = match Visit::read(request).await {
            Ok(visit) => answer(world, &visit),
            Err(error) => Err(error),
        };
        answer.unwrap_or_else(|error| backend_api::json(error.status, &error.body(&trace_id)))
    };
    response.headers_mut().extend(cors);
    response
}

/// The page that asks may read the answer: it is of an allowed origin, or the request would not have come this far.
fn cors(request: &HeaderMap) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(header::VARY, HeaderValue::from_static("Origin"));
    if let Some(origin) = request.get(header::ORIGIN) {
        for (name, value) in [
            (header::ACCESS_CONTROL_ALLOW_CREDENTIALS, "true"),
            (
                header::ACCESS_CONTROL_ALLOW_METHODS,
                "GET, POST, PUT, PATCH, DELETE, OPTIONS",
            ),
            (header::ACCESS_CONTROL_EXPOSE_HEADERS, "Authorization"),
            (header::ACCESS_CONTROL_MAX_AGE, "600"),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
        }
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        if let Some(wanted) = request.get(header::ACCESS_CONTROL_REQUEST_HEADERS) {
            headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, wanted.clone());
        }
    }
    headers
}

fn answer(world: &World, visit: &Visit) -> Result<Response, ApiError> {
    let segments: Vec<&str> = visit.segments.iter().map(String::as_str).collect();
    match (visit.method.as_str(), &segments[..]) {
        ("GET", ["v1", "environment"]) => Ok(backend_api::json(
            StatusCode::OK,
            &documents::environment(world, &world.read()),
        )),
        ("POST", ["v1", "dev_browser"]) => dev_browser(world, visit),
        ("GET", ["v1", "client", "handshake"]) => handshake::answer(world, visit),
        ("GET", ["v1", "tickets", "accept"]) => ticket::accept(world, visit),
        (method, ["v1", "client", rest @ ..]) => {
            let action = action(method, rest).ok_or_else(|| unknown(visit))?;
            act(world, visit, action)
        }
        _ => Err(unknown(visit)),
    }
}

fn unknown(visit: &Visit) -> ApiError {
    let long = format!(
        "The emulator's Frontend API has no {} /{}.",
        visit.method,
        visit.segments.join("/")
    );
    ApiError::new(
        StatusCode::NOT_FOUND,
        "resource_not_found",
        "Not found",
        &long,
    )
}

/// What a request does to its client.
#[derive(Clone, Copy)]
struct Action {
    run: fn(&mut Desk<'_>) -> Answer,
    /// Whether the answer is shown together with the client.
    with_client: bool,
}

fn action(method: &str, path: &[&str]) -> Option<Action> {
    let (run, with_client): (fn(&mut Desk<'_>) -> Answer, bool) = match (method, path) {
        ("GET", []) => (get_client, false),
        ("POST" | "PUT", []) => (make_client, false),
        ("DELETE", [] | ["sessions"]) => (sessions::remove_all, false),
        ("GET", ["sessions", _]) => (sessions::get, true),
        ("POST", ["sessions", _, "tokens"]) => (sessions::token, false),
        ("POST", ["sessions", _, "tokens", _]) => (sessions::template_token, false),
        ("POST", ["sessions", _, "touch"]) => (sessions::touch, true),
        ("POST", ["sessions", _, "end"]) => (|desk| sessions::end(desk, "ended"), true),
        ("POST", ["sessions", _, "remove"]) => (|desk| sessions::end(desk, "removed"), true),
        ("POST", ["sign_ins"]) => (sign_in::create, true),
        ("GET", ["sign_ins", _]) => (sign_in::get, true),
        ("POST", ["sign_ins", _, "prepare_first_factor"]) => (sign_in::prepare_first, true),
        ("POST", ["sign_ins", _, "attempt_first_factor"]) => (sign_in::attempt_first, true),
        ("POST", ["sign_ins", _, "attempt_second_factor"]) => (sign_in::attempt_second, true),
        ("POST", ["sign_ups"]) => (sign_up::create, true),
        ("GET", ["sign_ups", _]) => (sign_up::get, true),
        ("PATCH", ["sign_ups", _]) => (sign_up::update, true),
        ("POST", ["sign_ups", _, "prepare_verification"]) => (sign_up::prepare, true),
        ("POST", ["sign_ups", _, "attempt_verification"]) => (sign_up::attempt, true),
        _ => return None,
    };
    Some(Action { run, with_client })
}

fn act(world: &World, visit: &Visit, action: Action) -> Result<Response, ApiError> {
    let state = &mut *world.write();
    let browser = Browser::needed(world, state, visit)?;
    let mut desk = Desk {
        world,
        state,
        visit,
        browser,
    };
    let answer = (action.run)(&mut desk)?;
    let Desk { state, browser, .. } = desk;
    let body = if action.with_client {
        let id = browser.client_id.as_deref();
        let client = documents::client(world, state, id, visit.origin())?;
        json!({"response": answer, "client": client})
    } else {
        answer
    };
    let mut response = backend_api::json(StatusCode::OK, &body);
    set_cookies(&mut response, &browser.cookies(world, state)?);
    if visit.is_native()
        && let Some(token) = browser.client_token(world, state)?
        && let Ok(token) = HeaderValue::from_str(&token)
    {
        response.headers_mut().insert(header::AUTHORIZATION, token);
    }
    Ok(response)
}

fn get_client(desk: &mut Desk<'_>) -> Answer {
    let id = desk.browser.client_id.as_deref();
    let client = documents::client(desk.world, desk.state, id, desk.visit.origin())?;
    Ok(json!({"response": client, "client": null}))
}

fn make_client(desk: &mut Desk<'_>) -> Answer {
    desk.browser.ensure_client(desk.world, desk.state);
    get_client(desk)
}

/// A new development browser, or the one that the request names already.
fn dev_browser(world: &World, visit: &Visit) -> Result<Response, ApiError> {
    let state = &mut *world.write();
    let mut browser = Browser::find(world, state, visit);
    let token = browser.ensure_dev_browser(world, state);
    let now = world.clock.now();
    let body = json!({
        "object": "dev_browser", "id": token, "token": token, "instance_id": world.instance_id,
        "client_id": browser.client_id, "home_origin": visit.origin(), "created_at": now, "updated_at": now,
    });
    let mut response = backend_api::json(StatusCode::OK, &body);
    set_cookies(&mut response, &browser.cookies(world, state)?);
    Ok(response)
}

fn set_cookies(response: &mut Response, cookies: &[String]) {
    for cookie in cookies {
        if let Ok(value) = HeaderValue::from_str(cookie) {
            response.headers_mut().append(header::SET_COOKIE, value);
        }
    }
}
