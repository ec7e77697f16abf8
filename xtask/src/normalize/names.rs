//! Rust names for things of the document.

use std::collections::{BTreeMap, BTreeSet};

use heck::{ToPascalCase, ToSnakeCase};

/// Words that case conversion would tear apart, and how they are respelled first.
pub type Acronyms = BTreeMap<String, String>;

/// Names that generated code uses unqualified for other things, `R` as a type parameter.
pub const PRELUDE: &[&str] = &[
    "Box",
    "Default",
    "From",
    "Into",
    "IntoIterator",
    "Option",
    "R",
    "Result",
    "Self",
    "Some",
    "String",
    "Vec",
];

/// Names that a type or an operation of the document cannot have.
#[must_use]
pub fn reserved_types() -> BTreeSet<String> {
    PRELUDE.iter().map(|name| (*name).to_owned()).collect()
}

/// `wanted`, or the first of `wanted2`, `wanted3`, … (`wanted_2` for a name in snake case) that is free; it is not any
/// more.
pub fn claim(wanted: &str, taken: &mut BTreeSet<String>) -> String {
    let gap = if wanted.chars().any(|c| c.is_ascii_uppercase()) {
        ""
    } else {
        "_"
    };
    let mut name = wanted.to_owned();
    for n in 2.. {
        if taken.insert(name.clone()) {
            break;
        }
        name = format!("{wanted}{gap}{n}");
    }
    name
}

/// `GetUserList` -> `get_user_list`.
#[must_use]
pub fn snake(name: &str, acronyms: &Acronyms) -> String {
    identifier(&respell(name, acronyms).to_snake_case(), "n", "blank")
}

/// `SAMLConnection` -> `SamlConnection`, `schemas-Foo.Bar` -> `SchemasFooBar`.
#[must_use]
pub fn type_name(name: &str, acronyms: &Acronyms) -> String {
    identifier(&respell(name, acronyms).to_pascal_case(), "N", "Blank")
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
    let name = identifier(&spelled.to_pascal_case(), "N", "Blank");
    // `Unknown` is what every open enum has for the values that it does not know.
    if name == "Unknown" {
        "UnknownValue".to_owned()
    } else {
        name
    }
}

/// The variants for the values of an enum, in their order. Of values with one spelling the one in snake case keeps it, so
/// that another one that comes new does not take it.
#[must_use]
pub fn variants(values: &[String]) -> Vec<String> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by_key(|at| values[*at] != variant(&values[*at]).to_snake_case());
    let mut taken = BTreeSet::from(["Self".to_owned(), "Unknown".to_owned()]);
    let mut out = vec![String::new(); values.len()];
    for at in order {
        out[at] = claim(&variant(&values[at]), &mut taken);
    }
    out
}

/// The names between braces in a path template.
#[must_use]
pub fn placeholders(path: &str) -> Vec<String> {
    // A brace that is never closed reaches to the end, as for the runtime, which fills the template.
    path.split('{')
        .skip(1)
        .map(|rest| {
            rest.split_once('}')
                .map_or(rest, |(name, _)| name)
                .to_owned()
        })
        .collect()
}

/// The name, with a trailing underscore where Rust or one of `words` has it already.
#[must_use]
pub fn unreserved(name: &str, words: &[&str]) -> String {
    if is_keyword(name) || words.contains(&name) {
        format!("{name}_")
    } else {
        name.to_owned()
    }
}

/// Whether Rust reserves the word.
#[must_use]
pub fn is_keyword(name: &str) -> bool {
    // syn takes `gen` for a name, which it was until edition 2024.
    name == "gen" || syn::parse_str::<syn::Ident>(name).is_err()
}

fn respell(name: &str, acronyms: &Acronyms) -> String {
    let mut out = name.to_owned();
    for (from, to) in acronyms {
        out = out.replace(from.as_str(), to);
    }
    out
}

/// Makes a case-converted name an identifier of ASCII letters, digits and underscores: `digit` goes before a leading
/// digit, `blank` stands for a name of which nothing is left.
fn identifier(name: &str, digit: &str, blank: &str) -> String {
    let out: String = name
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || *c == '_')
        .collect();
    if out.chars().all(|c| c == '_') {
        blank.to_owned()
    } else if out.starts_with(|c: char| c.is_ascii_digit()) {
        format!("{digit}{out}")
    } else {
        out
    }
}
