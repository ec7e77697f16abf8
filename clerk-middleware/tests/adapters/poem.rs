use std::net::SocketAddr;

use clerk_middleware::poem::ClerkMiddleware;
use clerk_middleware::{
    Auth, Authenticator, ClerkWebhook, Redirects, Rejection, Require, RequireApiKey, RequireAuth,
    RequireM2m,
};
use clerk_sdk::auth::Role;
use poem::listener::{Acceptor as _, Listener as _, TcpListener};
use poem::web::{Data, Path};
use poem::{
    Endpoint, EndpointExt as _, IntoResponse, Request, Response, Route, Server, get, handler, post,
};

use crate::backend::clerk;
use crate::connection::Sent;
use crate::credentials::production;
use crate::servers::{self, CACHED, Either, Entered, Framework, Scoped, admin, fresh, user, who};

pub(crate) struct Poem;

impl Framework for Poem {
    const NAME: &'static str = "poem";

    async fn serve(authenticator: Authenticator, entered: Entered) -> SocketAddr {
        listen(routes(entered).with(ClerkMiddleware::new(authenticator))).await
    }

    async fn serve_without_layer(entered: Entered) -> SocketAddr {
        listen(routes(entered)).await
    }
}

pub(crate) async fn listen(app: impl Endpoint + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0");
    let acceptor = listener.into_acceptor().await.unwrap();
    let address = *acceptor.local_addr()[0].as_socket_addr().unwrap();
    tokio::spawn(async move { Server::new_with_acceptor(acceptor).run(app).await.unwrap() });
    address
}

fn routes(entered: Entered) -> impl Endpoint {
    Route::new()
        .at("/", get(home))
        .at("/me", get(me))
        .at("/maybe", get(maybe))
        .at("/admin", get(me).with(admin()))
        .at("/fresh", get(me).with(fresh()))
        .at("/check", get(check))
        .at("/key", get(key))
        .at("/either", get(either))
        .at("/scoped", get(scoped))
        .nest("/nested", Route::new().at("/me", get(me)))
        .at("/files/:name", get(file))
        .at("/cookie", get(cookie))
        .at("/cached", get(cached))
        .at("/webhook", post(webhook))
        .at("/m2m", get(m2m))
        .at("/links", get(links))
        .at("/sign-out", post(sign_out))
        .data(entered)
}

#[handler]
async fn home(auth: Auth) -> String {
    user(auth.user_id.as_deref())
}

#[handler]
async fn me(entered: Data<&Entered>, auth: RequireAuth) -> String {
    entered.enter("me");
    auth.user_id.clone()
}

/// `Option` alone would hide a missing middleware.
#[handler]
async fn maybe(_auth: Auth, auth: Option<RequireAuth>) -> String {
    auth.map_or_else(|| "signed out".to_owned(), |auth| auth.user_id)
}

#[handler]
async fn check(entered: Data<&Entered>, auth: RequireAuth) -> Result<String, Rejection> {
    auth.require(Role("org:admin"))?;
    entered.enter("check");
    Ok(auth.user_id.clone())
}

#[handler]
async fn key(entered: Data<&Entered>, key: RequireApiKey) -> String {
    entered.enter("key");
    key.id.clone()
}

#[handler]
async fn m2m(entered: Data<&Entered>, machine: RequireM2m) -> String {
    entered.enter("m2m");
    machine.machine_id.clone()
}

#[handler]
async fn links(redirects: Redirects) -> String {
    servers::links(&redirects)
}

#[handler]
async fn sign_out(auth: Auth) -> &'static str {
    servers::sign_out(&auth).await
}

#[handler]
async fn either(entered: Data<&Entered>, caller: Require<Either>) -> String {
    entered.enter("either");
    who(&caller)
}

#[handler]
async fn scoped(entered: Data<&Entered>, caller: Require<Scoped>) -> String {
    entered.enter("scoped");
    who(&caller)
}

#[handler]
async fn file(entered: Data<&Entered>, _auth: RequireAuth, name: Path<String>) -> String {
    entered.enter("file");
    name.0
}

#[handler]
async fn cookie(auth: Auth) -> Response {
    user(auth.user_id.as_deref())
        .with_header("set-cookie", "own=1")
        .with_header("cache-control", "public")
        .into_response()
}

#[handler]
async fn webhook(entered: Data<&Entered>, event: ClerkWebhook) -> String {
    entered.enter("webhook");
    event.data.kind().to_owned()
}

#[handler]
async fn cached(auth: Auth) -> Response {
    let mut response = user(auth.user_id.as_deref()).into_response();
    for (name, value) in CACHED {
        let value = http::HeaderValue::from_static(value);
        response.headers_mut().append(name, value);
    }
    response
}

crate::suite::tests!(Poem);

#[tokio::test]
async fn a_middleware_inside_of_a_nested_route_knows_the_whole_url() {
    let inner = Route::new()
        .at("/me", get(me))
        .with(ClerkMiddleware::new(clerk(production())));
    let app = Route::new().nest("/outer", Route::new().nest("/inner", inner));
    let address = listen(app.data(Entered::default())).await;
    let due = Sent::new("GET /outer/inner/me?x=1").page();
    let received = due.header("cookie", "__client_uat=5").to(address).await;
    assert_eq!(received.status, 307);
    let location = received.header("location").unwrap();
    assert!(
        location.contains("%2Fouter%2Finner%2Fme%3Fx%3D1"),
        "{location}"
    );
}

#[tokio::test]
async fn the_error_of_a_route_stays_what_it_is_and_gets_the_headers() {
    let address = Poem::serve(clerk(production()).into(), Entered::default()).await;
    let received = Sent::new("GET /nowhere").to(address).await;
    assert_eq!(received.status, 404);
    assert_eq!(received.header("x-clerk-auth-status"), Some("signed-out"));
}

#[tokio::test]
async fn a_request_that_a_test_has_built_has_its_url() {
    let app = routes(Entered::default()).with(ClerkMiddleware::new(clerk(production())));
    let request = Request::builder()
        .uri_str("/me?x=1")
        .header("sec-fetch-dest", "document")
        .header("cookie", "__client_uat=5")
        .finish();
    let response = app.get_response(request).await;
    let location = response.headers()["location"].to_str().unwrap();
    assert!(location.contains("%2Fme%3Fx%3D1"), "{location}");
}
