//! The OAuth 2.1 and OpenID Connect provider over HTTP.

mod answer;
mod authorize;
mod client;
mod consent;
mod discovery;
mod metadata_document;
mod register;
mod token;
mod userinfo;

use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};

use crate::instance::Instance;

/// Returns the provider's routes.
pub(super) fn router() -> Router<Arc<Instance>> {
    // Programs in pages of any origin use these; none of them looks at cookies.
    let for_every_origin = Router::new()
        .route(
            "/.well-known/openid-configuration",
            get(discovery::openid_metadata),
        )
        .route(
            "/.well-known/oauth-authorization-server",
            get(discovery::server_metadata),
        )
        .route("/oauth/token", post(token::token))
        .route("/oauth/token/revoke", post(token::revoke))
        .route("/oauth/token_info", post(token::token_info))
        .route(
            "/oauth/userinfo",
            get(userinfo::userinfo).post(userinfo::userinfo),
        )
        .route("/oauth/register", post(register::register))
        .layer(from_fn(allow_every_origin));
    Router::new()
        .route(
            "/oauth/authorize",
            get(authorize::authorize).post(authorize::authorize_by_form),
        )
        .route(
            "/v1/me/oauth/consent/{client_id}",
            get(consent::show)
                .post(consent::submit)
                .options(consent::preflight),
        )
        .merge(for_every_origin)
}

async fn allow_every_origin(request: Request, next: Next) -> Response {
    let mut response = if request.method() == Method::OPTIONS {
        StatusCode::NO_CONTENT.into_response()
    } else {
        next.run(request).await
    };
    let headers = response.headers_mut();
    for (name, value) in [
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, OPTIONS"),
        // `*` does not include this one.
        (header::ACCESS_CONTROL_ALLOW_HEADERS, "Authorization, *"),
        (header::ACCESS_CONTROL_EXPOSE_HEADERS, "WWW-Authenticate"),
        (header::ACCESS_CONTROL_MAX_AGE, "600"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}
