//! `.ci/regen` as the schedule runs it: on a clone, with a `gh` that only writes down how it is called.
#![cfg(unix)]
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod github;
mod workspace;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use github::github;
use serde_json::{Value, json};
use workspace::{root, small_workspace};
use xtask::document::Kind;

/// A repository with a clone of it, and programs in front of those of the machine.
struct Runner {
    folder: tempfile::TempDir,
}

impl Runner {
    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn git(&self, within: &str, arguments: &[&str]) -> String {
        let output = Command::new("git")
            .current_dir(self.path(within))
            .args(["-c", "user.name=test", "-c", "user.email=test@example.com"])
            .args(arguments)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "git {arguments:?}: {said}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    fn program(&self, name: &str, script: &str) {
        let path = self.path("bin").join(name);
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// `workspace` as a repository. `cargo xtask` is the program that was built with this test.
    fn new(workspace: &Path) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let out = Self { folder };
        fs::create_dir(out.path("bin")).unwrap();
        let xtask = env!("CARGO_BIN_EXE_xtask");
        out.program(
            "cargo",
            &format!("shift\nexec '{xtask}' --root \"$PWD\" \"$@\""),
        );
        fs::write(out.path("open"), "0\n").unwrap();
        fs::write(out.path("body"), "").unwrap();
        let (calls, body, open) = (out.path("calls"), out.path("body"), out.path("open"));
        let (calls, body, open) = (calls.display(), body.display(), open.display());
        out.program(
            "gh",
            &format!(
                "echo \"$*\" >>'{calls}'\n\
                 for last; do :; done\n\
                 case \"$2\" in\n\
                 list) case \"$*\" in *open*) cat '{open}' ;; *) [ -s '{body}' ] && echo 1 || echo 0 ;; esac ;;\n\
                 create|edit) cp \"$last\" '{body}'; echo 1 >'{open}' ;;\n\
                 esac"
            ),
        );
        fs::create_dir(out.path("origin")).unwrap();
        workspace::copy(workspace, &out.path("origin"));
        fs::create_dir(out.path("origin/.ci")).unwrap();
        fs::copy(root().join(".ci/regen"), out.path("origin/.ci/regen")).unwrap();
        out.git("origin", &["init", "--quiet", "--initial-branch", "main"]);
        out.git("origin", &["add", "--all"]);
        out.git("origin", &["commit", "--quiet", "--message", "first"]);
        out
    }

    /// A night: a fresh clone, and the script in it.
    fn night(&self) -> Output {
        let clone = self.path("clone");
        let _ = fs::remove_dir_all(&clone);
        let origin = format!("file://{}", self.path("origin").display());
        self.git(".", &["clone", "--quiet", "--depth", "1", &origin, "clone"]);
        let _ = fs::remove_file(self.path("calls"));
        let path = std::env::var("PATH").unwrap_or_default();
        Command::new(clone.join(".ci/regen"))
            .env("PATH", format!("{}:{path}", self.path("bin").display()))
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GITHUB_TOKEN", "ghp_secret")
            .output()
            .unwrap()
    }

    fn calls(&self) -> String {
        fs::read_to_string(self.path("calls")).unwrap_or_default()
    }
}

#[track_caller]
fn succeeded(output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn a_night_with_news_opens_one_pull_request_and_keeps_it_up_to_date() {
    let workspace = small_workspace();
    let read = |kind: Kind| fs::read_to_string(workspace.path().join(kind.facts())).unwrap();
    let mut newer: Value = serde_json::from_str(&read(Kind::BackendApi)).unwrap();
    newer["paths"]["/a_new"] = json!({"get": {"operationId": "GetNew", "responses": {"204": {}}}});
    let (url, _) = github(vec![
        ("bapi/2026-05-12.yml", newer.to_string()),
        ("webhooks/2025-04-15.yml", read(Kind::Webhooks)),
        ("fapi/2026-05-12.yml", read(Kind::FrontendApi)),
    ]);
    let source = workspace.path().join("openapi/source.toml");
    let text = fs::read_to_string(&source).unwrap();
    let text = text
        .replace("https://raw.githubusercontent.com", &url)
        .replace("https://api.github.com", &url);
    fs::write(&source, text).unwrap();
    let runner = Runner::new(workspace.path());

    let printed = succeeded(&runner.night());
    let json: Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(json["semver"]["from_1_0"], "minor");
    let title = "Clerk's documents changed: minor (0.x: patch)";
    let calls = runner.calls();
    assert!(
        calls.contains(&format!(
            "pr create --head regen/latest --title {title} --body-file "
        )),
        "{calls}"
    );
    let body = fs::read_to_string(runner.path("body")).unwrap();
    assert!(body.contains("* [ ] `GetNew`"), "{body}");
    let branch = |what: &str| {
        let format = format!("--format={what}");
        runner.git("origin", &["log", "-1", &format, "regen/latest"])
    };
    assert_eq!(branch("%s"), title);
    let changed = runner.git("origin", &["diff", "--name-only", "main", "regen/latest"]);
    let places = ["openapi/", "clerk-api/"];
    assert!(
        changed
            .lines()
            .all(|path| places.iter().any(|p| path.starts_with(p)))
            && changed.contains("openapi/source.toml"),
        "{changed}"
    );

    // The next night finds the same: nothing is pushed.
    let first = branch("%H");
    succeeded(&runner.night());
    assert_eq!(branch("%H"), first);
    assert!(!runner.calls().contains("create"), "{}", runner.calls());

    // A person closed it: it is not opened again before there is something new to say.
    fs::write(runner.path("open"), "0\n").unwrap();
    let said = runner.night();
    succeeded(&said);
    assert!(String::from_utf8_lossy(&said.stderr).contains("is closed"));
    assert!(!runner.calls().contains("create"), "{}", runner.calls());
    fs::write(runner.path("open"), "1\n").unwrap();

    // Something else was merged meanwhile: the branch is made anew, and the pull request stays.
    fs::write(runner.path("origin/NEWS"), "news\n").unwrap();
    runner.git("origin", &["add", "--all"]);
    runner.git("origin", &["commit", "--quiet", "--message", "news"]);
    succeeded(&runner.night());
    assert_ne!(branch("%H"), first);
    let calls = runner.calls();
    assert!(calls.contains("pr edit regen/latest"), "{calls}");

    // Merged: there is nothing to do.
    runner.git("origin", &["merge", "--quiet", "regen/latest"]);
    succeeded(&runner.night());
    assert_eq!(runner.calls(), "");
}

#[test]
fn a_night_that_stops_fails_and_touches_nothing() {
    let workspace = small_workspace();
    let (url, _) = github(vec![("bapi/2026-05-12.yml", "<html></html>".to_owned())]);
    let source = workspace.path().join("openapi/source.toml");
    let text = fs::read_to_string(&source).unwrap();
    let text = text
        .replace("https://raw.githubusercontent.com", &url)
        .replace("https://api.github.com", &url);
    fs::write(&source, text).unwrap();
    let runner = Runner::new(workspace.path());
    let output = runner.night();
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("a web page"));
    assert_eq!(runner.calls(), "");
    assert_eq!(runner.git("origin", &["branch", "--list"]), "* main");
}
