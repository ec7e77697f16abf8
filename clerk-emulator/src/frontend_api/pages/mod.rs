//! The pages: sign-in, sign-up and accounts. Plain HTML, no script.

mod consent;
mod context;
mod csrf;
mod layout;
mod provider;
mod sign_in;
mod sign_up;
mod user;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State as Shared};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use maud::{Markup, html};

use super::browser::Browser;
use super::context::{FapiContext, set_cookies};
use super::redirect::Redirect;
use super::request::FapiRequest;
use crate::http::error::ApiError;
use crate::http::response::see_other;
use crate::instance::Instance;
use crate::store::State;
pub(super) use consent::{ConsentPage, authorization_error, return_form};
use context::{Outcome, PageContext};
pub(super) use csrf::Csrf;
use layout::{alert, document};

/// No script at all, no frames, nothing from elsewhere.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'";

pub(super) fn router() -> Router<Arc<Instance>> {
    Router::new()
        .route("/sign-in", get(sign_in_page).post(sign_in_page))
        .route("/sign-up", get(sign_up_page).post(sign_up_page))
        .route("/user", get(user_page).post(user_page))
        .route("/provider", get(provider_page).post(provider_page))
        .route("/sign-out", get(sign_out_page).post(sign_out_page))
        .route("/", get(start_page))
}

/// What a page does with a request: `show` with a link, `act` with a form.
#[derive(Clone, Copy)]
struct Page {
    show: fn(&mut PageContext<'_>) -> Outcome,
    act: fn(&mut PageContext<'_>) -> Outcome,
}

async fn sign_in_page(instance: Shared<Arc<Instance>>, request: Request) -> Response {
    let page = Page {
        show: sign_in::show_sign_in,
        act: sign_in::submit_sign_in,
    };
    serve(instance, request, page).await
}

async fn sign_up_page(instance: Shared<Arc<Instance>>, request: Request) -> Response {
    let page = Page {
        show: sign_up::show_sign_up,
        act: sign_up::submit_sign_up,
    };
    serve(instance, request, page).await
}

async fn user_page(instance: Shared<Arc<Instance>>, request: Request) -> Response {
    let page = Page {
        show: user::show_accounts,
        act: user::submit_accounts,
    };
    serve(instance, request, page).await
}

async fn provider_page(instance: Shared<Arc<Instance>>, request: Request) -> Response {
    let page = Page {
        show: provider::show_provider,
        act: provider::reject,
    };
    serve(instance, request, page).await
}

/// Serves `/sign-out`. A link to it is enough, for applications without scripts.
async fn sign_out_page(instance: Shared<Arc<Instance>>, request: Request) -> Response {
    let page = Page {
        show: user::sign_out,
        act: user::sign_out,
    };
    serve(instance, request, page).await
}

async fn start_page(instance: Shared<Arc<Instance>>, request: Request) -> Response {
    let page = Page {
        show: |_| Outcome::Other("/user"),
        act: |_| Outcome::Other("/user"),
    };
    serve(instance, request, page).await
}

async fn serve(Shared(instance): Shared<Arc<Instance>>, request: Request, page: Page) -> Response {
    let result = match FapiRequest::read(request).await {
        Ok(request) => handle(&instance, &request, page),
        Err(error) => Err(error),
    };
    with_page_headers(
        result.unwrap_or_else(|error| html_response(error.status, error_page(&error))),
    )
}

/// Adds the headers that every page has.
fn with_page_headers(mut response: Response) -> Response {
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

fn html_response(status: StatusCode, html: Markup) -> Response {
    let headers = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
    (status, headers, html.into_string()).into_response()
}

/// Returns a page with all its headers.
pub(super) fn page(status: StatusCode, html: Markup) -> Response {
    with_page_headers(html_response(status, html))
}

/// Returns the page that asks whether a handshake is to switch the organization.
pub(super) fn switch_confirmation(request: &FapiRequest) -> Response {
    let html = layout::confirmation(request, "Switch organization?", "Switch");
    page(StatusCode::OK, html)
}

/// Returns a page that says something, with a way back.
pub(super) fn message_page(title: &str, text: &str) -> Response {
    let body = html! {
        div.actions { a.button.secondary href="/user" { "Go to your account" } }
    };
    with_page_headers(html_response(StatusCode::OK, document(title, text, &body)))
}

/// Returns the page that says what is wrong with the link or the form.
pub(super) fn error_page(error: &ApiError) -> Markup {
    let body = html! {
        (alert(Some(error.first_message())))
        div.actions { a.button.secondary href="/sign-in" { "Go to the sign-in page" } }
    };
    document("This does not work", "", &body)
}

fn handle(instance: &Instance, request: &FapiRequest, page: Page) -> Result<Response, ApiError> {
    let is_form = request.method == Method::POST;
    let given = if is_form {
        request.text("redirect_url")
    } else {
        request.query("redirect_url").filter(|url| !url.is_empty())
    };
    let redirect = given
        .map(|url| Redirect::parse(instance, request, url))
        .transpose()?;
    if is_form {
        Csrf::check(request)?;
    }
    let run = if is_form { page.act } else { page.show };
    instance.commit(|state| run_page(instance, state, request, redirect, run))
}

fn run_page(
    instance: &Instance,
    state: &mut State,
    request: &FapiRequest,
    redirect: Option<Redirect>,
    run: fn(&mut PageContext<'_>) -> Outcome,
) -> Result<Response, ApiError> {
    let cx = instance.context();
    let csrf = Csrf::of(instance, request);
    let mut browser = Browser::find(cx, state, request);
    browser.ensure_dev_browser(cx, state);
    let mut page = PageContext {
        api: FapiContext {
            cx,
            state,
            request,
            browser,
        },
        redirect,
        csrf: csrf.token.clone(),
    };
    let mut response = match run(&mut page) {
        Outcome::Page(status, html) => html_response(status, html),
        Outcome::Done => see_other(&page.return_url()),
        Outcome::Other(path) => see_other(path),
    };
    let mut cookies = page.api.browser.cookies(cx, page.api.state)?;
    cookies.extend(csrf.cookie());
    set_cookies(&mut response, &cookies);
    Ok(response)
}
