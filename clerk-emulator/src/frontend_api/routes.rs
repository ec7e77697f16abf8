//! From a browser's request to what it does.

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State as Shared};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::action::Action;
use super::browser::{Browser, CLIENT, DEV_BROWSER};
use super::context::{FapiContext, set_cookies};
use super::registry::actions_for;
use super::request::FapiRequest;
use crate::http::error::ApiError;
use crate::http::{operation, parse, response};
use crate::instance::Instance;
use crate::openapi::document::Operation;
use crate::store::State;
use crate::views::frontend::frontend_client_view;

/// The largest body of a form.
const MAX_FORM: usize = 64 * 1024;
/// The largest body of a browser's request: an image.
const MAX_BODY: usize = 11 * 1024 * 1024;

/// Operations whose response is the client itself, with nothing beside it.
const OF_CLIENTS: [&str; 5] = [
    "getClient",
    "postClient",
    "putClient",
    "deleteClientSessions",
    "removeClientSessionsAndRetainCookie",
];

/// An instance with what the operations of its document do.
#[derive(Debug)]
struct FrontendApi {
    instance: Arc<Instance>,
    actions: Vec<Action>,
}

/// Returns the pages and the OAuth provider.
pub(crate) fn pages(instance: Arc<Instance>) -> Router {
    Router::new()
        .merge(super::oauth::router())
        .merge(super::pages::router())
        .layer(DefaultBodyLimit::max(MAX_FORM))
        .with_state(instance)
}

/// Puts the Frontend API before other routes: it takes the requests of browsers, and passes the others on.
pub(crate) fn before(routes: Router, instance: Arc<Instance>) -> Router {
    let actions = actions_for(instance.frontend);
    let api = Arc::new(FrontendApi { instance, actions });
    routes
        .layer(from_fn_with_state(api, serve))
        .layer(DefaultBodyLimit::max(MAX_BODY))
}

async fn serve(Shared(api): Shared<Arc<FrontendApi>>, request: Request, next: Next) -> Response {
    if !is_for_browsers(&api.instance, &request) {
        return next.run(request).await;
    }
    let cors = cors_headers(request.headers());
    let mut response = if request.method() == Method::OPTIONS {
        StatusCode::NO_CONTENT.into_response()
    } else {
        let trace_id = api.instance.ids.hex(32);
        let mut response = match handle(&api, request).await {
            Ok(response) => response,
            Err(error) => response::error(&error, &trace_id),
        };
        if let Ok(value) = trace_id.parse() {
            response.headers_mut().insert("x-clerk-trace-id", value);
        }
        response
    };
    response.headers_mut().extend(cors);
    response
}

/// Whether a request is for the Frontend API. Some paths are those of both APIs: a request with a key of the instance is
/// for the Backend API, and one that a browser or a native app marks as its own for the Frontend API.
fn is_for_browsers(instance: &Instance, request: &Request) -> bool {
    let path = request.uri().path();
    let of_frontend = parse::path_segments(path.trim_matches('/')).is_some_and(|segments| {
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        !instance.frontend.at(&segments).is_empty()
    });
    let has_key = has_key(request.headers());
    // What servers send: no other document has to be searched for it.
    if has_key && !of_frontend {
        return false;
    }
    let of_backend = parse::backend_api_path(path).is_some_and(|segments| {
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        !instance.document.at(&segments).is_empty()
    });
    match (of_frontend, of_backend) {
        (true, false) => true,
        (false, true) => false,
        (true, true) | (false, false) => !has_key && is_marked(request),
    }
}

/// Whether the request has a secret key: of the instance or of a machine.
fn has_key(headers: &HeaderMap) -> bool {
    let given = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    let key = given.and_then(|given| given.strip_prefix("Bearer "));
    key.is_some_and(|key| {
        key.trim_start().starts_with("sk_") || key.trim_start().starts_with("ak_")
    })
}

/// Whether the request has what only Clerk's frontends send.
fn is_marked(request: &Request) -> bool {
    let headers = request.headers();
    let query = parse::query_pairs(request.uri().query().unwrap_or_default());
    let in_query = query.iter().any(|(name, _)| {
        name == DEV_BROWSER
            || name == "_is_native"
            || name.starts_with("_clerk_")
            || name == "__clerk_api_version"
    });
    let cookies = headers.get_all(header::COOKIE).into_iter();
    let in_cookies = cookies
        .filter_map(|cookies| cookies.to_str().ok())
        .flat_map(|cookies| cookies.split(';'))
        .filter_map(|cookie| cookie.trim().split_once('='))
        .any(|(name, _)| name == CLIENT || name == DEV_BROWSER);
    in_query || in_cookies || headers.contains_key(header::ORIGIN)
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
            (
                header::ACCESS_CONTROL_EXPOSE_HEADERS,
                "Authorization, X-Clerk-Trace-Id",
            ),
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

async fn handle(api: &FrontendApi, request: Request) -> Result<Response, ApiError> {
    let instance = &*api.instance;
    let document = instance.frontend;
    let path = request.uri().path().to_owned();
    let (mut request, rest) = FapiRequest::read_head(request)?;
    let segments: Vec<&str> = request.segments.iter().map(String::as_str).collect();
    let index = operation::find_operation(document, &request.method, &segments)
        .map_err(|missing| missing.error(&request.method, &path, "Frontend API"))?;
    let called = &document.operations[index];
    let variables = operation::path_variables(called, &segments);
    operation::check_parameters(document, called, &variables, request.query_pairs())?;
    request.read_body(rest, Some((document, called))).await?;
    check_body(instance, called, request.body())?;
    let action = api.actions.get(index).copied().unwrap_or(Action::Kept);
    if let Action::Open(run) = action {
        return run(instance, &request);
    }
    instance.commit(|state| act(instance, state, &request, called, action))
}

/// Checks the fields of a body against the document.
fn check_body(instance: &Instance, called: &Operation, body: &Value) -> Result<(), ApiError> {
    let Some(expected) = called.body.as_ref().filter(|body| !body.multipart) else {
        return Ok(());
    };
    let problems = expected.schema.problems(instance.frontend, body);
    if problems.is_empty() {
        Ok(())
    } else {
        Err(ApiError::problems(&problems))
    }
}

fn act(
    instance: &Instance,
    state: &mut State,
    request: &FapiRequest,
    called: &Operation,
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
    let result = action
        .run(&mut context, called)
        .unwrap_or(Ok(Value::Null))?;
    let FapiContext { state, browser, .. } = context;
    let status = StatusCode::from_u16(called.status).unwrap_or(StatusCode::OK);
    let body = if has_client(instance, called) {
        let client = if OF_CLIENTS.contains(&called.id.as_str()) {
            Value::Null
        } else {
            let id = browser.client_id.as_deref();
            frontend_client_view(cx, state, id, request.origin())?
        };
        json!({"response": result, "client": client})
    } else {
        result
    };
    let mut response = if called.response.is_some() {
        response::json(status, &body)
    } else {
        status.into_response()
    };
    set_cookies(&mut response, &browser.cookies(cx, state)?);
    if request.is_native()
        && let Some(token) = browser.client_token(cx, state)?
        && let Ok(token) = HeaderValue::from_str(&token)
    {
        response.headers_mut().insert(header::AUTHORIZATION, token);
    }
    Ok(response)
}

/// Whether the response has the client beside what the operation returns.
fn has_client(instance: &Instance, called: &Operation) -> bool {
    let schema = called.response.as_ref();
    let schema = schema.and_then(|schema| instance.frontend.resolve(schema));
    schema.is_some_and(|schema| {
        schema.properties.contains_key("client") && schema.properties.contains_key("response")
    })
}
