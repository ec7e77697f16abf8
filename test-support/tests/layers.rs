//! The check of layers, on crates of a few lines.

#![allow(missing_docs)]
#![allow(clippy::unwrap_used)]

use test_support::layers::{Modules, ReadError};

const LAYERS: [&str; 3] = ["store", "domain", "server crate"];

fn crate_of(files: &[(&str, &str)]) -> Modules {
    let root = (
        "lib.rs",
        "mod store; mod domain; mod server; pub use server::Server;",
    );
    let given: Vec<_> = files.iter().map(|(path, _)| *path).collect();
    let mut all = vec![root];
    for path in ["store.rs", "domain.rs", "server.rs"] {
        if !given.contains(&path) {
            all.push((path, ""));
        }
    }
    all.extend_from_slice(files);
    Modules::from_files(&all).unwrap()
}

fn imports(modules: &Modules) -> Vec<String> {
    modules
        .imports()
        .map(|import| format!("{} -> {}", import.from, import.to))
        .collect()
}

#[test]
fn imports_downward_are_accepted() {
    let modules = crate_of(&[
        ("store.rs", "pub(crate) struct State;"),
        ("domain.rs", "use crate::store::State; use std::fmt;"),
        ("server.rs", "pub struct Server(crate::domain::Rule);"),
    ]);
    assert_eq!(modules.violations(&LAYERS), [] as [&str; 0]);
    assert_eq!(
        imports(&modules),
        ["crate -> server", "domain -> store", "server -> domain"]
    );
}

#[test]
fn an_import_against_the_direction_is_named() {
    let server = (
        "server.rs",
        "pub struct Server; pub mod routes { pub fn serve() {} }",
    );
    for store in [
        "use crate::server::Server;",
        "use crate::Server;",
        "use super::server;",
        "use crate::{server::{Server as Other}};",
        "pub use crate::server::*;",
        "fn f(server: &crate::server::Server) {}",
        "fn f() { use crate::server::routes; routes::serve(); }",
        "fn f() { format!(\"{}\", crate::server::routes::serve()); }",
        "macro_rules! m { () => { $crate::server::routes::serve() } }",
        "trait T { type Of: Into<Option<crate::Server>>; }",
        "impl crate::server::Server {}",
        "mod inner { use crate::server::Server; }",
        "mod inner { fn f() -> super::super::server::Server {} }",
    ] {
        let found = crate_of(&[server, ("store.rs", store)]).violations(&LAYERS);
        assert!(
            found
                .iter()
                .any(|sentence| sentence.starts_with("store imports server (")),
            "{store}: {found:?}"
        );
    }
}

#[test]
fn a_reexport_leads_to_the_file_that_defines() {
    let modules = crate_of(&[
        (
            "store.rs",
            "mod users; mod rows; pub use self::users::*; pub use rows::Row as Line;",
        ),
        ("store/users.rs", "use super::Line; pub struct User;"),
        ("store/rows.rs", "pub struct Row;"),
        ("domain.rs", "use crate::store::{Line, User};"),
    ]);
    assert_eq!(
        imports(&modules),
        [
            "crate -> server",
            "domain -> store::rows",
            "domain -> store::users",
            "store -> store::rows",
            "store -> store::users",
            "store::users -> store::rows"
        ]
    );
}

#[test]
fn names_of_a_glob_lead_to_the_file_that_defines() {
    let modules = crate_of(&[
        ("server.rs", "use crate::domain::*; fn f() -> Rule {}"),
        ("domain.rs", "pub use crate::store::*;"),
        ("store.rs", "pub struct Rule;"),
    ]);
    assert!(imports(&modules).contains(&"server -> store".to_owned()));
}

#[test]
fn tests_do_not_count() {
    let modules = crate_of(&[(
        "store.rs",
        "#[cfg(test)] use crate::server::Server; #[cfg(test)] mod tests { use crate::server; }",
    )]);
    assert_eq!(modules.violations(&LAYERS), [] as [&str; 0]);
}

#[test]
fn visibility_does_not_count() {
    let modules = crate_of(&[
        ("store.rs", "pub mod rows; fn f() -> rows::Row { todo!() }"),
        ("store/rows.rs", "pub(in crate::store) struct Row;"),
    ]);
    assert_eq!(
        imports(&modules),
        ["crate -> server", "store -> store::rows"]
    );
}

#[test]
fn other_crates_do_not_count() {
    let modules = crate_of(&[(
        "store.rs",
        "use ::server::Server; use serde::Serialize; use tokio::{self, task}; fn f() { json::server::f() }",
    )]);
    assert_eq!(imports(&modules), ["crate -> server"]);
}

#[test]
fn methods_stay_in_the_layer_of_their_type() {
    let modules = crate_of(&[
        ("store.rs", "pub struct State; impl State {}"),
        (
            "domain.rs",
            "use crate::store::State; impl State {} impl Clone for State {}",
        ),
    ]);
    assert_eq!(
        modules.violations(&LAYERS),
        ["domain adds methods to State, which store defines in another layer"]
    );
}

#[test]
fn each_module_has_a_layer_and_each_layer_a_module() {
    let modules = crate_of(&[]);
    assert_eq!(
        modules.violations(&["store", "views", "server"]),
        [
            "crate is in no layer",
            "domain is in no layer",
            "views is named in the layers and is no module"
        ]
    );
}

#[test]
fn the_longest_path_names_the_layer() {
    let modules = crate_of(&[
        ("store.rs", "pub mod schema;"),
        ("store/schema.rs", "use crate::domain;"),
    ]);
    let with_schema = ["store", "domain", "store::schema", "server crate"];
    assert_eq!(modules.violations(&with_schema), [] as [&str; 0]);
    assert_eq!(modules.violations(&LAYERS).len(), 1);
}

#[test]
fn circles_are_found_and_the_largest_is_first() {
    let modules = Modules::from_files(&[
        ("lib.rs", "mod a; mod b; mod c; mod d; mod e; mod f;"),
        ("a.rs", "use crate::b::X;"),
        ("b.rs", "use crate::c::X; use crate::d;"),
        ("c.rs", "use crate::a::X;"),
        ("d.rs", "use crate::e::X;"),
        ("e.rs", "use crate::d::X; use crate::f;"),
        ("f.rs", ""),
    ])
    .unwrap();
    assert_eq!(modules.circles(), [vec!["a", "b", "c"], vec!["d", "e"]]);
    assert_eq!(modules.largest_circle(), ["a", "b", "c"]);
}

#[test]
fn the_program_is_a_module_beside_the_library() {
    let modules = Modules::read(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/program")).unwrap();
    assert_eq!(
        imports(&modules),
        ["crate -> server", "main -> main::options", "main -> server"]
    );
}

#[test]
fn a_missing_file_is_an_error() {
    let read = Modules::from_files(&[("lib.rs", "mod gone;")]);
    assert!(matches!(read, Err(ReadError::NoFile { name, .. }) if name == "gone"));
    let read = Modules::from_files(&[("other.rs", "")]);
    assert!(matches!(read, Err(ReadError::NoRoot)));
}

#[test]
fn the_crate_that_checks_has_no_circle() {
    let modules = Modules::read(env!("CARGO_MANIFEST_DIR")).unwrap();
    let layers = [
        "pem server",
        "layers::read layers::paths layers::circles layers",
        "crate",
    ];
    assert_eq!(modules.violations(&layers), [] as [&str; 0]);
    assert!(modules.largest_circle().len() <= 4);
}
