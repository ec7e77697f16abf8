//! Upstream's words stay upstream: no sentence of Clerk's documents is in this repository.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

const WORDS: usize = 6;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}

/// Lower case, punctuation and white space folded: what is compared are words.
fn words(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}

/// Every description, summary and title, whole and sentence by sentence.
fn prose(value: &Value, out: &mut HashSet<Vec<String>>) {
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                match value {
                    Value::String(text)
                        if ["description", "summary", "title"].contains(&key.as_str()) =>
                    {
                        // A list of values is a fact, whoever writes it down.
                        let is_list =
                            |s: &&str| s.split_whitespace().all(|word| word.contains('_'));
                        let sentences = text
                            .split(['.', '\n', ':', ';'])
                            .filter(|s| !is_list(s))
                            .map(words);
                        out.extend(sentences.chain([words(text)]).filter(|s| s.len() >= WORDS));
                    }
                    _ => prose(value, out),
                }
            }
        }
        Value::Array(values) => values.iter().for_each(|value| prose(value, out)),
        _ => {}
    }
}

fn documents() -> Option<HashSet<Vec<String>>> {
    let shared = root().join("../shared/openapi");
    if !shared.exists() {
        eprintln!("skipped: ../shared/openapi is not there");
        return None;
    }
    let mut sentences = HashSet::new();
    for folder in ["bapi", "webhooks", "fapi", "proposed/bapi", "proposed/fapi"] {
        for entry in std::fs::read_dir(shared.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            let bytes = std::fs::read(&path).unwrap();
            let (document, _) =
                xtask::document::parse_any(&bytes, &path.display().to_string(), &|_| Vec::new())
                    .unwrap();
            prose(&document, &mut sentences);
        }
    }
    assert!(sentences.len() > 1_000, "the documents have prose");
    Some(sentences)
}

/// Where `text` holds one of the sentences.
fn found<'a>(text: &str, by_start: &'a HashMap<&[String], Vec<&'a [String]>>) -> Vec<&'a [String]> {
    let words = words(text);
    let mut out = Vec::new();
    for (at, start) in words.windows(WORDS).enumerate() {
        for sentence in by_start.get(start).into_iter().flatten() {
            if words[at..].starts_with(sentence) {
                out.push(*sentence);
            }
        }
    }
    out
}

#[test]
fn no_sentence_of_upstreams_documents_is_committed() {
    let Some(sentences) = documents() else { return };
    let mut by_start: HashMap<&[String], Vec<&[String]>> = HashMap::new();
    for sentence in &sentences {
        by_start
            .entry(&sentence[..WORDS])
            .or_default()
            .push(sentence);
    }
    // The comparison itself works.
    let known = sentences.iter().next().unwrap().join(" ");
    assert!(!found(&format!("say {known}, again"), &by_start).is_empty());

    let listed = Command::new("git")
        .args(["ls-files", "-z"])
        .current_dir(root())
        .output()
        .unwrap();
    let files = String::from_utf8(listed.stdout).unwrap();
    let mut copied = Vec::new();
    for file in files.split('\0').filter(|f| !f.is_empty()) {
        // Deleted in the working tree, or not text.
        let Ok(text) = std::fs::read_to_string(root().join(file)) else {
            continue;
        };
        copied.extend(
            found(&text, &by_start)
                .into_iter()
                .map(|s| format!("{file}: {}", s.join(" "))),
        );
    }
    assert!(
        copied.is_empty(),
        "write it in our own words:\n{}",
        copied.join("\n")
    );
}
