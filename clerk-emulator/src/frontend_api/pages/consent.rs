//! The page that asks whether an application may have what it wants, and the ways back to the application.

use maud::{Markup, html};

use super::layout::{Shape, document, person, picture};
use crate::store::User;

/// What the page says and sends.
pub(in crate::frontend_api) struct ConsentPage<'a> {
    pub(in crate::frontend_api) name: &'a str,
    pub(in crate::frontend_api) client_id: &'a str,
    /// Whether nobody but the application itself says what its name is.
    pub(in crate::frontend_api) is_unverified: bool,
    pub(in crate::frontend_api) user: &'a User,
    pub(in crate::frontend_api) session_id: &'a str,
    /// What the application will be able to do.
    pub(in crate::frontend_api) scopes: Vec<&'a str>,
    /// Ids and names of the organizations to choose from, the preferred one first.
    pub(in crate::frontend_api) organizations: Vec<(String, String)>,
    /// The host or the scheme that the answer goes to.
    pub(in crate::frontend_api) destination: &'a str,
    pub(in crate::frontend_api) csrf: &'a str,
    pub(in crate::frontend_api) action: &'a str,
    /// The application's request, which the form sends on.
    pub(in crate::frontend_api) request: Vec<(&'a str, &'a str)>,
    /// The page to sign in as somebody else.
    pub(in crate::frontend_api) sign_in: &'a str,
}

impl ConsentPage<'_> {
    pub(in crate::frontend_api) fn render(&self) -> Markup {
        let fields = html! {
            input type="hidden" name="csrf" value=(self.csrf);
            input type="hidden" name="session_id" value=(self.session_id);
            @for (name, value) in &self.request {
                input type="hidden" name=(name) value=(value);
            }
            @if !self.organizations.is_empty() {
                div.field {
                    label for="organization_id" { "Organization" }
                    select id="organization_id" name="organization_id" {
                        @for (id, name) in &self.organizations {
                            option value=(id) { (name) }
                        }
                    }
                }
            }
            div.actions {
                button.primary name="consented" value="true" { "Allow" }
                button.secondary name="consented" value="false" { "Deny" }
            }
        };
        let body = html! {
            @if self.is_unverified {
                p.alert { "This application registered itself: nobody has checked its name." }
            }
            h2 { "Your account" }
            ul.list { li { div.row { (person(self.user)) } } }
            h2 { (self.name) " will be able to" }
            ul.list {
                @for scope in &self.scopes {
                    li { div.row.plain { (scope) } }
                }
            }
            form method="post" action=(self.action) { (fields) }
            p.foot { "You go on to " b { (self.destination) } "." }
            p.foot { a href=(self.sign_in) { "Use another account" } }
        };
        let letters = picture(None, self.name, self.client_id, Shape::Square);
        let heading = format!("Allow {}?", self.name);
        html! {
            (document(&heading, "It asks for access to your account.", &html! {
                div.app aria-hidden="true" { (letters) }
                (body)
            }))
        }
    }
}

/// Returns the page that says why an application gets no answer: it has to be told to nobody but the user.
pub(in crate::frontend_api) fn authorization_error(code: &str, description: &str) -> Markup {
    let body = html! {
        p.alert role="alert" { (description) }
        p.foot { "The application's request cannot be answered: " code { (code) } "." }
    };
    document("This does not work", "", &body)
}

/// Returns the page whose form brings an answer to the application. A script could send it; a button does without.
pub(in crate::frontend_api) fn return_form(redirect_uri: &str, fields: &[(&str, &str)]) -> Markup {
    let body = html! {
        form method="post" action=(redirect_uri) {
            @for (name, value) in fields {
                input type="hidden" name=(name) value=(value);
            }
            button.primary autofocus { "Continue" }
        }
    };
    document("Back to the application", "", &body)
}
