//! Payloads that come from outside this project: examples and fixtures of Clerk's documents and SDKs, 2021 to 2026.
//!
//! They stay outside the repository; where the folder is missing, the tests say so and check nothing.

use std::path::{Path, PathBuf};

use clerk_api::webhooks::EventData;
use clerk_api::{Error, Method};
use serde_json::Value;

use super::document;
use super::tolerance::decode;
use super::wire;
use test_support::server::{self, Server};

fn folder() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/payloads");
    if !folder.exists() {
        eprintln!("skipped: ../shared/payloads is not there");
        return None;
    }
    Some(folder)
}

fn payloads(kind: &str) -> Option<Vec<(String, Value, Value)>> {
    let folder = folder()?;
    let index = std::fs::read_to_string(folder.join("index.jsonl")).unwrap();
    let entries = index
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .filter(|entry| entry["kind"] == kind)
        .map(|entry| {
            let file = entry["file"].as_str().unwrap().to_owned();
            let text = std::fs::read_to_string(folder.join(&file)).unwrap();
            (file, entry, serde_json::from_str(&text).unwrap())
        })
        .collect();
    Some(entries)
}

#[tokio::test]
async fn answers_of_six_years_read() {
    let Some(payloads) = payloads("response") else {
        return;
    };
    let known = document::operations();
    let mut failed = Vec::new();
    for (file, entry, body) in payloads {
        let ids = entry["operationIds"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str);
        let Some(id) = ids.into_iter().find(|id| known.iter().any(|o| o.id == *id)) else {
            continue;
        };
        // A list is indexed under the operations that return one item of it.
        let list = entry["object_type"]
            .as_str()
            .is_some_and(|t| t.starts_with("list") || t.starts_with("page"));
        let items = if list {
            body.get("data")
                .unwrap_or(&body)
                .as_array()
                .unwrap()
                .clone()
        } else {
            vec![body]
        };
        for item in items {
            if let Some(Err(error)) = decode(id, &item).await {
                failed.push(format!("{file}: {}", reason(&error)));
            }
        }
    }
    failed.dedup();
    compare(&failed, include_str!("drift/answers.txt"));
}

/// What does not read has to be listed with its reason, and nothing else may be.
fn compare(failed: &[String], listed: &str) {
    let listed: Vec<&str> = listed.lines().collect();
    assert_eq!(failed, listed, "see tests/contract/drift/README.md");
}

/// Where and why a response cannot be read.
fn reason(error: &Error) -> String {
    match error {
        Error::Decode(error) => {
            let reason = error.reason.split(" at line").next().unwrap_or_default();
            format!("{reason} at {}", error.path)
        }
        other => other.to_string(),
    }
}

#[tokio::test]
async fn errors_of_six_years_read() {
    let Some(payloads) = payloads("error") else {
        return;
    };
    for (file, _, body) in payloads {
        let server = Server::replying([server::json(422, body.clone())]).await;
        let error = wire::client(&server)
            .request(Method::POST, "/users")
            .await
            .unwrap_err();
        let Error::Api(error) = error else {
            panic!("{file}: {error:?}")
        };
        assert_eq!(
            error.errors.len(),
            body["errors"].as_array().unwrap().len(),
            "{file}"
        );
        assert!(error.errors.iter().all(|e| !e.code.is_empty()), "{file}");
    }
}

#[test]
fn webhooks_of_six_years_read() {
    let Some(payloads) = payloads("webhook") else {
        return;
    };
    let mut failed = Vec::new();
    for (file, entry, mut body) in payloads {
        let kind = entry["object_type"].as_str().unwrap();
        if let Err(error) = EventData::decode(kind, body["data"].take()) {
            failed.push(format!("{file}: {error}"));
        }
    }
    compare(&failed, include_str!("drift/webhooks.txt"));
}
