//! Generated trees side by side in one workspace, to be compiled by one run of cargo.
#![allow(dead_code)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use xtask::document::Kind;
use xtask::generate::Files;
use xtask::regen::{CONTRACT, GENERATED, Generated, Input, Texts, generate};

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// Generates from a Backend API document and the committed webhooks.
pub(crate) fn tree(document: &Value) -> anyhow::Result<Generated> {
    let hooks = fs::read(root().join(Kind::Webhooks.facts())).unwrap();
    let hooks: Value = serde_json::from_slice(&hooks).unwrap();
    let inputs = [
        (Kind::BackendApi, Input::of(document)),
        (Kind::Webhooks, Input::of(&hooks)),
    ];
    generate(&inputs.into(), &Texts::default())
}

pub(crate) struct Trees {
    folder: PathBuf,
    members: Vec<String>,
    contract: bool,
}

impl Trees {
    pub(crate) fn new(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = fs::remove_dir_all(&folder);
        let trees = Self {
            folder,
            members: Vec::new(),
            contract: false,
        };
        // What the tests of clerk-api use.
        trees.copy(&root().join("test-support"), "test-support");
        trees
    }

    fn put(&self, path: &str, content: impl AsRef<[u8]>) {
        let path = self.folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    /// The hand-written part of clerk-api with this generated part, with its contract tests if wanted.
    pub(crate) fn add(&mut self, name: &str, files: &Files, contract: bool) {
        for part in ["src", "tests/contract", "README.md"] {
            if contract || !part.starts_with("tests") {
                self.copy(
                    &root().join("clerk-api").join(part),
                    &format!("{name}/{part}"),
                );
            }
        }
        let manifest = fs::read_to_string(root().join("clerk-api/Cargo.toml")).unwrap();
        let manifest = manifest
            .replacen("name = \"clerk-api\"", &format!("name = \"{name}\""), 1)
            .replacen("[features]", "[lib]\nname = \"clerk_api\"\n\n[features]", 1);
        self.put(&format!("{name}/Cargo.toml"), manifest);
        for (path, code) in files {
            let inner = path.strip_prefix("clerk-api/").unwrap_or_default();
            if path.starts_with(GENERATED) || contract && path.starts_with(CONTRACT) {
                self.put(&format!("{name}/{inner}"), code);
            }
        }
        self.contract |= contract;
        self.members.push(name.to_owned());
    }

    /// A crate that calls one of the trees.
    pub(crate) fn add_caller(&mut self, name: &str, tree: &str, code: &str) {
        let manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\nclerk_api = {{ path = \"../{tree}\", package = \"{tree}\" }}\n"
        );
        self.put(&format!("{name}/Cargo.toml"), manifest);
        self.put(&format!("{name}/src/lib.rs"), code);
        self.members.push(name.to_owned());
    }

    fn copy(&self, from: &Path, to: &str) {
        if from.ends_with("generated") {
            return;
        }
        if !from.is_dir() {
            self.put(to, fs::read(from).unwrap());
            return;
        }
        for entry in fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            self.copy(&entry.path(), &format!("{to}/{name}"));
        }
    }

    /// Checks all members and returns the errors, a line each.
    pub(crate) fn check(&self) -> String {
        let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
        let mut manifest: toml::Table = toml::from_str(&manifest).unwrap();
        let workspace = manifest["workspace"].as_table_mut().unwrap();
        workspace.insert("members".into(), self.members.clone().into());
        workspace.remove("exclude");
        self.put("Cargo.toml", toml::to_string(&manifest).unwrap());
        self.put("Cargo.lock", fs::read(root().join("Cargo.lock")).unwrap());
        // The target folder of this workspace, so that dependencies are not compiled twice.
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
        let check = Command::new(env!("CARGO"))
            .args(["check", "--offline", "--workspace", "--lib", "--keep-going"])
            .args(self.contract.then_some("--test=contract"))
            .args(["--message-format", "short"])
            .current_dir(&self.folder)
            .env("CARGO_TARGET_DIR", target)
            .env("CARGO_INCREMENTAL", "0")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&check.stderr).into_owned();
        assert!(
            said.contains("Finished") || said.contains("error:"),
            "{said}"
        );
        // The names of crates that are compiled stand there as well, and one has `error` in it.
        let is_error = |line: &&str| line.contains("error:") || line.contains("error[");
        let lines = said.lines().filter(is_error);
        lines.collect::<Vec<_>>().join("\n")
    }
}

impl Drop for Trees {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}
