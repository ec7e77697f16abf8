//! `/user`: who is signed in to this browser, and with which organization. `/sign-out`: signs users out.

use axum::http::{HeaderName, Method, StatusCode};
use maud::{Markup, html};

use super::context::{Outcome, PageContext, page_status};
use super::layout::{Shape, alert, confirmation, display_name, document, person, picture};
use crate::domain::oauth::client_name;
use crate::domain::oauth::consents::revoke_consent;
use crate::domain::organizations::find_organization;
use crate::domain::roles::role_name;
use crate::domain::sessions::switch_organization;
use crate::frontend_api::sessions::sign_out_all;
use crate::http::error::ApiError;
use crate::store::{Session, User};

pub(super) fn show_accounts(page: &mut PageContext<'_>) -> Outcome {
    accounts_page(page, None)
}

pub(super) fn submit_accounts(page: &mut PageContext<'_>) -> Outcome {
    let request = page.api.request;
    let field = |name: &str| request.field(name).unwrap_or_default();
    let cx = page.api.cx;
    if field("action") == "sign-out-all" {
        sign_out_all(&mut page.api);
        return signed_out(page);
    }
    let id = match own_session_id(page, field("session_id")) {
        Ok(id) => id,
        Err(error) => return accounts_page(page, Some(&error)),
    };
    match field("action") {
        "switch" => page.api.state.sessions.activate(&id, cx.now),
        "organization" => {
            let organization = field("organization_id");
            if let Err(error) = switch_organization(cx, page.api.state, &id, organization) {
                return accounts_page(page, Some(&error));
            }
            page.api.state.sessions.activate(&id, cx.now);
        }
        "revoke" => revoke_access(page, &id, field("client_id")),
        "sign-out" => {
            page.api.state.sessions.end(&id, "removed", cx.now);
            if active_sessions(page).is_empty() {
                return signed_out(page);
            }
        }
        _ => {}
    }
    accounts_page(page, None)
}

/// Takes back what the session's user allowed an application.
fn revoke_access(page: &mut PageContext<'_>, session_id: &str, client_id: &str) {
    let session = page.api.state.sessions.get(session_id);
    if let Some(user_id) = session.map(|session| session.user_id.clone()) {
        revoke_consent(page.api.cx, page.api.state, &user_id, client_id);
    }
}

/// Signs all users out of this browser, or ends the session that is named.
pub(super) fn sign_out(page: &mut PageContext<'_>) -> Outcome {
    let request = page.api.request;
    // A browser that prefetches and a program that asks for the headers alone sign nobody out.
    let is_prefetch = request
        .header(HeaderName::from_static("sec-purpose"))
        .is_some_and(|purpose| purpose.contains("prefetch"));
    if is_prefetch || request.method == Method::HEAD {
        return Outcome::Page(StatusCode::NO_CONTENT, Markup::default());
    }
    let is_link = request.method == Method::GET;
    let access = &page.api.cx.instance.settings.access;
    if is_link && !request.is_trusted(access) && !active_sessions(page).is_empty() {
        let html = confirmation(request, "Sign out?", "Sign out");
        return Outcome::Page(StatusCode::OK, html);
    }
    match page.given("session_id").map(str::to_owned) {
        None => sign_out_all(&mut page.api),
        Some(id) => {
            if let Ok(id) = own_session_id(page, &id) {
                let now = page.api.cx.now;
                page.api.state.sessions.end(&id, "removed", now);
            }
        }
    }
    signed_out(page)
}

/// Goes back to the application, which has to learn that a user signed out.
fn signed_out(page: &PageContext<'_>) -> Outcome {
    if page.redirect.is_some() {
        Outcome::Done
    } else {
        Outcome::Other("/sign-in")
    }
}

fn active_sessions<'a>(page: &'a PageContext<'_>) -> Vec<&'a Session> {
    let client = page.api.client_id().unwrap_or_default();
    page.api.state.sessions.active_of(client, page.api.cx.now)
}

/// Returns the id, if it is of one of this browser's sessions.
fn own_session_id(page: &PageContext<'_>, id: &str) -> Result<String, ApiError> {
    let is_own = active_sessions(page).iter().any(|session| session.id == id);
    if is_own {
        return Ok(id.to_owned());
    }
    let long = "This session does not belong to this browser, or it has ended.";
    Err(ApiError::bad_state("session_not_found", long))
}

fn accounts_page(page: &PageContext<'_>, error: Option<&ApiError>) -> Outcome {
    let sessions = active_sessions(page);
    if sessions.is_empty() && error.is_none() {
        return signed_out_page(page);
    }
    let client = page.api.client_id().unwrap_or_default();
    let current = page.api.state.sessions.current_of(client, page.api.cx.now);
    let is_single = sessions.len() == 1;
    let sign_out = html! {
        button.secondary {
            @if sessions.len() > 1 { "Sign out of all accounts" } @else { "Sign out" }
        }
    };
    let body = html! {
        (alert(error.map(ApiError::first_message)))
        h2 {
            @if is_single { "Signed in as" } @else { "Accounts in this browser" }
        }
        ul.list {
            @for session in &sessions {
                @if let Some(user) = page.api.state.users.get(&session.user_id) {
                    (account_row(page, session, user, position(session, current, is_single)))
                }
            }
        }
        @if let Some(session) = current {
            (organizations(page, session))
            (applications(page, session))
        }
        div.actions {
            @if page.redirect.is_some() {
                a.button.primary href=(page.return_url()) { "Go back to the application" }
            }
            a.button.secondary href=(page.link("/sign-in")) { "Add another account" }
            (page.form("/user", "sign-out-all", &sign_out))
        }
    };
    let html = document("Your account", "", &body);
    Outcome::Page(page_status(error), html)
}

fn signed_out_page(page: &PageContext<'_>) -> Outcome {
    let body = html! {
        div.actions {
            a.button.primary href=(page.link("/sign-in")) { "Sign in" }
            a.button.secondary href=(page.link("/sign-up")) { "Sign up" }
        }
    };
    let about = "Nobody is signed in to this browser.";
    Outcome::Page(StatusCode::OK, document("Your account", about, &body))
}

fn session_field(session: &Session) -> Markup {
    html! {
        input type="hidden" name="session_id" value=(session.id);
    }
}

/// Whether an account is the current one of several; one alone is current in any case.
#[derive(Clone, Copy, PartialEq)]
enum Position {
    Only,
    Current,
    Other,
}

fn position(session: &Session, current: Option<&Session>, is_single: bool) -> Position {
    match current {
        _ if is_single => Position::Only,
        Some(current) if current.id == session.id => Position::Current,
        _ => Position::Other,
    }
}

fn account_row(
    page: &PageContext<'_>,
    session: &Session,
    user: &User,
    position: Position,
) -> Markup {
    if position == Position::Only {
        return html! {
            li { div.row { (person(user)) } }
        };
    }
    let is_current = position == Position::Current;
    let switch = html! {
        (session_field(session))
        button.row aria-current=[is_current.then_some("true")] {
            (person(user))
            @if is_current {
                span.badge.good.short { "Active" }
            }
        }
    };
    let label = format!("Sign out {}", display_name(user));
    let sign_out = html! {
        (session_field(session))
        button.quiet aria-label=(label) { "Sign out" }
    };
    html! {
        li {
            (page.form("/user", "switch", &switch))
            (page.form_with_class(Some("aside"), "/user", "sign-out", &sign_out))
        }
    }
}

/// Returns the organizations that the current session can be active in.
fn organizations(page: &PageContext<'_>, session: &Session) -> Markup {
    let state = &*page.api.state;
    let row = |id: &str, picture: &Markup, name: &str, about: &str| {
        let is_active = session.organization_id.as_deref().unwrap_or_default() == id;
        let fields = html! {
            (session_field(session))
            input type="hidden" name="organization_id" value=(id);
            button.row aria-current=[is_active.then_some("true")] {
                (picture)
                span.who { span.name { (name) } span.about { (about) } }
                @if is_active {
                    span.badge.good { "Active" }
                }
            }
        };
        html! {
            li { (page.form("/user", "organization", &fields)) }
        }
    };
    let personal = picture(None, "Personal", &session.user_id, Shape::Round);
    let organizations = state
        .members
        .of_user(&session.user_id)
        .filter_map(|member| {
            let organization = find_organization(state, &member.organization_id).ok()?;
            Some((member, organization))
        });
    html! {
        h2 { "Organization" }
        ul.list {
            (row("", &personal, "Personal account", "No organization"))
            @for (member, organization) in organizations {
                @let id = member.organization_id.as_str();
                @let name = organization["name"].as_str().unwrap_or(id);
                @let disc = picture(organization["_image"].as_str(), name, id, Shape::Square);
                (row(id, &disc, name, &role_name(state, &member.role)))
            }
        }
    }
}

/// Returns the applications that the current session's user allows something.
fn applications(page: &PageContext<'_>, session: &Session) -> Markup {
    let state = &*page.api.state;
    let allowed: Vec<(&str, &str)> = state
        .oauth
        .consents_of(&session.user_id)
        .map(|consent| {
            let client_id = consent.client_id.as_str();
            (client_id, client_name(state, client_id))
        })
        .collect();
    html! {
        @if !allowed.is_empty() {
            h2 { "Applications with access" }
            ul.list {
                @for (client_id, name) in allowed {
                    @let fields = html! {
                        (session_field(session))
                        input type="hidden" name="client_id" value=(client_id);
                        button.quiet aria-label={ "Revoke the access of " (name) } { "Revoke" }
                    };
                    li {
                        div.row {
                            (picture(None, name, client_id, Shape::Square))
                            span.who { span.name { (name) } }
                        }
                        (page.form_with_class(Some("aside"), "/user", "revoke", &fields))
                    }
                }
            }
        }
    }
}
