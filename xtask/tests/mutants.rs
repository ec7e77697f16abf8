//! Documents that were changed at random: each is generated from, or refused in the document's own words.
//!
//! `XTASK_MUTANTS` and `XTASK_COMPILED` say how many are made and how many of those that generate are compiled; `.ci/run`
//! takes more than the default. The seed is fixed, so that a failure can be repeated.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod edits;
mod trees;

use serde_json::{Value, json};
use trees::{Trees, tree};
use xtask::document::{DocumentError, Kind, parse_lacking};
use xtask::generate::Files;

const SEED: u64 = 0x5eed_c1e4;

/// Every keyword of the edition, strict, reserved and weak.
const KEYWORDS: &[&str] = &[
    "Self", "abstract", "as", "async", "await", "become", "box", "break", "const", "continue",
    "crate", "do", "dyn", "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if",
    "impl", "in", "let", "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub",
    "raw", "ref", "return", "safe", "self", "static", "struct", "super", "trait", "true", "try",
    "type", "typeof", "union", "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
    "_",
];

/// Texts that break out of where they are put, or look like something else.
const ODD: &[&str] = &[
    "",
    " ",
    "*/",
    "/*",
    "//",
    "\"",
    "\\",
    "}}",
    "#",
    "\u{0}",
    "\r\n",
    "\u{7f}",
    "\u{202e}evil",
    "\u{2066}a\u{2069}",
    "\u{feff}",
    "日本",
    "🦀",
    "a-b",
    "a b",
    "a.b",
    "1st",
    "Unknown",
    "Option",
    "String",
    "R",
    "types",
    "new",
    "send",
    "extra",
    "<T>",
    "{id}",
];

fn count(name: &str, default: usize) -> usize {
    std::env::var(name)
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(default)
}

/// A small generator of numbers that are the same everywhere.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % end.max(1) as u64).unwrap()
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}

/// Pointers to every value of a document.
fn pointers(value: &Value, at: &str, out: &mut Vec<String>) {
    let mut child = |key: &str, inner: &Value| {
        let at = format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"));
        out.push(at.clone());
        pointers(inner, &at, out);
    };
    match value {
        Value::Object(map) => map.iter().for_each(|(key, inner)| child(key, inner)),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .for_each(|(at, inner)| child(&at.to_string(), inner)),
        _ => {}
    }
}

fn mutate(document: &mut Value, random: &mut Random) -> String {
    let mut all = Vec::new();
    pointers(document, "", &mut all);
    let at = random.pick(&all).clone();
    let other = document
        .pointer(random.pick(&all).as_str())
        .unwrap()
        .clone();
    let word = if random.below(2) == 0 {
        *random.pick(KEYWORDS)
    } else {
        *random.pick(ODD)
    };
    let schemas: Vec<String> = document["components"]["schemas"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, _)| name.clone())
        .collect();
    let reference = format!(
        "#/components/schemas/{}",
        schemas
            .get(random.below(schemas.len() + 1))
            .map_or("Gone", String::as_str)
    );
    let target = document.pointer_mut(&at).unwrap();
    let kind = random.below(14);
    match kind {
        0 => *target = Value::Null,
        1 => *target = json!(random.below(1000)),
        2 => *target = json!(word),
        3 => *target = json!([]),
        4 => *target = json!({}),
        5 => *target = other,
        6 => *target = json!({ "$ref": reference }),
        7 => *target = json!({ "allOf": [target.clone(), { "$ref": reference }] }),
        8 => *target = json!({ "oneOf": [target.clone(), other] }),
        9 => {
            *target = json!({ "type": "object", "properties": { word: { "type": "string" } }, "additionalProperties": true })
        }
        10 => *target = json!({ "type": "string", "enum": [word, "a", "A"] }),
        11 => {
            let (owner, _) = at.rsplit_once('/').unwrap();
            match document.pointer_mut(owner) {
                Some(Value::Object(map)) => drop(map.insert(word.to_owned(), other)),
                Some(Value::Array(items)) => items.push(other),
                _ => {}
            }
        }
        _ => {
            let (owner, last) = at.rsplit_once('/').unwrap();
            let last = last.replace("~1", "/").replace("~0", "~");
            match document.pointer_mut(owner) {
                Some(Value::Object(map)) => {
                    let gone = map.remove(&last);
                    // Renamed, or gone.
                    if kind == 12 {
                        map.extend(gone.map(|value| (word.to_owned(), value)));
                    }
                }
                Some(Value::Array(items)) => drop(items.remove(last.parse().unwrap())),
                _ => {}
            }
        }
    }
    format!("{kind} at {at} with {word:?}")
}

/// Whether the error says where: a pointer that leads to something in the document, or the name of something in it. Of a
/// document without one of its sections only that can be said.
fn names_a_place(error: &str, document: &Value) -> bool {
    let separates = |c: char| c.is_whitespace() || "`;,()".contains(c);
    let mut pointers = error
        .split(separates)
        .map(|word| word.trim_start_matches('#').trim_end_matches(['.', ':']))
        .filter(|word| word.len() > 1 && word.starts_with('/'));
    // What is missing is at a place in something that is there.
    let leads = |pointer: &str| {
        let owner = pointer.rsplit_once('/').map_or("", |(owner, _)| owner);
        document.pointer(pointer).is_some() || document.pointer(owner).is_some()
    };
    let names = ["/paths", "/components/schemas", "/components/parameters"]
        .iter()
        .filter_map(|section| document.pointer(section)?.as_object())
        .flatten()
        .map(|(name, _)| name.as_str());
    let ids = document["paths"]
        .as_object()
        .into_iter()
        .flatten()
        .flat_map(|(_, item)| item.as_object().into_iter().flatten())
        .filter_map(|(_, operation)| operation.get("operationId")?.as_str());
    let sections = ["`openapi`", "OpenAPI version", "`paths`", "`components`"];
    let whole = ["the top level is"];
    pointers.any(leads)
        || names
            .chain(ids)
            .chain(sections)
            .chain(whole)
            .any(|word| !word.is_empty() && error.contains(word))
}

/// What became of one mutant.
enum Fate {
    Generates(Files),
    /// Refused for what it lacks, and accepted as the error says.
    Lacks(Files),
    Refused,
    Wrong(String),
}

fn fate(document: &Value) -> Fate {
    let text = document.to_string();
    let mut lacking = Vec::new();
    let outcome = loop {
        let parsed = parse_lacking(text.as_bytes(), "mutant.json", Kind::BackendApi, &lacking);
        match parsed {
            Err(error @ DocumentError::Lacking { .. }) => {
                let said = error.to_string();
                let DocumentError::Lacking { places, .. } = error else {
                    unreachable!()
                };
                if !names_a_place(&said, document) || lacking.contains(&places[0]) {
                    return Fate::Wrong(said);
                }
                lacking.extend(places);
            }
            other => break other,
        }
    };
    let made = outcome
        .map_err(anyhow::Error::from)
        .and_then(|document| tree(&document));
    match made {
        Ok(made) => {
            let sources = made.files.iter().filter(|(path, _)| path.ends_with(".rs"));
            let mut failures = sources.filter_map(|(path, code)| {
                let error = syn::parse_file(code).err()?;
                Some(format!("{path}: {error}"))
            });
            match failures.next() {
                Some(failure) => Fate::Wrong(failure),
                None if lacking.is_empty() => Fate::Generates(made.files),
                None => Fate::Lacks(made.files),
            }
        }
        Err(error) => {
            let error = format!("{error:#}");
            if error.contains("panicked") || !names_a_place(&error, document) {
                Fate::Wrong(error)
            } else {
                Fate::Refused
            }
        }
    }
}

#[test]
fn mutants_generate_or_are_refused_in_the_documents_words() {
    let (made, compiled) = (count("XTASK_MUTANTS", 80), count("XTASK_COMPILED", 0));
    let base = edits::base();
    let mut random = Random(SEED);
    let mutants: Vec<(String, Value)> = (0..made)
        .map(|_| {
            let mut document = base.clone();
            let steps: Vec<String> = (0..=random.below(3))
                .map(|_| mutate(&mut document, &mut random))
                .collect();
            (steps.join(", "), document)
        })
        .collect();
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    let fates: Vec<(&String, Fate)> = std::thread::scope(|scope| {
        let running: Vec<_> = mutants
            .chunks(made.div_ceil(workers))
            .map(|chunk| {
                let work = || {
                    chunk
                        .iter()
                        .map(|(steps, document)| (steps, fate(document)))
                };
                scope.spawn(move || work().collect::<Vec<_>>())
            })
            .collect();
        let done = running.into_iter().map(|worker| worker.join().unwrap());
        done.flatten().collect()
    });
    let (mut succeeded, mut wrong) = (Vec::new(), Vec::new());
    let (mut lacking, mut refused) = (0, 0);
    for (steps, fate) in fates {
        match fate {
            Fate::Generates(files) => succeeded.push((steps, files)),
            Fate::Lacks(files) => {
                lacking += 1;
                succeeded.push((steps, files));
            }
            Fate::Refused => refused += 1,
            Fate::Wrong(why) => wrong.push(format!("{steps}\n{why}")),
        }
    }
    println!(
        "{made} mutants: {} generate, {lacking} of them once the overlay says what they lack; {refused} are refused, {} are \
         wrong",
        succeeded.len(),
        wrong.len()
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    assert!(succeeded.len() > made / 2 && lacking > made / 20);
    if compiled == 0 {
        return;
    }
    let mut trees = Trees::new("mutants");
    let step = succeeded.len().div_ceil(compiled).max(1);
    let sample: Vec<_> = succeeded.iter().step_by(step).enumerate().collect();
    for (at, (_, files)) in &sample {
        trees.add(&format!("mutant-{at}"), files, false);
    }
    let said = trees.check();
    println!("{} of them were compiled", sample.len());
    let steps: Vec<String> = sample
        .iter()
        .map(|(at, (steps, _))| format!("mutant-{at}: {steps}"))
        .collect();
    assert!(said.is_empty(), "{said}\n{}", steps.join("\n"));
}

#[test]
fn keywords_and_odd_characters_compile() {
    let text = json!({ "type": "string" });
    let words: Vec<&str> = KEYWORDS.iter().chain(ODD).copied().collect();
    let properties: serde_json::Map<String, Value> = words
        .iter()
        .map(|word| ((*word).to_owned(), text.clone()))
        .collect();
    let query: Vec<Value> = words
        .iter()
        .filter(|word| !word.is_empty())
        .map(|word| json!({ "name": word, "in": "query", "schema": { "type": "string", "pattern": word } }))
        .collect();
    let open = json!({ "type": "object", "properties": properties, "additionalProperties": true });
    let closed = json!({ "type": "object", "properties": properties, "required": ["gen", "type"] });
    let answer = |schema: &Value| json!({ "200": { "content": { "application/json": { "schema": schema } } } });
    let body = |schema: &Value| json!({ "content": { "application/json": { "schema": schema } } });
    let mut paths = serde_json::Map::new();
    for (at, word) in words.iter().enumerate() {
        let path = format!("/odd/{at}/{{{}}}", word.replace(['{', '}', '/'], ""));
        paths.insert(
            path,
            json!({ "get": { "operationId": word, "tags": [word], "responses": answer(&text) } }),
        );
    }
    paths.insert(
        "/all".to_owned(),
        json!({
            "post": { "operationId": "SendOpen", "parameters": query, "requestBody": body(&open), "responses": answer(&closed) },
            "put": { "operationId": "SendClosed", "requestBody": body(&closed), "responses": answer(&json!({ "type": "string", "enum": words })) },
        }),
    );
    let schemas: serde_json::Map<String, Value> = words
        .iter()
        .filter(|word| word.chars().all(char::is_alphanumeric) && !word.is_empty())
        .map(|word| {
            (
                (*word).to_owned(),
                json!({ "type": "object", "properties": { *word: text } }),
            )
        })
        .collect();
    let parts: serde_json::Map<String, Value> = schemas
        .keys()
        .map(|name| {
            (
                name.clone(),
                json!({ "$ref": format!("#/components/schemas/{name}") }),
            )
        })
        .collect();
    paths.insert(
        "/parts".to_owned(),
        json!({ "post": { "operationId": "SendParts", "requestBody": body(&json!({ "type": "object", "properties": parts })), "responses": answer(&json!({ "type": "object", "properties": parts })) } }),
    );
    let document = json!({ "openapi": "3.0.3", "info": { "version": "2026-05-12" }, "paths": paths, "components": { "schemas": schemas } });
    let mut trees = Trees::new("odd");
    trees.add("odd", &tree(&document).unwrap().files, true);
    assert_eq!(trees.check(), "");
}
