//! Clerk's prebuilt components on the emulator, in Chromium: the published packages, unchanged.
//!
//! Needs Node, Chromium and `npm ci` in this folder; without them it is skipped with a message, or fails where
//! `CLERK_REQUIRE_NODE` and `CLERK_REQUIRE_BROWSER` are set.

#![allow(missing_docs, unreachable_pub)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../node/mod.rs"]
mod node;

use std::path::{Path, PathBuf};
use std::time::Duration;

use clerk_emulator::{Emulator, Seed};
use node::Node;
use tokio::sync::Mutex;

/// A file drives a browser through a dozen pages.
const NODE: Node = Node {
    folder: "components",
    packages: &[
        "@clerk/clerk-js",
        "@clerk/react",
        "@clerk/ui",
        "playwright-core",
    ],
    limit: Duration::from_secs(300),
};

static ALONE: Mutex<()> = Mutex::const_new(());

/// Returns where Chromium is.
///
/// # Panics
/// If it is nowhere, and `CLERK_REQUIRE_BROWSER` is set.
fn chromium() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let names = ["chromium", "chromium-browser", "google-chrome"];
    let found = std::env::split_paths(&path)
        .flat_map(|folder| names.map(|name| folder.join(name)))
        .find(|file| file.is_file());
    if found.is_none() {
        let required = std::env::var_os("CLERK_REQUIRE_BROWSER").is_some();
        assert!(!required, "there is no chromium");
        eprintln!("skipped: there is no chromium");
    }
    found
}

/// Runs the tests of one file in a browser, on an emulator of their own.
async fn run(file: &str) {
    if !node::is_there(&NODE).await {
        return;
    }
    let Some(chromium) = chromium() else {
        return;
    };
    // Several browsers at once would wait for each other.
    let _alone = ALONE.lock().await;
    let emulator = Emulator::builder()
        .seed(Seed::demo())
        .npm(NODE.path().join("node_modules"))
        .start()
        .await
        .unwrap();
    let pictures = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("components");
    let settings = [
        ("CHROMIUM", chromium.to_str().unwrap()),
        ("PICTURES", pictures.to_str().unwrap()),
        ("HOME", env!("CARGO_TARGET_TMPDIR")),
    ];
    let output = node::run(&NODE, &emulator, file, &settings, "").await;
    node::check(file, &output);
    emulator.shutdown().await;
}

#[tokio::test]
async fn people_sign_in_by_each_factor() {
    run("sign_in.test.mjs").await;
}

#[tokio::test]
async fn people_sign_up_in_each_mode() {
    run("sign_up.test.mjs").await;
}

#[tokio::test]
async fn every_section_of_a_profile_changes_what_it_says() {
    run("profile.test.mjs").await;
}

#[tokio::test]
async fn organizations_are_made_joined_and_switched() {
    run("organizations.test.mjs").await;
}

#[tokio::test]
async fn an_application_in_react_signs_people_in() {
    run("react.test.mjs").await;
}
