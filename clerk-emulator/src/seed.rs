//! Users, organizations and the rest that there are from the start.

mod plant;
mod sections;

use std::path::Path;

use serde_json::{Map, Value};

pub(crate) use plant::{Planter, user_named};
use sections::{SECTIONS, Section};

use crate::backend_api::document::Document;

/// The largest file that is read.
const MAX_FILE: u64 = 256 * 1024 * 1024;

const DEMO: &str = include_str!("seed/demo.toml");

/// What there is from the start, written as TOML or JSON.
///
/// The names are those of the parameters by which the Backend API creates the same things, and so are the rules.
/// Wherever a user is named, an id, an email address or a username will do, and everything may have an `id` of your
/// choice.
///
/// ```
/// use clerk_emulator::{Emulator, Seed};
///
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// let seed = Seed::from_toml(r#"
///     [[users]]
///     id = "user_ada"
///     email_address = "ada@example.com"
///     password = "correct horse battery"
///
///     [[organizations]]
///     name = "Analytical Engines"
///     members = [{ user = "ada@example.com", role = "admin" }]
/// "#)?;
/// let emulator = Emulator::builder().seed(seed).start().await?;
/// let ada = emulator.sign_in("user_ada")?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Seed {
    /// By section, what is to be made.
    sections: Map<String, Value>,
}

// It has passwords in it.
impl std::fmt::Debug for Seed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let count = |(name, items): (&'_ String, &'_ Value)| {
            (name.clone(), items.as_array().map_or(0, Vec::len))
        };
        f.debug_map()
            .entries(self.sections.iter().map(count))
            .finish()
    }
}

/// What is wrong with a seed, and where.
///
/// ```
/// use clerk_emulator::Seed;
///
/// let error = Seed::from_toml("[[users]]\nfirst_nam = 'Ada'").unwrap_err();
/// assert_eq!(error.place(), "users[0].first_nam");
/// assert_eq!(error.to_string(), "users[0].first_nam: there is no such key; did you mean first_name?");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {what}")]
pub struct SeedError {
    place: String,
    what: String,
}

impl SeedError {
    fn new(place: impl Into<String>, what: impl Into<String>) -> Self {
        Self {
            place: place.into(),
            what: what.into(),
        }
    }

    /// Where: `users[1].first_nam`, or the file that cannot be read.
    pub fn place(&self) -> &str {
        &self.place
    }
}

impl Seed {
    /// From TOML.
    ///
    /// # Errors
    /// If it is no TOML, or has keys that mean nothing. What Clerk would refuse is found when the emulator starts.
    pub fn from_toml(text: &str) -> Result<Self, SeedError> {
        let root: toml::Table =
            toml::from_str(text).map_err(|error| SeedError::new("TOML", error.to_string()))?;
        Self::from_value(json(toml::Value::Table(root)))
    }

    /// From JSON.
    ///
    /// # Errors
    /// As [`from_toml`](Self::from_toml).
    pub fn from_json(text: &str) -> Result<Self, SeedError> {
        let root: Value = serde_json::from_str(text)
            .map_err(|error| SeedError::new("JSON", error.to_string()))?;
        Self::from_value(root)
    }

    /// From a file whose name ends with `.toml` or `.json`, of 256 MB at most.
    ///
    /// # Errors
    /// If it cannot be read, and as [`from_toml`](Self::from_toml).
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, SeedError> {
        let path = path.as_ref();
        let failed = |what: String| SeedError::new(path.display().to_string(), what);
        let read = match path.extension().and_then(|extension| extension.to_str()) {
            Some("toml") => Self::from_toml,
            Some("json") => Self::from_json,
            _ => return Err(failed("its name has to end with .toml or .json".into())),
        };
        let size = std::fs::metadata(path)
            .map_err(|error| failed(error.to_string()))?
            .len();
        if size > MAX_FILE {
            return Err(failed(format!("it has more than {MAX_FILE} bytes")));
        }
        let text = std::fs::read_to_string(path).map_err(|error| failed(error.to_string()))?;
        read(&text)
    }

    /// Ada Lovelace, Alan Turing and Grace Hopper (`ada@example.com`, …, each with the password `424242-emulator`) in
    /// two organizations, to try things with.
    pub fn demo() -> Self {
        // A test reads it; nothing else can break it.
        Self::from_toml(DEMO).unwrap_or(Self {
            sections: Map::new(),
        })
    }

    /// From JSON that was read already.
    fn from_value(root: Value) -> Result<Self, SeedError> {
        let Value::Object(sections) = root else {
            return Err(SeedError::new("the seed", "it has to be an object"));
        };
        let document = Document::load().map_err(|error| SeedError::new("the emulator", error))?;
        for (name, items) in &sections {
            let section = SECTIONS
                .iter()
                .find(|section| section.name == *name)
                .ok_or_else(|| unknown(name, name, SECTIONS.iter().map(|section| section.name)))?;
            section.check(document, name, items)?;
        }
        Ok(Self { sections })
    }
}

impl Section {
    /// Refuses keys that mean nothing, here and below.
    fn check(&self, document: &Document, place: &str, items: &Value) -> Result<(), SeedError> {
        let items = items
            .as_array()
            .ok_or_else(|| SeedError::new(place, "it has to be a list"))?;
        let known = self.keys(document);
        for (index, item) in items.iter().enumerate() {
            let place = format!("{place}[{index}]");
            let fields = item
                .as_object()
                .ok_or_else(|| SeedError::new(&place, "it has to be an object"))?;
            for (name, value) in fields {
                let place = format!("{place}.{name}");
                match self.below.iter().find(|section| section.name == *name) {
                    Some(section) => section.check(document, &place, value)?,
                    None if known.contains(&name.as_str()) => {}
                    None => return Err(unknown(&place, name, known.iter().copied())),
                }
            }
        }
        Ok(())
    }
}

/// Dates and times, which JSON does not have, are texts in the Backend API.
fn json(value: toml::Value) -> Value {
    match value {
        toml::Value::String(text) => text.into(),
        toml::Value::Integer(number) => number.into(),
        toml::Value::Float(number) => number.into(),
        toml::Value::Boolean(flag) => flag.into(),
        toml::Value::Datetime(time) => time.to_string().into(),
        toml::Value::Array(items) => items.into_iter().map(json).collect(),
        toml::Value::Table(fields) => fields
            .into_iter()
            .map(|(name, value)| (name, json(value)))
            .collect(),
    }
}

fn unknown<'a>(place: &str, name: &str, known: impl Iterator<Item = &'a str>) -> SeedError {
    let known: Vec<&str> = known.collect();
    let near = known
        .iter()
        .map(|candidate| (distance(name, candidate), *candidate))
        .min()
        .filter(|(distance, _)| *distance <= 1 + name.len() / 4);
    let hint = match near {
        Some((_, candidate)) => format!("did you mean {candidate}?"),
        None => format!("there are {}", known.join(", ")),
    };
    SeedError::new(place, format!("there is no such key; {hint}"))
}

/// How many letters have to be added, left out or changed.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, a) in a.chars().enumerate() {
        let mut corner = i;
        let mut left = i + 1;
        for (j, b) in b.iter().enumerate() {
            let above = row.get(j + 1).copied().unwrap_or_default();
            let cost = (corner + usize::from(a != *b)).min(left + 1).min(above + 1);
            corner = above;
            if let Some(cell) = row.get_mut(j) {
                *cell = left;
            }
            left = cost;
        }
        if let Some(last) = row.last_mut() {
            *last = left;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_demo_reads() {
        assert_eq!(Seed::demo().sections.len(), 2);
    }

    #[test]
    fn distances_are_counted_in_letters() {
        assert_eq!(distance("first_nam", "first_name"), 1);
        assert_eq!(distance("usres", "users"), 2);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("abc", ""), 3);
    }
}
