//! Checks that the modules of a crate import in one direction only.
//!
//! A test of a crate names its layers from bottom to top, each as a line of module paths, and how many modules may import
//! each other in a circle:
//!
//! ```
//! use test_support::layers::Modules;
//!
//! # fn main() -> Result<(), test_support::layers::ReadError> {
//! let layers = ["wire", "client server", "crate"];
//! let modules = Modules::from_files(&[
//!     ("lib.rs", "mod wire; mod client; mod server; pub use client::Client;"),
//!     ("wire.rs", "pub(crate) struct Frame;"),
//!     ("client.rs", "use crate::wire::Frame; pub struct Client(Frame);"),
//!     ("server.rs", "fn read(frame: crate::wire::Frame) {}"),
//! ])?;
//! assert_eq!(modules.violations(&layers), [] as [&str; 0]);
//! assert!(modules.largest_circle().is_empty());
//! # Ok(())
//! # }
//! ```
//!
//! For a crate on disk, `Modules::read(env!("CARGO_MANIFEST_DIR"))` takes the place of `from_files`.
//!
//! A module is a file; modules written inside a file belong to it. What a file imports are its `use` items and all paths
//! that begin with `crate`, `self`, `super`, the crate's own name, or a name that the file imported, in macros too. A path
//! leads to the module that *defines* what it names: a re-export in between is followed. Test code (`#[cfg(test)]`) and
//! paths inside attributes are left out.
//!
//! Methods are not followed, because a name with a dot before it does not say whose it is. Inherent methods of a type must
//! therefore be written in the type's own layer, which is checked.

mod circles;
mod paths;
mod read;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};

/// Makes the two tests of a crate's layers: that imports lead downward, and that no more modules than `largest` import each
/// other in a circle. `layers` is as for [`Modules::violations`].
///
/// ```
/// test_support::layer_tests!(["layers server pem", "crate"], 4);
/// ```
#[macro_export]
macro_rules! layer_tests {
    ($layers:expr, $largest:expr) => {
        fn modules() -> $crate::layers::Modules {
            $crate::layers::Modules::read(env!("CARGO_MANIFEST_DIR")).unwrap()
        }

        #[test]
        fn imports_lead_downward() {
            let found = modules().violations(&$layers);
            assert!(found.is_empty(), "\n{}", found.join("\n"));
        }

        #[test]
        fn circles_are_small() {
            for circle in modules().circles() {
                assert!(
                    circle.len() <= $largest,
                    "{} files import each other: {}",
                    circle.len(),
                    circle.join(", ")
                );
            }
        }
    };
}

/// Why the modules of a crate could not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// A file cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file is not Rust.
    #[error("cannot parse {}: {source}", path.display())]
    Syntax {
        /// The file.
        path: PathBuf,
        /// Where and why.
        source: syn::Error,
    },
    /// A `mod` item has no file.
    #[error("{} declares `mod {name}`, for which there is no file", path.display())]
    NoFile {
        /// The file with the `mod` item.
        path: PathBuf,
        /// The module.
        name: String,
    },
    /// There is neither `lib.rs` nor `main.rs`.
    #[error("there is neither lib.rs nor main.rs")]
    NoRoot,
}

/// One module imports another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Import {
    /// The importing module, such as `store::users`; `crate` for `lib.rs`.
    pub from: String,
    /// The imported module.
    pub to: String,
    /// The path that leads there, as the file has it.
    pub path: String,
}

impl fmt::Display for Import {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} imports {} (`{}`)", self.from, self.to, self.path)
    }
}

/// The modules of one crate and which of them imports which.
#[derive(Clone, Debug)]
pub struct Modules {
    names: BTreeSet<String>,
    /// The first path for each pair of modules.
    imports: BTreeMap<(String, String), String>,
    /// Inherent methods that are written in another module than their type: (where, the type's module, the type).
    methods: BTreeSet<(String, String, String)>,
}

impl Modules {
    /// Reads a package: `src/lib.rs`, `src/main.rs` as the module `main` beside it, and all files they declare.
    ///
    /// # Errors
    /// If a file is missing or is not Rust.
    pub fn read(package: impl AsRef<Path>) -> Result<Self, ReadError> {
        let root = package.as_ref().join("src");
        let files = read::Files::Disk(root);
        Ok(Self::resolve(&read::tree(&files)?))
    }

    /// As [`read`](Self::read), from texts: their paths relative to `src/`.
    ///
    /// # Errors
    /// If a file is missing or is not Rust.
    pub fn from_files(files: &[(&str, &str)]) -> Result<Self, ReadError> {
        let files = files
            .iter()
            .map(|(path, text)| (PathBuf::from(path), (*text).to_owned()))
            .collect();
        Ok(Self::resolve(&read::tree(&read::Files::Memory(files))?))
    }

    fn resolve(tree: &read::Tree) -> Self {
        let mut modules = Self {
            names: tree.modules.values().map(|m| m.file.clone()).collect(),
            imports: BTreeMap::new(),
            methods: BTreeSet::new(),
        };
        for written in &tree.paths {
            let Some(to) = paths::target(tree, &written.module, &written.segments) else {
                continue;
            };
            if to != written.file {
                modules
                    .imports
                    .entry((written.file.clone(), to))
                    .or_insert_with(|| written.segments.join("::"));
            }
        }
        for written in &tree.impls {
            if let Some(to) = paths::target(tree, &written.module, &written.segments)
                && to != written.file
            {
                let name = written.segments.last().cloned().unwrap_or_default();
                modules.methods.insert((written.file.clone(), to, name));
            }
        }
        modules
    }

    /// Returns the names of all modules, in alphabetical order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    /// Returns who imports whom, in alphabetical order, each pair once.
    pub fn imports(&self) -> impl Iterator<Item = Import> {
        self.imports.iter().map(|((from, to), path)| Import {
            from: from.clone(),
            to: to.clone(),
            path: path.clone(),
        })
    }

    /// Returns a sentence for each import that leads upward, each inherent `impl` outside its type's layer, each module
    /// that is in no layer, and each name in `layers` that is no module.
    ///
    /// `layers` are lines from bottom to top. A line holds module paths, separated by spaces: `seed export` is a layer of
    /// two modules and all that is in them. The longest path wins, so that `store::schema` can stand in another layer than
    /// `store`. `crate` is `lib.rs` alone, `main` is `main.rs`.
    pub fn violations(&self, layers: &[impl AsRef<str>]) -> Vec<String> {
        let mut places = BTreeMap::new();
        for (height, line) in layers.iter().enumerate() {
            for path in line.as_ref().split_whitespace() {
                places.insert(path, height);
            }
        }
        let place = |module: &str| {
            let mut path = module;
            loop {
                if let Some(height) = places.get(path) {
                    return Some(*height);
                }
                path = path.rsplit_once("::")?.0;
            }
        };
        let mut found = Vec::new();
        for name in &self.names {
            if place(name).is_none() {
                found.push(format!("{name} is in no layer"));
            }
        }
        for path in places.keys() {
            let inside = format!("{path}::");
            if !self
                .names
                .iter()
                .any(|name| name == path || name.starts_with(&inside))
            {
                found.push(format!("{path} is named in the layers and is no module"));
            }
        }
        for import in self.imports() {
            if let (Some(from), Some(to)) = (place(&import.from), place(&import.to))
                && from < to
            {
                found.push(format!("{import}, which is in a layer above"));
            }
        }
        for (module, home, name) in &self.methods {
            if place(module) != place(home) {
                found.push(format!(
                    "{module} adds methods to {name}, which {home} defines in another layer"
                ));
            }
        }
        found
    }

    /// Returns the groups of modules that import each other in a circle (strongly connected components of more than one
    /// module), the largest first.
    pub fn circles(&self) -> Vec<Vec<String>> {
        circles::find_circles(&self.names, self.imports.keys())
    }

    /// Returns the largest group of modules that import each other in a circle; empty if there is no circle.
    pub fn largest_circle(&self) -> Vec<String> {
        self.circles().into_iter().next().unwrap_or_default()
    }
}
