//! `cargo xtask regen` as its users run it, on a copy of the workspace's openapi/ and clerk-api/.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod workspace;

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};

use workspace::{check, offline, root, shared, snapshot, workspace};
use xtask::fetch;
use xtask::regen::{self, GENERATED, Options};

/// Years of documents, newest last.
const DATED: [&str; 5] = [
    "2021-02-05",
    "2024-10-01",
    "2025-03-12",
    "2025-04-10",
    "2025-11-10",
];

fn from_shared(api: &str) -> Option<Options> {
    Some(Options {
        from: Some(shared(&format!("bapi/{api}.yml"))?),
        webhooks: Some(shared("webhooks/2025-04-15.yml")?),
        ..Options::default()
    })
}

#[test]
fn what_is_committed_is_what_would_be_written() {
    assert!(regen::run(&root(), &check()).unwrap());
    let Some(options) = from_shared("2026-05-12") else {
        return;
    };
    assert!(
        regen::run(
            &root(),
            &Options {
                check: true,
                ..options
            }
        )
        .unwrap()
    );
}

#[test]
fn running_it_again_changes_nothing() {
    let folder = workspace();
    let before = snapshot(folder.path());
    assert!(regen::run(folder.path(), &offline()).unwrap());
    assert!(before == snapshot(folder.path()));
}

#[test]
fn one_changed_byte_a_missing_file_and_a_stale_file_are_found_and_mended() {
    let folder = workspace();
    let before = snapshot(folder.path());
    let generated = folder.path().join(GENERATED);
    let changed = generated.join("users/types.rs");
    let mut bytes = fs::read(&changed).unwrap();
    bytes[100] ^= 1;
    fs::write(&changed, bytes).unwrap();
    assert!(
        !regen::run(folder.path(), &check()).unwrap(),
        "a changed byte"
    );
    regen::run(folder.path(), &offline()).unwrap();

    fs::remove_file(generated.join("jwks/types.rs")).unwrap();
    assert!(
        !regen::run(folder.path(), &check()).unwrap(),
        "a missing file"
    );
    regen::run(folder.path(), &offline()).unwrap();

    fs::create_dir_all(generated.join("old_resource")).unwrap();
    fs::write(
        generated.join("old_resource/types.rs"),
        "// of an older document\n",
    )
    .unwrap();
    assert!(
        !regen::run(folder.path(), &check()).unwrap(),
        "a stale file"
    );
    regen::run(folder.path(), &offline()).unwrap();

    assert!(before == snapshot(folder.path()));
    assert!(
        !generated.join("old_resource").exists(),
        "an empty folder is left"
    );
}

#[test]
fn documents_that_cannot_be_read_each_say_why_and_change_nothing() {
    let folder = workspace();
    let before = snapshot(folder.path());
    let written = |name: &str, text: &[u8]| {
        let path = std::env::temp_dir().join(format!("xtask-{}-{name}", std::process::id()));
        fs::write(&path, text).unwrap();
        path
    };
    let mut messages = Vec::new();
    let mut refused = |path: PathBuf| {
        let options = Options {
            from: Some(path),
            ..Options::default()
        };
        let error = regen::run(folder.path(), &options).unwrap_err();
        messages.push(format!("{error:#}"));
    };
    refused(PathBuf::from("no/such/file.yml"));
    refused(written("not-yaml", b"openapi: [3.0.3\n\tpaths: }{\n"));
    refused(written("not-openapi", b"swagger: '2.0'\npaths: {}\n"));
    refused(written(
        "other-version",
        b"openapi: 3.1.0\ninfo: {title: t, version: v}\npaths: {}\n",
    ));
    refused(written("binary", &[0xff, 0xfe, 0x00, 0x80]));
    if let Some(whole) = shared("bapi/2026-05-12.yml") {
        let text = fs::read(whole).unwrap();
        refused(written("cut", &text[..text.len() / 2]));
    }
    for (at, message) in messages.iter().enumerate() {
        assert!(
            messages[..at].iter().all(|other| other != message),
            "each its own: {message}"
        );
    }
    assert!(before == snapshot(folder.path()));
}

/// Serves these bytes to whoever asks, until the test ends.
fn serve(body: Vec<u8>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut request = [0; 4096];
            let _ = stream.read(&mut request);
            let head = format!(
                "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                body.len()
            );
            let _ = stream
                .write_all(head.as_bytes())
                .and_then(|()| stream.write_all(&body));
        }
    });
    format!("http://{address}")
}

/// Points the pin of the Backend API document at a server on loopback.
fn point_at(folder: &Path, url: &str, sha256: &str) {
    let path = folder.join("openapi/source.toml");
    let text = fs::read_to_string(&path).unwrap();
    let mut table: toml::Table = toml::from_str(&text).unwrap();
    table.insert("base_url".into(), url.into());
    for pin in ["backend_api", "webhooks", "frontend_api"] {
        table[pin]
            .as_table_mut()
            .unwrap()
            .insert("sha256".into(), sha256.into());
    }
    fs::write(path, toml::to_string(&table).unwrap()).unwrap();
}

#[test]
fn a_fetched_document_with_another_checksum_is_refused_and_changes_nothing() {
    let folder = workspace();
    let committed = fs::read(folder.path().join("openapi/backend-api.json")).unwrap();
    point_at(folder.path(), &serve(committed), &"0".repeat(64));
    let before = snapshot(folder.path());
    let error = format!(
        "{:#}",
        regen::run(folder.path(), &Options::default()).unwrap_err()
    );
    assert!(
        error.contains("--latest") && error.contains(&"0".repeat(64)),
        "{error}"
    );
    assert!(before == snapshot(folder.path()));
}

#[test]
fn a_pinned_document_is_fetched_checked_and_generated_from() {
    let Some(path) = shared("bapi/2026-05-12.yml") else {
        return;
    };
    let bytes = fs::read(path).unwrap();
    let sha256 = fetch::sha256(&bytes);
    let folder = workspace();
    point_at(folder.path(), &serve(bytes), &sha256);
    // The second document is the same one here: it has no webhooks, which is found only after it was fetched and checked.
    let error = format!(
        "{:#}",
        regen::run(folder.path(), &Options::default()).unwrap_err()
    );
    assert!(error.contains("webhook"), "{error}");
}

#[test]
fn a_failure_while_writing_leaves_the_old_tree() {
    let folder = workspace();
    let generated = folder.path().join(GENERATED);
    for file in ["users/types.rs", "webhook_events/mod.rs"] {
        fs::write(generated.join(file), "// changed\n").unwrap();
    }
    // A file stands where the folder of the tests has to be: writing there fails after others were moved.
    fs::remove_dir_all(folder.path().join("clerk-api/tests")).unwrap();
    fs::write(folder.path().join("clerk-api/tests"), "in the way").unwrap();
    let before = snapshot(folder.path());
    regen::run(folder.path(), &offline()).unwrap_err();
    assert!(before == snapshot(folder.path()), "everything is as it was");
}

#[test]
fn every_other_dated_document_generates_and_what_does_not_apply_is_said() {
    for version in DATED {
        let Some(options) = from_shared(version) else {
            return;
        };
        let out = tempfile::tempdir().unwrap();
        let options = Options {
            out: Some(out.path().to_owned()),
            ..options
        };
        assert!(regen::run(&root(), &options).unwrap(), "{version}");
        let manifest =
            fs::read_to_string(out.path().join(GENERATED).join("manifest.json")).unwrap();
        assert!(manifest.contains(version));
        let api = fs::read_to_string(out.path().join(GENERATED).join("mod.rs")).unwrap();
        assert!(api.contains(&format!("pub const API_VERSION: &str = \"{version}\"")));
    }
}

#[test]
fn a_rule_that_falls_silent_stops_the_run_unless_that_is_accepted() {
    let folder = workspace();
    let manifest = folder.path().join(GENERATED).join("manifest.json");
    let text = fs::read_to_string(&manifest).unwrap();
    // As if the last document had had mixed unions, which today's has not.
    fs::write(
        &manifest,
        text.replace("\"mixed-union\": 0", "\"mixed-union\": 3"),
    )
    .unwrap();
    let before = snapshot(folder.path());
    let error = format!("{:#}", regen::run(folder.path(), &offline()).unwrap_err());
    assert!(
        error.contains("mixed-union") && error.contains("--accept-silent-rules"),
        "{error}"
    );
    assert!(before == snapshot(folder.path()));
    let accepting = Options {
        accept_silent_rules: true,
        ..offline()
    };
    assert!(regen::run(folder.path(), &accepting).unwrap());
}
