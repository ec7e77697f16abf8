//! Code written by hand stays small enough to be read at once.

#![allow(missing_docs, clippy::unwrap_used)]

use std::path::{Path, PathBuf};
use std::process::Command;

const LINES_OF_A_FILE: usize = 500;
const LINES_OF_A_FUNCTION: usize = 80;

/// Lists without any steps, which reading them in pieces would not make plainer.
const LISTS: [(&str, &str); 3] = [
    (
        "clerk-middleware/tests/adapters/rows.rs",
        "plain_rows", // The table of requests, in one place for all frameworks.
    ),
    (
        "clerk-middleware/tests/adapters/seed_page.rs",
        "rows_of_the_page", // A row per request.
    ),
    (
        "clerk-middleware/tests/engine/configuration.rs",
        "what_is_missing_is_found_when_the_layer_is_built", // A row per configuration.
    ),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}

/// The Rust files that are written by hand, with their text.
fn files() -> Vec<(String, String)> {
    let listed = Command::new("git")
        .args(["ls-files", "-z", "--", "*.rs"])
        .current_dir(root())
        .output()
        .unwrap();
    let names = String::from_utf8(listed.stdout).unwrap();
    let files: Vec<_> = names
        .split('\0')
        .filter(|name| !name.is_empty() && !name.contains("/generated/"))
        // A file may be deleted in the working tree.
        .filter_map(|name| {
            let text = std::fs::read_to_string(root().join(name)).ok()?;
            Some((name.to_owned(), text))
        })
        .collect();
    assert!(files.len() > 500, "git lists {} files", files.len());
    files
}

/// Returns the functions of a formatted file with their lengths. A function ends with the first bracket that is as far from the
/// margin as its `fn`.
fn functions(text: &str) -> Vec<(&str, usize)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let code = line.trim_start();
        let margin = &line[..line.len() - code.len()];
        let Some(name) = name_of_function(code) else {
            continue;
        };
        let end = lines[at..].iter().position(|line| {
            line.strip_prefix(margin)
                .is_some_and(|rest| rest == "}" || rest.ends_with(';') && !rest.starts_with(' '))
        });
        let is_one_line = code.ends_with('}');
        found.push((name, if is_one_line { 1 } else { end.unwrap_or(0) + 1 }));
    }
    found
}

fn name_of_function(code: &str) -> Option<&str> {
    let (before, after) = code.split_once("fn ")?;
    let is_function = before.split_whitespace().all(|word| {
        matches!(word, "pub" | "async" | "const" | "default") || word.starts_with("pub(")
    });
    let name = after.split(['(', '<']).next()?;
    (is_function && !name.contains(' ')).then_some(name)
}

#[test]
fn no_file_written_by_hand_is_longer_than_500_lines() {
    let long: Vec<String> = files()
        .iter()
        .map(|(name, text)| (name, text.lines().count()))
        .filter(|(_, lines)| *lines > LINES_OF_A_FILE)
        .map(|(name, lines)| format!("{name}: {lines}"))
        .collect();
    assert!(long.is_empty(), "{}", long.join("\n"));
}

#[test]
fn no_function_written_by_hand_is_longer_than_80_lines() {
    let (mut long, mut lists) = (Vec::new(), Vec::new());
    for (file, text) in &files() {
        for (name, lines) in functions(text) {
            if lines <= LINES_OF_A_FUNCTION {
                continue;
            }
            match LISTS.contains(&(file.as_str(), name)) {
                true => lists.push(name.to_owned()),
                false => long.push(format!("{file}: {name} has {lines} lines")),
            }
        }
    }
    assert!(long.is_empty(), "{}", long.join("\n"));
    assert_eq!(lists.len(), LISTS.len(), "no longer so long: {lists:?}");
}

#[test]
fn functions_are_found_with_their_lengths() {
    let text = "\
/// Says fn so(
pub(crate) async fn a<T>(
    b: T,
) -> T {
    if b {
    }
}
trait C {
    fn d(&self);
    const fn e() {
        f();
    }
    fn g() {}
}
";
    let expected = [("a", 6), ("d", 1), ("e", 3), ("g", 1)];
    assert_eq!(functions(text), expected);
}
