//! Rust names for things of the document.

use std::collections::BTreeMap;

use heck::{ToPascalCase, ToSnakeCase};

/// Words that case conversion would tear apart, and how they are respelled first.
pub type Acronyms = BTreeMap<String, String>;

/// `GetUserList` -> `get_user_list`.
#[must_use]
pub fn snake(name: &str, acronyms: &Acronyms) -> String {
    identifier(&respell(name, acronyms).to_snake_case())
}

/// `SAMLConnection` -> `SamlConnection`, `schemas-Foo.Bar` -> `SchemasFooBar`.
#[must_use]
pub fn type_name(name: &str, acronyms: &Acronyms) -> String {
    identifier(&respell(name, acronyms).to_pascal_case())
}

/// The variant for an enum value: `-created_at` -> `MinusCreatedAt`.
#[must_use]
pub fn variant(value: &str) -> String {
    let mut spelled = String::new();
    for (at, c) in value.chars().enumerate() {
        match c {
            '-' if at == 0 => spelled.push_str("minus_"),
            '+' if at == 0 => spelled.push_str("plus_"),
            '+' => spelled.push_str("_plus_"),
            '*' => spelled.push_str("_any_"),
            c if c.is_alphanumeric() => spelled.push(c),
            _ => spelled.push('_'),
        }
    }
    let name = identifier(&spelled.to_pascal_case());
    // `Unknown` is what every open enum has for the values that it does not know.
    if name == "Unknown" { "UnknownValue".to_owned() } else { name }
}

/// The names between braces in a path template.
#[must_use]
pub fn placeholders(path: &str) -> Vec<String> {
    path.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name.to_owned()).collect()
}

/// Whether Rust reserves the word.
#[must_use]
pub fn is_keyword(name: &str) -> bool {
    syn::parse_str::<syn::Ident>(name).is_err()
}

fn respell(name: &str, acronyms: &Acronyms) -> String {
    let mut out = name.to_owned();
    for (from, to) in acronyms {
        out = out.replace(from.as_str(), to);
    }
    out
}

/// Makes a case-converted name a valid identifier: not empty, no leading digit, ASCII letters and digits only.
fn identifier(name: &str) -> String {
    let mut out: String = name.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
    if out.is_empty() || out.starts_with(|c: char| c.is_ascii_digit()) {
        let upper = name.chars().any(|c| c.is_ascii_uppercase()) || name.is_empty();
        out.insert_str(0, if upper { "N" } else { "n" });
    }
    if out.chars().all(|c| c == '_') { "Blank".to_owned() } else { out }
}
