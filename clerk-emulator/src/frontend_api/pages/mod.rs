//! The pages: sign-in, sign-up and accounts. Plain HTML, no script.

mod layout;
mod sign_in;
mod sign_up;
mod user;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State as Shared};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::browser::Browser;
use super::redirect::Redirect;
use super::visit::Visit;
use super::{Desk, set_cookies};
use crate::backend_api::errors::ApiError;
use crate::server::Server;
use crate::world::World;
use layout::{Text, alert, page};

/// The cookie that a form has to know.
const CSRF: &str = "__emulator_csrf";
/// No script at all, no frames, nothing from elsewhere.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'";

pub(super) fn router() -> Router<Arc<Server>> {
    Router::new()
        .route("/sign-in", get(sign_in_page).post(sign_in_page))
        .route("/sign-up", get(sign_up_page).post(sign_up_page))
        .route("/user", get(user_page).post(user_page))
        .route("/sign-out", get(sign_out_page).post(sign_out_page))
        .route("/", get(start_page))
}

/// What a page does with a request.
enum Outcome {
    /// It answers HTML.
    Page(StatusCode, String),
    /// It is done: back to the application, or to one's accounts.
    Done,
    /// Another page of the emulator: its path.
    Other(&'static str),
}

/// A request for a page.
struct Stand<'a> {
    desk: Desk<'a>,
    /// Where the application wants its visitor back.
    redirect: Option<Redirect>,
    csrf: String,
}

type Show = fn(&mut Stand<'_>) -> Outcome;

async fn sign_in_page(server: Shared<Arc<Server>>, request: Request) -> Response {
    serve(server, request, sign_in::show, sign_in::act).await
}

async fn sign_up_page(server: Shared<Arc<Server>>, request: Request) -> Response {
    serve(server, request, sign_up::show, sign_up::act).await
}

async fn user_page(server: Shared<Arc<Server>>, request: Request) -> Response {
    serve(server, request, user::show, user::act).await
}

/// A link to it is enough, as applications without scripts have it.
async fn sign_out_page(server: Shared<Arc<Server>>, request: Request) -> Response {
    serve(server, request, user::sign_out, user::sign_out).await
}

async fn start_page(server: Shared<Arc<Server>>, request: Request) -> Response {
    let to_user: Show = |_| Outcome::Other("/user");
    serve(server, request, to_user, to_user).await
}

async fn serve(
    Shared(server): Shared<Arc<Server>>,
    request: Request,
    show: Show,
    act: Show,
) -> Response {
    let response = match Visit::read(request).await {
        Ok(visit) => answer(&server.world, &visit, show, act),
        Err(error) => Err(error),
    };
    protected(response.unwrap_or_else(|error| refusal(&error).into_response(error.status)))
}

/// With the headers that every page has.
fn protected(mut response: Response) -> Response {
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Asks before a link does something that another page may have brought the visitor to. The same link on this page is
/// trusted, and no frame shows this page.
fn confirmation(visit: &Visit, question: &str, label: &str) -> Html {
    let link = format!("/{}?{}", visit.segments.join("/"), visit.query_text());
    let body = format!(
        "<div class=\"actions\"><a class=\"button primary\" href=\"{}\">{}</a></div>",
        Text(&link),
        Text(label)
    );
    let about = "A page that the emulator does not know brought you here.";
    Html(page(question, about, &body))
}

/// Asks whether a handshake is to switch the organization.
pub(super) fn switch_confirmation(visit: &Visit) -> Response {
    let html = confirmation(visit, "Switch organization?", "Switch");
    protected(html.into_response(StatusCode::OK))
}

/// HTML that is ready.
struct Html(String);

impl Html {
    fn into_response(self, status: StatusCode) -> Response {
        let html = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
        (status, html, self.0).into_response()
    }
}

/// A page that says what is wrong with the link or the form.
fn refusal(error: &ApiError) -> Html {
    let body = alert(Some(error.told()))
        + "<div class=\"actions\"><a class=\"button secondary\" href=\"/sign-in\">Go to the sign-in page</a></div>";
    Html(page("This does not work", "", &body))
}

fn answer(world: &World, visit: &Visit, show: Show, act: Show) -> Result<Response, ApiError> {
    let is_form = visit.method == Method::POST;
    let given = if is_form {
        visit.text("redirect_url")
    } else {
        visit.query("redirect_url").filter(|url| !url.is_empty())
    };
    let redirect = given
        .map(|url| Redirect::parse(world, visit, url))
        .transpose()?;
    let known = visit.cookies(CSRF).next().map(str::to_owned);
    if is_form && (known.is_none() || visit.text("csrf") != known.as_deref()) {
        return Err(ApiError::forbidden(
            "csrf_token_invalid",
            "The form is not one of this browser's, or it is out of date: open the page anew. Cookies have to be allowed.",
        ));
    }
    let state = &mut *world.write();
    let mut browser = Browser::find(world, state, visit);
    browser.ensure_dev_browser(world, state);
    let mut stand = Stand {
        desk: Desk {
            world,
            state,
            visit,
            browser,
        },
        redirect,
        csrf: known.clone().unwrap_or_else(|| world.ids.letters(32)),
    };
    let outcome = if is_form {
        act(&mut stand)
    } else {
        show(&mut stand)
    };
    let mut response = match outcome {
        Outcome::Page(status, html) => Html(html).into_response(status),
        Outcome::Done => gone(&stand.back()),
        Outcome::Other(path) => gone(path),
    };
    let mut cookies = stand.desk.browser.cookies(world, stand.desk.state)?;
    if known.is_none() {
        let csrf = &stand.csrf;
        cookies.push(format!("{CSRF}={csrf}; Path=/; HttpOnly; SameSite=Lax"));
    }
    set_cookies(&mut response, &cookies);
    Ok(response)
}

fn gone(location: &str) -> Response {
    (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response()
}

impl Stand<'_> {
    /// Where the browser goes when all is done; the application is told which development browser it is.
    fn back(&self) -> String {
        let world = self.desk.world;
        match &self.redirect {
            None => "/user".to_owned(),
            Some(redirect) if redirect.origin() == world.url => redirect.as_str().to_owned(),
            Some(redirect) => redirect
                .with_dev_browser(self.desk.browser.dev_browser.as_deref().unwrap_or_default()),
        }
    }

    /// What every form has.
    fn hidden(&self) -> String {
        let csrf = Text(&self.csrf);
        let redirect = self.redirect.as_ref().map_or("", Redirect::as_str);
        format!(
            "<input type=\"hidden\" name=\"csrf\" value=\"{csrf}\">\
             <input type=\"hidden\" name=\"redirect_url\" value=\"{}\">",
            Text(redirect)
        )
    }

    /// A form around this HTML that does `action` on the page that it is on.
    fn form(&self, path: &str, action: &str, body: &str) -> String {
        format!(
            "<form method=\"post\" action=\"{path}\">{}<input type=\"hidden\" name=\"action\" value=\"{action}\">{body}</form>",
            self.hidden()
        )
    }

    /// A link to another page of the emulator that goes on to the same place.
    fn link(&self, path: &str) -> String {
        let query = self.redirect.as_ref().map(|redirect| {
            url::form_urlencoded::Serializer::new(String::new())
                .append_pair("redirect_url", redirect.as_str())
                .finish()
        });
        let query = query.map_or_else(String::new, |query| format!("?{query}"));
        Text(&format!("{path}{query}")).to_string()
    }

    /// A parameter of the link, or a field of the form.
    fn given(&self, name: &str) -> Option<&str> {
        let visit = self.desk.visit;
        visit.field(name).or_else(|| visit.query(name))
    }
}

/// What a page answers with: 200, or the status of what went wrong.
fn status(error: Option<&ApiError>) -> StatusCode {
    error.map_or(StatusCode::OK, |error| error.status)
}
