//! The document's schemas, and checks of values against them.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use regex::Regex;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::document::Document;
use super::formats::{is_email, parse_date_time};

/// As much of an OpenAPI 3.0 schema as the document uses.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Schema {
    #[serde(rename = "$ref")]
    pub(crate) reference: Option<String>,
    #[serde(rename = "type")]
    pub(crate) kind: Option<Kind>,
    pub(crate) nullable: bool,
    #[serde(rename = "enum")]
    pub(crate) choices: Vec<Value>,
    pub(crate) properties: BTreeMap<String, Schema>,
    pub(crate) required: Vec<String>,
    pub(crate) additional_properties: Option<Additional>,
    pub(crate) items: Option<Box<Schema>>,
    pub(crate) all_of: Vec<Schema>,
    pub(crate) one_of: Vec<Schema>,
    pub(crate) any_of: Vec<Schema>,
    pub(crate) pattern: Option<Pattern>,
    pub(crate) format: Option<String>,
    pub(crate) minimum: Option<f64>,
    pub(crate) maximum: Option<f64>,
    pub(crate) exclusive_minimum: Option<Value>,
    pub(crate) min_length: Option<usize>,
    pub(crate) max_length: Option<usize>,
    pub(crate) min_items: Option<usize>,
    pub(crate) max_items: Option<usize>,
    pub(crate) default: Option<Value>,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    String,
    Integer,
    Number,
    Boolean,
    Array,
    Object,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Additional {
    Allowed(bool),
    Schema(Box<Schema>),
}

/// A regular expression, compiled when it is first needed.
#[derive(Debug, Deserialize)]
#[serde(from = "String")]
pub(crate) struct Pattern {
    pub(crate) text: String,
    regex: OnceLock<Option<Regex>>,
}

impl From<String> for Pattern {
    fn from(text: String) -> Self {
        Self {
            text,
            regex: OnceLock::new(),
        }
    }
}

impl Pattern {
    fn matches(&self, text: &str) -> bool {
        self.regex
            // Seeds choose ids of any length.
            .get_or_init(|| Regex::new(&self.text.replace("_\\w{27}", "_\\w+")).ok())
            .as_ref()
            .is_none_or(|regex| regex.is_match(text))
    }
}

/// One error in a request.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Problem {
    /// The place: `email_address`, `mappings[0].role_id`; empty for the whole body.
    pub(crate) at: String,
    pub(crate) what: Wrong,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Wrong {
    Missing,
    Unknown,
    /// The type or the format is wrong.
    Format(String),
    /// The value is not allowed.
    Value(String),
}

impl Schema {
    /// Returns the errors in a value.
    pub(crate) fn problems(&self, document: &Document, value: &Value) -> Vec<Problem> {
        let mut problems = Vec::new();
        self.check(document, value, "", &mut problems);
        problems
    }

    pub(crate) fn accepts(&self, document: &Document, value: &Value) -> bool {
        self.problems(document, value).is_empty()
    }

    fn check(&self, document: &Document, value: &Value, at: &str, problems: &mut Vec<Problem>) {
        if self.reference.is_some() {
            if let Some(target) = document.resolve(self) {
                target.check(document, value, at, problems);
            }
            return;
        }
        if value.is_null() && self.nullable {
            return;
        }
        let wrong = |what| Problem {
            at: at.to_owned(),
            what,
        };
        if let Some(kind) = self.kind
            && !kind.fits(value)
        {
            problems.push(wrong(Wrong::Format(format!("must be {}", kind.name()))));
            return;
        }
        if !self.choices.is_empty() && !self.choices.contains(value) {
            let choices: Vec<String> = self.choices.iter().map(plain).collect();
            problems.push(wrong(Wrong::Value(format!(
                "must be one of: {}",
                choices.join(", ")
            ))));
        }
        for part in &self.all_of {
            part.check(document, value, at, problems);
        }
        for alternatives in [&self.one_of, &self.any_of] {
            check_alternatives(alternatives, document, value, at, problems);
        }
        match value {
            Value::String(text) => {
                let wrong_form = self.check_text(text).map(|why| wrong(Wrong::Format(why)));
                problems.extend(wrong_form);
            }
            Value::Number(number) => {
                let number = number.as_f64();
                let why = number.and_then(|number| self.check_number(number));
                problems.extend(why.map(|why| wrong(Wrong::Value(why))));
            }
            Value::Array(items) => self.check_items(document, items, at, problems),
            Value::Object(fields) => self.check_fields(document, fields, at, problems),
            Value::Null | Value::Bool(_) => {}
        }
    }

    fn check_items(
        &self,
        document: &Document,
        items: &[Value],
        at: &str,
        problems: &mut Vec<Problem>,
    ) {
        if self.min_items.is_some_and(|min| items.len() < min)
            || self.max_items.is_some_and(|max| items.len() > max)
        {
            problems.push(Problem {
                at: at.to_owned(),
                what: Wrong::Value("has too few or too many items".into()),
            });
        }
        if let Some(schema) = &self.items {
            for (index, item) in items.iter().enumerate() {
                schema.check(document, item, &format!("{at}[{index}]"), problems);
            }
        }
    }

    fn check_fields(
        &self,
        document: &Document,
        fields: &Map<String, Value>,
        at: &str,
        problems: &mut Vec<Problem>,
    ) {
        for name in &self.required {
            if !fields.contains_key(name) {
                problems.push(Problem {
                    at: join(at, name),
                    what: Wrong::Missing,
                });
            }
        }
        for (name, field) in fields {
            let at = join(at, name);
            match (self.properties.get(name), &self.additional_properties) {
                (Some(schema), _) => schema.check(document, field, &at, problems),
                (None, Some(Additional::Schema(schema))) => {
                    schema.check(document, field, &at, problems);
                }
                (None, Some(Additional::Allowed(false))) => problems.push(Problem {
                    at,
                    what: Wrong::Unknown,
                }),
                (None, _) => {}
            }
        }
    }

    fn check_text(&self, text: &str) -> Option<String> {
        let length = text.chars().count();
        if let Some(min) = self.min_length.filter(|min| length < *min) {
            return Some(format!("must have at least {min} characters"));
        }
        if let Some(max) = self.max_length.filter(|max| length > *max) {
            return Some(format!("must have at most {max} characters"));
        }
        if let Some(pattern) = self
            .pattern
            .as_ref()
            .filter(|pattern| !pattern.matches(text))
        {
            return Some(format!("must match {}", pattern.text));
        }
        let (ok, form) = match self.format.as_deref() {
            Some("email") => (is_email(text), "an email address"),
            Some("uri") => (url::Url::parse(text).is_ok(), "a URL"),
            Some("date-time") => (
                parse_date_time(text).is_some(),
                "a date and time as RFC 3339 has it",
            ),
            _ => (true, ""),
        };
        (!ok).then(|| format!("must be {form}"))
    }

    fn check_number(&self, number: f64) -> Option<String> {
        let exclusive = matches!(self.exclusive_minimum, Some(Value::Bool(true)));
        if let Some(min) = self
            .minimum
            .filter(|min| number < *min || (exclusive && number <= *min))
        {
            return Some(format!("must not be below {min}"));
        }
        if let Some(min) = self
            .exclusive_minimum
            .as_ref()
            .and_then(Value::as_f64)
            .filter(|min| number <= *min)
        {
            return Some(format!("must be above {min}"));
        }
        self.maximum
            .filter(|max| number > *max)
            .map(|max| format!("must not be above {max}"))
    }
}

/// Checks that a value fits one of the alternatives, if there are any.
fn check_alternatives(
    alternatives: &[Schema],
    document: &Document,
    value: &Value,
    at: &str,
    problems: &mut Vec<Problem>,
) {
    let fits = |schema: &Schema| schema.accepts(document, value);
    if alternatives.is_empty() || alternatives.iter().any(fits) {
        return;
    }
    // What the last one rejects is the most that can be said shortly.
    let before = problems.len();
    if let Some(last) = alternatives.last() {
        last.check(document, value, at, problems);
    }
    if problems.len() == before {
        problems.push(Problem {
            at: at.to_owned(),
            what: Wrong::Format("fits none of the forms allowed".into()),
        });
    }
}

impl Kind {
    fn fits(self, value: &Value) -> bool {
        match self {
            Self::String => value.is_string(),
            // 1.0 is an integer to JSON.
            Self::Integer => {
                value.is_i64() || value.is_u64() || value.as_f64().is_some_and(|n| n.fract() == 0.0)
            }
            Self::Number => value.is_number(),
            Self::Boolean => value.is_boolean(),
            Self::Array => value.is_array(),
            Self::Object => value.is_object(),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::String => "a string",
            Self::Integer => "an integer",
            Self::Number => "a number",
            Self::Boolean => "true or false",
            Self::Array => "an array",
            Self::Object => "an object",
        }
    }
}

fn join(at: &str, name: &str) -> String {
    if at.is_empty() {
        name.to_owned()
    } else {
        format!("{at}.{name}")
    }
}

fn plain(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}
