//! Finds the file that defines what a path names.

use super::read::{Module, Tree};

/// Re-exports of re-exports, and circles of globs, end here.
const MAX_DEPTH: usize = 16;

/// Returns the file that defines what `segments`, written in `module`, name; `None` for another crate's items and for what
/// the file has without importing it.
pub(super) fn target(tree: &Tree, module: &[String], segments: &[String]) -> Option<String> {
    relative(tree, module, segments, 0)
}

fn relative(tree: &Tree, module: &[String], segments: &[String], depth: usize) -> Option<String> {
    if depth > MAX_DEPTH {
        return None;
    }
    let (first, rest) = segments.split_first()?;
    let root_length = usize::from(tree.has_main && module.first().is_some_and(|m| m == "main"));
    match first.as_str() {
        "crate" => absolute(tree, &module[..root_length], rest, depth),
        "self" => absolute(tree, module, rest, depth),
        "super" => {
            let (_, mut parent) = module.split_last()?;
            let mut rest = rest;
            while rest.first().is_some_and(|segment| segment == "super") {
                (_, parent) = parent.split_last()?;
                rest = &rest[1..];
            }
            absolute(tree, parent, rest, depth)
        }
        name if tree.crate_name.as_deref() == Some(name) => absolute(tree, &[], rest, depth),
        _ => named(tree, module, first, rest, depth),
    }
}

/// A path that begins with a name which `module` defines or imports.
fn named(
    tree: &Tree,
    module: &[String],
    first: &str,
    rest: &[String],
    depth: usize,
) -> Option<String> {
    let here = tree.modules.get(module)?;
    let child = joined(module, first);
    if tree.modules.contains_key(&child) && !(rest.is_empty() && here.items.contains(first)) {
        return absolute(tree, &child, rest, depth);
    }
    if here.items.contains(first) {
        return Some(here.file.clone());
    }
    imported(tree, module, here, first, rest, depth)
}

/// A path that begins with a name which `module` imports.
fn imported(
    tree: &Tree,
    module: &[String],
    here: &Module,
    first: &str,
    rest: &[String],
    depth: usize,
) -> Option<String> {
    if let Some(alias) = here.aliases.get(first) {
        // `use serde;` names itself.
        if alias.len() == 1 && alias[0] == first {
            return None;
        }
        let mut path = alias.clone();
        path.extend_from_slice(rest);
        return relative(tree, module, &path, depth + 1);
    }
    here.globs.iter().find_map(|glob| {
        let mut path = glob.clone();
        path.push(first.to_owned());
        path.extend_from_slice(rest);
        defined(tree, module, &path, depth + 1)
    })
}

/// As [`relative`], but only if the item is known to be there.
fn defined(tree: &Tree, module: &[String], segments: &[String], depth: usize) -> Option<String> {
    let name = segments.last()?;
    let file = relative(tree, module, segments, depth)?;
    let known = tree
        .modules
        .values()
        .any(|module| module.file == file && module.items.contains(name));
    known.then_some(file)
}

/// A path from a module on.
fn absolute(tree: &Tree, module: &[String], segments: &[String], depth: usize) -> Option<String> {
    let here = tree.modules.get(module)?;
    let Some((first, rest)) = segments.split_first() else {
        return Some(here.file.clone());
    };
    // What a macro defined is in no list: it is here.
    Some(named(tree, module, first, rest, depth).unwrap_or_else(|| here.file.clone()))
}

fn joined(module: &[String], name: &str) -> Vec<String> {
    let mut path = module.to_vec();
    path.push(name.to_owned());
    path
}
