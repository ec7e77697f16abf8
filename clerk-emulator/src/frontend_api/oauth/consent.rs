//! `/v1/me/oauth/consent/{client_id}`: what a page has to know to ask for consent, and what the user says.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, Request, State as Shared};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use super::{answer, authorize, client};
use crate::domain::oauth::authorization::{AuthorizationRequest, Step};
use crate::domain::oauth::consents::consent;
use crate::domain::oauth::error::OAuthError;
use crate::domain::oauth::parameters::Parameters;
use crate::frontend_api::browser::Browser;
use crate::frontend_api::pages::{self, Csrf};
use crate::frontend_api::request::FapiRequest;
use crate::frontend_api::routes::cors_headers;
use crate::http::error::ApiError;
use crate::http::{parse, response};
use crate::instance::{Context, Instance};
use crate::store::{Session, State};
use crate::views::oauth::consent_view;

type Instances = Shared<Arc<Instance>>;

pub(super) async fn preflight(headers: HeaderMap) -> Response {
    (cors_headers(&headers), StatusCode::NO_CONTENT).into_response()
}

/// `GET /v1/me/oauth/consent/{client_id}`
pub(super) async fn show(
    Shared(instance): Instances,
    Path(client_id): Path<String>,
    request: Request,
) -> Response {
    let cors = cors_headers(request.headers());
    let view = match FapiRequest::read(request).await {
        Ok(request) => view(&instance, &request, &client_id),
        Err(error) => Err(error),
    };
    let mut response = match view {
        Ok(view) => response::json(StatusCode::OK, &view),
        Err(error) => response::error(&error, &instance.ids.hex(32)),
    };
    response.headers_mut().extend(cors);
    response
}

fn view(instance: &Instance, request: &FapiRequest, client_id: &str) -> Result<Value, ApiError> {
    let cx = instance.context();
    instance.commit(|state| {
        find_session(cx, state, request)?;
        AuthorizationRequest::describe(
            state,
            client_id,
            request.query("redirect_uri"),
            request.query("scope"),
        )
        .map(|(application, redirect_uri, scopes)| {
            consent_view(application, &redirect_uri, &scopes)
        })
        .map_err(|error| match error.code {
            "invalid_client" => ApiError::not_found("OAuth application", client_id),
            code => ApiError::bad_state(code, error.description()),
        })
    })
}

/// Returns the session that the request names, or else the browser's current one.
fn find_session(
    cx: Context<'_>,
    state: &mut State,
    request: &FapiRequest,
) -> Result<Session, ApiError> {
    let browser = Browser::find(cx, state, request);
    let client = browser.client_id.as_deref().unwrap_or_default();
    let named = request
        .text("session_id")
        .or_else(|| request.query("_clerk_session_id"));
    let session = match named {
        Some(id) => {
            let active = state.sessions.active_of(client, cx.now);
            active.into_iter().find(|session| session.id == id)
        }
        None => state.sessions.current_of(client, cx.now),
    };
    session.cloned().ok_or_else(|| {
        ApiError::unauthorized(
            "signed_out",
            "Signed out",
            "Nobody is signed in to this browser, or somebody else than before.",
        )
    })
}

/// `POST /v1/me/oauth/consent/{client_id}`
pub(super) async fn submit(
    Shared(instance): Instances,
    Path(client_id): Path<String>,
    request: Request,
) -> Response {
    let cors = cors_headers(request.headers());
    let accepted = request.headers().get(header::ACCEPT);
    let is_page = accepted
        .and_then(|accepted| accepted.to_str().ok())
        .is_some_and(|accepted| accepted.contains("text/html"));
    let result = decide(&instance, &client_id, request).await;
    let mut response = match result {
        Ok(response) => response,
        Err(error) if is_page => pages::page(error.status, pages::error_page(&error)),
        Err(error) => response::error(&error, &instance.ids.hex(32)),
    };
    response.headers_mut().extend(cors);
    response
}

async fn decide(
    instance: &Instance,
    client_id: &str,
    request: Request,
) -> Result<Response, ApiError> {
    let invalid = |error: OAuthError| ApiError::bad_state(error.code, error.description());
    if !client::has_type(request.headers(), "application/x-www-form-urlencoded") {
        return Err(parse::invalid_body("The request's body is no form."));
    }
    let (head, body) = request.into_parts();
    let bytes = parse::body_bytes(Request::from_parts(head.clone(), body)).await?;
    // A parameter may be repeated, which the other reading forgets.
    let parameters = Parameters::parse(&bytes);
    let request = FapiRequest::read(Request::from_parts(head, Body::from(bytes))).await?;
    let given = parameters.one("consented").map_err(invalid)?;
    let consented = match given.ok_or_else(|| ApiError::missing("consented"))? {
        "true" => true,
        "false" => false,
        _ => {
            return Err(ApiError::invalid(
                "consented",
                "consented is true or false.",
            ));
        }
    };
    if parameters.required("client_id").map_err(invalid)? != client_id {
        return Err(ApiError::invalid(
            "client_id",
            "The form is about another application than its address.",
        ));
    }
    let cx = instance.context();
    instance.commit(|state| {
        check_sender(cx, state, &request)?;
        let session = find_session(cx, state, &request)?;
        let asked = match AuthorizationRequest::read(state, &parameters) {
            Ok(asked) => asked,
            Err(rejection) => return Ok(answer::rejection(instance, &rejection)),
        };
        let error = |error| answer::error_to_client(instance, &asked.return_to, &error);
        if !consented {
            let denied = OAuthError::new("access_denied", "The user does not consent.");
            return Ok(error(denied));
        }
        match asked.next_step(cx, state, Some(&session)) {
            Ok(Step::SignIn) => {
                return Ok(answer::see_other(&authorize::sign_in_url(cx, &parameters)));
            }
            Ok(Step::Consent | Step::Done) => {}
            Err(wanted) => return Ok(error(wanted)),
        }
        let organization = request.field("organization_id");
        if let Err(invalid) = consent(cx, state, &asked, &session, organization) {
            return Ok(error(invalid));
        }
        Ok(authorize::give_code(cx, state, &asked, &session))
    })
}

/// Checks that no page of another origin sent the form. Such a page makes the browser send its cookies, but it knows
/// neither what is in the emulator's own page nor the token of the browser.
fn check_sender(cx: Context<'_>, state: &State, request: &FapiRequest) -> Result<(), ApiError> {
    if Browser::is_named(cx, state, request) {
        return Ok(());
    }
    Csrf::check(request)
}
