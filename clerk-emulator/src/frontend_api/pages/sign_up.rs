//! `/sign-up`: an account after the code that was, as it were, sent.

use super::layout::{Field, Text, alert, page};
use super::{Outcome, Stand, status};
use crate::backend_api::errors::ApiError;
use crate::frontend_api::{sign_up, ticket};

/// The parameter by which an invitation comes.
const TICKET: &str = "__clerk_ticket";

pub(super) fn show(stand: &mut Stand<'_>) -> Outcome {
    begin(stand, None)
}

pub(super) fn act(stand: &mut Stand<'_>) -> Outcome {
    let visit = stand.desk.visit;
    match visit.field("action") {
        Some("create") => {
            let result = if visit.text("ticket").is_none() && visit.text("email_address").is_none()
            {
                Err(ApiError::missing("email_address"))
            } else {
                sign_up::create(&mut stand.desk)
            };
            match result {
                Ok(document) if document["status"] == "complete" => Outcome::Done,
                Ok(_) => {
                    let sent = sign_up::send_code(&stand.desk);
                    code(stand, sent.err().as_ref())
                }
                Err(error) => begin(stand, Some(&error)),
            }
        }
        Some("code") => {
            let given = visit.field("code").unwrap_or_default();
            match sign_up::give_code(&mut stand.desk, given) {
                Ok(_) => Outcome::Done,
                Err(error) if sign_up::under_way(&stand.desk).is_ok() => code(stand, Some(&error)),
                Err(error) => begin(stand, Some(&error)),
            }
        }
        _ => begin(stand, None),
    }
}

fn begin(stand: &Stand<'_>, error: Option<&ApiError>) -> Outcome {
    let given = |name: &str| stand.desk.visit.field(name).unwrap_or_default();
    let names = [
        ("First name", "first_name", "given-name"),
        ("Last name", "last_name", "family-name"),
    ];
    let names: String = names
        .map(|(label, name, autocomplete)| {
            let field = Field {
                label,
                name,
                value: given(name),
                autocomplete,
                more: "maxlength=\"256\"",
                ..Field::default()
            };
            field.to_string()
        })
        .concat();
    let ticket = stand.given("ticket").or_else(|| stand.given(TICKET));
    let ticket = ticket.filter(|ticket| !ticket.is_empty());
    let invited =
        ticket.map(|ticket| ticket::invitation(stand.desk.world, stand.desk.state, ticket));
    // A broken invitation is told, and whoever has it may sign up without.
    let (invitation, error_of_ticket) = match invited {
        Some(Ok(invitation)) => (Some(invitation), None),
        Some(Err(error)) => (None, Some(error)),
        None => (None, None),
    };
    let error = error.or(error_of_ticket.as_ref());
    let email = match &invitation {
        Some(invitation) => format!(
            "<input type=\"hidden\" name=\"ticket\" value=\"{}\">\
             <p>You are invited as <b>{}</b>.</p>",
            Text(ticket.unwrap_or_default()),
            Text(&invitation.email_address)
        ),
        None => Field {
            label: "Email address",
            name: "email_address",
            kind: "email",
            value: given("email_address"),
            autocomplete: "username",
            more: "required",
            ..Field::default()
        }
        .to_string(),
    };
    let password = Field {
        label: "Password",
        name: "password",
        kind: "password",
        autocomplete: "new-password",
        more: "required minlength=\"8\" maxlength=\"72\"",
        hint: "8 to 72 characters.",
        ..Field::default()
    };
    let form = stand.form(
        "/sign-up",
        "create",
        &format!(
            "<div class=\"pair\">{names}</div>{email}{password}<button class=\"primary\">Continue</button>"
        ),
    );
    let body = format!(
        "{}{form}<p class=\"foot\">Have an account? <a href=\"{}\">Sign in</a></p>",
        alert(error.map(ApiError::told)),
        stand.link("/sign-in"),
    );
    let subtitle = match &stand.redirect {
        Some(redirect) => format!("to go on to {}", redirect.origin()),
        None => String::new(),
    };
    Outcome::Page(status(error), page("Create an account", &subtitle, &body))
}

fn code(stand: &Stand<'_>, error: Option<&ApiError>) -> Outcome {
    let email = sign_up::under_way(&stand.desk)
        .ok()
        .and_then(|sign_up| sign_up["email_address"].as_str())
        .unwrap_or_default();
    let code = Field {
        label: "Code",
        name: "code",
        autocomplete: "one-time-code",
        more: "required inputmode=\"numeric\" autofocus",
        ..Field::default()
    };
    let form = stand.form(
        "/sign-up",
        "code",
        &format!("{code}<button class=\"primary\">Create the account</button>"),
    );
    let body = format!(
        "{}{form}<p class=\"foot\"><a href=\"{}\">Begin anew</a></p>",
        alert(error.map(ApiError::told)),
        stand.link("/sign-up")
    );
    let subtitle = format!("Enter the code for {email}");
    Outcome::Page(status(error), page("Verify your address", &subtitle, &body))
}
