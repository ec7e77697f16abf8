//! The routes.

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{StatusCode, header};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::backend_api::{self, Handler};
use crate::frontend_api;
use crate::world::World;
use crate::{access, control, faults, origin, requests};

/// Clerk takes images of up to ten megabytes.
const MAX_BODY: usize = 11 * 1024 * 1024;

/// What browsers may take an upload for.
const IMAGE_TYPES: [&str; 6] = [
    "image/avif",
    "image/gif",
    "image/jpeg",
    "image/png",
    "image/svg+xml",
    "image/webp",
];
/// No script, nothing from elsewhere, and an origin of its own; drawings in SVG bring their styles.
const IMAGE_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

/// What all routes share.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) world: Arc<World>,
    pub(crate) handlers: Vec<Handler>,
}

impl std::fmt::Debug for Handler {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Read(_) => "Read",
            Self::Write(_) => "Write",
        })
    }
}

pub(crate) fn router(world: Arc<World>) -> Router {
    let handlers = backend_api::handlers(world.document);
    Router::new()
        .route("/.well-known/jwks.json", get(jwks))
        .route("/images/{id}", get(image))
        .merge(frontend_api::router())
        .fallback(backend_api::serve)
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .merge(control::router(Arc::clone(&world)))
        .layer(from_fn_with_state(Arc::clone(&world), faults::apply))
        .layer(from_fn_with_state(Arc::clone(&world), requests::remember))
        .layer(from_fn(origin::remember))
        .layer(from_fn_with_state(Arc::clone(&world), access::guard))
        .with_state(Arc::new(Server { world, handlers }))
}

/// The public address of the key set.
async fn jwks(State(server): State<Arc<Server>>) -> Response {
    let body = server.world.key().jwks().to_string();
    ([(header::CONTENT_TYPE, "application/json")], body).into_response()
}

/// Uploaded images; a plain disc for those who have none.
async fn image(State(server): State<Arc<Server>>, Path(id): Path<String>) -> Response {
    if id == "default" {
        let disc = br##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><circle cx="4" cy="4" r="4" fill="#89b"/></svg>"##;
        return embeddable("image/svg+xml", disc.to_vec());
    }
    match server.world.read().images.get(&id) {
        Some((media_type, bytes)) => embeddable(media_type, bytes.clone()),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// An image for pages of any origin, as the application's is another one. Opened by itself it can run nothing, and what
/// is no image is a download.
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
        access::EMBEDDABLE,
    ];
    (headers, bytes).into_response()
}
