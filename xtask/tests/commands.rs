//! The commands as they are called: what they print and the codes that they exit with.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod edits;
mod workspace;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use edits::base;
use serde_json::{Value, json};
use workspace::{root, small_workspace};

/// Runs the program on a workspace.
fn xtask(root: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_xtask"))
        .arg("--root")
        .arg(root)
        .args(arguments)
        .output()
        .unwrap()
}

#[track_caller]
fn exits(output: &Output, code: i32) -> String {
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{said}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn diff_exits_0_whatever_the_verdict_and_2_when_it_cannot_judge() {
    let folder = tempfile::tempdir().unwrap();
    let (old, mut new) = (base(), base());
    new["paths"].as_object_mut().unwrap().remove("/tree");
    let write = |name: &str, document: &Value| {
        let path = folder.path().join(name);
        fs::write(&path, document.to_string()).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let (one, two) = (write("old.json", &old), write("new.json", &new));
    let text = exits(&xtask(&root(), &["diff", &one, &two]), 0);
    assert!(text.ends_with("semver: major (0.x: minor)\n"), "{text}");

    let printed = exits(&xtask(&root(), &["diff", &one, &two, "--json"]), 0);
    let printed: Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(
        printed["semver"],
        json!({"from_1_0": "major", "before_1_0": "minor"})
    );
    assert_eq!(printed["operations"]["removed"], json!(["GetTree"]));
    assert!(printed["changes"].as_array().is_some_and(|c| !c.is_empty()));

    let same = exits(&xtask(&root(), &["diff", &one, &one, "--json"]), 0);
    let same: Value = serde_json::from_str(&same).unwrap();
    assert_eq!(
        (&same["semver"]["from_1_0"], &same["changes"]),
        (&json!("none"), &json!([]))
    );

    exits(&xtask(&root(), &["diff", &one, "not-there.json"]), 2);
    exits(&xtask(&root(), &["diff", &one]), 2);
}

#[test]
fn regen_check_exits_0_1_or_2() {
    let folder = small_workspace();
    let check = || xtask(folder.path(), &["regen", "--check", "--offline"]);
    assert_eq!(exits(&check(), 0), "", "nothing to say");

    let code = folder.path().join("clerk-api/src/generated/mod.rs");
    let text = fs::read_to_string(&code).unwrap();
    fs::write(&code, format!("{text}// edited\n")).unwrap();
    let difference = exits(&check(), 1);
    assert!(difference.contains("-// edited"), "{difference}");

    fs::write(folder.path().join("openapi/backend-api.json"), "{").unwrap();
    exits(&check(), 2);
}

#[test]
fn coverage_prints_json_and_exits_0_1_or_2() {
    let folder = small_workspace();
    let arguments = ["coverage", "--check", "--json"];
    let printed = exits(&xtask(&root(), &arguments), 0);
    let printed: Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(printed["operations"], printed["wrapped"]);
    assert_eq!(printed["not_documented"], json!([]));

    let printed = exits(&xtask(folder.path(), &arguments), 1);
    let printed: Value = serde_json::from_str(&printed).unwrap();
    assert!(
        printed["not_wrapped"]
            .as_array()
            .is_some_and(|ids| ids.contains(&json!("GetTree")))
    );
    exits(&xtask(folder.path(), &["coverage", "--json"]), 0);

    fs::remove_file(folder.path().join("openapi/docs.toml")).unwrap();
    exits(&xtask(folder.path(), &arguments), 2);
}
