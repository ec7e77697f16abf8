//! What all pages have: layout, fields, pictures.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::frontend_api::request::FapiRequest;
use crate::store::User;

const STYLE: &str = include_str!("style.css");

/// Returns a whole page around a card.
pub(super) fn document(title: &str, subtitle: &str, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex";
                title { (title) " · Clerk emulator" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                main {
                    p.brand { span.mark aria-hidden="true" {} "Clerk emulator" }
                    section.card {
                        h1 { (title) }
                        @if !subtitle.is_empty() {
                            p.subtitle { (subtitle) }
                        }
                        (body)
                    }
                    p.note {
                        "A test double: no message is ever sent, and every code is " b { "424242" } "."
                    }
                }
            }
        }
    }
}

/// Returns what went wrong, where screen readers say it at once.
pub(super) fn alert(message: Option<&str>) -> Markup {
    html! {
        @if let Some(message) = message {
            p.alert role="alert" { (message) }
        }
    }
}

/// Returns the page that asks before a link does something that another page may have brought the visitor to. The same
/// link on this page is trusted, and no frame shows this page.
pub(super) fn confirmation(request: &FapiRequest, question: &str, label: &str) -> Markup {
    let link = format!("/{}?{}", request.segments.join("/"), request.query_text());
    let about = "A page that the emulator does not know brought you here.";
    let body = html! {
        div.actions { a.button.primary href=(link) { (label) } }
    };
    document(question, about, &body)
}

/// A field with its label.
#[derive(Clone, Copy, Default)]
pub(super) struct Field<'a> {
    pub(super) label: &'a str,
    pub(super) name: &'a str,
    /// `text` if it is empty.
    pub(super) kind: &'a str,
    pub(super) value: &'a str,
    pub(super) autocomplete: &'a str,
    pub(super) required: bool,
    pub(super) autofocus: bool,
    /// The keyboard that telephones show.
    pub(super) input_mode: Option<&'a str>,
    /// Whether what is entered is no text in a language.
    pub(super) is_identifier: bool,
    pub(super) min_length: Option<u8>,
    pub(super) max_length: Option<u16>,
    pub(super) hint: &'a str,
}

impl Field<'_> {
    pub(super) fn render(&self) -> Markup {
        let kind = if self.kind.is_empty() {
            "text"
        } else {
            self.kind
        };
        let hint_id = (!self.hint.is_empty()).then(|| format!("{}-hint", self.name));
        html! {
            div.field {
                label for=(self.name) { (self.label) }
                input id=(self.name) name=(self.name) type=(kind) value=(self.value)
                    autocomplete=(self.autocomplete) required[self.required] autofocus[self.autofocus]
                    inputmode=[self.input_mode] autocapitalize=[self.is_identifier.then_some("none")]
                    spellcheck=[self.is_identifier.then_some("false")] minlength=[self.min_length]
                    maxlength=[self.max_length] aria-describedby=[hint_id.as_deref()];
                @if let Some(id) = &hint_id {
                    p.hint id=(id) { (self.hint) }
                }
            }
        }
    }
}

/// Returns a user's name, or what the user signs in with.
pub(super) fn display_name(user: &User) -> String {
    let names = [user.first_name.as_deref(), user.last_name.as_deref()];
    let names: Vec<&str> = names
        .into_iter()
        .flatten()
        .filter(|name| !name.trim().is_empty())
        .collect();
    if names.is_empty() {
        user.identifier().unwrap_or(&user.id).to_owned()
    } else {
        names.join(" ")
    }
}

/// Returns a user's picture, name and address.
pub(super) fn person(user: &User) -> Markup {
    let name = display_name(user);
    let about = user
        .identifier()
        .filter(|identifier| *identifier != name)
        .unwrap_or(&user.id);
    html! {
        (picture(user.image.as_deref(), &name, &user.id, Shape::Round))
        span.who { span.name { (name) } span.about { (about) } }
    }
}

/// The shape of a picture: people are round, organizations are square.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Shape {
    Round,
    Square,
}

/// Returns an image, or the first letters on a disc whose colour the id chooses.
pub(super) fn picture(image: Option<&str>, name: &str, id: &str, shape: Shape) -> Markup {
    let is_square = shape == Shape::Square;
    if let Some(image) = image {
        return html! {
            img.disc.square[is_square] src={ "/images/" (image) } alt="";
        };
    }
    let letters: String = name
        .split_whitespace()
        .filter_map(|word| word.chars().find(|c| c.is_alphanumeric()))
        .take(2)
        .flat_map(char::to_uppercase)
        .collect();
    let hue = id.bytes().fold(7_u32, |hash, byte| {
        hash.wrapping_mul(31).wrapping_add(byte.into())
    }) % 360;
    html! {
        span.disc.square[is_square] style={ "--hue:" (hue) } aria-hidden="true" { (letters) }
    }
}

#[cfg(test)]
mod tests {
    use super::alert;

    #[test]
    fn nothing_in_a_text_is_html() {
        assert_eq!(
            alert(Some("<a title=\"y\">&amp;")).into_string(),
            "<p class=\"alert\" role=\"alert\">&lt;a title=&quot;y&quot;&gt;&amp;amp;</p>"
        );
    }
}
