//! The pages as HTML. They need no scripts.

use std::fmt::{self, Display, Write};

use clerk_middleware::RequireAuth;

use super::events::Line;
use super::links::Links;
use super::person::Person;
use super::routes::App;

/// Text that is escaped before it is shown.
struct Text<'a>(&'a str);

impl Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.0.chars() {
            match c {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                c => f.write_char(c)?,
            }
        }
        Ok(())
    }
}

fn layout(title: &str, note: &str, body: &str) -> String {
    let title = Text(title);
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>{title} · Clerk for Rust</title><link rel=\"icon\" href=\"data:,\">\
         <link rel=\"stylesheet\" href=\"/style.css\"></head>\
         <body><header><a class=\"brand\" href=\"/\"><span class=\"mark\" aria-hidden=\"true\"></span>Clerk for Rust</a>\
         <span class=\"where\">{note}</span></header><main>{body}</main>\
         <script src=\"/countdown.js\"></script></body></html>"
    )
}

/// The public page.
pub(crate) struct Home<'a> {
    pub(crate) app: &'a App,
    pub(crate) links: &'a Links,
    pub(crate) events: &'a [Line],
}

impl Home<'_> {
    pub(crate) fn html(&self, user: Option<&(RequireAuth, Person)>) -> String {
        let note = if self.app.is_emulated {
            "on clerk-emulator"
        } else {
            "on your Clerk"
        };
        let token = user.and_then(|(user, _)| user.token());
        let rest = format!("{}{}{}", doors(), self.requests(token), self.webhooks());
        match user {
            Some((auth, person)) => {
                let body = self.account(auth, person) + &rest;
                layout(&person.name, note, &body)
            }
            None => layout("Signed out", note, &(self.signed_out_card() + &rest)),
        }
    }

    fn signed_out_card(&self) -> String {
        let Links {
            sign_in, sign_up, ..
        } = self.links;
        let hint = if self.app.is_emulated {
            "Be one of three test users with one click, or make an account."
        } else {
            "Clerk’s account portal asks who you are and sends you back."
        };
        format!(
            "<section class=\"card\"><h1>You are signed out</h1><p class=\"muted\">{hint}</p>\
             <div class=\"actions\"><a class=\"button primary\" href=\"{}\">Sign in</a>\
             <a class=\"button\" href=\"{}\">Sign up</a></div></section>",
            Text(sign_in),
            Text(sign_up)
        )
    }

    fn account(&self, auth: &RequireAuth, person: &Person) -> String {
        let mut facts = fact("User", &code(&auth.user_id));
        facts += &fact(
            "Session",
            &code(auth.session_id.as_deref().unwrap_or("none")),
        );
        facts += &fact("Session token", &expiry(&self.app.clerk, auth));
        match &person.organization {
            Some(name) => {
                facts += &fact("Organization", &Text(name).to_string());
                facts += &fact("Role", &code(auth.org_role.as_deref().unwrap_or("none")));
                let permissions = auth.org_permissions.as_deref().unwrap_or_default();
                let list = permissions
                    .iter()
                    .map(|name| code(name))
                    .collect::<Vec<_>>()
                    .join(" ");
                let none = "<span class=\"muted\">none</span>".to_owned();
                let list = if list.is_empty() { none } else { list };
                facts += &fact("Permissions", &list);
            }
            None => {
                facts += &fact(
                    "Organization",
                    "<span class=\"muted\">none: the personal account</span>",
                )
            }
        }
        format!(
            "<section class=\"card\"><div class=\"who\">{}<div><h1>{}</h1><p class=\"muted\">{}</p></div></div>\
             <dl>{facts}</dl>{}</section>",
            picture(person, &auth.user_id),
            Text(&person.name),
            Text(&person.email),
            self.actions()
        )
    }

    /// Links to Clerk's pages, which lead back here.
    fn actions(&self) -> String {
        let Links {
            sign_in,
            user,
            organization,
            ..
        } = self.links;
        let link = |class: &str, url: &str, label: &str| {
            format!(
                "<a class=\"button{class}\" href=\"{}\">{label}</a>",
                Text(url)
            )
        };
        let links = if self.app.is_emulated {
            [
                link(" primary", user, "Switch organization or account"),
                link("", sign_in, "Add another account"),
            ]
            .concat()
        } else {
            [
                link(" primary", organization, "Switch organization"),
                link("", user, "Manage the account"),
            ]
            .concat()
        };
        format!(
            "<div class=\"actions\">{links}<form method=\"post\" action=\"/sign-out\">\
             <button class=\"button\">Sign out</button></form></div>"
        )
    }

    fn requests(&self, token: Option<&str>) -> String {
        let origin = &self.app.origin;
        let mut lines = format!("curl {origin}/api/public\ncurl {origin}/api/me\n");
        let mut hint = "";
        if let Some(token) = token {
            let bearer = format!("curl {origin}/api/me -H 'Authorization: Bearer {token}'\n");
            lines += &bearer;
            hint = "<p class=\"muted\">The token in the last line is yours, and good for a minute.</p>";
        }
        format!(
            "<section class=\"card\"><h2>From a terminal</h2>\
             <pre role=\"region\" tabindex=\"0\" aria-label=\"Requests to try\">{}</pre>{hint}</section>",
            Text(&lines)
        )
    }

    fn webhooks(&self) -> String {
        let mut rows = String::new();
        for Line { kind, id } in self.events {
            rows += &format!("<li><span>{}</span>{}</li>", Text(kind), code(id));
        }
        let body = if rows.is_empty() {
            let hint = if self.app.is_emulated {
                "None yet: sign in, and load this page again."
            } else {
                "None yet. Give Clerk the address of /webhooks, and this application CLERK_WEBHOOK_SIGNING_SECRET."
            };
            format!("<p class=\"muted\">{hint}</p>")
        } else {
            format!("<ul class=\"list\">{rows}</ul>")
        };
        format!("<section class=\"card\"><h2>Latest webhooks</h2>{body}</section>")
    }
}

/// Which pages are protected, and how.
fn doors() -> String {
    let mut rows = String::new();
    for (path, what) in [
        ("/dashboard", "a page for signed-in users"),
        ("/notes", "a form for signed-in users"),
        ("/admin", "a page for the role org:admin"),
        ("/api/public", "JSON for everybody"),
        ("/api/me", "JSON for signed-in users"),
    ] {
        rows +=
            &format!("<li><a href=\"{path}\">{path}</a><span class=\"muted\">{what}</span></li>");
    }
    format!(
        "<section class=\"card\"><h2>Try these</h2><ul class=\"list\">{rows}</ul>\
         <p class=\"muted\">Signed out, a browser goes to the sign-in page and a program gets 401. \
         Without the role, both get 403.</p></section>"
    )
}

fn fact(name: &str, html: &str) -> String {
    format!("<div><dt>{name}</dt><dd>{html}</dd></div>")
}

fn code(text: &str) -> String {
    format!("<code>{}</code>", Text(text))
}

/// Returns how long the token is valid, by the clock that is used to verify it.
fn expiry(clerk: &clerk_sdk::Clerk, auth: &RequireAuth) -> String {
    let now = clerk
        .token_verifier()
        .map(|verifier| verifier.clock().now_ms());
    let expires = auth.claims.as_ref().and_then(|claims| claims.exp());
    match (expires, now) {
        (Some(expires), Ok(now)) => {
            let seconds = expires.saturating_sub(now.div_euclid(1000)).max(0);
            format!("expires <span data-seconds=\"{seconds}\">in {seconds} s</span>")
        }
        _ => "does not say when it expires".to_owned(),
    }
}

/// Returns the user's picture, or the initials on a circle whose color depends on the id.
fn picture(person: &Person, id: &str) -> String {
    if let Some(image) = &person.image {
        return format!("<img class=\"disc\" src=\"{}\" alt=\"\">", Text(image));
    }
    let letters: String = person
        .name
        .split_whitespace()
        .filter_map(|word| word.chars().find(|c| c.is_alphanumeric()))
        .take(2)
        .flat_map(char::to_uppercase)
        .collect();
    let hue = id.bytes().fold(7_u32, |hash, byte| {
        hash.wrapping_mul(31).wrapping_add(byte.into())
    }) % 360;
    format!(
        "<span class=\"disc\" style=\"--hue:{hue}\" aria-hidden=\"true\">{}</span>",
        Text(&letters)
    )
}

/// Returns a page with one card.
fn card(title: &str, html: &str) -> String {
    let title_text = Text(title);
    let body = format!(
        "<section class=\"card\"><h1>{title_text}</h1>{html}\
         <div class=\"actions\"><a class=\"button\" href=\"/\">Back</a></div></section>"
    );
    layout(title, "", &body)
}

pub(crate) fn dashboard(user_id: &str) -> String {
    let html = format!(
        "<p>Only signed-in users see this. You are {}.</p>",
        code(user_id)
    );
    card("Dashboard", &html)
}

/// A form, and what was written into it.
pub(crate) fn notes(notes: &[String]) -> String {
    let mut rows = String::new();
    for note in notes {
        rows += &format!("<li>{}</li>", Text(note));
    }
    let html = format!(
        "<p class=\"muted\">Take your time: if your session token expires before you save, the note is kept.</p>\
         <form method=\"post\" action=\"/notes\"><p><label>Note <input name=\"note\" maxlength=\"200\" required></label></p>\
         <div class=\"actions\"><button class=\"button primary\">Save the note</button></div></form>\
         <ul class=\"list\">{rows}</ul>"
    );
    card("Notes", &html)
}

pub(crate) fn admin(organization: &str) -> String {
    let html = format!(
        "<p>Only administrators see this. You are one in {}.</p>",
        code(organization)
    );
    card("Administration", &html)
}

pub(crate) fn forbidden() -> String {
    card(
        "Not for you",
        "<p>This takes the role <code>org:admin</code> in the organization that is active. Switch to one where you have it.</p>",
    )
}

pub(crate) fn failure(reason: &str) -> String {
    let html = format!("<p role=\"alert\">{}</p>", Text(reason));
    card("Clerk did not answer", &html)
}
