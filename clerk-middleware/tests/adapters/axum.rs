use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::extract::{Path, State};
use axum::response::IntoResponse;
use axum::routing::{get, post};
use clerk_middleware::{
    Auth, Authenticator, ClerkLayer, ClerkWebhook, Redirects, Rejection, Require, RequireApiKey,
    RequireAuth, RequireM2m, require_auth,
};
use clerk_sdk::auth::Role;
use http::Uri;
use serde_json::json;
use tokio::net::TcpListener;
use tower::ServiceExt as _;

use crate::backend::{clerk, token};
use crate::credentials::production;
use crate::servers::{self, CACHED, Either, Entered, Framework, Scoped, admin, fresh, user, who};

pub(crate) struct Axum;

impl Framework for Axum {
    const NAME: &'static str = "axum";

    async fn serve(authenticator: Authenticator, entered: Entered) -> SocketAddr {
        listen(routes(entered).layer(ClerkLayer::new(authenticator))).await
    }

    async fn serve_without_layer(entered: Entered) -> SocketAddr {
        listen(routes(entered)).await
    }
}

pub(crate) async fn listen(app: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    address
}

fn routes(entered: Entered) -> Router {
    Router::new()
        .route(
            "/",
            get(|auth: Auth| async move { user(auth.user_id.as_deref()) }),
        )
        .route("/me", get(me))
        .route("/maybe", get(maybe))
        .route("/admin", get(me).layer(admin()))
        .route("/fresh", get(me).layer(fresh()))
        .route("/check", get(check))
        .route("/key", get(key))
        .route("/either", get(either))
        .route("/scoped", get(scoped))
        .nest("/nested", Router::new().route("/me", get(me)))
        .route("/files/{name}", get(file))
        .route("/cookie", get(cookie))
        .route("/cached", get(cached))
        .route("/webhook", post(webhook))
        .route("/m2m", get(m2m))
        .route(
            "/links",
            get(|redirects: Redirects| async move { servers::links(&redirects) }),
        )
        .route(
            "/sign-out",
            post(|auth: Auth| async move { servers::sign_out(&auth).await }),
        )
        .with_state(entered)
}

async fn me(State(entered): State<Entered>, auth: RequireAuth) -> String {
    entered.enter("me");
    auth.user_id.clone()
}

async fn maybe(auth: Option<RequireAuth>) -> String {
    auth.map_or_else(|| "signed out".to_owned(), |auth| auth.user_id)
}

async fn check(State(entered): State<Entered>, auth: RequireAuth) -> Result<String, Rejection> {
    auth.require(Role("org:admin"))?;
    entered.enter("check");
    Ok(auth.user_id.clone())
}

async fn key(State(entered): State<Entered>, key: RequireApiKey) -> String {
    entered.enter("key");
    key.id.clone()
}

async fn m2m(State(entered): State<Entered>, machine: RequireM2m) -> String {
    entered.enter("m2m");
    machine.machine_id.clone()
}

async fn either(State(entered): State<Entered>, caller: Require<Either>) -> String {
    entered.enter("either");
    who(&caller)
}

async fn scoped(State(entered): State<Entered>, caller: Require<Scoped>) -> String {
    entered.enter("scoped");
    who(&caller)
}

async fn file(
    State(entered): State<Entered>,
    _auth: RequireAuth,
    Path(name): Path<String>,
) -> String {
    entered.enter("file");
    name
}

async fn cookie(auth: Auth) -> impl IntoResponse {
    let headers = [("set-cookie", "own=1"), ("cache-control", "public")];
    (headers, user(auth.user_id.as_deref()))
}

async fn webhook(State(entered): State<Entered>, event: ClerkWebhook) -> String {
    entered.enter("webhook");
    event.data.kind().to_owned()
}

async fn cached(auth: Auth) -> impl IntoResponse {
    let text = user(auth.user_id.as_deref());
    (axum::response::AppendHeaders(CACHED), text)
}

crate::suite::tests!(Axum);

/// An extension of a request that counts how often it is cloned.
#[derive(Default)]
struct Copies(Arc<AtomicUsize>);

impl Clone for Copies {
    fn clone(&self) -> Self {
        self.0.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(&self.0))
    }
}

/// The peer and the URI of a request, as an extractor after ours sees them.
async fn path(uri: Uri) -> String {
    uri.path().to_owned()
}

#[tokio::test]
async fn extractors_do_not_copy_the_head_in_nested_routers() {
    let inner = Router::new()
        .route("/auth", get(|_: RequireAuth, uri: Uri| path(uri)))
        .route("/key", get(|_: Option<RequireApiKey>, uri: Uri| path(uri)))
        .route("/either", get(|_: Require<Either>, uri: Uri| path(uri)))
        .route("/guarded", get(path).layer(require_auth()))
        .route("/webhook", get(|_: ClerkWebhook| async { "" }));
    let app = Router::new()
        .nest("/a", Router::new().nest("/b", inner))
        .layer(ClerkLayer::new(clerk(production())));
    let bearer = format!("Bearer {}", token(&json!({})));
    for (target, authorization, status) in [
        ("auth", Some(&bearer), 200),
        ("auth", None, 401),
        ("key", None, 200),
        ("either", Some(&bearer), 200),
        ("either", None, 401),
        ("guarded", Some(&bearer), 200),
        ("guarded", None, 401),
        ("webhook", None, 400),
    ] {
        let copies = Copies::default();
        let count = Arc::clone(&copies.0);
        let mut request = http::Request::get(format!("http://h/a/b/{target}")).extension(copies);
        if let Some(authorization) = authorization {
            request = request.header("authorization", authorization);
        }
        let request = request.body(axum::body::Body::empty()).unwrap();
        let received = app.clone().oneshot(request).await.unwrap();
        assert_eq!(received.status(), status, "{target}");
        assert_eq!(count.load(Ordering::Relaxed), 0, "{target}");
        if status == 200 {
            // They put the URI back.
            let body = axum::body::to_bytes(received.into_body(), 100)
                .await
                .unwrap();
            assert_eq!(body, format!("/{target}"));
        }
    }
}
