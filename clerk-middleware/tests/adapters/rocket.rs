use std::net::{Ipv4Addr, SocketAddr};

use clerk_middleware::rocket::ClerkFairing;
use clerk_middleware::{
    Auth, Authenticator, ClerkWebhook, Redirects, Rejection, Require, RequireApiKey, RequireAuth,
    RequireM2m,
};
use clerk_sdk::auth::Role;
use rocket::config::{Config, LogLevel};
use rocket::fairing::AdHoc;
use rocket::http::{Header, Status};
use rocket::response::status;
use rocket::{Build, Responder, Rocket, State, catch, catchers, get, post, routes, uri};
use tokio::sync::oneshot;

use crate::backend::clerk;
use crate::connection::Sent;
use crate::credentials::production;
use crate::rows::UNAUTHENTICATED;
use crate::servers::{self, Admin, CACHED, Either, Entered, Framework, Fresh, Scoped, user, who};

pub(crate) struct RocketWeb;

impl Framework for RocketWeb {
    const NAME: &'static str = "Rocket";

    async fn serve(authenticator: Authenticator, entered: Entered) -> SocketAddr {
        listen(app(entered).attach(ClerkFairing::new(authenticator))).await
    }

    async fn serve_without_layer(entered: Entered) -> SocketAddr {
        listen(app(entered)).await
    }
}

pub(crate) async fn listen(app: Rocket<Build>) -> SocketAddr {
    let (send, receive) = oneshot::channel();
    let send = std::sync::Mutex::new(Some(send));
    let app = app.attach(AdHoc::on_liftoff("address", move |rocket| {
        Box::pin(async move {
            let address = SocketAddr::new(rocket.config().address, rocket.config().port);
            let send = send.lock().unwrap().take().unwrap();
            send.send(address).unwrap();
        })
    }));
    tokio::spawn(async move { app.launch().await.unwrap() });
    receive.await.unwrap()
}

fn app(entered: Entered) -> Rocket<Build> {
    let all = routes![
        home, me, maybe, by_role, by_age, check, key, either, scoped, file, cookie, cached,
        webhook, m2m, links, sign_out
    ];
    bare(entered).mount("/", all).mount("/nested", routes![me])
}

pub(crate) fn bare(entered: Entered) -> Rocket<Build> {
    let mut config = Config {
        address: Ipv4Addr::LOCALHOST.into(),
        port: 0,
        log_level: LogLevel::Off,
        ..Config::debug_default()
    };
    config.shutdown.ctrlc = false;
    rocket::custom(config).manage(entered)
}

#[get("/")]
fn home(auth: Auth) -> String {
    user(auth.user_id.as_deref())
}

#[get("/me")]
fn me(auth: RequireAuth, entered: &State<Entered>) -> String {
    entered.enter("me");
    auth.user_id.clone()
}

/// `Option` alone would hide a missing fairing.
#[get("/maybe")]
fn maybe(_auth: Auth, auth: Option<RequireAuth>) -> String {
    auth.map_or_else(|| "signed out".to_owned(), |auth| auth.user_id)
}

#[get("/admin")]
fn by_role(caller: Require<Admin>, entered: &State<Entered>) -> Option<String> {
    entered.enter("admin");
    caller.session().user_id.clone()
}

#[get("/fresh")]
fn by_age(caller: Require<Fresh>, entered: &State<Entered>) -> Option<String> {
    entered.enter("fresh");
    caller.session().user_id.clone()
}

#[get("/check")]
fn check(auth: RequireAuth, entered: &State<Entered>) -> Result<String, Rejection> {
    auth.require(Role("org:admin"))?;
    entered.enter("check");
    Ok(auth.user_id.clone())
}

#[get("/key")]
fn key(key: RequireApiKey, entered: &State<Entered>) -> String {
    entered.enter("key");
    key.id.clone()
}

#[get("/m2m")]
fn m2m(machine: RequireM2m, entered: &State<Entered>) -> String {
    entered.enter("m2m");
    machine.machine_id.clone()
}

#[get("/links")]
fn links(redirects: Redirects) -> String {
    servers::links(&redirects)
}

#[post("/sign-out")]
async fn sign_out(auth: Auth) -> &'static str {
    servers::sign_out(&auth).await
}

#[get("/either")]
fn either(caller: Require<Either>, entered: &State<Entered>) -> String {
    entered.enter("either");
    who(&caller)
}

#[get("/scoped")]
fn scoped(caller: Require<Scoped>, entered: &State<Entered>) -> String {
    entered.enter("scoped");
    who(&caller)
}

#[get("/files/<name>")]
fn file(_auth: RequireAuth, name: String, entered: &State<Entered>) -> String {
    entered.enter("file");
    name
}

#[derive(Responder)]
struct WithHeaders(String, Header<'static>, Header<'static>);

#[get("/cookie")]
fn cookie(auth: Auth) -> WithHeaders {
    WithHeaders(
        user(auth.user_id.as_deref()),
        Header::new("Set-Cookie", "own=1"),
        Header::new("Cache-Control", "public"),
    )
}

#[post("/webhook", data = "<event>")]
fn webhook(event: ClerkWebhook, entered: &State<Entered>) -> String {
    entered.enter("webhook");
    event.data.kind().to_owned()
}

struct Cached(String);

impl<'r> rocket::response::Responder<'r, 'static> for Cached {
    fn respond_to(self, request: &'r rocket::Request<'_>) -> rocket::response::Result<'static> {
        let mut response = rocket::response::Responder::respond_to(self.0, request)?;
        for (name, value) in CACHED {
            response.adjoin_raw_header(name.to_ascii_uppercase(), value);
        }
        Ok(response)
    }
}

#[get("/cached")]
fn cached(auth: Auth) -> Cached {
    Cached(user(auth.user_id.as_deref()))
}

crate::suite::tests!(RocketWeb);

fn lax() -> ClerkFairing {
    ClerkFairing::new(clerk(production()))
}

fn strict() -> ClerkFairing {
    ClerkFairing::new(Authenticator::new(clerk(production())).reject_signed_out())
}

#[get("/<_..>")]
fn get_anything(entered: &State<Entered>) {
    entered.enter("get");
}

#[rocket::head("/<_..>")]
fn head_anything(entered: &State<Entered>) {
    entered.enter("head");
}

#[post("/<_..>", data = "<_body>")]
fn post_anything(entered: &State<Entered>, _body: Vec<u8>) {
    entered.enter("post");
}

#[tokio::test]
async fn routes_that_match_everything_do_not_run_where_somebody_has_to_be_signed_in() {
    let entered = Entered::default();
    let mut all = routes![get_anything, head_anything, post_anything];
    // Before the ranks that Rocket assigns.
    all.iter_mut().for_each(|route| route.rank = -1000);
    let app = bare(entered.clone()).mount("/", all).attach(strict());
    let address = listen(app).await;
    for line in [
        "GET /x",
        "HEAD /x",
        "POST /x",
        "DELETE /x",
        "GET /.clerk-middleware/answer",
    ] {
        let received = Sent::new(line).to(address).await;
        assert_eq!(received.status, 401, "{line}");
        let body = if line.starts_with("HEAD") {
            ""
        } else {
            UNAUTHENTICATED
        };
        assert_eq!(received.body, body, "{line}");
        assert_eq!(received.all("x-clerk-auth-reason").count(), 1, "{line}");
    }
    assert_eq!(entered.take(), [""; 0]);
}

#[tokio::test]
async fn the_route_of_the_fairing_serves_no_direct_requests() {
    let address = listen(app(Entered::default()).attach(lax())).await;
    let received = Sent::new("GET /.clerk-middleware/answer").to(address).await;
    assert_eq!(received.status, 404);
    assert_eq!(
        received.header("x-clerk-auth-status"),
        Some("signed-out"),
        "as all answers"
    );
}

#[tokio::test]
async fn a_fairing_that_changes_the_uri_afterwards_does_not_change_the_answer() {
    let elsewhere = AdHoc::on_request("elsewhere", |request, _| {
        Box::pin(async { request.set_uri(uri!("/open")) })
    });
    #[get("/open")]
    fn open() -> &'static str {
        "secret"
    }
    let app = app(Entered::default()).mount("/", routes![open]);
    let address = listen(app.attach(strict()).attach(elsewhere)).await;
    let received = Sent::new("GET /x").to(address).await;
    assert_eq!(
        (received.status, received.body.as_str()),
        (401, UNAUTHENTICATED)
    );
}

#[catch(401)]
fn own_401() -> &'static str {
    "my own words"
}

#[catch(default)]
fn own_default(status: Status, _request: &rocket::Request<'_>) -> String {
    format!("my own words about {}", status.code)
}

#[tokio::test]
async fn catchers_of_the_application_come_first() {
    let app_with = |catchers| {
        app(Entered::default())
            .register("/", catchers)
            .attach(lax())
    };
    let address = listen(app_with(catchers![own_401])).await;
    let received = Sent::new("GET /me").to(address).await;
    assert_eq!(
        (received.status, received.body.as_str()),
        (401, "my own words")
    );
    assert_eq!(received.header("x-clerk-auth-status"), Some("signed-out"));

    let address = listen(app_with(catchers![own_default])).await;
    let received = Sent::new("GET /me").to(address).await;
    assert_eq!(
        (received.status, received.body.as_str()),
        (401, "my own words about 401")
    );
}

#[tokio::test]
async fn the_redirect_to_the_sign_in_page_is_not_for_catchers() {
    let authenticator = Authenticator::new(clerk(production())).redirect_to_sign_in();
    let app = app(Entered::default()).register("/", catchers![own_default]);
    let address = listen(app.attach(ClerkFairing::new(authenticator))).await;
    let received = Sent::new("GET /me").page().to(address).await;
    assert_eq!(received.status, 302);
    let location = received.header("location").unwrap();
    assert!(location.starts_with("https://accounts.example.com/sign-in?"));
}

#[tokio::test]
async fn what_a_handler_answers_is_not_taken_for_a_rejection() {
    #[get("/own")]
    fn own(_auth: Option<RequireAuth>) -> status::Unauthorized<&'static str> {
        status::Unauthorized("of the handler")
    }
    #[get("/gone")]
    fn gone(_auth: Option<RequireAuth>) -> Option<String> {
        None
    }
    let app = app(Entered::default()).mount("/", routes![own, gone]);
    let address = listen(app.attach(lax())).await;
    assert_eq!(Sent::new("GET /gone").to(address).await.status, 404);
    let received = Sent::new("GET /own").to(address).await;
    assert_eq!(
        (received.status, received.body.as_str()),
        (401, "of the handler")
    );
}
