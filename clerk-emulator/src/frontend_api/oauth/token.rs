//! `/oauth/token`, `/oauth/token/revoke` and `/oauth/token_info`.

use std::sync::Arc;

use axum::extract::{Request, State as Shared};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::{answer, client};
use crate::domain::oauth::clients::{Client, authenticate};
use crate::domain::oauth::error::OAuthError;
use crate::domain::oauth::grants::{self, Issued};
use crate::domain::oauth::parameters::Parameters;
use crate::instance::{Context, Instance};
use crate::store::State;
use crate::views::oauth::{issued_view, token_facts_view};

/// Does what a client asks for, once it is known who it is.
async fn serve<T>(
    instance: &Instance,
    request: Request,
    act: impl FnOnce(Context<'_>, &mut State, &Client, &Parameters) -> Result<T, OAuthError>,
) -> Result<T, OAuthError> {
    let (head, parameters) = client::read_form(request).await?;
    let credentials = client::credentials(&head.headers, &parameters)?;
    let cx = instance.context();
    instance.commit(|state| {
        let client = authenticate(state, &credentials)?;
        act(cx, state, &client, &parameters)
    })
}

pub(super) async fn token(Shared(instance): Shared<Arc<Instance>>, request: Request) -> Response {
    let issued: Result<Issued, _> = serve(&instance, request, grants::issue).await;
    match issued {
        Ok(issued) => answer::json_for_once(StatusCode::OK, &issued_view(&issued)),
        Err(error) => answer::error(&error),
    }
}

pub(super) async fn revoke(Shared(instance): Shared<Arc<Instance>>, request: Request) -> Response {
    let revoked = serve(&instance, request, |cx, state, client, parameters| {
        grants::revoke(cx, state, client, parameters.required("token")?)
    });
    match revoked.await {
        Ok(()) => StatusCode::OK.into_response(),
        Err(error) => answer::error(&error),
    }
}

/// Tells a client what a token says. Clients with a secret may ask about all tokens: servers of resources are such.
pub(super) async fn token_info(
    Shared(instance): Shared<Arc<Instance>>,
    request: Request,
) -> Response {
    let view = serve(&instance, request, |cx, state, client, parameters| {
        let facts = grants::token_facts(cx, state, parameters.required("token")?);
        let may_know = |client_id: &str| !client.is_public || client_id == client.client_id;
        let facts = facts.filter(|facts| may_know(&facts.client_id));
        Ok(token_facts_view(facts.as_ref()))
    });
    match view.await {
        Ok(view) => answer::json_for_once(StatusCode::OK, &view),
        Err(error) => answer::error(&error),
    }
}
