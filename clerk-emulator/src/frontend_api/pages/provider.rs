//! `/provider`: stands in for all providers that people sign in with. The visitor chooses a person or types an address.

use maud::{Markup, html};

use super::context::{Outcome, PageContext, page_status};
use super::layout::{Field, alert, document, person};
use crate::domain::visits::{current_visit, provider_name};
use crate::http::error::ApiError;
use crate::store::User;

/// How many people are offered; others can be named.
const OFFERED: usize = 8;

pub(super) fn show_provider(page: &mut PageContext<'_>) -> Outcome {
    let secret = page.given("state").unwrap_or_default().to_owned();
    let visit = current_visit(page.api.cx, page.api.state, &secret);
    let (name, error) = match visit.and_then(|visit| provider_name(&visit.strategy)) {
        Ok(name) => (name, None),
        Err(error) => ("a provider", Some(error)),
    };
    let body = match &error {
        Some(error) => html! { (alert(Some(error.first_message()))) },
        None => people(page, &secret),
    };
    let html = document(
        &format!("Sign in with {name}"),
        "as the emulator pretends",
        &body,
    );
    Outcome::Page(page_status(error.as_ref()), html)
}

fn people(page: &PageContext<'_>, secret: &str) -> Markup {
    let has_address = |user: &&User| user.primary_email().is_some();
    let users = page.api.state.users.iter().filter(has_address);
    let field = Field {
        label: "Email address",
        name: "code",
        kind: "email",
        autocomplete: "email",
        required: true,
        hint: "Anybody: the provider believes you.",
        ..Field::default()
    };
    html! {
        ul.list {
            @for user in users.take(OFFERED) {
                @if let Some(email) = user.primary_email() {
                    li { (answer(secret, &html! {
                        input type="hidden" name="code" value=(email.value);
                        button.row { (person(user)) }
                    })) }
                }
            }
        }
        p.or { "or" }
        (answer(secret, &html! {
            (field.render())
            button.primary { "Continue" }
        }))
    }
}

/// Returns the form that tells the Frontend API who the visitor is. Its secret is the visit's own.
fn answer(secret: &str, body: &Markup) -> Markup {
    html! {
        form method="post" action="/v1/oauth_callback" {
            input type="hidden" name="state" value=(secret);
            (body)
        }
    }
}

/// A form of this page goes to the Frontend API, and none to the page.
pub(super) fn reject(_: &mut PageContext<'_>) -> Outcome {
    let error = ApiError::bad_state("form_unknown", "This page takes no forms.");
    let html = document(
        "This does not work",
        "",
        &alert(Some(error.first_message())),
    );
    Outcome::Page(error.status, html)
}
