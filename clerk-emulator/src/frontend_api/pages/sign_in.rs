//! `/sign-in`: by one click as a user that there is, or as one does it with Clerk.

use super::layout::{Field, Text, alert, page, person};
use super::{Outcome, Stand, status};
use crate::backend_api::errors::ApiError;
use crate::frontend_api::sign_in;
use crate::store::{SignInStatus, User};

/// So many users are offered; others are to be named.
const OFFERED: usize = 8;

pub(super) fn show(stand: &mut Stand<'_>) -> Outcome {
    begin(stand, None)
}

pub(super) fn act(stand: &mut Stand<'_>) -> Outcome {
    let visit = stand.desk.visit;
    let field = |name: &str| visit.field(name).unwrap_or_default();
    match field("action") {
        "as" => match sign_in::sign_in_as(&mut stand.desk, field("user_id")) {
            Ok(_) => Outcome::Done,
            Err(error) => begin(stand, Some(&error)),
        },
        "identifier" => match sign_in::start(&mut stand.desk, field("identifier")) {
            Ok(()) => {
                let sent = send_code(stand);
                factor(stand, sent.err().as_ref())
            }
            Err(error) => begin(stand, Some(&error)),
        },
        "password" => {
            let result = sign_in::give_password(&mut stand.desk, field("password"));
            given(stand, result)
        }
        "code" => {
            let strategy = user(stand).and_then(|user| Some(sign_in::codes(user).next()?.0));
            let result =
                sign_in::give_code(&mut stand.desk, strategy.unwrap_or_default(), field("code"));
            given(stand, result)
        }
        "second" => {
            let result = sign_in::give_second(&mut stand.desk, field("code"));
            given(stand, result)
        }
        _ => begin(stand, None),
    }
}

/// Who has no password is sent a code at once.
fn send_code(stand: &mut Stand<'_>) -> Result<(), ApiError> {
    let code = user(stand)
        .filter(|user| user.password.is_none())
        .and_then(|user| Some(sign_in::codes(user).next()?.0));
    code.map_or(Ok(()), |strategy| {
        sign_in::prepare(&mut stand.desk, strategy)
    })
}

/// What comes next, by how far the attempt is.
fn given(stand: &mut Stand<'_>, result: Result<(), ApiError>) -> Outcome {
    let error = result.err();
    let error = error.as_ref();
    match sign_in::under_way(&stand.desk).map(|sign_in| sign_in.status) {
        Some(SignInStatus::Complete) if error.is_none() => Outcome::Done,
        Some(SignInStatus::NeedsFirstFactor) => factor(stand, error),
        Some(SignInStatus::NeedsSecondFactor) => second(stand, error),
        _ => begin(stand, error),
    }
}

/// The user who is about to sign in.
fn user<'a>(stand: &'a Stand<'_>) -> Option<&'a User> {
    let id = sign_in::under_way(&stand.desk)?.user_id.as_deref()?;
    stand.desk.state.users.get(id)
}

fn begin(stand: &Stand<'_>, error: Option<&ApiError>) -> Outcome {
    let identifier = Field {
        label: "Email address or username",
        name: "identifier",
        value: stand.given("identifier").unwrap_or_default(),
        autocomplete: "username",
        more: "required autocapitalize=\"none\" spellcheck=\"false\"",
        ..Field::default()
    };
    let form = stand.form(
        "/sign-in",
        "identifier",
        &format!("{identifier}<button class=\"primary\">Continue</button>"),
    );
    let users = users(stand);
    let or = if users.is_empty() {
        ""
    } else {
        "<p class=\"or\">or</p>"
    };
    let body = format!(
        "{}{users}{or}{form}<p class=\"foot\">No account? <a href=\"{}\">Sign up</a></p>",
        alert(error.map(ApiError::told)),
        stand.link("/sign-up"),
    );
    let subtitle = match &stand.redirect {
        Some(redirect) => format!("to go on to {}", redirect.origin()),
        None => String::new(),
    };
    Outcome::Page(status(error), page("Sign in", &subtitle, &body))
}

/// Users to become by one click.
fn users(stand: &Stand<'_>) -> String {
    let state = &*stand.desk.state;
    let now = stand.desk.world.clock.now();
    let client = stand.desk.browser.client_id.as_deref().unwrap_or_default();
    let active = state.sessions.active_of(client, now);
    let mut rows = String::new();
    for user in state.users.iter().take(OFFERED) {
        let badge = if user.banned {
            "<span class=\"badge bad\">Banned</span>"
        } else if user.locked {
            "<span class=\"badge bad\">Locked</span>"
        } else if active.iter().any(|session| session.user_id == user.id) {
            "<span class=\"badge good\">Signed in</span>"
        } else {
            ""
        };
        let body = format!(
            "<input type=\"hidden\" name=\"user_id\" value=\"{}\"><button class=\"row\">{}{badge}</button>",
            Text(&user.id),
            person(user)
        );
        rows.push_str("<li>");
        rows.push_str(&stand.form("/sign-in", "as", &body));
        rows.push_str("</li>");
    }
    if rows.is_empty() {
        return rows;
    }
    let more = state.users.len().saturating_sub(OFFERED);
    let more = if more == 0 {
        String::new()
    } else {
        format!("<p class=\"hint\">{more} more can be named below.</p>")
    };
    format!("<h2>Sign in with one click as</h2><ul class=\"list\">{rows}</ul>{more}")
}

/// Password or code.
fn factor(stand: &Stand<'_>, error: Option<&ApiError>) -> Outcome {
    let Some(user) = user(stand) else {
        return begin(stand, error);
    };
    let identifier = sign_in::under_way(&stand.desk)
        .and_then(|sign_in| sign_in.identifier.as_deref())
        .unwrap_or_default();
    let mut body = alert(error.map(ApiError::told));
    let has_password = user.password.is_some();
    if has_password {
        // The name goes along hidden, so that password managers know whose password it is.
        let name = format!(
            "<input type=\"text\" name=\"username\" value=\"{}\" autocomplete=\"username\" hidden>",
            Text(identifier)
        );
        let password = Field {
            label: "Password",
            name: "password",
            kind: "password",
            autocomplete: "current-password",
            more: "required autofocus",
            ..Field::default()
        };
        body += &stand.form(
            "/sign-in",
            "password",
            &format!("{name}{password}<button class=\"primary\">Sign in</button>"),
        );
    }
    if let Some((_, contact)) = sign_in::codes(user).next() {
        let hint = format!("As if it had been sent to {}.", contact.value);
        let code = Field {
            label: "Code",
            name: "code",
            autocomplete: "one-time-code",
            more: if has_password {
                "required inputmode=\"numeric\""
            } else {
                "required inputmode=\"numeric\" autofocus"
            },
            hint: &hint,
            ..Field::default()
        };
        let (or, class) = if has_password {
            ("<p class=\"or\">or</p>", "secondary")
        } else {
            ("", "primary")
        };
        body += or;
        body += &stand.form(
            "/sign-in",
            "code",
            &format!("{code}<button class=\"{class}\">Sign in with the code</button>"),
        );
    } else if !has_password {
        body += &alert(Some(
            "This account has neither a password nor an address for a code: sign in with one click instead.",
        ));
    }
    body += &format!(
        "<p class=\"foot\"><a href=\"{}\">Sign in as somebody else</a></p>",
        stand.link("/sign-in")
    );
    Outcome::Page(status(error), page("Sign in", identifier, &body))
}

/// The code of an authenticator app, or a backup code.
fn second(stand: &Stand<'_>, error: Option<&ApiError>) -> Outcome {
    let code = Field {
        label: "Code",
        name: "code",
        autocomplete: "one-time-code",
        more: "required autofocus",
        hint: "Of the authenticator app, or a backup code.",
        ..Field::default()
    };
    let form = stand.form(
        "/sign-in",
        "second",
        &format!("{code}<button class=\"primary\">Continue</button>"),
    );
    let body = format!(
        "{}{form}<p class=\"foot\"><a href=\"{}\">Begin anew</a></p>",
        alert(error.map(ApiError::told)),
        stand.link("/sign-in")
    );
    Outcome::Page(status(error), page("Two-step verification", "", &body))
}
