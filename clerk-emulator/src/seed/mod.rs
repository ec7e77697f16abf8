//! Seeds: users, organizations and more that exist from the start.

mod sections;
mod seeder;

use std::path::Path;

use serde_json::{Map, Value};
use strsim::levenshtein;

use sections::{SECTIONS, Section};
pub(crate) use seeder::Seeder;

use crate::domain::environment::DashboardSettings;
use crate::openapi::document::Document;

/// The size of the largest file that is read.
/// The table of what Clerk's dashboard sets.
const SETTINGS: &str = "settings";

const MAX_FILE: u64 = 256 * 1024 * 1024;

const DEMO: &str = include_str!("demo.toml");

/// What exists from the start, written as TOML or JSON.
///
/// Names and rules are those of the Backend API's parameters for creating the same things. A user can be named by id,
/// email address or username, and everything may have an `id` of your choice.
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
    /// The things to create, by section.
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

/// An error in a seed, and its place.
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

    /// Returns the place: `users[1].first_nam`, or the file that cannot be read.
    pub fn place(&self) -> &str {
        &self.place
    }
}

impl Seed {
    /// Reads a seed from TOML.
    ///
    /// # Errors
    /// Returns an error if the text is no TOML or has unknown keys. Values that Clerk would reject are found when the
    /// emulator starts.
    pub fn from_toml(text: &str) -> Result<Self, SeedError> {
        let root: toml::Table =
            toml::from_str(text).map_err(|error| SeedError::new("TOML", error.to_string()))?;
        Self::from_value(json(toml::Value::Table(root)))
    }

    /// Reads a seed from JSON.
    ///
    /// # Errors
    /// As [`from_toml`](Self::from_toml).
    pub fn from_json(text: &str) -> Result<Self, SeedError> {
        let root: Value = serde_json::from_str(text)
            .map_err(|error| SeedError::new("JSON", error.to_string()))?;
        Self::from_value(root)
    }

    /// Reads a seed from a file whose name ends with `.toml` or `.json`, of at most 256 MB.
    ///
    /// # Errors
    /// Returns an error if the file cannot be read, or as [`from_toml`](Self::from_toml).
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

    /// Returns a seed to try things with: Ada Lovelace, Alan Turing and Grace Hopper (`ada@example.com`, …, each with
    /// the password `424242-emulator`) in two organizations.
    pub fn demo() -> Self {
        // A test reads it; nothing else can break it.
        Self::from_toml(DEMO).unwrap_or(Self {
            sections: Map::new(),
        })
    }

    /// Checks a seed that was parsed.
    fn from_value(root: Value) -> Result<Self, SeedError> {
        let Value::Object(sections) = root else {
            return Err(SeedError::new("the seed", "it has to be an object"));
        };
        let document =
            Document::backend_api().map_err(|error| SeedError::new("the emulator", error))?;
        for (name, items) in &sections {
            if name == SETTINGS {
                serde_json::from_value::<DashboardSettings>(items.clone())
                    .map_err(|error| SeedError::new(SETTINGS, error.to_string()))?;
                continue;
            }
            let section = SECTIONS
                .iter()
                .find(|section| section.name == *name)
                .ok_or_else(|| {
                    let lists = SECTIONS.iter().map(|section| section.name);
                    unknown(name, name, lists.chain([SETTINGS]))
                })?;
            section.check(document, name, items)?;
        }
        Ok(Self { sections })
    }
}

impl Section {
    /// Rejects unknown keys, here and in the lists below.
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

/// Converts TOML to JSON. Dates and times, which JSON does not have, become texts, as in the Backend API.
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
        .map(|candidate| (levenshtein(name, candidate), *candidate))
        .min()
        .filter(|(distance, _)| *distance <= 1 + name.len() / 4);
    let hint = match near {
        Some((_, candidate)) => format!("did you mean {candidate}?"),
        None => format!("there are {}", known.join(", ")),
    };
    SeedError::new(place, format!("there is no such key; {hint}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_demo_reads() {
        assert_eq!(Seed::demo().sections.len(), 2);
    }
}
