use axum::Router;
use axum::extract::Form;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use clerk_middleware::{Authenticator, ClerkLayer, ConfigError, RequireAuth};
use clerk_sdk::Clerk;
use serde::Deserialize;

pub fn router(clerk: Clerk) -> Result<Router, ConfigError> {
    let authenticator = Authenticator::new(clerk).redirect_to_sign_in().validate()?;
    Ok(Router::new()
        .route("/notes", get(page).post(save))
        .route("/renew", get(renew))
        .layer(ClerkLayer::new(authenticator)))
}

#[derive(Deserialize)]
pub struct Note {
    text: String,
}

/// A page load: before it comes here, an expired session token has been renewed.
async fn page(_user: RequireAuth) -> Html<String> {
    Html(form("", ""))
}

/// Takes `Option<RequireAuth>`, because `RequireAuth` would reject the request and with it the input.
async fn save(user: Option<RequireAuth>, headers: HeaderMap, Form(note): Form<Note>) -> Response {
    if !is_own_form(&headers) {
        return StatusCode::FORBIDDEN.into_response();
    }
    let Some(user) = user else {
        let page = form(
            &note.text,
            "<p><a href=\"/renew\" target=\"_blank\">Sign in again</a>, and then save.</p>",
        );
        return (StatusCode::UNAUTHORIZED, Html(page)).into_response();
    };
    // insert into notes …
    println!("{} notes: {}", user.user_id, note.text);
    Redirect::to("/notes").into_response()
}

/// A page load as well, in a tab of its own: it renews the session token for all tabs.
async fn renew(_user: RequireAuth) -> &'static str {
    "You are signed in. Close this tab, and save."
}

/// Whether a page of this application has sent the form. Browsers say so; only programs and very old browsers leave it out.
fn is_own_form(headers: &HeaderMap) -> bool {
    headers
        .get("sec-fetch-site")
        .is_none_or(|site| site == "same-origin")
}

fn form(text: &str, hint: &str) -> String {
    let text = text
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    format!(
        "<!doctype html><title>Notes</title>{hint}\
         <form method=\"post\" action=\"/notes\"><textarea name=\"text\">{text}</textarea><button>Save</button></form>"
    )
}
