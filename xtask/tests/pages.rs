//! Pages for contributors name files that are there.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod workspace;

use std::fs;

use workspace::root;

const PAGES: [&str; 7] = [
    "README.md",
    "clerk-api/README.md",
    "clerk-sdk/README.md",
    "clerk-middleware/README.md",
    "clerk-emulator/README.md",
    "clerk-emulator/TESTING.md",
    "docs/security.md",
];

/// What stands in backticks and looks like a path from the root of the workspace.
fn paths(page: &str) -> Vec<&str> {
    let folders = [
        ".ci/",
        ".github/",
        ".cargo/",
        "benchmarks/",
        "clerk-api/",
        "clerk-emulator/",
        "clerk-middleware/",
        "clerk-sdk/",
        "conformance/",
        "docs/",
        "examples/",
        "fuzz/",
        "openapi/",
        "test-support/",
        "xtask/",
    ];
    let quoted = page.split('`').skip(1).step_by(2);
    quoted
        .filter(|text| folders.iter().any(|folder| text.starts_with(folder)))
        .filter(|text| !text.contains(['*', '<', '{']))
        // A command is not only the path of its program.
        .map(|text| text.split_whitespace().next().unwrap())
        .collect()
}

#[test]
fn each_path_on_a_page_for_contributors_is_there() {
    for page in ["ARCHITECTURE.md", "CONTRIBUTING.md", "examples/README.md"] {
        let text = fs::read_to_string(root().join(page)).unwrap();
        let named = paths(&text);
        assert!(named.len() > 5, "{page} names {} files", named.len());
        for path in named {
            assert!(root().join(path).exists(), "{page} names {path}");
        }
    }
}

/// The blocks of Rust of a page.
fn blocks(page: &str) -> Vec<&str> {
    let fenced = page.split("\n```").skip(1).step_by(2);
    fenced
        .filter(|block| block.starts_with("rust"))
        .map(|block| block.split_once('\n').unwrap().1)
        .collect()
}

/// Pages that are read on a code host as well as in rustdoc. Rustdoc compiles each block as it stands, so one that is a whole
/// file compiles wherever it is pasted.
#[test]
fn each_block_of_a_page_can_be_pasted_as_it_stands() {
    for page in PAGES {
        let text = fs::read_to_string(root().join(page)).unwrap();
        for block in blocks(&text) {
            let hidden = block
                .lines()
                .find(|line| *line == "#" || line.starts_with("# "));
            assert_eq!(hidden, None, "{page}: only rustdoc hides this line");
            if let Err(error) = syn::parse_file(block) {
                panic!("{page}: not a file of its own ({error}):\n{block}");
            }
        }
    }
}

/// On a code host a link needs an address.
#[test]
fn each_link_of_a_page_leads_somewhere_without_rustdoc() {
    for page in PAGES {
        let text = fs::read_to_string(root().join(page)).unwrap();
        let prose: Vec<&str> = text.split("\n```").step_by(2).collect();
        for part in prose.join("\n").split("[`").skip(1) {
            let Some((name, behind)) = part.split_once("`]") else {
                continue;
            };
            let target = behind
                .strip_prefix('(')
                .and_then(|target| target.split(')').next());
            let leads = target.is_some_and(|target| !target.contains("::"));
            assert!(leads, "{page}: `{name}` is a link of rustdoc's alone");
        }
    }
}

#[test]
fn each_example_is_in_the_index() {
    let index = fs::read_to_string(root().join("examples/README.md")).unwrap();
    for package in ["clerk-sdk", "clerk-middleware", "clerk-emulator"] {
        let Ok(files) = fs::read_dir(root().join(package).join("examples")) else {
            continue;
        };
        for file in files {
            let name = file.unwrap().file_name().into_string().unwrap();
            let path = format!("{package}/examples/{name}");
            assert!(index.contains(&path), "examples/README.md lacks {path}");
        }
    }
}
