//! Where everything is: `/.well-known/openid-configuration` and `/.well-known/oauth-authorization-server`.

use std::sync::Arc;

use axum::extract::State as Shared;
use axum::http::StatusCode;
use axum::response::Response;

use crate::http::response;
use crate::instance::Instance;
use crate::views::oauth::{openid_metadata_view, server_metadata_view};

pub(super) async fn openid_metadata(Shared(instance): Shared<Arc<Instance>>) -> Response {
    let view = openid_metadata_view(&instance, &instance.read());
    response::json(StatusCode::OK, &view)
}

pub(super) async fn server_metadata(Shared(instance): Shared<Arc<Instance>>) -> Response {
    let view = server_metadata_view(&instance, &instance.read());
    response::json(StatusCode::OK, &view)
}
