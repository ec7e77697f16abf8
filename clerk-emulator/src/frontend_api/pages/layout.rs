//! What all pages look like.

use std::fmt::{self, Display, Write};

use crate::store::User;

/// Text that is shown as it is, whatever it contains.
pub(super) struct Text<'a>(pub(super) &'a str);

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

const STYLE: &str = include_str!("style.css");

/// A whole page around a card; `body` is HTML, `title` and `subtitle` are text.
pub(super) fn page(title: &str, subtitle: &str, body: &str) -> String {
    let title = Text(title);
    let subtitle = if subtitle.is_empty() {
        String::new()
    } else {
        format!("<p class=\"subtitle\">{}</p>", Text(subtitle))
    };
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"robots\" content=\"noindex\"><title>{title} · Clerk emulator</title><style>{STYLE}</style></head>\
         <body><main><p class=\"brand\"><span class=\"mark\" aria-hidden=\"true\"></span>Clerk emulator</p>\
         <section class=\"card\"><h1>{title}</h1>{subtitle}{body}</section>\
         <p class=\"note\">A test double: no message is ever sent, and every code is <b>424242</b>.</p></main></body></html>"
    )
}

/// What went wrong, where screen readers say it at once.
pub(super) fn alert(message: Option<&str>) -> String {
    message.map_or_else(String::new, |message| {
        format!("<p class=\"alert\" role=\"alert\">{}</p>", Text(message))
    })
}

/// A field with its label.
#[derive(Clone, Copy, Default)]
pub(super) struct Field<'a> {
    pub(super) label: &'a str,
    pub(super) name: &'a str,
    /// `text` where it is empty.
    pub(super) kind: &'a str,
    pub(super) value: &'a str,
    pub(super) autocomplete: &'a str,
    /// Attributes, as HTML.
    pub(super) more: &'a str,
    pub(super) hint: &'a str,
}

impl Display for Field<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, more, .. } = self;
        let kind = if self.kind.is_empty() {
            "text"
        } else {
            self.kind
        };
        let label = Text(self.label);
        let value = Text(self.value);
        let autocomplete = Text(self.autocomplete);
        write!(
            f,
            "<div class=\"field\"><label for=\"{name}\">{label}</label>\
             <input id=\"{name}\" name=\"{name}\" type=\"{kind}\" value=\"{value}\" autocomplete=\"{autocomplete}\" {more}"
        )?;
        if self.hint.is_empty() {
            return f.write_str("></div>");
        }
        let hint = Text(self.hint);
        write!(
            f,
            " aria-describedby=\"{name}-hint\"><p class=\"hint\" id=\"{name}-hint\">{hint}</p></div>"
        )
    }
}

/// What a user is called: by name, or by what it signs in with.
pub(super) fn name_of(user: &User) -> String {
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

/// A user's picture, name and address.
pub(super) fn person(user: &User) -> String {
    let name = name_of(user);
    let about = user
        .identifier()
        .filter(|identifier| *identifier != name)
        .unwrap_or(&user.id);
    format!(
        "{}<span class=\"who\"><span class=\"name\">{}</span><span class=\"about\">{}</span></span>",
        picture(user.image.as_deref(), &name, &user.id),
        Text(&name),
        Text(about)
    )
}

/// An image, or the first letters on a disc whose colour the id chooses.
pub(super) fn picture(image: Option<&str>, name: &str, id: &str) -> String {
    if let Some(image) = image {
        return format!(
            "<img class=\"disc\" src=\"/images/{}\" alt=\"\">",
            Text(image)
        );
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
    format!(
        "<span class=\"disc\" style=\"--hue:{hue}\" aria-hidden=\"true\">{}</span>",
        Text(&letters)
    )
}

#[cfg(test)]
mod tests {
    use super::Text;

    #[test]
    fn nothing_in_a_text_is_html() {
        assert_eq!(
            Text("<a href='x' title=\"y\">&amp;").to_string(),
            "&lt;a href=&#39;x&#39; title=&quot;y&quot;&gt;&amp;amp;"
        );
    }
}
