use std::net::SocketAddr;

use axum::Router;
use axum::extract::{Path, State};
use axum::response::IntoResponse;
use axum::routing::{get, post};
use clerk_middleware::{
    Auth, Authenticator, ClerkLayer, ClerkWebhook, Refusal, Require, RequireApiKey, RequireAuth,
};
use clerk_sdk::auth::Role;
use tokio::net::TcpListener;

use crate::servers::{Either, Entered, Framework, Scoped, admin, fresh, user, who};

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

async fn listen(app: Router) -> SocketAddr {
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
        .route("/webhook", post(webhook))
        .with_state(entered)
}

async fn me(State(entered): State<Entered>, auth: RequireAuth) -> String {
    entered.enter("me");
    auth.user_id.clone()
}

async fn maybe(auth: Option<RequireAuth>) -> String {
    auth.map_or_else(|| "nobody".to_owned(), |auth| auth.user_id)
}

async fn check(State(entered): State<Entered>, auth: RequireAuth) -> Result<String, Refusal> {
    auth.require(Role("org:admin"))?;
    entered.enter("check");
    Ok(auth.user_id.clone())
}

async fn key(State(entered): State<Entered>, key: RequireApiKey) -> String {
    entered.enter("key");
    key.id.clone()
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

crate::suite::tests!(Axum);
