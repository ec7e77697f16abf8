//! Where links in emails and other providers send a visitor back to.

use axum::response::Response;

use super::action::{Action, Actions};
use super::browser::Browser;
use super::context::set_cookies;
use super::redirect::Redirect;
use super::request::FapiRequest;
use crate::domain::links::follow_link;
use crate::domain::sign_in::{current_sign_in, follow_sign_in_link};
use crate::domain::sign_up::{current_sign_up, follow_sign_up_link};
use crate::domain::social::complete_visit;
use crate::domain::verifications::verify_by_link;
use crate::http::error::ApiError;
use crate::http::response::see_other;
use crate::instance::{Context, Instance};
use crate::store::{LinkPurpose, State};

pub(super) const RETURN_ACTIONS: Actions = &[
    ("verify", Action::Open(verify)),
    ("getOauthCallback", Action::Open(oauth_callback)),
    ("postOauthCallback", Action::Open(oauth_callback)),
];

/// `GET /v1/verify`: a link in an email. It may be opened in another browser than the one that goes on.
fn verify(instance: &Instance, request: &FapiRequest) -> Result<Response, ApiError> {
    let token = request.query("token").unwrap_or_default();
    let cx = instance.context();
    instance.commit(|state| {
        let (redirect_url, session) = match follow_link(cx, state, token) {
            Some(link) => (link.redirect_url, follow(cx, state, &link.purpose)?),
            None => {
                let verified = verify_by_link(cx, state, token)?;
                (verified.redirect_url.unwrap_or_default().into(), None)
            }
        };
        let redirect = Redirect::parse(instance, request, &redirect_url)?;
        let mut parameters = vec![("__clerk_status", "verified")];
        if let Some(session) = &session {
            parameters.push(("__clerk_created_session", session));
        }
        let location = redirect.with_parameters(&parameters);
        Ok(see_other(location.as_str()))
    })
}

/// Does what a link is for, and returns the session that it began.
fn follow(
    cx: Context<'_>,
    state: &mut State,
    purpose: &LinkPurpose,
) -> Result<Option<String>, ApiError> {
    match purpose {
        LinkPurpose::SignIn { client_id, id } => {
            follow_sign_in_link(cx, state, client_id, id)?;
            let sign_in = current_sign_in(state, Some(client_id))?;
            Ok(sign_in.session_id.clone())
        }
        LinkPurpose::SignUp {
            client_id,
            id,
            email_address,
        } => {
            follow_sign_up_link(cx, state, client_id, id, email_address)?;
            let sign_up = current_sign_up(state, Some(client_id))?;
            Ok(sign_up["created_session_id"].as_str().map(str::to_owned))
        }
    }
}

/// `GET` or `POST /v1/oauth_callback`: a provider says, as its code, which email address the visitor has.
fn oauth_callback(instance: &Instance, request: &FapiRequest) -> Result<Response, ApiError> {
    let given = |name: &str| request.text(name).or(request.query(name));
    let required = |name: &str| given(name).ok_or_else(|| ApiError::missing(name));
    let (secret, email) = (required("state")?, required("code")?);
    let cx = instance.context();
    instance.commit(|state| {
        let visit = complete_visit(cx, state, secret, email)?;
        let redirect = Redirect::parse(instance, request, &visit.redirect_url)?;
        let browser = Browser::find(cx, state, request);
        let mut response = see_other(redirect.as_str());
        set_cookies(&mut response, &browser.cookies(cx, state)?);
        Ok(response)
    })
}
