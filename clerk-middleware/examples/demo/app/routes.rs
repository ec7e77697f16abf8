//! The routes, and who may use them.

use axum::Router;
use axum::extract::State;
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use clerk_middleware::{
    Auth, AuthenticateOptions, Authenticator, ClerkLayer, ClerkWebhook, ConfigError,
    ForwardedHeaders, Redirects, Rejection, RejectionKind, RequireAuth, require,
};
use clerk_sdk::Clerk;
use clerk_sdk::auth::Role;
use serde_json::json;

use super::events::Events;
use super::links::Links;
use super::notes::Notes;
use super::pages::{self, Home};
use super::person::Person;

/// The state of the handlers.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) clerk: Clerk,
    /// `http://localhost:PORT`
    pub(crate) origin: String,
    pub(crate) is_emulated: bool,
    pub(crate) events: Events,
    pub(crate) notes: Notes,
}

impl App {
    /// This server is reached directly, and has one name.
    fn options(&self) -> AuthenticateOptions {
        AuthenticateOptions::new()
            .expired_forms(true)
            .forwarded_headers(ForwardedHeaders::Ignored)
            .trusted_hosts([self.origin.trim_start_matches("http://")])
    }
}

pub(crate) fn router(app: App) -> Result<Router, ConfigError> {
    let authenticator = Authenticator::new(app.clerk.clone())
        .options(app.options())
        .redirect_to_sign_in()
        .on_error(page_for_browsers)
        .validate()?;
    let router = Router::new()
        .route("/", get(home))
        .route("/sign-out", post(sign_out))
        .route("/dashboard", get(dashboard))
        .route("/notes", get(notes).post(add_note))
        .route("/admin", get(admin).layer(require(Role("org:admin"))))
        .route("/api/public", get(public))
        .route("/api/me", get(me))
        .route("/webhooks", post(webhook))
        .layer(ClerkLayer::new(authenticator))
        // These routes need no authentication.
        .route("/style.css", get(style))
        .route("/countdown.js", get(countdown))
        .with_state(app);
    Ok(router)
}

async fn home(State(app): State<App>, redirects: Redirects, user: Option<RequireAuth>) -> Response {
    let links = match Links::of(&redirects) {
        Ok(links) => links,
        Err(error) => return failure(&error.to_string()),
    };
    let user = match user {
        Some(user) => match Person::of(&user).await {
            Ok(person) => Some((user, person)),
            Err(error) => return failure(&error.to_string()),
        },
        None => None,
    };
    let events = app.events.latest();
    let home = Home {
        app: &app,
        links: &links,
        events: &events,
    };
    page(home.html(user.as_ref()))
}

/// Only on `POST`: a link from another site must not sign out. The layer adds the headers that clear the cookies.
async fn sign_out(auth: Auth) -> Response {
    match auth.sign_out().await {
        Ok(_) => Redirect::to("/").into_response(),
        Err(error) => failure(&error.to_string()),
    }
}

async fn dashboard(user: RequireAuth) -> Response {
    page(pages::dashboard(&user.user_id))
}

async fn notes(State(app): State<App>, user: RequireAuth) -> Response {
    page(pages::notes(&app.notes.of(&user.user_id)))
}

async fn add_note(State(app): State<App>, user: RequireAuth, form: String) -> Redirect {
    let mut fields = url::form_urlencoded::parse(form.as_bytes());
    if let Some((_, note)) = fields.find(|(name, _)| name == "note") {
        app.notes.add(&user.user_id, &note);
    }
    Redirect::to("/notes")
}

async fn admin(user: RequireAuth) -> Response {
    page(pages::admin(user.org_slug.as_deref().unwrap_or_default()))
}

async fn public() -> Response {
    json_of(&json!({ "message": "Everybody may read this." }))
}

async fn me(user: RequireAuth) -> Response {
    json_of(&json!({
        "user_id": user.user_id,
        "session_id": user.session_id,
        "organization_id": user.org_id,
        "role": user.org_role,
        "permissions": user.org_permissions,
    }))
}

async fn webhook(State(app): State<App>, event: ClerkWebhook) -> StatusCode {
    app.events.add(&event);
    StatusCode::NO_CONTENT
}

async fn style() -> impl IntoResponse {
    let css = [(header::CONTENT_TYPE, "text/css; charset=utf-8")];
    (css, include_str!("style.css"))
}

async fn countdown() -> impl IntoResponse {
    let script = [(header::CONTENT_TYPE, "text/javascript; charset=utf-8")];
    (script, include_str!("countdown.js"))
}

/// Pages show text that users wrote: no script in it may run, and only pictures may be loaded from elsewhere.
fn page(html: String) -> Response {
    let headers = [
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'self' 'unsafe-inline'; script-src 'self'; img-src *; base-uri 'none'; \
             form-action 'self'; frame-ancestors 'none'",
        ),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, Html(html)).into_response()
}

fn failure(reason: &str) -> Response {
    let mut response = page(pages::failure(reason));
    *response.status_mut() = StatusCode::BAD_GATEWAY;
    response
}

fn json_of(value: &serde_json::Value) -> Response {
    let headers = [(header::CONTENT_TYPE, "application/json")];
    (headers, format!("{value:#}\n")).into_response()
}

/// Rejected browsers get a page; programs get the JSON body.
fn page_for_browsers(parts: &Parts, rejection: &mut Rejection) {
    let accept = parts.headers.get(header::ACCEPT);
    let is_page = accept.is_some_and(|accept| accept.as_bytes().starts_with(b"text/html"));
    if is_page && let RejectionKind::Forbidden(_) = rejection.kind() {
        rejection.set_body(pages::forbidden());
        let html = HeaderValue::from_static("text/html; charset=utf-8");
        rejection.headers_mut().insert(header::CONTENT_TYPE, html);
    }
}
