//! The files for coding agents follow from the index, and the index has every page.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

fn read(path: impl AsRef<Path>) -> String {
    fs::read_to_string(docs().join(path)).unwrap()
}

/// The entries of the index: the file and the line that names it.
fn entries() -> Vec<(String, String)> {
    let index = read("README.md");
    let lines = index.lines().filter(|line| line.starts_with("- ["));
    lines
        .map(|line| {
            let (_, rest) = line.split_once("](").expect(line);
            let (file, _) = rest.split_once("): ").expect(line);
            (file.to_owned(), line.to_owned())
        })
        .collect()
}

/// The index as a list from the root of the repository.
fn pages() -> String {
    let lines = entries().into_iter();
    lines
        .map(|(file, line)| {
            line.replacen(&format!("]({file})"), &format!("](docs/{file})"), 1) + "\n"
        })
        .collect()
}

#[test]
fn llms_txt_is_made_of_the_index() {
    let expected = format!(
        "# Clerk for Rust\n\n\
         > Users, sessions, organizations and sign-in with Clerk in Rust: the Backend API (clerk-sdk), middleware for axum, tower, \
         tonic, actix-web, poem and Rocket (clerk-middleware), and a local Clerk for tests (clerk-emulator).\n\n\
         ## Guide\n\n{}\n\
         ## Reference\n\n\
         - [clerk-sdk](clerk-sdk/README.md): client, options, resources, tokens, webhooks, errors\n\
         - [clerk-middleware](clerk-middleware/README.md): layers, extractors, guards, policies, the proxy of the Frontend API\n\
         - [clerk-emulator](clerk-emulator/README.md): the program, its pages, seeds, faults, and what it does differently\n\
         - [Test your app](clerk-emulator/TESTING.md): whole tests to copy\n\
         - [AGENTS.md](AGENTS.md): the rules in short\n",
        pages()
    );
    assert_eq!(
        read("../llms.txt"),
        expected,
        "llms.txt should be:\n\n{expected}"
    );
}

#[test]
fn agents_md_has_the_pages_of_the_index() {
    let (agents, pages) = (read("../AGENTS.md"), pages());
    assert!(
        agents.contains(&format!("\n\n{pages}\n")),
        "AGENTS.md should have:\n\n{pages}"
    );
}

#[test]
fn every_page_is_in_the_index_and_is_compiled() {
    let files = fs::read_dir(docs())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let pages: BTreeSet<String> = files
        .filter(|name| name.ends_with(".md") && name != "README.md")
        .collect();
    let indexed: BTreeSet<String> = entries().into_iter().map(|(file, _)| file).collect();
    assert_eq!(pages, indexed);
    let library = read("lib.rs");
    for page in pages {
        let has_code = read(&page).contains("```rust");
        let is_compiled = library.contains(&format!("include_str!(\"{page}\")"));
        assert!(is_compiled || !has_code, "lib.rs does not include {page}");
    }
}

/// Relative links lead to files that exist, and their fragments to headings of those files.
#[test]
fn links_lead_somewhere() {
    for (name, text) in [
        ("../AGENTS.md", read("../AGENTS.md")),
        ("../llms.txt", read("../llms.txt")),
    ]
    .into_iter()
    .map(|(name, text)| (name.to_owned(), text))
    .chain(
        entries()
            .into_iter()
            .map(|(file, _)| (file.clone(), read(&file))),
    )
    .chain([("README.md".to_owned(), read("README.md"))])
    {
        let folder = docs().join(&name).parent().unwrap().to_owned();
        for link in links(&text) {
            if link.contains("://") {
                continue;
            }
            let (file, fragment) = link.split_once('#').unwrap_or((&link, ""));
            let target = if file.is_empty() {
                docs().join(&name)
            } else {
                folder.join(file)
            };
            assert!(target.exists(), "{name}: {link}");
            if !fragment.is_empty() {
                let headings = anchors(&fs::read_to_string(&target).unwrap());
                assert!(headings.contains(fragment), "{name}: {link}: {headings:?}");
            }
        }
    }
}

fn links(text: &str) -> Vec<String> {
    let starts = text.split("](").skip(1);
    starts
        .filter_map(|rest| rest.split_once(')'))
        .map(|(link, _)| link.to_owned())
        .collect()
}

/// The anchors that code hosts make of headings.
fn anchors(text: &str) -> BTreeSet<String> {
    let headings = text.lines().filter(|line| line.starts_with('#'));
    headings
        .map(|line| {
            let heading = line.trim_start_matches('#').trim().to_lowercase();
            let kept = heading
                .chars()
                .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
            kept.map(|c| if c == ' ' { '-' } else { c }).collect()
        })
        .collect()
}
