//! `/sign-in`: by one click as an existing user, or by the same steps as with Clerk.

use maud::{Markup, html};

use super::context::{Outcome, PageContext, page_status};
use super::layout::{Field, alert, document, person};
use crate::domain::sign_in::{code_factors, current_sign_in};
use crate::frontend_api::sign_in::{
    attempt_first, attempt_password, attempt_second, prepare_first, start_sign_in,
};
use crate::http::error::ApiError;
use crate::store::{SignIn, SignInStatus, User};

/// How many users are offered; others can be named.
const OFFERED: usize = 8;

pub(super) fn show_sign_in(page: &mut PageContext<'_>) -> Outcome {
    start_page(page, None)
}

pub(super) fn submit_sign_in(page: &mut PageContext<'_>) -> Outcome {
    let request = page.api.request;
    let field = |name: &str| request.field(name).unwrap_or_default();
    match field("action") {
        "as" => match page.api.sign_in_user(field("user_id"), None) {
            Ok(_) => Outcome::Done,
            Err(error) => start_page(page, Some(&error)),
        },
        "identifier" => match start_sign_in(&mut page.api, field("identifier")) {
            Ok(()) => {
                let sent = send_code_if_no_password(page);
                first_factor_page(page, sent.err().as_ref())
            }
            Err(error) => start_page(page, Some(&error)),
        },
        "password" => {
            let result = attempt_password(&mut page.api, field("password"));
            next_page(page, result)
        }
        "code" => {
            let strategy = candidate(page).and_then(|user| Some(code_factors(user).next()?.0));
            let strategy = strategy.unwrap_or_default();
            let result = attempt_first(&mut page.api, strategy, request.proof());
            next_page(page, result)
        }
        "second" => {
            let result = attempt_second(&mut page.api);
            next_page(page, result)
        }
        _ => start_page(page, None),
    }
}

/// Sends a code at once to a user without a password.
fn send_code_if_no_password(page: &mut PageContext<'_>) -> Result<(), ApiError> {
    let strategy = candidate(page)
        .filter(|user| user.password.is_none())
        .and_then(|user| Some(code_factors(user).next()?.0));
    strategy.map_or(Ok(()), |strategy| prepare_first(&mut page.api, strategy))
}

fn attempt<'a>(page: &'a PageContext<'_>) -> Option<&'a SignIn> {
    current_sign_in(page.api.state, page.api.client_id()).ok()
}

/// Returns the user who is about to sign in.
fn candidate<'a>(page: &'a PageContext<'_>) -> Option<&'a User> {
    let id = attempt(page)?.user_id.as_deref()?;
    page.api.state.users.get(id)
}

/// Returns what comes next, by how far the attempt is.
fn next_page(page: &PageContext<'_>, result: Result<(), ApiError>) -> Outcome {
    let error = result.err();
    let error = error.as_ref();
    match attempt(page).map(|sign_in| sign_in.status) {
        Some(SignInStatus::Complete) if error.is_none() => Outcome::Done,
        Some(SignInStatus::NeedsFirstFactor) => first_factor_page(page, error),
        Some(SignInStatus::NeedsSecondFactor) => second_factor_page(page, error),
        _ => start_page(page, error),
    }
}

fn start_page(page: &PageContext<'_>, error: Option<&ApiError>) -> Outcome {
    let identifier = Field {
        label: "Email address or username",
        name: "identifier",
        value: page.given("identifier").unwrap_or_default(),
        autocomplete: "username",
        required: true,
        is_identifier: true,
        ..Field::default()
    };
    let fields = html! {
        (identifier.render())
        button.primary { "Continue" }
    };
    let body = html! {
        (alert(error.map(ApiError::first_message)))
        @if page.api.state.users.len() > 0 {
            (offered_users(page))
            p.or { "or" }
        }
        (page.form("/sign-in", "identifier", &fields))
        p.foot { "No account? " a href=(page.link("/sign-up")) { "Sign up" } }
    };
    let html = document("Sign in", &page.destination(), &body);
    Outcome::Page(page_status(error), html)
}

/// Returns users to sign in as by one click.
fn offered_users(page: &PageContext<'_>) -> Markup {
    let state = &*page.api.state;
    let client = page.api.client_id().unwrap_or_default();
    let active = state.sessions.active_of(client, page.api.cx.now);
    let is_signed_in = |user: &User| active.iter().any(|session| session.user_id == user.id);
    let row = |user: &User| {
        html! {
            input type="hidden" name="user_id" value=(user.id);
            button.row {
                (person(user))
                @if user.banned {
                    span.badge.bad { "Banned" }
                } @else if user.locked {
                    span.badge.bad { "Locked" }
                } @else if is_signed_in(user) {
                    span.badge.good { "Signed in" }
                }
            }
        }
    };
    let more = state.users.len().saturating_sub(OFFERED);
    html! {
        h2 { "Sign in with one click as" }
        ul.list {
            @for user in state.users.iter().take(OFFERED) {
                li { (page.form("/sign-in", "as", &row(user))) }
            }
        }
        @if more > 0 {
            p.hint { (more) " more can be named below." }
        }
    }
}

/// Asks for the password or a code.
fn first_factor_page(page: &PageContext<'_>, error: Option<&ApiError>) -> Outcome {
    let Some(user) = candidate(page) else {
        return start_page(page, error);
    };
    let identifier = attempt(page).and_then(|sign_in| sign_in.identifier.as_deref());
    let identifier = identifier.unwrap_or_default();
    let has_password = user.password.is_some();
    let contact = code_factors(user).next().map(|(_, contact)| contact);
    let body = html! {
        (alert(error.map(ApiError::first_message)))
        @if has_password {
            (password_form(page, identifier))
        }
        @if let Some(contact) = contact {
            @if has_password {
                p.or { "or" }
            }
            (code_form(page, &contact.value, has_password))
        } @else if !has_password {
            (alert(Some(
                "This account has neither a password nor an address for a code: sign in with one click instead."
            )))
        }
        p.foot { a href=(page.link("/sign-in")) { "Sign in as somebody else" } }
    };
    let html = document("Sign in", identifier, &body);
    Outcome::Page(page_status(error), html)
}

fn password_form(page: &PageContext<'_>, identifier: &str) -> Markup {
    let password = Field {
        label: "Password",
        name: "password",
        kind: "password",
        autocomplete: "current-password",
        required: true,
        autofocus: true,
        ..Field::default()
    };
    let fields = html! {
        // Hidden, so that password managers know whose password it is.
        input type="text" name="username" value=(identifier) autocomplete="username" hidden;
        (password.render())
        button.primary { "Sign in" }
    };
    page.form("/sign-in", "password", &fields)
}

fn code_form(page: &PageContext<'_>, address: &str, has_password: bool) -> Markup {
    let hint = format!("As if it had been sent to {address}.");
    let code = Field {
        label: "Code",
        name: "code",
        autocomplete: "one-time-code",
        required: true,
        autofocus: !has_password,
        input_mode: Some("numeric"),
        hint: &hint,
        ..Field::default()
    };
    let class = if has_password { "secondary" } else { "primary" };
    let fields = html! {
        (code.render())
        button class=(class) { "Sign in with the code" }
    };
    page.form("/sign-in", "code", &fields)
}

/// Asks for the code of an authenticator app, or a backup code.
fn second_factor_page(page: &PageContext<'_>, error: Option<&ApiError>) -> Outcome {
    let code = Field {
        label: "Code",
        name: "code",
        autocomplete: "one-time-code",
        required: true,
        autofocus: true,
        hint: "Of the authenticator app, or a backup code.",
        ..Field::default()
    };
    let fields = html! {
        (code.render())
        button.primary { "Continue" }
    };
    let body = html! {
        (alert(error.map(ApiError::first_message)))
        (page.form("/sign-in", "second", &fields))
        p.foot { a href=(page.link("/sign-in")) { "Begin anew" } }
    };
    let html = document("Two-step verification", "", &body);
    Outcome::Page(page_status(error), html)
}
