//! The routes.

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{StatusCode, header};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::control::{self, Controls};
use crate::http::client_info::set_client_info;
use crate::http::faults::inject_faults;
use crate::http::guard::{EMBEDDABLE, guard};
use crate::http::request_log::log_request;
use crate::instance::Instance;
use crate::{backend_api, frontend_api};

/// Clerk takes images of up to ten megabytes.
const MAX_BODY: usize = 11 * 1024 * 1024;

/// The media types as which uploads are served.
const IMAGE_TYPES: [&str; 6] = [
    "image/avif",
    "image/gif",
    "image/jpeg",
    "image/png",
    "image/svg+xml",
    "image/webp",
];
/// No script, nothing from elsewhere, and an origin of its own. Drawings in SVG bring their styles.
const IMAGE_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

/// Returns all routes with the layers around them; a request passes the last layer first.
pub(crate) fn router(controls: Arc<Controls>) -> Router {
    let instance = Arc::clone(&controls.instance);
    let faults = (Arc::clone(&instance), controls.faults.clone());
    let requests = controls.requests.clone();
    Router::new()
        .route("/.well-known/jwks.json", get(jwks))
        .route("/images/{id}", get(image))
        .with_state(Arc::clone(&instance))
        .merge(frontend_api::router(Arc::clone(&instance)))
        .merge(backend_api::router(Arc::clone(&instance)))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .merge(control::router(controls))
        .layer(from_fn_with_state(faults, inject_faults))
        .layer(from_fn_with_state(requests, log_request))
        .layer(from_fn(set_client_info))
        .layer(from_fn_with_state(instance, guard))
}

/// Returns the key set, at its public address.
async fn jwks(State(instance): State<Arc<Instance>>) -> Response {
    let body = instance.key().jwks().to_string();
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        // A client in a page verifies ID tokens with it. Pages that the guard rejects do not get here.
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    ];
    (headers, body).into_response()
}

/// Returns an uploaded image, or a plain disc as the default one.
async fn image(State(instance): State<Arc<Instance>>, Path(id): Path<String>) -> Response {
    if id == "default" {
        let disc = br##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><circle cx="4" cy="4" r="4" fill="#89b"/></svg>"##;
        return embeddable("image/svg+xml", disc.to_vec());
    }
    match instance.read().images.get(&id) {
        Some((media_type, bytes)) => embeddable(media_type, bytes.clone()),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// Returns a response that pages of any origin may embed, as the application's origin is another one. An image that
/// is opened by itself cannot run scripts, and other files are downloads.
fn embeddable(media_type: &str, bytes: Vec<u8>) -> Response {
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    let known = IMAGE_TYPES
        .into_iter()
        .find(|known| known.eq_ignore_ascii_case(essence));
    let (media_type, disposition) = match known {
        Some(known) => (known, "inline"),
        None => ("application/octet-stream", "attachment"),
    };
    let headers = [
        (header::CONTENT_TYPE, media_type),
        (header::CONTENT_DISPOSITION, disposition),
        (header::CONTENT_SECURITY_POLICY, IMAGE_POLICY),
        EMBEDDABLE,
    ];
    (headers, bytes).into_response()
}
