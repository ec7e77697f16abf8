//! The parameters in a request's JSON body.

use serde_json::{Map, Value};

use super::error::ApiError;
use crate::openapi::formats;

/// A JSON object of parameters, by the names that Clerk's API gives them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Params<'a>(&'a Value);

impl<'a> Params<'a> {
    pub(crate) fn new(body: &'a Value) -> Self {
        Self(body)
    }

    /// Returns the parameter, `null` included.
    pub(crate) fn value(self, name: &str) -> Option<&'a Value> {
        self.0.get(name)
    }

    /// Whether the parameter is there, `null` or not.
    pub(crate) fn has(self, name: &str) -> bool {
        self.value(name).is_some()
    }

    /// Returns a parameter that is there and not null.
    pub(crate) fn field(self, name: &str) -> Option<&'a Value> {
        self.value(name).filter(|value| !value.is_null())
    }

    /// Copies those of these parameters that are there and not null into a document, under their own names.
    pub(crate) fn copy_to(self, document: &mut Value, names: &[&str]) {
        for name in names {
            if let Some(value) = self.field(name) {
                document[*name] = value.clone();
            }
        }
    }

    pub(crate) fn text(self, name: &str) -> Option<&'a str> {
        self.field(name)?.as_str()
    }

    /// Returns a text that is not blank.
    pub(crate) fn filled_text(self, name: &str) -> Option<&'a str> {
        self.text(name).filter(|text| !text.trim().is_empty())
    }

    /// Returns a text, or the error that says that it is missing.
    pub(crate) fn required_text(self, name: &str) -> Result<&'a str, ApiError> {
        self.text(name).ok_or_else(|| ApiError::missing(name))
    }

    pub(crate) fn flag(self, name: &str) -> Option<bool> {
        self.field(name)?.as_bool()
    }

    pub(crate) fn int(self, name: &str) -> Option<i64> {
        let value = self.field(name)?;
        value.as_i64().or_else(|| value.as_f64().map(|n| n as i64))
    }

    pub(crate) fn object(self, name: &str) -> Option<&'a Map<String, Value>> {
        self.field(name)?.as_object()
    }

    /// Returns an object, or an empty one if the parameter is not an object.
    pub(crate) fn object_or_empty(self, name: &str) -> Map<String, Value> {
        self.object(name).cloned().unwrap_or_default()
    }

    /// Returns the texts of a list.
    pub(crate) fn texts(self, name: &str) -> Option<Vec<&'a str>> {
        let list = self.field(name)?.as_array()?;
        Some(list.iter().filter_map(Value::as_str).collect())
    }

    /// Reads a date and time, in milliseconds since 1970.
    pub(crate) fn time(self, name: &str) -> Result<Option<i64>, ApiError> {
        let Some(text) = self.text(name) else {
            return Ok(None);
        };
        let invalid = || {
            ApiError::invalid_format(
                name,
                &format!("{name} must be a date and time as RFC 3339 has it."),
            )
        };
        formats::parse_date_time(text).map(Some).ok_or_else(invalid)
    }

    /// Returns all parameters.
    pub(crate) fn fields(self) -> Map<String, Value> {
        self.0.as_object().cloned().unwrap_or_default()
    }

    /// Returns the objects of a body that is a list.
    pub(crate) fn items(self) -> impl Iterator<Item = Params<'a>> {
        let items = self.0.as_array().map(Vec::as_slice).unwrap_or_default();
        items.iter().map(Params)
    }
}
