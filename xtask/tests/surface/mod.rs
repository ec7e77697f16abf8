//! Reads the public items of a generated tree line by line: an oracle that shares nothing with `xtask::diff`.

use std::collections::BTreeSet;

use quote::ToTokens as _;
use xtask::generate::Files;

/// The hidden macros are for clerk-sdk alone, which is pinned to the same release.
fn is_public(path: &str) -> bool {
    path.ends_with(".rs") && !path.ends_with("macros.rs")
}

/// Every public item as a line, such that code which compiles against one tree compiles against another one that has all
/// of its lines.
pub(crate) fn lines(files: &Files) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    for (path, code) in files.iter().filter(|(path, _)| is_public(path)) {
        let module = path.split('/').next().filter(|m| *m == "webhook_events");
        let module = module.unwrap_or_default();
        for item in syn::parse_file(code).unwrap().items {
            match item {
                syn::Item::Struct(found) => {
                    let name = &found.ident;
                    if !found
                        .attrs
                        .iter()
                        .any(|a| a.path().is_ident("non_exhaustive"))
                    {
                        // Nothing may be added to it either.
                        let fields = found.fields.to_token_stream();
                        out.insert(format!("{module} {name} {{ {fields} }}"));
                    }
                    for attribute in found.attrs.iter().filter(|a| a.path().is_ident("derive")) {
                        for derived in attribute.to_token_stream().to_string().split([',', '(']) {
                            out.insert(format!(
                                "{module} {name}: {}",
                                derived
                                    .trim_end_matches(")]")
                                    .trim_end_matches(") ]")
                                    .trim()
                            ));
                        }
                    }
                    for field in &found.fields {
                        let ty = field.ty.to_token_stream();
                        let field = field.ident.to_token_stream();
                        out.insert(format!("{module} {name}.{field}: {ty}"));
                    }
                }
                syn::Item::Impl(found) => {
                    let owner = found.self_ty.to_token_stream();
                    if let Some((of, _)) = &found.trait_ {
                        out.insert(format!("{module} {owner}: {}", of.to_token_stream()));
                        continue;
                    }
                    for item in &found.items {
                        let syn::ImplItem::Fn(method) = item else {
                            continue;
                        };
                        let mut signature = method.sig.clone();
                        for input in &mut signature.inputs {
                            if let syn::FnArg::Typed(typed) = input {
                                *typed.pat = syn::parse_quote!(_);
                            }
                        }
                        out.insert(format!("{module} {owner}: {}", signature.to_token_stream()));
                    }
                }
                syn::Item::Macro(found) => {
                    let name = found.mac.path.to_token_stream().to_string();
                    macro_lines(&name, &without_attributes(found.mac.tokens), &mut out);
                }
                _ => {}
            }
        }
    }
    out
}

fn without_attributes(tokens: proc_macro2::TokenStream) -> String {
    let mut out = String::new();
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            proc_macro2::TokenTree::Punct(punct) if punct.as_char() == '#' => drop(tokens.next()),
            proc_macro2::TokenTree::Group(group) => {
                out.push_str(&without_attributes(group.stream()));
                out.push_str(" ; ");
            }
            other => {
                out.push_str(&other.to_string());
                out.push(' ');
            }
        }
    }
    out
}

fn macro_lines(name: &str, text: &str, out: &mut BTreeSet<String>) {
    if name.ends_with("operation") {
        // `pub struct Name - > kind Type ; info : … ; body : kind presence Type ;`
        let mut parts = text.split(';').map(str::trim);
        let head: Vec<&str> = parts.next().unwrap().split("- >").collect();
        let answer = head[1].trim().split_once(' ').map_or("", |(_, ty)| ty);
        out.insert(format!("{} -> {answer}", head[0]));
        let body = text
            .split("body :")
            .nth(1)
            .unwrap()
            .replace(" optional ", " ")
            .replace(" required ", " ");
        if !body.contains("none") {
            out.insert(format!("{} body {body}", head[0]));
        } else {
            out.insert(format!("{} is Clone", head[0]));
        }
        if body.contains("json") {
            out.insert(format!("{} is Clone", head[0]));
        }
    } else if name.ends_with("paged") {
        out.insert(text.to_owned());
    } else {
        // `pub enum Name A = "a" , B = "b" , ;`
        let mut words = text.splitn(4, ' ').skip(2);
        let owner = words.next().unwrap();
        for entry in words.next().unwrap_or_default().split(',') {
            out.insert(format!("{owner}::{}", entry.trim()));
        }
    }
}
