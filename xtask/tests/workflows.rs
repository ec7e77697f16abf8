//! The workflows of .github say nothing that `.ci/run` does not do: they call its steps, each in one job.
#![cfg(unix)]
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod workspace;

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use serde_json::Value;
use workspace::root;

/// Steps that run when they are named: they take another compiler or system, a release, valgrind, the newest advisories, or
/// long.
const ELSEWHERE: [&str; 9] = [
    "advisories",
    "docs_rs",
    "instructions",
    "libraries",
    "minimal_versions",
    "msrv",
    "mutants",
    "semver",
    "spelling",
];

fn workflows() -> Vec<(String, Value)> {
    let files = fs::read_dir(root().join(".github/workflows")).unwrap();
    files
        .map(|file| file.unwrap())
        .map(|file| {
            let text = fs::read_to_string(file.path()).unwrap();
            let name = file.file_name().into_string().unwrap();
            let read = serde_saphyr::from_str(&text);
            let read = read.unwrap_or_else(|error| panic!("{name}: {error}"));
            (name, read)
        })
        .collect()
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// The lines that the jobs of a workflow run, with the values of a matrix filled in.
fn lines(workflow: &Value) -> Vec<String> {
    let mut found = Vec::new();
    for job in workflow["jobs"].as_object().unwrap().values() {
        for run in list(&job["steps"]).filter_map(|step| step["run"].as_str()) {
            let chosen = "${{ matrix.steps }}";
            if run.contains(chosen) {
                let rows = list(&job["strategy"]["matrix"]["steps"]);
                found.extend(rows.map(|row| run.replace(chosen, row.as_str().unwrap())));
            } else {
                found.push(run.to_owned());
            }
        }
    }
    found
}

fn steps_of_run() -> Vec<String> {
    let output = Command::new("bash")
        .current_dir(root())
        .args([".ci/run", "--list"])
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let listed = String::from_utf8(output.stdout).unwrap();
    listed.lines().map(str::to_owned).collect()
}

#[test]
fn each_step_of_the_command_is_in_one_job_of_the_workflows() {
    let mut called: Vec<String> = Vec::new();
    for (_, workflow) in workflows() {
        for line in lines(&workflow) {
            if let Some(steps) = line.strip_prefix(".ci/run ") {
                called.extend(steps.split_whitespace().map(str::to_owned));
            }
        }
    }
    called.sort();
    let mut expected = steps_of_run();
    expected.extend(ELSEWHERE.map(str::to_owned));
    expected.sort();
    assert_eq!(called, expected);
}

#[test]
fn each_step_is_a_function_and_an_unknown_one_is_an_error() {
    let steps = fs::read_to_string(root().join(".ci/steps")).unwrap();
    for step in steps_of_run().iter().map(String::as_str).chain(ELSEWHERE) {
        assert!(steps.contains(&format!("\n{step}() {{")), "{step}");
    }
    let output = Command::new("bash")
        .current_dir(root())
        .args([".ci/run", "no_such_step"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty(), "nothing has run");
}

#[test]
fn jobs_call_scripts_have_a_limit_and_actions_are_pinned_by_commit() {
    for (name, workflow) in workflows() {
        assert!(
            workflow["permissions"].is_object(),
            "{name} takes more than it says"
        );
        for (job, of_job) in workflow["jobs"].as_object().unwrap() {
            assert!(of_job["timeout-minutes"].is_u64(), "{name}: {job}");
            for action in list(&of_job["steps"]).filter_map(|step| step["uses"].as_str()) {
                let (_, commit) = action.split_once('@').unwrap();
                let is_commit = commit.len() == 40 && commit.bytes().all(|b| b.is_ascii_hexdigit());
                assert!(is_commit, "{name}: {job}: {action}");
            }
        }
        let scripts = [".ci/run ", ".ci/regen", ".ci/release ", "gh auth ", "test "];
        for line in lines(&workflow) {
            let is_one = line.lines().count() == 1;
            let is_thin = is_one && scripts.iter().any(|script| line.starts_with(script));
            assert!(is_thin, "{name}: what does more belongs into .ci: {line}");
        }
    }
}

/// A value that a stranger chooses, like a branch's name, would be run as part of the script.
#[test]
fn no_line_takes_text_of_a_pull_request() {
    let allowed = BTreeSet::from([
        "needs.steps.result",
        "needs.platforms.result",
        "needs.crates.outputs.tag",
    ]);
    for (name, workflow) in workflows() {
        for line in lines(&workflow) {
            for part in line.split("${{").skip(1) {
                let expression = part.split("}}").next().unwrap().trim();
                assert!(allowed.contains(expression), "{name}: {expression}");
            }
        }
    }
}
