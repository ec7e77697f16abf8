//! What is generated from older documents compiles, without a change by hand.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::Path;
use std::process::Command;

use xtask::regen::{self, Options};

#[test]
fn what_is_generated_from_the_oldest_and_the_last_document_before_compiles() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let shared = root.join("../shared/openapi");
    if !shared.exists() {
        eprintln!("skipped: ../shared/openapi is not there");
        return;
    }
    // The target folder of this workspace, so that dependencies are not compiled twice.
    let temporary = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let target = temporary.parent().unwrap();
    for version in ["2021-02-05", "2025-11-10"] {
        let out = temporary.join("older-documents");
        let options = Options {
            from: Some(shared.join(format!("bapi/{version}.yml"))),
            webhooks: Some(shared.join("webhooks/2025-04-15.yml")),
            out: Some(out.clone()),
            ..Options::default()
        };
        assert!(regen::run(root, &options).unwrap());
        // Another version than this workspace's: to cargo, two packages of one name, version and relative path are one, and it
        // would take what it built of this one for what it built of that one.
        let manifest = std::fs::read_to_string(out.join("Cargo.toml")).unwrap();
        let own = concat!("version = \"", env!("CARGO_PKG_VERSION"), "\"");
        assert!(manifest.contains(own));
        let other = manifest.replacen(own, "version = \"0.1.999\"", 1);
        std::fs::write(out.join("Cargo.toml"), other).unwrap();
        let check = Command::new(env!("CARGO"))
            .args(["check", "--quiet", "--package", "clerk-api"])
            .current_dir(&out)
            .env("CARGO_TARGET_DIR", target)
            .output()
            .unwrap();
        let messages = String::from_utf8_lossy(&check.stderr);
        assert!(check.status.success(), "{version}:\n{messages}");
        assert!(!messages.contains("warning"), "{version}:\n{messages}");
    }
}
