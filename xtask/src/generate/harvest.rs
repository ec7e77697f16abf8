//! Runs progenitor and takes what is wanted out of what it wrote.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;

use anyhow::{Context as _, bail, ensure};
use quote::ToTokens as _;
use serde_json::Value;
use syn::{Fields, GenericArgument, Item, ItemEnum, ItemStruct, PathArguments, ReturnType, Type};

use super::neutral::Neutral;
use crate::normalize::fields::Facts;

/// What progenitor made of a document.
#[derive(Debug, Default)]
pub struct Harvest {
    /// Structs with named fields, by name.
    pub structs: BTreeMap<String, ItemStruct>,
    /// Enums of unit variants, by name, with the value of each variant on the wire.
    pub enums: BTreeMap<String, Vec<String>>,
    /// Operations, by the Rust name of the method.
    pub operations: BTreeMap<String, OperationTypes>,
}

/// The types of one operation.
#[derive(Debug, Clone)]
pub struct OperationTypes {
    /// By name; `Option` is peeled off.
    pub parameters: BTreeMap<String, Type>,
    /// The JSON body.
    pub body: Option<Type>,
    /// The body of a success, `()` without one.
    pub reply: Type,
}

/// Generates from an OpenAPI document (see `Shaped::to_openapi`) and reads the outcome.
///
/// # Errors
/// When progenitor refuses the document, panics over it, or writes something that this does not understand.
pub fn harvest(document: &Value, facts: &Facts) -> anyhow::Result<Harvest> {
    let (neutral, names) = Neutral::encode(document);
    let found = generate(&neutral)
        .map_err(|error| error.context(culprit(&neutral)))
        .and_then(|tokens| {
            syn::parse2(tokens).context("progenitor wrote something that is not Rust")
        })
        .and_then(|file| read(&file))
        .map_err(|error| anyhow::anyhow!(names.explain(&format!("{error:#}"))))?;
    Ok(names.decode(found, facts))
}

fn generate(document: &Value) -> anyhow::Result<proc_macro2::TokenStream> {
    let spec: openapiv3::OpenAPI = serde_json::from_value(document.clone())
        .context("the shaped document is not OpenAPI 3.0")?;
    let mut settings = progenitor_impl::GenerationSettings::new();
    settings
        .with_interface(progenitor_impl::InterfaceStyle::Builder)
        .with_tag(progenitor_impl::TagStyle::Merged)
        .with_map_type("::std::collections::BTreeMap");
    // progenitor asserts where it could return an error. The text of the assertion is all there is to show.
    let outcome = quietly(|| {
        catch_unwind(AssertUnwindSafe(|| {
            progenitor_impl::Generator::new(&settings).generate_tokens(&spec)
        }))
    });
    match outcome {
        Ok(tokens) => tokens
            .map_err(|error| anyhow::anyhow!("progenitor refuses the shaped document: {error}")),
        Err(panic) => {
            let words = panic
                .downcast_ref::<String>()
                .cloned()
                .or_else(|| panic.downcast_ref::<&str>().map(|s| (*s).to_owned()))
                .unwrap_or_else(|| "no message".to_owned());
            bail!("progenitor panicked over the shaped document: {words}")
        }
    }
}

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// Runs `work` without the message that a panic of this thread would print; other threads keep theirs.
fn quietly<T>(work: impl FnOnce() -> T) -> T {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if !QUIET.get() {
                before(info);
            }
        }));
    });
    QUIET.set(true);
    let out = work();
    QUIET.set(false);
    out
}

/// Finds the operation that progenitor cannot digest by generating each alone.
fn culprit(document: &Value) -> String {
    let Some(paths) = document.get("paths").and_then(Value::as_object) else {
        return "the document has no paths".to_owned();
    };
    let mut alone = document.clone();
    for (path, item) in paths {
        alone["paths"] = serde_json::json!({ path: item });
        if let Err(error) = generate(&alone) {
            let id = item
                .as_object()
                .and_then(|i| i.values().next())
                .and_then(|o| o.get("operationId"));
            return format!(
                "operation {}: {error:#}; a rule in xtask/src/normalize has to make it digestible",
                id.map_or(path.clone(), Value::to_string)
            );
        }
    }
    "every operation generates alone: two of them, or two types, get in each other's way".to_owned()
}

fn read(file: &syn::File) -> anyhow::Result<Harvest> {
    let mut out = Harvest::default();
    for item in module(&file.items, "types")? {
        match item {
            Item::Struct(found) => match &found.fields {
                Fields::Named(_) => {
                    out.structs.insert(found.ident.to_string(), found.clone());
                }
                _ => bail!(
                    "progenitor made a newtype of `{}`: a rule has to write that schema where it is used",
                    found.ident
                ),
            },
            Item::Enum(found) => {
                out.enums
                    .insert(found.ident.to_string(), wire_values(found)?);
            }
            // Conversions, builders and defaults of progenitor's: ours take their place.
            _ => {}
        }
    }
    let by_builder = builders(module(&file.items, "builder")?)?;
    // `Client::op()` names the builder that belongs to it.
    for item in &file.items {
        let Item::Impl(block) = item else { continue };
        if last_segment(&block.self_ty) != "Client" || block.trait_.is_some() {
            continue;
        }
        for entry in &block.items {
            let syn::ImplItem::Fn(function) = entry else {
                continue;
            };
            let ReturnType::Type(_, output) = &function.sig.output else {
                continue;
            };
            if let Some(operation) = by_builder.get(&last_segment(output)) {
                out.operations
                    .insert(function.sig.ident.to_string(), operation.clone());
            }
        }
    }
    ensure!(
        out.operations.len() == by_builder.len(),
        "progenitor wrote {} operations, {} of which could be read",
        by_builder.len(),
        out.operations.len()
    );
    Ok(out)
}

/// What each builder of progenitor's takes and returns, by its name.
fn builders(builders: &[Item]) -> anyhow::Result<BTreeMap<String, OperationTypes>> {
    let mut replies: BTreeMap<String, Type> = BTreeMap::new();
    for item in builders {
        if let Item::Impl(block) = item {
            let owner = last_segment(&block.self_ty);
            for entry in &block.items {
                if let syn::ImplItem::Fn(function) = entry
                    && function.sig.ident == "send"
                {
                    replies.insert(owner.clone(), reply_type(&function.sig.output)?);
                }
            }
        }
    }
    let mut by_builder: BTreeMap<String, OperationTypes> = BTreeMap::new();
    for item in builders {
        let Item::Struct(found) = item else { continue };
        let name = found.ident.to_string();
        let reply = replies
            .get(&name)
            .with_context(|| format!("builder {name} has no `send`"))?
            .clone();
        let mut operation = OperationTypes {
            parameters: BTreeMap::new(),
            body: None,
            reply,
        };
        for field in &found.fields {
            let Some(ident) = &field.ident else { continue };
            let Some(inner) = argument(&field.ty, "Result") else {
                continue;
            };
            if ident == "body" {
                operation.body = Some(peel_builder(&inner));
            } else {
                let ty = argument(&inner, "Option").unwrap_or(inner);
                operation.parameters.insert(ident.to_string(), ty);
            }
        }
        by_builder.insert(name, operation);
    }
    Ok(by_builder)
}

fn module<'a>(items: &'a [Item], name: &str) -> anyhow::Result<&'a [Item]> {
    items
        .iter()
        .find_map(|item| match item {
            Item::Mod(module) if module.ident == name => {
                module.content.as_ref().map(|(_, items)| items.as_slice())
            }
            _ => None,
        })
        .with_context(|| format!("progenitor wrote no module `{name}`: was its version changed?"))
}

fn wire_values(found: &ItemEnum) -> anyhow::Result<Vec<String>> {
    found
        .variants
        .iter()
        .map(|variant| {
            ensure!(
                matches!(variant.fields, Fields::Unit),
                "progenitor made a union of `{}`: a rule has to make one object of it",
                found.ident
            );
            Ok(rename(&variant.attrs).unwrap_or_else(|| variant.ident.to_string()))
        })
        .collect()
}

/// The name that a serde attribute gives.
#[must_use]
pub fn rename(attributes: &[syn::Attribute]) -> Option<String> {
    let mut found = None;
    for attribute in attributes.iter().filter(|a| a.path().is_ident("serde")) {
        // Other keys of the attribute are skipped, not errors.
        let _ = attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("rename") {
                found = Some(meta.value()?.parse::<syn::LitStr>()?.value());
            } else if meta.input.peek(syn::Token![=]) {
                let _: syn::Expr = meta.value()?.parse()?;
            }
            Ok(())
        });
    }
    found
}

/// Whether a serde attribute has this word.
#[must_use]
pub fn has_word(attributes: &[syn::Attribute], word: &str) -> bool {
    let mut found = false;
    for attribute in attributes.iter().filter(|a| a.path().is_ident("serde")) {
        let _ = attribute.parse_nested_meta(|meta| {
            found |= meta.path.is_ident(word);
            if meta.input.peek(syn::Token![=]) {
                let _: syn::Expr = meta.value()?.parse()?;
            }
            Ok(())
        });
    }
    found
}

fn reply_type(output: &ReturnType) -> anyhow::Result<Type> {
    let ReturnType::Type(_, ty) = output else {
        bail!("`send` returns nothing")
    };
    argument(ty, "Result")
        .and_then(|ok| argument(&ok, "ResponseValue"))
        .with_context(|| format!("`send` returns `{}`", ty.to_token_stream()))
}

/// `types::builder::X` -> `types::X`.
fn peel_builder(ty: &Type) -> Type {
    let mut out = ty.clone();
    if let Type::Path(path) = &mut out {
        let kept: syn::punctuated::Punctuated<_, _> = path
            .path
            .segments
            .iter()
            .filter(|s| s.ident != "builder")
            .cloned()
            .collect();
        path.path.segments = kept;
    }
    out
}

/// The first type argument of `Name<..>`.
#[must_use]
pub fn argument(ty: &Type, name: &str) -> Option<Type> {
    let Type::Path(path) = ty else { return None };
    let segment = path.path.segments.last().filter(|s| s.ident == name)?;
    let PathArguments::AngleBracketed(arguments) = &segment.arguments else {
        return None;
    };
    arguments.args.iter().find_map(|a| match a {
        GenericArgument::Type(ty) => Some(ty.clone()),
        _ => None,
    })
}

/// The last identifier of a path type.
#[must_use]
pub fn last_segment(ty: &Type) -> String {
    match ty {
        Type::Path(path) => path
            .path
            .segments
            .last()
            .map(|s| s.ident.to_string())
            .unwrap_or_default(),
        _ => String::new(),
    }
}
