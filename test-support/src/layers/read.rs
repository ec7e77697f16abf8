//! Reads the files of a crate: its modules, what they define and which paths they write.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Attribute, Item, ItemImpl, ItemMod, ItemUse, Macro, UseTree};

use super::ReadError;

/// Where the files are.
pub(super) enum Files {
    /// In this folder.
    Disk(PathBuf),
    /// Here: paths and texts.
    Memory(BTreeMap<PathBuf, String>),
}

impl Files {
    fn exists(&self, path: &Path) -> bool {
        match self {
            Self::Disk(root) => root.join(path).is_file(),
            Self::Memory(files) => files.contains_key(path),
        }
    }

    fn parse(&self, path: &Path) -> Result<syn::File, ReadError> {
        let text = match self {
            Self::Disk(root) => std::fs::read_to_string(root.join(path)),
            Self::Memory(files) => files
                .get(path)
                .cloned()
                .ok_or_else(|| std::io::ErrorKind::NotFound.into()),
        };
        let path = path.to_owned();
        match text {
            Ok(text) => syn::parse_file(&text).map_err(|source| ReadError::Syntax { path, source }),
            Err(source) => Err(ReadError::Io { path, source }),
        }
    }

    /// The name of the package's library, as paths in `main.rs` begin.
    fn crate_name(&self) -> Option<String> {
        let Self::Disk(root) = self else { return None };
        let manifest = std::fs::read_to_string(root.parent()?.join("Cargo.toml")).ok()?;
        let name = manifest
            .lines()
            .find_map(|line| line.strip_prefix("name = \""))?;
        Some(name.trim_end_matches('"').replace('-', "_"))
    }
}

/// A module: of a file, or written inside one.
#[derive(Default)]
pub(super) struct Module {
    /// The name of the file that it is in, as a module path.
    pub(super) file: String,
    /// What it defines.
    pub(super) items: BTreeSet<String>,
    /// What it imports, by the name that this has here.
    pub(super) aliases: BTreeMap<String, Vec<String>>,
    /// What it imports everything of.
    pub(super) globs: Vec<Vec<String>>,
}

/// A path, as it is written.
pub(super) struct Written {
    pub(super) file: String,
    pub(super) module: Vec<String>,
    pub(super) segments: Vec<String>,
}

#[derive(Default)]
pub(super) struct Tree {
    /// By their paths from the root.
    pub(super) modules: BTreeMap<Vec<String>, Module>,
    pub(super) paths: Vec<Written>,
    /// The types of inherent `impl` items.
    pub(super) impls: Vec<Written>,
    /// The library's name.
    pub(super) crate_name: Option<String>,
    /// Whether `main.rs` stands beside a library.
    pub(super) has_main: bool,
}

pub(super) fn tree(files: &Files) -> Result<Tree, ReadError> {
    let mut tree = Tree {
        crate_name: files.crate_name(),
        ..Tree::default()
    };
    let (library, main) = (Path::new("lib.rs"), Path::new("main.rs"));
    match (files.exists(library), files.exists(main)) {
        (false, false) => return Err(ReadError::NoRoot),
        (false, true) => read_file(files, &mut tree, main, Vec::new())?,
        (true, with_main) => {
            read_file(files, &mut tree, library, Vec::new())?;
            tree.has_main = with_main;
            if with_main {
                read_file(files, &mut tree, main, vec!["main".to_owned()])?;
            }
        }
    }
    Ok(tree)
}

/// A `mod` item without a body.
struct Declared {
    name: String,
    module: Vec<String>,
    path: Option<String>,
}

fn read_file(
    files: &Files,
    tree: &mut Tree,
    path: &Path,
    module: Vec<String>,
) -> Result<(), ReadError> {
    let file = files.parse(path)?;
    let name = match module.join("::") {
        name if name.is_empty() => "crate".to_owned(),
        name => name,
    };
    let mut reader = Reader {
        tree,
        file: name,
        module: module.clone(),
        declared: Vec::new(),
    };
    reader.enter_module();
    reader.visit_file(&file);
    for declared in std::mem::take(&mut reader.declared) {
        let inside = &declared.module[module.len()..];
        let child = find_file(files, path, inside, &declared).ok_or_else(|| ReadError::NoFile {
            path: path.to_owned(),
            name: declared.name.clone(),
        })?;
        let mut module = declared.module;
        module.push(declared.name);
        read_file(files, tree, &child, module)?;
    }
    Ok(())
}

fn find_file(
    files: &Files,
    path: &Path,
    inside: &[String],
    declared: &Declared,
) -> Option<PathBuf> {
    let folder = path.parent().unwrap_or(Path::new(""));
    if let Some(given) = &declared.path {
        return Some(folder.join(given));
    }
    let stem = path.file_stem()?.to_str()?;
    let mut folder = match stem {
        "lib" | "main" | "mod" => folder.to_owned(),
        stem => folder.join(stem),
    };
    folder.extend(inside);
    let flat = folder.join(format!("{}.rs", declared.name));
    let nested = folder.join(&declared.name).join("mod.rs");
    [flat, nested].into_iter().find(|path| files.exists(path))
}

struct Reader<'t> {
    tree: &'t mut Tree,
    file: String,
    module: Vec<String>,
    declared: Vec<Declared>,
}

impl Reader<'_> {
    fn enter_module(&mut self) {
        let module = self.tree.modules.entry(self.module.clone()).or_default();
        module.file.clone_from(&self.file);
    }

    fn here(&mut self) -> &mut Module {
        self.tree.modules.entry(self.module.clone()).or_default()
    }

    fn written(&self, segments: Vec<String>) -> Written {
        Written {
            file: self.file.clone(),
            module: self.module.clone(),
            segments,
        }
    }

    fn add_path(&mut self, segments: Vec<String>) {
        let written = self.written(segments);
        self.tree.paths.push(written);
    }

    fn add_use(&mut self, tree: &UseTree, before: &[String]) {
        let mut segments = before.to_vec();
        match tree {
            UseTree::Path(path) => {
                segments.push(path.ident.to_string());
                self.add_use(&path.tree, &segments);
            }
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.add_use(tree, before);
                }
            }
            UseTree::Glob(_) => {
                self.here().globs.push(segments.clone());
                self.add_path(segments);
            }
            UseTree::Name(name) => self.add_alias(segments, &name.ident, None),
            UseTree::Rename(rename) => {
                self.add_alias(segments, &rename.ident, Some(&rename.rename));
            }
        }
    }

    fn add_alias(
        &mut self,
        mut segments: Vec<String>,
        name: &syn::Ident,
        rename: Option<&syn::Ident>,
    ) {
        if name != "self" {
            segments.push(name.to_string());
        }
        let alias = match rename {
            Some(rename) => rename.to_string(),
            None => segments.last().cloned().unwrap_or_default(),
        };
        self.here().aliases.insert(alias, segments.clone());
        self.add_path(segments);
    }

    /// Paths inside a macro, which has no syntax tree.
    fn add_tokens(&mut self, tokens: TokenStream) {
        let mut path: Vec<String> = Vec::new();
        let mut colons = 0;
        for token in tokens {
            match token {
                TokenTree::Ident(ident) => {
                    // A path goes on behind two colons; of `::name` after something else nothing is known.
                    if colons != 2 {
                        self.add_token_path(&mut path);
                        path.push(ident.to_string());
                    } else if !path.is_empty() {
                        path.push(ident.to_string());
                    }
                    colons = 0;
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' && colons < 2 => colons += 1,
                other => {
                    self.add_token_path(&mut path);
                    colons = 0;
                    if let TokenTree::Group(group) = other {
                        self.add_tokens(group.stream());
                    }
                }
            }
        }
        self.add_token_path(&mut path);
    }

    fn add_token_path(&mut self, path: &mut Vec<String>) {
        let path = std::mem::take(path);
        if path.len() > 1 {
            self.add_path(path);
        }
    }
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item(&mut self, item: &'ast Item) {
        let (attributes, name) = match item {
            Item::Const(item) => (&item.attrs, Some(&item.ident)),
            Item::Enum(item) => (&item.attrs, Some(&item.ident)),
            Item::Fn(item) => (&item.attrs, Some(&item.sig.ident)),
            Item::Macro(item) => (&item.attrs, item.ident.as_ref()),
            Item::Static(item) => (&item.attrs, Some(&item.ident)),
            Item::Struct(item) => (&item.attrs, Some(&item.ident)),
            Item::Trait(item) => (&item.attrs, Some(&item.ident)),
            Item::Type(item) => (&item.attrs, Some(&item.ident)),
            Item::Union(item) => (&item.attrs, Some(&item.ident)),
            Item::Impl(item) => (&item.attrs, None),
            Item::Mod(item) => (&item.attrs, None),
            Item::Use(item) => (&item.attrs, None),
            _ => return visit::visit_item(self, item),
        };
        if is_test(attributes) {
            return;
        }
        if let Some(name) = name {
            let name = name.to_string();
            self.here().items.insert(name);
        }
        visit::visit_item(self, item);
    }

    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        let name = item.ident.to_string();
        let Some((_, items)) = &item.content else {
            self.declared.push(Declared {
                name,
                module: self.module.clone(),
                path: given_path(&item.attrs),
            });
            return;
        };
        self.module.push(name);
        self.enter_module();
        for item in items {
            self.visit_item(item);
        }
        self.module.pop();
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        if item.leading_colon.is_none() {
            self.add_use(&item.tree, &[]);
        }
    }

    fn visit_item_impl(&mut self, item: &'ast ItemImpl) {
        if item.trait_.is_none()
            && let syn::Type::Path(of) = &*item.self_ty
        {
            let written = self.written(segments(&of.path));
            self.tree.impls.push(written);
        }
        visit::visit_item_impl(self, item);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let names = segments(path);
        // A single name came by `use`, which counts already, or by a glob; a lower-case one is likely a variable.
        let is_type = names[0].starts_with(|first: char| first.is_ascii_uppercase());
        if path.leading_colon.is_none() && (names.len() > 1 || is_type) {
            self.add_path(names);
        }
        visit::visit_path(self, path);
    }

    fn visit_vis_restricted(&mut self, _: &'ast syn::VisRestricted) {
        // `pub(in crate::store)` imports nothing.
    }

    fn visit_macro(&mut self, item: &'ast Macro) {
        self.add_tokens(item.tokens.clone());
        visit::visit_macro(self, item);
    }
}

fn segments(path: &syn::Path) -> Vec<String> {
    path.segments
        .iter()
        .map(|segment| segment.ident.to_string())
        .collect()
}

/// Whether an item exists in tests alone.
fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute
                .parse_args::<syn::Path>()
                .is_ok_and(|condition| condition.is_ident("test"))
    })
}

/// The file that `#[path = "…"]` names.
fn given_path(attributes: &[Attribute]) -> Option<String> {
    attributes.iter().find_map(|attribute| {
        let named = attribute.meta.require_name_value().ok()?;
        match &named.value {
            syn::Expr::Lit(syn::ExprLit {
                lit: syn::Lit::Str(text),
                ..
            }) if named.path.is_ident("path") => Some(text.value()),
            _ => None,
        }
    })
}
