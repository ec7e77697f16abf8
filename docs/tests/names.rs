//! Every call that a page of names mentions exists.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// The methods of each resource, by the name of the resource's method.
fn methods() -> BTreeMap<String, BTreeSet<String>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../clerk-sdk/src/resources");
    let mut of_accessor: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut of_type: BTreeMap<String, String> = BTreeMap::new();
    let table = fs::read_to_string(folder.join("table.rs")).unwrap();
    let mut current = String::new();
    for line in table.lines().map(str::trim) {
        let begin = line
            .split_once(": ")
            .filter(|(name, rest)| is_name(name) && rest.contains('{'));
        if let Some((accessor, rest)) = begin {
            accessor.clone_into(&mut current);
            let type_name = rest.split([' ', '{']).next().unwrap();
            of_type.insert(type_name.to_owned(), accessor.to_owned());
            of_accessor.entry(accessor.to_owned()).or_default();
        } else if let Some(name) = function(line) {
            of_accessor.get_mut(&current).unwrap().insert(name);
        }
    }
    // Those that are written by hand.
    for entry in fs::read_dir(&folder).unwrap() {
        let mut current = None;
        for line in fs::read_to_string(entry.unwrap().path()).unwrap().lines() {
            if let Some(name) = line
                .strip_prefix("impl ")
                .and_then(|rest| rest.strip_suffix(" {"))
            {
                current = of_type.get(name).cloned();
            } else if let (Some(accessor), Some(name)) = (&current, function(line.trim())) {
                of_accessor.get_mut(accessor).unwrap().insert(name);
            }
        }
    }
    of_accessor
}

fn function(line: &str) -> Option<String> {
    let line = line.strip_prefix("pub ").unwrap_or(line);
    let rest = line
        .strip_prefix("async ")
        .unwrap_or(line)
        .strip_prefix("fn ")?;
    let (name, _) = rest.split_once(['(', '<'])?;
    Some(name.to_owned())
}

fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

/// `users().get_user` in code, with or without a client in front.
fn calls(text: &str) -> BTreeSet<(String, String)> {
    let mut calls = BTreeSet::new();
    for (at, _) in text.match_indices("().") {
        let before = &text[..at];
        let begin = before
            .rfind(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
            .map_or(0, |at| at + 1);
        let after = &text[at + 3..];
        let end = after
            .find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
            .unwrap_or(after.len());
        if is_name(&before[begin..]) && after[end..].starts_with('(') {
            calls.insert((before[begin..].to_owned(), after[..end].to_owned()));
        }
    }
    calls
}

#[test]
fn calls_of_resources_on_the_pages_exist() {
    let methods = methods();
    assert!(methods["users"].contains("update_user") && methods["users"].contains("verify_totp"));
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "md") {
            continue;
        }
        for (resource, method) in calls(&fs::read_to_string(&path).unwrap()) {
            if let Some(known) = methods.get(&resource) {
                assert!(
                    known.contains(&method),
                    "{}: {resource}().{method}",
                    path.display()
                );
                found += 1;
            }
        }
    }
    assert!(found >= 25, "{found}");
}
