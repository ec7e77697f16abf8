//! `/user`: who is signed in to this browser, and as what. `/sign-out`: nobody any more.

use axum::http::{HeaderName, Method, StatusCode};

use super::layout::{Text, alert, page, person, picture};
use super::{Html, Outcome, Stand, confirmation, status};
use crate::backend_api::errors::ApiError;
use crate::backend_api::{organizations, roles};
use crate::frontend_api::handshake::switch;
use crate::frontend_api::sessions::end_all;
use crate::store::{Session, User};

pub(super) fn show(stand: &mut Stand<'_>) -> Outcome {
    accounts(stand, None)
}

pub(super) fn act(stand: &mut Stand<'_>) -> Outcome {
    let visit = stand.desk.visit;
    let field = |name: &str| visit.field(name).unwrap_or_default();
    let now = stand.desk.world.clock.now();
    if field("action") == "sign-out-all" {
        end_all(&mut stand.desk);
        return left(stand);
    }
    let id = match own(stand, field("session_id")) {
        Ok(id) => id,
        Err(error) => return accounts(stand, Some(&error)),
    };
    match field("action") {
        "switch" => stand.desk.state.sessions.activate(&id, now),
        "organization" => {
            let switched = switch(
                stand.desk.world,
                stand.desk.state,
                &id,
                field("organization_id"),
            );
            if let Err(error) = switched {
                return accounts(stand, Some(&error));
            }
            stand.desk.state.sessions.activate(&id, now);
        }
        "sign-out" => {
            stand.desk.state.sessions.end(&id, "removed", now);
            if sessions(stand).is_empty() {
                return left(stand);
            }
        }
        _ => {}
    }
    accounts(stand, None)
}

/// Signs everybody out, or the session that is named.
pub(super) fn sign_out(stand: &mut Stand<'_>) -> Outcome {
    let visit = stand.desk.visit;
    // A browser that only looks ahead, or a program that only looks, signs nobody out.
    let looks_ahead = visit
        .header(HeaderName::from_static("sec-purpose"))
        .is_some_and(|purpose| purpose.contains("prefetch"));
    if looks_ahead || visit.method == Method::HEAD {
        return Outcome::Page(StatusCode::NO_CONTENT, String::new());
    }
    let is_link = visit.method == Method::GET;
    if is_link && !visit.is_trusted(&stand.desk.world.access) && !sessions(stand).is_empty() {
        let Html(html) = confirmation(visit, "Sign out?", "Sign out");
        return Outcome::Page(StatusCode::OK, html);
    }
    let now = stand.desk.world.clock.now();
    match stand.given("session_id").map(str::to_owned) {
        None => end_all(&mut stand.desk),
        Some(id) => {
            if let Ok(id) = own(stand, &id) {
                stand.desk.state.sessions.end(&id, "removed", now);
            }
        }
    }
    left(stand)
}

/// Back to the application, which is to learn that somebody left.
fn left(stand: &Stand<'_>) -> Outcome {
    if stand.redirect.is_some() {
        Outcome::Done
    } else {
        Outcome::Other("/sign-in")
    }
}

fn sessions<'a>(stand: &'a Stand<'_>) -> Vec<&'a Session> {
    let client = stand.desk.browser.client_id.as_deref().unwrap_or_default();
    let now = stand.desk.world.clock.now();
    stand.desk.state.sessions.active_of(client, now)
}

/// The id, if it is of one of this browser's sessions.
fn own(stand: &Stand<'_>, id: &str) -> Result<String, ApiError> {
    let known = sessions(stand).iter().any(|session| session.id == id);
    if known {
        return Ok(id.to_owned());
    }
    let long = "This session is none of this browser's, or it has ended.";
    Err(ApiError::bad_state("session_not_found", long))
}

fn accounts(stand: &Stand<'_>, error: Option<&ApiError>) -> Outcome {
    let sessions = sessions(stand);
    if sessions.is_empty() && error.is_none() {
        return nobody(stand);
    }
    let users = &stand.desk.state.users;
    let client = stand.desk.browser.client_id.as_deref().unwrap_or_default();
    let now = stand.desk.world.clock.now();
    let current = stand.desk.state.sessions.current_of(client, now);
    let mut body = alert(error.map(ApiError::told));
    let title = if sessions.len() == 1 {
        "Signed in as"
    } else {
        "Accounts in this browser"
    };
    body += &format!("<h2>{title}</h2><ul class=\"list\">");
    for session in &sessions {
        if let Some(user) = users.get(&session.user_id) {
            let place = match current {
                _ if sessions.len() == 1 => Place::Only,
                Some(current) if current.id == session.id => Place::Current,
                _ => Place::Other,
            };
            body += &account(stand, session, user, place);
        }
    }
    body += "</ul>";
    if let Some(session) = current {
        body += &organizations(stand, session);
    }
    body += "<div class=\"actions\">";
    if stand.redirect.is_some() {
        body += &format!(
            "<a class=\"button primary\" href=\"{}\">Go back to the application</a>",
            Text(&stand.back())
        );
    }
    body += &format!(
        "<a class=\"button secondary\" href=\"{}\">Add another account</a>",
        stand.link("/sign-in")
    );
    let label = if sessions.len() > 1 {
        "Sign out of all accounts"
    } else {
        "Sign out"
    };
    body += &stand.form(
        "/user",
        "sign-out-all",
        &format!("<button class=\"secondary\">{label}</button>"),
    );
    body += "</div>";
    Outcome::Page(status(error), page("Your account", "", &body))
}

fn nobody(stand: &Stand<'_>) -> Outcome {
    let body = format!(
        "<div class=\"actions\"><a class=\"button primary\" href=\"{}\">Sign in</a>\
         <a class=\"button secondary\" href=\"{}\">Sign up</a></div>",
        stand.link("/sign-in"),
        stand.link("/sign-up")
    );
    let page = page(
        "Your account",
        "Nobody is signed in to this browser.",
        &body,
    );
    Outcome::Page(status(None), page)
}

fn hidden(session: &Session) -> String {
    format!(
        "<input type=\"hidden\" name=\"session_id\" value=\"{}\">",
        Text(&session.id)
    )
}

/// Which of several accounts one looks at; one alone is active in any case.
#[derive(Clone, Copy, PartialEq)]
enum Place {
    Only,
    Current,
    Other,
}

fn account(stand: &Stand<'_>, session: &Session, user: &User, place: Place) -> String {
    let id = hidden(session);
    if place == Place::Only {
        return format!("<li><div class=\"row\">{}</div></li>", person(user));
    }
    let (badge, current) = if place == Place::Current {
        (
            "<span class=\"badge good short\">Active</span>",
            " aria-current=\"true\"",
        )
    } else {
        ("", "")
    };
    let row = format!(
        "{id}<button class=\"row\"{current}>{}{badge}</button>",
        person(user)
    );
    let name = super::layout::name_of(user);
    let out = format!(
        "{id}<button class=\"quiet\" aria-label=\"Sign out {}\">Sign out</button>",
        Text(&name)
    );
    format!(
        "<li>{}{}</li>",
        stand.form("/user", "switch", &row),
        stand
            .form("/user", "sign-out", &out)
            .replacen("<form", "<form class=\"aside\"", 1)
    )
}

/// What the current session can be active in.
fn organizations(stand: &Stand<'_>, session: &Session) -> String {
    let state = &*stand.desk.state;
    let row = |id: &str, picture: &str, name: &str, about: &str| {
        let is_active = session.organization_id.as_deref().unwrap_or_default() == id;
        let (badge, current) = if is_active {
            (
                "<span class=\"badge good\">Active</span>",
                " aria-current=\"true\"",
            )
        } else {
            ("", "")
        };
        let body = format!(
            "{}<input type=\"hidden\" name=\"organization_id\" value=\"{}\">\
             <button class=\"row\"{current}>{picture}<span class=\"who\"><span class=\"name\">{}</span>\
             <span class=\"about\">{}</span></span>{badge}</button>",
            hidden(session),
            Text(id),
            Text(name),
            Text(about),
        );
        format!("<li>{}</li>", stand.form("/user", "organization", &body))
    };
    let mut rows = row(
        "",
        &picture(None, "Personal", &session.user_id),
        "Personal account",
        "No organization",
    );
    for member in state.members.of_user(&session.user_id) {
        let Ok(organization) = organizations::find(state, &member.organization_id) else {
            continue;
        };
        let id = &member.organization_id;
        let name = organization["name"].as_str().unwrap_or(id);
        let disc = picture(organization["_image"].as_str(), name, id).replacen(
            "class=\"disc\"",
            "class=\"disc square\"",
            1,
        );
        rows += &row(id, &disc, name, &roles::name(state, &member.role));
    }
    format!("<h2>Organization</h2><ul class=\"list\">{rows}</ul>")
}
