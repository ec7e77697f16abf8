//! The committed list of one-change edits.
#![allow(dead_code)]

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

/// One change of `diff/base.json`.
#[derive(Deserialize)]
pub(crate) struct Edit {
    pub(crate) name: String,
    /// `major`, `minor`, `patch` or `none`.
    pub(crate) verdict: String,
    /// JSON pointers and what is put there; `-` at the end appends.
    #[serde(default)]
    set: BTreeMap<String, Value>,
    #[serde(default)]
    remove: Vec<String>,
}

pub(crate) fn base() -> Value {
    serde_json::from_str(include_str!("../diff/base.json")).unwrap()
}

pub(crate) fn edits() -> Vec<Edit> {
    serde_json::from_str(include_str!("../diff/edits.json")).unwrap()
}

impl Edit {
    pub(crate) fn apply(&self, document: &Value) -> Value {
        let mut out = document.clone();
        let mut parent = |pointer: &str, change: &mut dyn FnMut(&mut Value, &str)| {
            let (owner, last) = pointer.rsplit_once('/').unwrap();
            let owner = out
                .pointer_mut(owner)
                .unwrap_or_else(|| panic!("{}: {pointer}", self.name));
            change(owner, &last.replace("~1", "/").replace("~0", "~"));
        };
        for pointer in &self.remove {
            parent(pointer, &mut |owner, last| match owner {
                Value::Object(map) => drop(map.remove(last).expect(pointer)),
                Value::Array(items) => drop(items.remove(last.parse().unwrap())),
                other => panic!("{pointer}: {other}"),
            });
        }
        for (pointer, value) in &self.set {
            parent(pointer, &mut |owner, last| match owner {
                Value::Array(items) if last == "-" => items.push(value.clone()),
                Value::Array(items) => items[last.parse::<usize>().unwrap()] = value.clone(),
                Value::Object(map) => drop(map.insert(last.to_owned(), value.clone())),
                other => panic!("{pointer}: {other}"),
            });
        }
        assert!(out != *document, "{} changes nothing", self.name);
        out
    }
}
