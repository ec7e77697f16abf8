//! The layer between the network and whatever answers.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use super::{Effect, Fault, FaultId};
use crate::backend_api::errors::ApiError;
use crate::backend_api::{self, request};
use crate::line::Peer;
use crate::world::World;

/// Lets a request fail as it was asked for.
pub(crate) async fn apply(
    State(world): State<Arc<World>>,
    request: Request,
    next: Next,
) -> Response {
    let path = request.uri().path();
    if path == "/__emulator" || path.starts_with("/__emulator/") {
        return next.run(request).await;
    }
    let fits = |fault: &Fault| fault.fits(&world, request.method(), path);
    let faults = world.faults.fitting(fits);
    for (id, fault) in &faults {
        if let Effect::Latency { by } = fault.effect
            && world.faults.hit(*id)
        {
            tokio::time::sleep(by).await;
        }
    }
    let instead = faults.iter().find_map(|(id, fault)| {
        let answer = fault.instead(&world, &request)?;
        world.faults.hit(*id).then_some(answer)
    });
    match instead {
        Some(answer) => answer,
        None => edit(&world, &faults, next.run(request).await).await,
    }
}

impl Fault {
    fn fits(&self, world: &World, method: &Method, path: &str) -> bool {
        let method_fits = self
            .method
            .as_ref()
            .is_none_or(|wanted| wanted.eq_ignore_ascii_case(method.as_str()));
        let below = |wanted: &String| {
            let wanted = wanted.trim_end_matches('/');
            path.strip_prefix(wanted)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let path_fits = self.paths.is_empty() || self.paths.iter().any(below);
        let operation_fits = || {
            self.operation
                .as_deref()
                .is_none_or(|wanted| operation(world, method, path) == Some(wanted))
        };
        method_fits && path_fits && operation_fits()
    }

    /// What is answered in the place of an answer.
    fn instead(&self, world: &World, request: &Request) -> Option<Response> {
        match self.effect {
            Effect::RateLimit { retry_after } => {
                let error = ApiError::new(
                    StatusCode::TOO_MANY_REQUESTS,
                    "too_many_requests",
                    "Too many requests",
                    "The emulator was told to refuse this request. Try again later.",
                );
                let mut response = refuse(world, &error);
                let seconds = retry_after.as_millis().div_ceil(1000);
                if let Ok(value) = HeaderValue::from_str(&seconds.to_string()) {
                    response.headers_mut().insert(header::RETRY_AFTER, value);
                }
                Some(response)
            }
            Effect::Status { status } => {
                let status = StatusCode::from_u16(status)
                    // What says that more is to come is no answer.
                    .ok()
                    .filter(|status| !status.is_informational())
                    .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
                let code = if status.is_server_error() {
                    "internal_clerk_error"
                } else {
                    "injected_fault"
                };
                let long = "The emulator was told to answer this request with an error.";
                Some(refuse(
                    world,
                    &ApiError::new(status, code, "Injected fault", long),
                ))
            }
            Effect::DropConnection => {
                if let Some(ConnectInfo(peer)) = request.extensions().get::<ConnectInfo<Peer>>() {
                    peer.hang_up();
                }
                // Never seen: the connection sends nothing any more.
                Some(StatusCode::INTERNAL_SERVER_ERROR.into_response())
            }
            _ => None,
        }
    }

    /// Whether this changed anything in the body.
    fn change(&self, body: &mut Value) -> bool {
        let (field, value) = match &self.effect {
            Effect::WithoutField { field } => (field, None),
            Effect::SetField { field, value } => (field, Some(value)),
            _ => return false,
        };
        match field.rsplit_once('/') {
            Some((parent, name)) => body
                .pointer_mut(parent)
                .is_some_and(|parent| self.change_in(parent, &unescaped(name), value)),
            None => self.change_below(body, field, value),
        }
    }

    fn change_below(&self, body: &mut Value, field: &str, value: Option<&Value>) -> bool {
        let mut changed = self.change_in(body, field, value);
        match body {
            Value::Object(fields) => {
                for inner in fields.values_mut() {
                    changed |= self.change_below(inner, field, value);
                }
            }
            Value::Array(items) => {
                for inner in items {
                    changed |= self.change_below(inner, field, value);
                }
            }
            _ => {}
        }
        changed
    }

    fn change_in(&self, object: &mut Value, field: &str, value: Option<&Value>) -> bool {
        if self
            .object
            .as_deref()
            .is_some_and(|wanted| object["object"] != wanted)
        {
            return false;
        }
        let Some(fields) = object.as_object_mut() else {
            return false;
        };
        match value {
            None => fields.remove(field).is_some(),
            Some(value) => fields
                .get_mut(field)
                .map(|have| *have = value.clone())
                .is_some(),
        }
    }
}

/// A part of a JSON pointer as text.
fn unescaped(part: &str) -> String {
    part.replace("~1", "/").replace("~0", "~")
}

fn refuse(world: &World, error: &ApiError) -> Response {
    let trace_id = world.ids.hex(32);
    let mut response = backend_api::json(error.status, &error.body(&trace_id));
    if let Ok(value) = HeaderValue::from_str(&trace_id) {
        response.headers_mut().insert("x-clerk-trace-id", value);
    }
    response
}

/// The Backend API's operation that a request is for.
fn operation<'a>(world: &'a World, method: &Method, path: &str) -> Option<&'a str> {
    let segments = request::segments(path)?;
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    let operations = world.document.at(&segments).into_iter();
    operations
        .filter_map(|index| world.document.operations.get(index))
        .find(|operation| operation.method == method.as_str())
        .map(|operation| operation.id.as_str())
}

/// The answer with its body changed.
async fn edit(world: &World, faults: &[(FaultId, Fault)], response: Response) -> Response {
    let edits: Vec<_> = faults
        .iter()
        .filter(|(_, fault)| {
            matches!(
                fault.effect,
                Effect::WithoutField { .. } | Effect::SetField { .. }
            )
        })
        .collect();
    if edits.is_empty() {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    // Our own answer, which is in memory as a whole.
    let Ok(bytes) = to_bytes(body, usize::MAX).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let Ok(mut json) = serde_json::from_slice::<Value>(&bytes) else {
        return Response::from_parts(parts, Body::from(bytes));
    };
    for (id, fault) in edits {
        let mut changed = json.clone();
        if fault.change(&mut changed) && world.faults.hit(*id) {
            json = changed;
        }
    }
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(json.to_string()))
}
