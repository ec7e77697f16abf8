//! The routes in each framework.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::OnceLock;

use actix_web::{App, HttpServer, web};
use axum::Router;
use axum::routing::get;
use clerk_middleware::{
    Authenticator, ClerkLayer, Guard, Policy, ProtectedResource, Rejection, RequestAuth, Require,
    RequireAuth, RequireOAuth,
};
use http_body_util::Full;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use poem::{EndpointExt as _, Route, handler};
use rocket::routes;
use tower::{Layer as _, ServiceExt as _};

use super::{ResourceServer, caller, tool};

pub(super) struct Axum;

impl ResourceServer for Axum {
    const NAME: &'static str = "axum";

    async fn serve(resource: ProtectedResource, layer: Authenticator) -> SocketAddr {
        // Without any layer but the guard.
        let mcp = Router::new()
            .route(
                "/mcp",
                get(|auth: RequestAuth| async move { caller(&auth) }),
            )
            .route(
                "/mcp/tool",
                get(|auth: RequestAuth| async move { tool(&auth) }),
            )
            .route_layer(resource.require());
        let guarded = |path, guard: Guard| {
            let route = get(|auth: RequestAuth| async move { caller(&auth) });
            Router::new().route(path, route).route_layer(guard)
        };
        let others = Router::new()
            .route(
                "/oauth",
                get(|auth: RequireOAuth| async move { auth.user_id.clone() }),
            )
            .route(
                "/page",
                get(|auth: RequireAuth| async move { auth.user_id }),
            )
            .route_layer(ClerkLayer::new(layer));
        let app = mcp
            .merge(guarded("/mcp/email", resource.require_scopes(["email"])))
            .merge(guarded("/mcp/self", resource.require().reject_delegated()))
            .merge(others)
            .merge(resource.routes());
        crate::axum::listen(app).await
    }
}

pub(super) struct Tower;

impl ResourceServer for Tower {
    const NAME: &'static str = "tower";

    async fn serve(resource: ProtectedResource, layer: Authenticator) -> SocketAddr {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let layer = ClerkLayer::new(layer);
        let app = layer.layer(tower::service_fn(move |request| {
            let resource = resource.clone();
            async move { Ok::<_, Infallible>(of_tower(&resource, request).await) }
        }));
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let service = TowerToHyperService::new(app.clone());
                let connection = hyper::server::conn::http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), service);
                tokio::spawn(connection);
            }
        });
        address
    }
}

type Response = http::Response<axum::body::Body>;

async fn of_tower(
    resource: &ProtectedResource,
    request: http::Request<hyper::body::Incoming>,
) -> Response {
    let path = request.uri().path().to_owned();
    let handler = tower::service_fn(
        move |request: http::Request<hyper::body::Incoming>| async move {
            let auth = request.extensions().get::<RequestAuth>().unwrap();
            let body = match request.uri().path() {
                "/mcp/tool" => tool(auth),
                _ => Ok(caller(auth)),
            };
            let response = match body {
                Ok(body) => http::Response::new(Full::from(body)),
                Err(rejection) => rejection.into_response().map(Full::from),
            };
            Ok::<_, Infallible>(response)
        },
    );
    let guard = match path.as_str() {
        "/mcp" | "/mcp/tool" => resource.require(),
        "/mcp/email" => resource.require_scopes(["email"]),
        "/mcp/self" => resource.require().reject_delegated(),
        "/oauth" => clerk_middleware::require_token(clerk_sdk::tokens::TokenType::OAuth),
        "/page" => clerk_middleware::require_auth(),
        _ => {
            let mut missing = Response::default();
            *missing.status_mut() = http::StatusCode::NOT_FOUND;
            return missing;
        }
    };
    let response = guard.layer(handler).oneshot(request).await.unwrap();
    response.map(axum::body::Body::new)
}

pub(super) struct ActixWeb;

impl ResourceServer for ActixWeb {
    const NAME: &'static str = "actix-web";

    async fn serve(resource: ProtectedResource, layer: Authenticator) -> SocketAddr {
        let layer = clerk_middleware::actix_web::ClerkMiddleware::new(layer);
        crate::actix_web::run(|| {
            HttpServer::new(move || {
                let who = |auth: RequestAuth| async move { caller(&auth) };
                let oneself = resource.require().reject_delegated();
                let guarded = |path, guard: Guard| web::resource(path).wrap(guard);
                App::new()
                    .service(guarded("/mcp", resource.require()).to(who))
                    .service(guarded("/mcp/email", resource.require_scopes(["email"])).to(who))
                    .service(guarded("/mcp/self", oneself).to(who))
                    .service(
                        web::resource("/mcp/tool")
                            .wrap(resource.require())
                            .to(|auth: RequestAuth| async move { tool(&auth) }),
                    )
                    .service(
                        web::resource("/oauth")
                            .to(|auth: RequireOAuth| async move { auth.user_id.clone() }),
                    )
                    .service(
                        web::resource("/page").to(|auth: RequireAuth| async move { auth.user_id }),
                    )
                    .wrap(layer.clone())
            })
            .workers(1)
            .disable_signals()
            .bind(("127.0.0.1", 0))
            .map(|server| (server.addrs()[0], server.run()))
        })
    }
}

pub(super) struct Poem;

#[handler]
async fn poem_who(auth: RequestAuth) -> String {
    caller(&auth)
}

#[handler]
async fn poem_tool(auth: RequestAuth) -> Result<String, Rejection> {
    tool(&auth)
}

#[handler]
async fn poem_oauth(auth: RequireOAuth) -> String {
    auth.user_id.clone()
}

#[handler]
async fn poem_page(auth: RequireAuth) -> String {
    auth.user_id
}

impl ResourceServer for Poem {
    const NAME: &'static str = "poem";

    async fn serve(resource: ProtectedResource, layer: Authenticator) -> SocketAddr {
        let oneself = resource.require().reject_delegated();
        let app = Route::new()
            .at("/mcp", poem::get(poem_who).with(resource.require()))
            .at(
                "/mcp/email",
                poem::get(poem_who).with(resource.require_scopes(["email"])),
            )
            .at("/mcp/self", poem::get(poem_who).with(oneself))
            .at("/mcp/tool", poem::get(poem_tool).with(resource.require()))
            .at("/oauth", poem::get(poem_oauth))
            .at("/page", poem::get(poem_page))
            .with(clerk_middleware::poem::ClerkMiddleware::new(layer));
        crate::poem::listen(app).await
    }
}

pub(super) struct RocketWeb;

/// Rocket's policies have no state, so the resource is that of the process.
static RESOURCE: OnceLock<ProtectedResource> = OnceLock::new();

struct Caller;
struct WithEmail;
struct Oneself;

impl Policy for Caller {
    fn guard() -> Guard {
        RESOURCE.get().unwrap().require()
    }
}

impl Policy for WithEmail {
    fn guard() -> Guard {
        RESOURCE.get().unwrap().require_scopes(["email"])
    }
}

impl Policy for Oneself {
    fn guard() -> Guard {
        RESOURCE.get().unwrap().require().reject_delegated()
    }
}

#[rocket::get("/mcp")]
fn rocket_who(auth: Require<Caller>) -> String {
    caller(&auth)
}

#[rocket::get("/mcp/email")]
fn rocket_email(auth: Require<WithEmail>) -> String {
    caller(&auth)
}

#[rocket::get("/mcp/self")]
fn rocket_self(auth: Require<Oneself>) -> String {
    caller(&auth)
}

#[rocket::get("/mcp/tool")]
fn rocket_tool(auth: Require<Caller>) -> Result<String, Rejection> {
    tool(&auth)
}

#[rocket::get("/oauth")]
fn rocket_oauth(auth: RequireOAuth) -> String {
    auth.user_id.clone()
}

#[rocket::get("/page")]
fn rocket_page(auth: RequireAuth) -> String {
    auth.user_id
}

impl ResourceServer for RocketWeb {
    const NAME: &'static str = "Rocket";

    async fn serve(resource: ProtectedResource, layer: Authenticator) -> SocketAddr {
        RESOURCE.set(resource).unwrap();
        let all = routes![
            rocket_who,
            rocket_email,
            rocket_self,
            rocket_tool,
            rocket_oauth,
            rocket_page
        ];
        let app = crate::rocket::bare(crate::servers::Entered::default()).mount("/", all);
        let fairing = clerk_middleware::rocket::ClerkFairing::new(layer);
        crate::rocket::listen(app.attach(fairing)).await
    }
}
