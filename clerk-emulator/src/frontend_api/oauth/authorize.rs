//! `/oauth/authorize`: from a client's request to its code, by way of sign-in and consent.

use std::sync::Arc;

use axum::extract::{Request, State as Shared};
use axum::response::{IntoResponse, Response};

use super::{answer, client, metadata_document};
use crate::domain::oauth::authorization::{AuthorizationRequest, SIGNED_IN_SINCE, Step};
use crate::domain::oauth::consents::{ORGANIZATION_SCOPE, issue_code};
use crate::domain::oauth::error::OAuthError;
use crate::domain::oauth::parameters::Parameters;
use crate::domain::oauth::scopes::describe;
use crate::domain::organizations::find_organization;
use crate::frontend_api::browser::Browser;
use crate::frontend_api::context::set_cookies;
use crate::frontend_api::pages::{self, ConsentPage, Csrf};
use crate::frontend_api::request::FapiRequest;
use crate::instance::{Context, Instance};
use crate::store::{Session, State};

/// What the consent page's form says itself: a request that has parameters of these names says nothing by them.
const OF_THE_FORM: [&str; 4] = ["consented", "csrf", "organization_id", "session_id"];
/// The longest request, in bytes: it travels in the query of other pages.
const MAX_REQUEST: usize = 6 * 1024;

/// `GET /oauth/authorize`
pub(super) async fn authorize(
    Shared(instance): Shared<Arc<Instance>>,
    request: Request,
) -> Response {
    let query = request.uri().query().unwrap_or_default();
    let parameters = Parameters::parse(query.as_bytes());
    let result = match FapiRequest::read(request).await {
        Ok(request) => begin(&instance, &request, &parameters).await,
        Err(error) => Err(error.into()),
    };
    result.unwrap_or_else(|error| answer::error_page(&error))
}

/// `POST /oauth/authorize`: the same request by a link, with which the browser sends its cookies.
pub(super) async fn authorize_by_form(request: Request) -> Response {
    let location = match client::read_form(request).await {
        Ok((_, parameters)) => {
            check_length(&parameters).map(|()| format!("/oauth/authorize?{}", parameters.encoded()))
        }
        Err(error) => Err(error),
    };
    match location {
        Ok(location) => answer::see_other(&location),
        Err(error) => answer::error_page(&error).into_response(),
    }
}

fn check_length(parameters: &Parameters) -> Result<(), OAuthError> {
    if parameters.encoded().len() <= MAX_REQUEST {
        return Ok(());
    }
    let description = format!("The request is longer than {MAX_REQUEST} bytes.");
    Err(OAuthError::invalid_request(&description))
}

async fn begin(
    instance: &Instance,
    request: &FapiRequest,
    parameters: &Parameters,
) -> Result<Response, OAuthError> {
    check_length(parameters)?;
    metadata_document::learn_client(instance, parameters.single("client_id")).await?;
    let cx = instance.context();
    instance.commit(|state| {
        let browser = Browser::find(cx, state, request);
        let session = browser
            .client_id
            .as_deref()
            .and_then(|client| state.sessions.current_of(client, cx.now))
            .cloned();
        let asked = match AuthorizationRequest::read(state, parameters) {
            Ok(asked) => asked,
            Err(rejection) => return Ok(answer::rejection(instance, &rejection)),
        };
        match asked.next_step(cx, state, session.as_ref()) {
            Ok(step) => go_on(cx, state, request, parameters, &asked, step, session),
            Err(error) => Ok(answer::error_to_client(instance, &asked.return_to, &error)),
        }
    })
}

/// Does what has to happen next.
fn go_on(
    cx: Context<'_>,
    state: &mut State,
    request: &FapiRequest,
    parameters: &Parameters,
    asked: &AuthorizationRequest,
    step: Step,
    session: Option<Session>,
) -> Result<Response, OAuthError> {
    match (step, session) {
        (Step::Done, Some(session)) => Ok(give_code(cx, state, asked, &session)),
        (Step::Consent, Some(session)) => {
            consent_page(cx, state, request, parameters, asked, &session)
        }
        _ => Ok(answer::see_other(&sign_in_url(cx, parameters))),
    }
}

/// Sends the client its code.
pub(super) fn give_code(
    cx: Context<'_>,
    state: &mut State,
    asked: &AuthorizationRequest,
    session: &Session,
) -> Response {
    let code = issue_code(cx, state, asked, session);
    answer::to_client(cx.instance, &asked.return_to, &[("code", &code)])
}

/// Returns the page to sign in, which leads back to the authorization. What signs in from now on is new enough for the
/// client.
pub(super) fn sign_in_url(cx: Context<'_>, parameters: &Parameters) -> String {
    let since = match parameters.single(SIGNED_IN_SINCE) {
        Some(since) => since.to_owned(),
        None => cx.now.to_string(),
    };
    let back = parameters.with(&[SIGNED_IN_SINCE], &[(SIGNED_IN_SINCE, &since)]);
    let back = format!(
        "{}/oauth/authorize?{}",
        cx.instance.settings.url,
        back.encoded()
    );
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("redirect_url", &back)
        .finish();
    format!("/sign-in?{query}")
}

fn consent_page(
    cx: Context<'_>,
    state: &State,
    request: &FapiRequest,
    parameters: &Parameters,
    asked: &AuthorizationRequest,
    session: &Session,
) -> Result<Response, OAuthError> {
    let user = state.users.get(&session.user_id).ok_or_else(|| {
        OAuthError::invalid_request("The user who is signed in does not exist any more.")
    })?;
    let csrf = Csrf::of(cx.instance, request);
    let sent_on = parameters.with(&OF_THE_FORM, &[]);
    let redirect = url::Url::parse(&asked.return_to.redirect_uri).ok();
    let destination = redirect.as_ref().map(|url| {
        url.host_str()
            .map_or_else(|| url.scheme().to_owned(), str::to_owned)
    });
    let page = ConsentPage {
        name: asked.application["name"]
            .as_str()
            .unwrap_or(&asked.client_id),
        client_id: &asked.client_id,
        is_unverified: asked.application["dynamically_registered"] == true,
        user,
        session_id: &session.id,
        scopes: asked
            .scopes
            .iter()
            .map(|scope| describe(scope).unwrap_or(scope))
            .collect(),
        organizations: organizations(state, asked, session),
        destination: destination.as_deref().unwrap_or_default(),
        csrf: &csrf.token,
        action: &action(&asked.client_id),
        request: sent_on.pairs().collect(),
        sign_in: &sign_in_url(cx, parameters),
    };
    let mut response = pages::page(axum::http::StatusCode::OK, page.render());
    let cookies: Vec<String> = csrf.cookie().into_iter().collect();
    set_cookies(&mut response, &cookies);
    Ok(response)
}

/// Returns where the consent page's form goes.
fn action(client_id: &str) -> String {
    let id = percent_encoding::utf8_percent_encode(client_id, percent_encoding::NON_ALPHANUMERIC);
    format!("/v1/me/oauth/consent/{id}")
}

/// Returns the organizations of which the application may see one: the session's first, and none at the end.
fn organizations(
    state: &State,
    asked: &AuthorizationRequest,
    session: &Session,
) -> Vec<(String, String)> {
    if !asked.scopes.iter().any(|scope| scope == ORGANIZATION_SCOPE) {
        return Vec::new();
    }
    let active = session.organization_id.as_deref();
    let mut all: Vec<(String, String)> = state
        .members
        .of_user(&session.user_id)
        .filter_map(|member| {
            let organization = find_organization(state, &member.organization_id).ok()?;
            let name = organization["name"].as_str().unwrap_or_default();
            Some((member.organization_id.clone(), name.to_owned()))
        })
        .collect();
    all.push((String::new(), "No organization".to_owned()));
    // What compares equal keeps its order.
    all.sort_by_key(|(id, _)| active.unwrap_or_default() != id);
    all
}
