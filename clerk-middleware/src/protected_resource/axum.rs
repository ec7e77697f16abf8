//! The well-known documents as routes of axum.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use axum::routing::any;
use http::StatusCode;

use super::ProtectedResource;
use super::description::AUTHORIZATION_SERVER;

impl ProtectedResource {
    /// Returns the routes of the well-known documents. Merge them into the outermost router, outside any guard: everybody may read
    /// them.
    ///
    /// They are `/.well-known/oauth-protected-resource`, the same with the resource's path, and
    /// `/.well-known/oauth-authorization-server` if [that is asked for](Self::authorization_server_metadata).
    #[cfg_attr(docsrs, doc(cfg(feature = "axum")))]
    pub fn routes<S: Clone + Send + Sync + 'static>(&self) -> Router<S> {
        let mut paths = self.resource.metadata_paths();
        if self.resource.serves_authorization_server {
            paths.push(AUTHORIZATION_SERVER);
        }
        // A path may have a segment that begins with a colon.
        let routes = Router::new().without_v07_checks();
        paths.into_iter().fold(routes, |routes, path| {
            let authenticator = Arc::clone(&self.authenticator);
            let respond = any(move |request: Request| async move {
                let (parts, _) = request.into_parts();
                match authenticator.document(&parts).await {
                    Some(response) => response.map(Body::from),
                    None => {
                        let mut missing = Response::new(Body::empty());
                        *missing.status_mut() = StatusCode::NOT_FOUND;
                        missing
                    }
                }
            });
            routes.route(path, respond)
        })
    }
}
