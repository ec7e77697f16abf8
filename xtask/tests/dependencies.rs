//! What users get with the crates: no second crypto library, no copyleft, nothing that needs a newer Rust.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use serde_json::Value;

const PUBLISHED: [&str; 4] = [
    "clerk-api",
    "clerk-sdk",
    "clerk-middleware",
    "clerk-emulator",
];

fn cargo(arguments: &[&str]) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .arg("--locked")
        .current_dir(root)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

/// Names of everything that a build of the crate links or runs, with default features.
fn tree(package: &str) -> BTreeSet<String> {
    let out = cargo(&[
        "tree",
        "-p",
        package,
        "-e",
        "normal,build",
        "--prefix",
        "none",
        "--format",
        "{p}",
    ]);
    out.lines()
        .filter_map(|line| line.split(' ').next())
        .map(str::to_owned)
        .collect()
}

fn packages() -> BTreeMap<String, Vec<Value>> {
    let metadata: Value =
        serde_json::from_str(&cargo(&["metadata", "--format-version", "1"])).unwrap();
    let mut out: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for package in metadata["packages"].as_array().unwrap() {
        out.entry(package["name"].as_str().unwrap().to_owned())
            .or_default()
            .push(package.clone());
    }
    out
}

#[test]
fn aws_lc_rs_is_the_only_crypto_library_of_the_default_build() {
    for package in PUBLISHED {
        let tree = tree(package);
        for other in ["ring", "rsa", "openssl", "native-tls", "progenitor-client"] {
            assert!(!tree.contains(other), "{package} depends on {other}");
        }
    }
    assert!(tree("clerk-api").contains("aws-lc-rs"));
}

#[test]
fn no_dependency_of_a_published_crate_is_copyleft_or_without_a_licence() {
    let packages = packages();
    for package in PUBLISHED {
        for name in tree(package) {
            for found in packages.get(&name).into_iter().flatten() {
                let licence = found["license"].as_str().unwrap_or_default();
                assert!(
                    !licence.is_empty() || found["license_file"].is_string(),
                    "{name} names no licence"
                );
                assert!(
                    !licence.contains("GPL") && !licence.contains("MPL"),
                    "{package} -> {name}: {licence}"
                );
            }
        }
    }
}

#[test]
fn the_oldest_rust_that_is_promised_compiles_every_dependency() {
    let packages = packages();
    let version =
        |text: &str| -> Vec<u32> { text.split('.').map(|n| n.parse().unwrap()).collect() };
    let promised = version(packages["clerk-api"][0]["rust_version"].as_str().unwrap());
    for package in PUBLISHED {
        for name in tree(package) {
            // Of several versions in the lock file one may be a newer one that only xtask uses.
            let needed = packages
                .get(&name)
                .into_iter()
                .flatten()
                .map(|p| version(p["rust_version"].as_str().unwrap_or("1.0")));
            let least = needed.min().unwrap_or_default();
            assert!(
                least <= promised,
                "{package} -> {name} needs Rust {least:?}"
            );
        }
    }
}
