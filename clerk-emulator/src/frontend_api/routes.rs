//! The routes of the Frontend API, and what each request does.

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State as Shared};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use serde_json::json;

use super::browser::Browser;
use super::context::{ActionResult, FapiContext, set_cookies};
use super::request::FapiRequest;
use super::{handshake, oauth, pages, sessions, sign_in, sign_up, ticket};
use crate::http::error::ApiError;
use crate::http::response;
use crate::instance::Instance;
use crate::store::State;
use crate::views::frontend::{environment_view, frontend_client_view};

/// The largest body of a browser's request.
const MAX_BODY: usize = 64 * 1024;

/// Returns the Frontend API and the pages.
pub(crate) fn router(instance: Arc<Instance>) -> Router {
    Router::new()
        .route("/v1/dev_browser", any(serve))
        .route("/v1/environment", any(serve))
        .route("/v1/client", any(serve))
        .route("/v1/client/{*path}", any(serve))
        .route("/v1/tickets/accept", any(serve))
        .merge(oauth::router())
        .merge(pages::router())
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .with_state(instance)
}

async fn serve(Shared(instance): Shared<Arc<Instance>>, request: Request) -> Response {
    let cors = cors_headers(request.headers());
    let mut response = if request.method() == Method::OPTIONS {
        StatusCode::NO_CONTENT.into_response()
    } else {
        let trace_id = instance.ids.hex(32);
        let result = match FapiRequest::read(request).await {
            Ok(request) => handle(&instance, &request),
            Err(error) => Err(error),
        };
        result.unwrap_or_else(|error| response::error(&error, &trace_id))
    };
    response.headers_mut().extend(cors);
    response
}

/// Returns the headers that let the page read the response. Its origin is an allowed one: the guard rejects others.
pub(super) fn cors_headers(request: &HeaderMap) -> HeaderMap {
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

fn handle(instance: &Instance, request: &FapiRequest) -> Result<Response, ApiError> {
    let segments: Vec<&str> = request.segments.iter().map(String::as_str).collect();
    match (request.method.as_str(), &segments[..]) {
        ("GET", ["v1", "environment"]) => {
            let environment = environment_view(instance, &instance.read());
            Ok(response::json(StatusCode::OK, &environment))
        }
        ("POST", ["v1", "dev_browser"]) => create_dev_browser(instance, request),
        ("GET", ["v1", "client", "handshake"]) => handshake::handshake(instance, request),
        ("GET", ["v1", "tickets", "accept"]) => ticket::accept_ticket(instance, request),
        (method, ["v1", "client", rest @ ..]) => {
            let action = find_action(method, rest).ok_or_else(|| unknown_path(request))?;
            instance.commit(|state| act(instance, state, request, action))
        }
        _ => Err(unknown_path(request)),
    }
}

fn unknown_path(request: &FapiRequest) -> ApiError {
    let long = format!(
        "The emulator's Frontend API has no {} /{}.",
        request.method,
        request.segments.join("/")
    );
    ApiError::new(
        StatusCode::NOT_FOUND,
        "resource_not_found",
        "Not found",
        &long,
    )
}

/// An action on the request's client.
#[derive(Clone, Copy)]
struct Action {
    run: fn(&mut FapiContext<'_>) -> ActionResult,
    /// Whether the response has the client beside what the action returns.
    with_client: bool,
}

fn find_action(method: &str, path: &[&str]) -> Option<Action> {
    let (run, with_client): (fn(&mut FapiContext<'_>) -> ActionResult, bool) = match (method, path)
    {
        ("GET", []) => (sessions::get_client, false),
        ("POST" | "PUT", []) => (sessions::create_client, false),
        ("DELETE", [] | ["sessions"]) => (sessions::remove_all_sessions, false),
        ("GET", ["sessions", _]) => (sessions::get_session, true),
        ("POST", ["sessions", _, "tokens"]) => (sessions::create_token, false),
        ("POST", ["sessions", _, "tokens", _]) => (sessions::create_template_token, false),
        ("POST", ["sessions", _, "touch"]) => (sessions::touch_session, true),
        ("POST", ["sessions", _, "end"]) => {
            (|context| sessions::end_session(context, "ended"), true)
        }
        ("POST", ["sessions", _, "remove"]) => {
            (|context| sessions::end_session(context, "removed"), true)
        }
        ("POST", ["sign_ins"]) => (sign_in::create_sign_in, true),
        ("GET", ["sign_ins", _]) => (sign_in::get_sign_in, true),
        ("POST", ["sign_ins", _, "prepare_first_factor"]) => (sign_in::prepare_first_factor, true),
        ("POST", ["sign_ins", _, "attempt_first_factor"]) => (sign_in::attempt_first_factor, true),
        ("POST", ["sign_ins", _, "attempt_second_factor"]) => {
            (sign_in::attempt_second_factor, true)
        }
        ("POST", ["sign_ups"]) => (sign_up::create_sign_up, true),
        ("GET", ["sign_ups", _]) => (sign_up::get_sign_up, true),
        ("PATCH", ["sign_ups", _]) => (sign_up::update_sign_up, true),
        ("POST", ["sign_ups", _, "prepare_verification"]) => (sign_up::prepare_verification, true),
        ("POST", ["sign_ups", _, "attempt_verification"]) => (sign_up::attempt_verification, true),
        _ => return None,
    };
    Some(Action { run, with_client })
}

fn act(
    instance: &Instance,
    state: &mut State,
    request: &FapiRequest,
    action: Action,
) -> Result<Response, ApiError> {
    let cx = instance.context();
    let browser = Browser::find_known(cx, state, request)?;
    let mut context = FapiContext {
        cx,
        state,
        request,
        browser,
    };
    let result = (action.run)(&mut context)?;
    let FapiContext { state, browser, .. } = context;
    let body = if action.with_client {
        let id = browser.client_id.as_deref();
        let client = frontend_client_view(cx, state, id, request.origin())?;
        json!({"response": result, "client": client})
    } else {
        result
    };
    let mut response = response::json(StatusCode::OK, &body);
    set_cookies(&mut response, &browser.cookies(cx, state)?);
    if request.is_native()
        && let Some(token) = browser.client_token(cx, state)?
        && let Ok(token) = HeaderValue::from_str(&token)
    {
        response.headers_mut().insert(header::AUTHORIZATION, token);
    }
    Ok(response)
}

/// Returns a new development browser, or the one that the request names already.
fn create_dev_browser(instance: &Instance, request: &FapiRequest) -> Result<Response, ApiError> {
    let cx = instance.context();
    instance.commit(|state| {
        let mut browser = Browser::find(cx, state, request);
        let token = browser.ensure_dev_browser(cx, state);
        let body = json!({
            "object": "dev_browser", "id": token, "token": token, "instance_id": instance.settings.instance_id,
            "client_id": browser.client_id, "home_origin": request.origin(), "created_at": cx.now,
            "updated_at": cx.now,
        });
        let mut response = response::json(StatusCode::OK, &body);
        set_cookies(&mut response, &browser.cookies(cx, state)?);
        Ok(response)
    })
}
