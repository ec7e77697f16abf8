//! `/sign-up`: creates an account after its email address is verified by a code.

use maud::{Markup, html};
use serde_json::Value;

use super::context::{Outcome, PageContext, page_status};
use super::layout::{Field, alert, document};
use crate::domain::sign_up::current_sign_up;
use crate::domain::tickets::Ticket;
use crate::frontend_api::sign_up::{attempt_code, create_sign_up, prepare};
use crate::http::error::ApiError;

/// The parameter by which an invitation comes.
const TICKET: &str = "__clerk_ticket";

pub(super) fn show_sign_up(page: &mut PageContext<'_>) -> Outcome {
    start_page(page, None)
}

pub(super) fn submit_sign_up(page: &mut PageContext<'_>) -> Outcome {
    let request = page.api.request;
    match request.field("action") {
        Some("create") => create_account(page),
        Some("code") => {
            let given = request.field("code").unwrap_or_default();
            match attempt_code(&mut page.api, "email_code", given) {
                Ok(()) => Outcome::Done,
                Err(error) if attempt(page).is_some() => code_page(page, Some(&error)),
                Err(error) => start_page(page, Some(&error)),
            }
        }
        _ => start_page(page, None),
    }
}

fn create_account(page: &mut PageContext<'_>) -> Outcome {
    let request = page.api.request;
    let is_empty = request.text("ticket").is_none() && request.text("email_address").is_none();
    let result = if is_empty {
        Err(ApiError::missing("email_address"))
    } else {
        create_sign_up(&mut page.api)
    };
    match result {
        Ok(sign_up) if sign_up["status"] == "complete" => Outcome::Done,
        Ok(_) => {
            let sent = prepare(&mut page.api, "email_code");
            code_page(page, sent.err().as_ref())
        }
        Err(error) => start_page(page, Some(&error)),
    }
}

fn attempt<'a>(page: &'a PageContext<'_>) -> Option<&'a Value> {
    current_sign_up(page.api.state, page.api.client_id()).ok()
}

/// Returns the ticket of an invitation, if the request has one, with the invited address.
fn invitation<'a>(page: &'a PageContext<'_>) -> Option<(&'a str, Result<String, ApiError>)> {
    let ticket = page.given("ticket").or_else(|| page.given(TICKET));
    let ticket = ticket.filter(|ticket| !ticket.is_empty())?;
    let address = Ticket::verify(page.api.cx, ticket).and_then(|ticket| {
        let invitation = ticket.invitation(page.api.state)?;
        let address = invitation["email_address"].as_str();
        Ok(address.unwrap_or_default().to_owned())
    });
    Some((ticket, address))
}

fn start_page(page: &PageContext<'_>, error: Option<&ApiError>) -> Outcome {
    // An invalid invitation is an alert; its owner may sign up without it.
    let (invitation, invitation_error) = match invitation(page) {
        Some((ticket, Ok(address))) => (Some((ticket, address)), None),
        Some((_, Err(error))) => (None, Some(error)),
        None => (None, None),
    };
    let error = error.or(invitation_error.as_ref());
    let password = Field {
        label: "Password",
        name: "password",
        kind: "password",
        autocomplete: "new-password",
        required: true,
        min_length: Some(8),
        max_length: Some(72),
        hint: "8 to 72 characters.",
        ..Field::default()
    };
    let fields = html! {
        div.pair {
            (name_field(page, "First name", "first_name", "given-name"))
            (name_field(page, "Last name", "last_name", "family-name"))
        }
        @if let Some((ticket, address)) = &invitation {
            input type="hidden" name="ticket" value=(ticket);
            p { "You are invited as " b { (address) } "." }
        } @else {
            (email_field(page))
        }
        (password.render())
        button.primary { "Continue" }
    };
    let body = html! {
        (alert(error.map(ApiError::first_message)))
        (page.form("/sign-up", "create", &fields))
        p.foot { "Have an account? " a href=(page.link("/sign-in")) { "Sign in" } }
    };
    let html = document("Create an account", &page.destination(), &body);
    Outcome::Page(page_status(error), html)
}

fn name_field(page: &PageContext<'_>, label: &str, name: &str, autocomplete: &str) -> Markup {
    let field = Field {
        label,
        name,
        value: page.api.request.field(name).unwrap_or_default(),
        autocomplete,
        max_length: Some(256),
        ..Field::default()
    };
    field.render()
}

fn email_field(page: &PageContext<'_>) -> Markup {
    let field = Field {
        label: "Email address",
        name: "email_address",
        kind: "email",
        value: page.api.request.field("email_address").unwrap_or_default(),
        autocomplete: "username",
        required: true,
        ..Field::default()
    };
    field.render()
}

fn code_page(page: &PageContext<'_>, error: Option<&ApiError>) -> Outcome {
    let email = attempt(page).and_then(|sign_up| sign_up["email_address"].as_str());
    let code = Field {
        label: "Code",
        name: "code",
        autocomplete: "one-time-code",
        required: true,
        autofocus: true,
        input_mode: Some("numeric"),
        ..Field::default()
    };
    let fields = html! {
        (code.render())
        button.primary { "Create the account" }
    };
    let body = html! {
        (alert(error.map(ApiError::first_message)))
        (page.form("/sign-up", "code", &fields))
        p.foot { a href=(page.link("/sign-up")) { "Begin anew" } }
    };
    let subtitle = format!("Enter the code for {}", email.unwrap_or_default());
    let html = document("Verify your address", &subtitle, &body);
    Outcome::Page(page_status(error), html)
}
