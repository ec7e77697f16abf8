//! What `clerk-sdk` sends, read from the syntax tree of its sources: the table of resources, and the types of requests that
//! hand-written code names.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::Context as _;
use proc_macro2::{TokenStream, TokenTree};
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};
use syn::{Attribute, Ident, Item, Token};

use crate::normalize::api::Operation;

/// The table of resources.
pub const TABLE: &str = "clerk-sdk/src/resources/table.rs";

/// What `clerk-sdk` sends.
#[derive(Debug, Default)]
pub struct Wrappers {
    /// The resources in the order of the table.
    pub resources: Vec<Resource>,
    /// Names that hand-written code uses, among them the types of requests.
    used: BTreeSet<String>,
}

/// A resource of the table.
#[derive(Debug)]
pub struct Resource {
    /// The method of the client that returns it, such as `users`.
    pub accessor: String,
    /// Its methods that send one operation.
    pub methods: Vec<Method>,
}

/// A line of the table.
#[derive(Debug)]
pub struct Method {
    /// Its name.
    pub name: String,
    /// The names of its arguments.
    pub arguments: Vec<String>,
    /// The type of the request that it returns.
    pub operation: String,
}

impl Wrappers {
    /// Reads the sources of `clerk-sdk` below `root`; nothing when there are none.
    ///
    /// # Errors
    /// When a file cannot be read or does not parse.
    pub fn read(root: &Path) -> anyhow::Result<Self> {
        let mut out = Self::default();
        for path in sources(&root.join("clerk-sdk/src"))? {
            let place = || path.display().to_string();
            let text = std::fs::read_to_string(&path).with_context(place)?;
            let file = syn::parse_file(&text).with_context(place)?;
            if path == root.join(TABLE) {
                out.resources = table(&file.items).with_context(place)?;
            } else {
                Names(&mut out.used).visit_file(&file);
            }
        }
        Ok(out)
    }

    /// Whether a method sends the operation.
    #[must_use]
    pub fn has(&self, operation: &Operation) -> bool {
        let name = &operation.type_name;
        self.lines().any(|(_, line)| line.operation == *name) || self.used.contains(name)
    }

    fn lines(&self) -> impl Iterator<Item = (&Resource, &Method)> {
        let lines = self.resources.iter();
        lines.flat_map(|resource| resource.methods.iter().map(move |line| (resource, line)))
    }

    /// The line that an operation lacks, and where it belongs: to the resource that has most operations of the same tag.
    #[must_use]
    pub fn line(&self, operation: &Operation, all: &[Operation]) -> String {
        let tags: BTreeMap<&str, Option<&String>> = all
            .iter()
            .map(|o| (o.type_name.as_str(), o.tags.first()))
            .collect();
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for (resource, line) in self.lines() {
            if tags.get(line.operation.as_str()) == Some(&operation.tags.first()) {
                *counts.entry(&resource.accessor).or_default() += 1;
            }
        }
        let resource = counts.into_iter().max_by_key(|(_, count)| *count);
        let resource = resource.map_or_else(
            || "a resource of its own".to_owned(),
            |(accessor, _)| format!("`{accessor}`"),
        );
        let arguments = operation.parameters.iter().filter(|p| p.in_path);
        let arguments: Vec<&str> = arguments.map(|p| p.rust.as_str()).collect();
        format!(
            "{TABLE}, {resource}: fn {}({}) -> {};",
            operation.method_name,
            arguments.join(", "),
            operation.type_name
        )
    }
}

/// Every Rust file below a folder, sorted.
fn sources(folder: &Path) -> anyhow::Result<Vec<std::path::PathBuf>> {
    let mut out = Vec::new();
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Ok(out);
    };
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            out.extend(sources(&path)?);
        } else if path.extension().is_some_and(|e| e == "rs") {
            out.push(path);
        }
    }
    out.sort();
    Ok(out)
}

fn table(items: &[Item]) -> syn::Result<Vec<Resource>> {
    let mut out = Vec::new();
    for item in items {
        if let Item::Macro(found) = item
            && found.mac.path.is_ident("resources")
        {
            out.extend(found.mac.parse_body::<Table>()?.0);
        }
    }
    Ok(out)
}

struct Table(Vec<Resource>);

impl Parse for Table {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut out = Vec::new();
        while !input.is_empty() {
            out.push(input.parse()?);
        }
        Ok(Self(out))
    }
}

/// `/// … accessor: Type via api { fn method(argument, …) -> Operation; … }`
impl Parse for Resource {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        input.call(Attribute::parse_outer)?;
        let accessor = input.parse::<Ident>()?.to_string();
        input.parse::<Token![:]>()?;
        input.parse::<Ident>()?;
        // `via` and the client that it is sent with.
        while input.peek(Ident) {
            input.parse::<Ident>()?;
        }
        let content;
        syn::braced!(content in input);
        let mut methods = Vec::new();
        while !content.is_empty() {
            methods.push(content.parse()?);
        }
        Ok(Self { accessor, methods })
    }
}

impl Parse for Method {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        input.parse::<Token![fn]>()?;
        let name = input.parse::<Ident>()?.to_string();
        let arguments;
        syn::parenthesized!(arguments in input);
        let arguments = Punctuated::<Ident, Token![,]>::parse_terminated(&arguments)?;
        input.parse::<Token![->]>()?;
        let operation = input.parse::<Ident>()?.to_string();
        input.parse::<Token![;]>()?;
        Ok(Self {
            name,
            arguments: arguments.iter().map(ToString::to_string).collect(),
            operation,
        })
    }
}

/// Collects the names in paths and in what macros are called with. Imports and documentation use nothing.
struct Names<'a>(&'a mut BTreeSet<String>);

impl<'ast> Visit<'ast> for Names<'_> {
    fn visit_path_segment(&mut self, segment: &'ast syn::PathSegment) {
        self.0.insert(segment.ident.to_string());
        visit::visit_path_segment(self, segment);
    }

    fn visit_item_use(&mut self, _: &'ast syn::ItemUse) {}

    fn visit_attribute(&mut self, _: &'ast Attribute) {}

    fn visit_macro(&mut self, found: &'ast syn::Macro) {
        self.tokens(found.tokens.clone());
    }
}

impl Names<'_> {
    fn tokens(&mut self, tokens: TokenStream) {
        let mut is_attribute = false;
        for token in tokens {
            let was_attribute = std::mem::take(&mut is_attribute);
            match token {
                TokenTree::Ident(name) => drop(self.0.insert(name.to_string())),
                TokenTree::Group(group) if !was_attribute => self.tokens(group.stream()),
                TokenTree::Punct(punct) => is_attribute = punct.as_char() == '#',
                TokenTree::Group(_) | TokenTree::Literal(_) => {}
            }
        }
    }
}
