//! The layer that applies faults.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use super::{Effect, Fault, FaultId, Faults};
use crate::http::connection::Peer;
use crate::http::error::ApiError;
use crate::http::{parse, response};
use crate::instance::Instance;

/// Lets a request fail as the injected faults say.
pub(crate) async fn inject_faults(
    State((instance, injected)): State<(Arc<Instance>, Faults)>,
    request: Request,
    next: Next,
) -> Response {
    let path = request.uri().path();
    if path == "/__emulator" || path.starts_with("/__emulator/") {
        return next.run(request).await;
    }
    let matches = |fault: &Fault| fault.matches(&instance, request.method(), path);
    let faults = injected.matching(matches);
    for (id, fault) in &faults {
        if let Effect::Latency { by } = fault.effect
            && injected.hit(*id)
        {
            tokio::time::sleep(by).await;
        }
    }
    let replacement = faults.iter().find_map(|(id, fault)| {
        let response = fault.replacement(&instance, &request)?;
        injected.hit(*id).then_some(response)
    });
    match replacement {
        Some(response) => response,
        None => edit_body(&injected, &faults, next.run(request).await).await,
    }
}

impl Fault {
    fn matches(&self, instance: &Instance, method: &Method, path: &str) -> bool {
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
                .is_none_or(|wanted| operation(instance, method, path) == Some(wanted))
        };
        method_fits && path_fits && operation_fits()
    }

    /// Returns the response to send instead of the real one.
    fn replacement(&self, instance: &Instance, request: &Request) -> Option<Response> {
        match self.effect {
            Effect::RateLimit { retry_after } => {
                let error = ApiError::new(
                    StatusCode::TOO_MANY_REQUESTS,
                    "too_many_requests",
                    "Too many requests",
                    "An injected fault limits the rate of requests. Try again later.",
                );
                let mut response = error_response(instance, &error);
                let seconds = retry_after.as_millis().div_ceil(1000);
                if let Ok(value) = HeaderValue::from_str(&seconds.to_string()) {
                    response.headers_mut().insert(header::RETRY_AFTER, value);
                }
                Some(response)
            }
            Effect::Status { status } => {
                let status = StatusCode::from_u16(status)
                    // An informational status is not a final response.
                    .ok()
                    .filter(|status| !status.is_informational())
                    .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
                let code = if status.is_server_error() {
                    "internal_clerk_error"
                } else {
                    "injected_fault"
                };
                let long = "An injected fault made this request fail.";
                Some(error_response(
                    instance,
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

    /// Changes the body; returns whether anything changed.
    fn change(&self, body: &mut Value) -> bool {
        let (field, value) = match &self.effect {
            Effect::WithoutField { field } => (field, None),
            Effect::ReplaceField { field, value } => (field, Some(value)),
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

/// Unescapes a part of a JSON pointer.
fn unescaped(part: &str) -> String {
    part.replace("~1", "/").replace("~0", "~")
}

fn error_response(instance: &Instance, error: &ApiError) -> Response {
    let trace_id = instance.ids.hex(32);
    let mut response = response::error(error, &trace_id);
    if let Ok(value) = HeaderValue::from_str(&trace_id) {
        response.headers_mut().insert("x-clerk-trace-id", value);
    }
    response
}

/// Returns the id of the Backend API's operation that a request is for.
fn operation<'a>(instance: &'a Instance, method: &Method, path: &str) -> Option<&'a str> {
    let segments = parse::backend_api_path(path)?;
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    let operations = instance.document.at(&segments).into_iter();
    operations
        .filter_map(|index| instance.document.operations.get(index))
        .find(|operation| operation.method == method.as_str())
        .map(|operation| operation.id.as_str())
}

/// Returns the response with its body changed.
async fn edit_body(injected: &Faults, faults: &[(FaultId, Fault)], response: Response) -> Response {
    let edits: Vec<_> = faults
        .iter()
        .filter(|(_, fault)| {
            matches!(
                fault.effect,
                Effect::WithoutField { .. } | Effect::ReplaceField { .. }
            )
        })
        .collect();
    if edits.is_empty() {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    // The emulator's own response, which is in memory as a whole.
    let Ok(bytes) = to_bytes(body, usize::MAX).await else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let Ok(mut json) = serde_json::from_slice::<Value>(&bytes) else {
        return Response::from_parts(parts, Body::from(bytes));
    };
    for (id, fault) in edits {
        let mut changed = json.clone();
        if fault.change(&mut changed) && injected.hit(*id) {
            json = changed;
        }
    }
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(json.to_string()))
}
