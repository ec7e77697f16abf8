//! From an HTTP request to a handler's response.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use super::call::{Call, Caller, Handler};
use super::registry::handlers_for;
use super::{legacy, request};
use crate::http::error::ApiError;
use crate::http::operation::Missing;
use crate::http::upload::Upload;
use crate::http::{operation, parse, response};
use crate::instance::Instance;
use crate::openapi::document::Operation;

/// An instance with the handlers of its document's operations.
#[derive(Debug)]
struct BackendApi {
    instance: Arc<Instance>,
    handlers: Vec<Handler>,
}

/// Returns the Backend API: it takes every path that no other route has.
pub(crate) fn router(instance: Arc<Instance>) -> Router {
    let handlers = handlers_for(instance.document);
    Router::new()
        .fallback(serve)
        .with_state(Arc::new(BackendApi { instance, handlers }))
}

async fn serve(State(api): State<Arc<BackendApi>>, request: Request) -> Response {
    let trace_id = api.instance.ids.hex(32);
    let mut response = match handle(&api, request).await {
        Ok(response) => response,
        Err(error) => {
            let mut response = response::error(&error, &trace_id);
            if error.status == StatusCode::UNAUTHORIZED {
                response
                    .headers_mut()
                    .insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            response
        }
    };
    if let Ok(value) = trace_id.parse() {
        response.headers_mut().insert("x-clerk-trace-id", value);
    }
    response
}

async fn handle(api: &BackendApi, request: Request) -> Result<Response, ApiError> {
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let segments = parse::backend_api_path(&path)
        .ok_or_else(|| Missing::Path.error(request.method(), &path, "Backend API"))?;
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    if let Some(handler) = legacy::legacy_handler(request.method(), &segments) {
        return handle_legacy(&api.instance, handler, &segments, request).await;
    }
    let index = operation::find_operation(api.instance.document, request.method(), &segments)
        .map_err(|missing| missing.error(request.method(), &path, "Backend API"))?;
    let operation = &api.instance.document.operations[index];
    let caller = caller_of(&api.instance, operation, request.headers())?;
    let variables = operation::path_variables(operation, &segments);
    let query = query_of(request.uri());
    operation::check_parameters(api.instance.document, operation, &variables, &query)?;
    let (body, upload) = read_body(operation, request).await?;
    check_body(&api.instance, operation, &body)?;
    let call = Call {
        cx: api.instance.context(),
        operation,
        caller,
        variables,
        query,
        body,
        upload,
    };
    let body = match api.handlers.get(index) {
        Some(Handler::Read(handle)) => handle(&call, &api.instance.read()),
        Some(Handler::Write(handle)) => api.instance.commit(|state| handle(&call, state)),
        None => Err(Missing::Path.error(&method, &path, "Backend API")),
    }?;
    let status = StatusCode::from_u16(operation.status).unwrap_or(StatusCode::OK);
    Ok(if operation.response.is_some() {
        response::json(status, &body)
    } else {
        status.into_response()
    })
}

fn query_of(uri: &Uri) -> Vec<(String, String)> {
    parse::query_pairs(uri.query().unwrap_or_default())
}

fn caller_of(
    instance: &Instance,
    operation: &Operation,
    headers: &HeaderMap,
) -> Result<Caller, ApiError> {
    if !operation.needs_key {
        return Ok(Caller::Anonymous);
    }
    let machines_may = operation.path.starts_with("/m2m_tokens");
    request::authenticate(instance, headers, machines_may)
}

/// Checks a JSON body against the document.
fn check_body(instance: &Instance, operation: &Operation, body: &Value) -> Result<(), ApiError> {
    let Some(expected) = operation.body.as_ref().filter(|body| !body.multipart) else {
        return Ok(());
    };
    let problems = expected.schema.problems(instance.document, body);
    if problems.is_empty() {
        Ok(())
    } else {
        Err(ApiError::problems(&problems))
    }
}

async fn handle_legacy(
    instance: &Instance,
    handler: legacy::LegacyHandler,
    segments: &[&str],
    request: Request,
) -> Result<Response, ApiError> {
    request::authenticate(instance, request.headers(), false)?;
    let params = if request.method() == Method::GET {
        query_of(request.uri())
            .into_iter()
            .map(|(name, value)| (name, Value::from(value)))
            .collect()
    } else {
        parse::json_body(&parse::body_bytes(request).await?)?
    };
    let body = handler(instance, segments, &params)?;
    Ok(response::json(StatusCode::OK, &body))
}

/// Reads the body as JSON, or the file that was sent.
async fn read_body(
    operation: &Operation,
    request: Request,
) -> Result<(Value, Option<Upload>), ApiError> {
    let Some(body) = &operation.body else {
        return Ok((Value::Null, None));
    };
    if body.multipart {
        return Upload::read(request)
            .await
            .map(|upload| (Value::Null, Some(upload)));
    }
    if request.method() == Method::GET {
        return Ok((parse::json_body(&[])?, None));
    }
    let bytes = parse::body_bytes(request).await?;
    Ok((parse::json_body(&bytes)?, None))
}
