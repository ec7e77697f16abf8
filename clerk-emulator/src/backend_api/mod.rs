//! The Backend API: every operation of Clerk's document.

mod api_keys;
pub(crate) mod billing;
mod call;
pub(crate) mod contacts;
pub(crate) mod document;
pub(crate) mod errors;
mod generic;
pub(crate) mod insert;
mod instance;
mod invitations;
mod jwt_templates;
mod legacy;
mod m2m_tokens;
mod machines;
pub(crate) mod oauth;
pub(crate) mod organizations;
pub(crate) mod request;
mod role_sets;
pub(crate) mod roles;
pub(crate) mod schema;
pub(crate) mod sessions;
mod synthesize;
mod tickets;
pub(crate) mod users;

use axum::body::Bytes;
use axum::extract::{FromRequest, Multipart, Request, State as Shared};
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use std::sync::Arc;

pub(crate) use call::Handler;
use call::{Answer, Call, Caller, Upload};
use document::{Document, Operation};
use errors::ApiError;
use schema::Schema;
use synthesize::Synthesizer;

use crate::keys::KeyError;
use crate::server::Server;
use crate::store::State;
use crate::world::World;

/// What each operation of the document does, in the document's order.
pub(crate) fn handlers(document: &Document) -> Vec<Handler> {
    document
        .operations
        .iter()
        .map(|operation| handler(operation, document))
        .collect()
}

fn handler(operation: &Operation, document: &Document) -> Handler {
    let known = [
        users::handler,
        contacts::handler,
        sessions::handler,
        organizations::handler,
        roles::handler,
        role_sets::handler,
        invitations::handler,
        jwt_templates::handler,
        tickets::handler,
        machines::handler,
        m2m_tokens::handler,
        api_keys::handler,
        oauth::handler,
        instance::handler,
        billing::handler,
    ];
    known
        .into_iter()
        .find_map(|module| module(&operation.id))
        .unwrap_or_else(|| generic::handler(operation, document))
}

/// Answers any request to the Backend API.
pub(crate) async fn serve(Shared(server): Shared<Arc<Server>>, request: Request) -> Response {
    let trace_id = server.world.ids.hex(32);
    let mut response = match answer(&server, request).await {
        Ok(response) => response,
        Err(error) => {
            let mut response = json(error.status, &error.body(&trace_id));
            if error.status == StatusCode::UNAUTHORIZED {
                response.headers_mut().insert(
                    header::WWW_AUTHENTICATE,
                    header::HeaderValue::from_static("Bearer"),
                );
            }
            response
        }
    };
    if let Ok(value) = trace_id.parse() {
        response.headers_mut().insert("x-clerk-trace-id", value);
    }
    response
}

pub(crate) fn json(status: StatusCode, body: &Value) -> Response {
    (
        status,
        [(header::CONTENT_TYPE, "application/json")],
        body.to_string(),
    )
        .into_response()
}

async fn answer(server: &Server, request: Request) -> Result<Response, ApiError> {
    let world = &server.world;
    let path = request.uri().path().to_owned();
    let unknown = || {
        let long = format!("There is no {path} in the Backend API.");
        ApiError::new(
            StatusCode::NOT_FOUND,
            "resource_not_found",
            "Not found",
            &long,
        )
    };
    let segments = request::segments(&path).ok_or_else(unknown)?;
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    if let Some(legacy) = legacy::find(request.method(), &segments) {
        request::caller(world, request.headers(), false)?;
        let query = request::query(request.uri().query().unwrap_or_default());
        let body = if request.method() == Method::GET {
            query
                .into_iter()
                .map(|(name, value)| (name, Value::from(value)))
                .collect()
        } else {
            request::json_body(&bytes(request).await?)?
        };
        return Ok(json(StatusCode::OK, &legacy(world, &segments, &body)?));
    }
    let candidates = world.document.at(&segments);
    if candidates.is_empty() {
        return Err(unknown());
    }
    let index = candidates
        .iter()
        .copied()
        .find(|index| request.method() == world.document.operations[*index].method.as_str());
    let Some(index) = index else {
        return Err(ApiError::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "method_not_allowed",
            "Method not allowed",
            &format!("{path} does not answer to {}.", request.method()),
        ));
    };
    let operation = &world.document.operations[index];
    let caller = if operation.needs_key {
        request::caller(
            world,
            request.headers(),
            operation.path.starts_with("/m2m_tokens"),
        )?
    } else {
        Caller::Anybody
    };
    let variables = request::variables(operation, &segments);
    let query = request::query(request.uri().query().unwrap_or_default());
    request::check_parameters(world.document, operation, &variables, &query)?;
    let (body, upload) = read(operation, request).await?;
    if let Some(schema) = operation
        .body
        .as_ref()
        .filter(|body| !body.multipart)
        .map(|body| &body.schema)
    {
        let problems = schema.problems(world.document, &body);
        if !problems.is_empty() {
            return Err(ApiError::problems(&problems));
        }
    }
    let call = Call {
        world,
        operation,
        now: world.clock.now(),
        caller,
        variables,
        query,
        body,
        upload,
    };
    let body = match server.handlers.get(index) {
        Some(Handler::Read(handle)) => handle(&call, &world.read()),
        Some(Handler::Write(handle)) => handle(&call, &mut world.write()),
        None => Err(unknown()),
    }?;
    let status = StatusCode::from_u16(operation.status).unwrap_or(StatusCode::OK);
    Ok(if operation.answer.is_some() {
        json(status, &body)
    } else {
        status.into_response()
    })
}

/// What an operation does, done by the emulator itself: nobody checks the body against the document.
pub(crate) fn perform(
    world: &World,
    state: &mut State,
    id: &str,
    variables: &[&str],
    body: Value,
) -> Answer {
    let operation = world
        .document
        .operation(id)
        .ok_or_else(|| ApiError::not_found("operation", id))?;
    let call = Call {
        world,
        operation,
        now: world.clock.now(),
        caller: Caller::Instance,
        variables: variables.iter().map(|&value| value.to_owned()).collect(),
        query: Vec::new(),
        body,
        upload: None,
    };
    match handler(operation, world.document) {
        Handler::Read(handle) => handle(&call, state),
        Handler::Write(handle) => handle(&call, state),
    }
}

/// The body as JSON, or the file that was sent.
async fn read(
    operation: &Operation,
    request: Request,
) -> Result<(Value, Option<Upload>), ApiError> {
    let Some(body) = &operation.body else {
        return Ok((Value::Null, None));
    };
    if !body.multipart {
        let read_body = request.method() != Method::GET;
        let bytes = if read_body {
            bytes(request).await?
        } else {
            Bytes::new()
        };
        let body = request::json_body(&bytes)?;
        return Ok((body, None));
    }
    let invalid = |why: String| {
        ApiError::new(
            StatusCode::BAD_REQUEST,
            "request_body_invalid",
            "Request body invalid",
            &why,
        )
    };
    let mut form = Multipart::from_request(request, &())
        .await
        .map_err(|error| invalid(error.body_text()))?;
    while let Some(field) = form
        .next_field()
        .await
        .map_err(|error| invalid(error.body_text()))?
    {
        if field.name() == Some("file") {
            let media_type = field
                .content_type()
                .unwrap_or("application/octet-stream")
                .to_owned();
            let bytes = field
                .bytes()
                .await
                .map_err(|error| invalid(error.body_text()))?;
            if bytes.is_empty() {
                return Err(ApiError::invalid("file", "The file is empty."));
            }
            return Ok((
                Value::Null,
                Some(Upload {
                    media_type,
                    bytes: bytes.to_vec(),
                }),
            ));
        }
    }
    Err(ApiError::missing("file"))
}

pub(crate) async fn bytes(request: Request) -> Result<Bytes, ApiError> {
    Bytes::from_request(request, &()).await.map_err(|error| {
        let why = error.body_text();
        ApiError::new(
            error.status(),
            "request_body_invalid",
            "Request body invalid",
            &why,
        )
    })
}

/// The schema of what the list at this path holds.
fn item_schema<'a>(document: &'a Document, segments: &[&str]) -> Option<&'a Schema> {
    let index = *document
        .at(segments)
        .iter()
        .find(|index| document.operations[**index].method == "GET")?;
    let list = document.resolve(document.operations[index].answer.as_ref()?)?;
    match list.properties.get("data") {
        Some(data) => document.resolve(data)?.items.as_deref(),
        None => list.items.as_deref(),
    }
}

/// What there is before anybody made anything: roles, permissions, settings, templates.
pub(crate) fn populate(world: &World, state: &mut State) {
    roles::populate(world, state);
    role_sets::populate(world, state);
    instance::populate(world, state);
}

/// 500: the emulator itself failed.
pub(crate) fn broken(error: &KeyError) -> ApiError {
    ApiError::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "internal_clerk_error",
        "The emulator failed",
        &error.to_string(),
    )
}
