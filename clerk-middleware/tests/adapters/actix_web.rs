use std::net::SocketAddr;
use std::sync::mpsc;

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::ErrorImATeapot;
use actix_web::middleware::{Next, from_fn};
use actix_web::web::{self, Data, Path, ServiceConfig};
use actix_web::{App, HttpResponse, HttpServer};
use clerk_middleware::actix_web::ClerkMiddleware;
use clerk_middleware::{
    Auth, Authenticator, ClerkWebhook, Redirects, Rejection, Require, RequireApiKey, RequireAuth,
    RequireM2m,
};
use clerk_sdk::auth::Role;

use crate::backend::clerk;
use crate::connection::Sent;
use crate::credentials::production;
use crate::servers::{self, CACHED, Either, Entered, Framework, Scoped, admin, fresh, user, who};

pub(crate) struct ActixWeb;

impl Framework for ActixWeb {
    const NAME: &'static str = "actix-web";

    async fn serve(authenticator: Authenticator, entered: Entered) -> SocketAddr {
        let clerk = ClerkMiddleware::new(authenticator);
        run(|| {
            HttpServer::new(move || {
                let entered = entered.clone();
                App::new()
                    .configure(|config| routes(config, entered))
                    .wrap(clerk.clone())
            })
            .workers(1)
            .disable_signals()
            .bind_auto_h2c(("127.0.0.1", 0))
            .map(|server| (server.addrs()[0], server.run()))
        })
    }

    async fn serve_without_layer(entered: Entered) -> SocketAddr {
        run(|| {
            HttpServer::new(move || {
                let entered = entered.clone();
                App::new().configure(|config| routes(config, entered))
            })
            .workers(1)
            .disable_signals()
            .bind(("127.0.0.1", 0))
            .map(|server| (server.addrs()[0], server.run()))
        })
    }
}

/// actix-web has its own runtime with its own threads.
pub(crate) fn run(
    bind: impl FnOnce() -> std::io::Result<(SocketAddr, actix_web::dev::Server)> + Send + 'static,
) -> SocketAddr {
    let (send, receive) = mpsc::channel();
    std::thread::spawn(move || {
        actix_web::rt::System::new().block_on(async move {
            let (address, server) = bind().unwrap();
            send.send(address).unwrap();
            server.await.unwrap();
        });
    });
    receive.recv().unwrap()
}

fn routes(config: &mut ServiceConfig, entered: Entered) {
    config
        .app_data(Data::new(entered))
        .service(web::resource("/").to(|auth: Auth| async move { user(auth.user_id.as_deref()) }))
        .service(web::resource("/me").to(me))
        .service(web::resource("/maybe").to(maybe))
        .service(web::resource("/admin").wrap(admin()).to(me))
        .service(web::resource("/fresh").wrap(fresh()).to(me))
        .service(web::resource("/check").to(check))
        .service(web::resource("/key").to(key))
        .service(web::resource("/either").to(either))
        .service(web::resource("/scoped").to(scoped))
        .service(web::scope("/nested").service(web::resource("/me").to(me)))
        .service(web::resource("/files/{name}").to(file))
        .service(web::resource("/cookie").to(cookie))
        .service(web::resource("/cached").to(cached))
        .service(web::resource("/webhook").route(web::post().to(webhook)))
        .service(web::resource("/m2m").to(m2m))
        .service(
            web::resource("/links")
                .to(|redirects: Redirects| async move { servers::links(&redirects) }),
        )
        .service(
            web::resource("/sign-out")
                .route(web::post().to(|auth: Auth| async move { servers::sign_out(&auth).await })),
        );
}

async fn me(entered: Data<Entered>, auth: RequireAuth) -> String {
    entered.enter("me");
    auth.user_id.clone()
}

/// `Option` alone would hide a missing middleware.
async fn maybe(_: Auth, auth: Option<RequireAuth>) -> String {
    auth.map_or_else(|| "signed out".to_owned(), |auth| auth.user_id)
}

async fn check(entered: Data<Entered>, auth: RequireAuth) -> Result<String, Rejection> {
    auth.require(Role("org:admin"))?;
    entered.enter("check");
    Ok(auth.user_id.clone())
}

async fn key(entered: Data<Entered>, key: RequireApiKey) -> String {
    entered.enter("key");
    key.id.clone()
}

async fn m2m(entered: Data<Entered>, machine: RequireM2m) -> String {
    entered.enter("m2m");
    machine.machine_id.clone()
}

async fn either(entered: Data<Entered>, caller: Require<Either>) -> String {
    entered.enter("either");
    who(&caller)
}

async fn scoped(entered: Data<Entered>, caller: Require<Scoped>) -> String {
    entered.enter("scoped");
    who(&caller)
}

async fn file(entered: Data<Entered>, _auth: RequireAuth, name: Path<String>) -> String {
    entered.enter("file");
    name.into_inner()
}

async fn cookie(auth: Auth) -> HttpResponse {
    HttpResponse::Ok()
        .append_header(("set-cookie", "own=1"))
        .append_header(("cache-control", "public"))
        .body(user(auth.user_id.as_deref()))
}

async fn webhook(entered: Data<Entered>, event: ClerkWebhook) -> String {
    entered.enter("webhook");
    event.data.kind().to_owned()
}

async fn cached(auth: Auth) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    for header in CACHED {
        response.append_header(header);
    }
    response.body(user(auth.user_id.as_deref()))
}

crate::suite::tests!(ActixWeb);

#[tokio::test]
async fn a_middleware_on_a_scope_knows_the_whole_url() {
    let clerk = ClerkMiddleware::new(clerk(production()));
    let address = run(|| {
        HttpServer::new(move || {
            let inner = web::scope("/inner").wrap(clerk.clone());
            let inner = inner.service(web::resource("/me").to(me));
            App::new().service(web::scope("/outer").service(inner))
        })
        .workers(1)
        .disable_signals()
        .bind(("127.0.0.1", 0))
        .map(|server| (server.addrs()[0], server.run()))
    });
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
async fn the_error_of_a_middleware_inside_stays_what_it_is_and_gets_the_headers() {
    let clerk = ClerkMiddleware::new(clerk(production()));
    let address = run(|| {
        HttpServer::new(move || {
            let failing = from_fn(async |_request: ServiceRequest, _next: Next<BoxBody>| {
                Err::<ServiceResponse, _>(ErrorImATeapot("short and stout"))
            });
            App::new().wrap(failing).wrap(clerk.clone())
        })
        .workers(1)
        .disable_signals()
        .bind(("127.0.0.1", 0))
        .map(|server| (server.addrs()[0], server.run()))
    });
    let received = Sent::new("GET /").to(address).await;
    assert_eq!(
        (received.status, received.body.as_str()),
        (418, "short and stout")
    );
    assert_eq!(received.header("x-clerk-auth-status"), Some("signed-out"));
}
