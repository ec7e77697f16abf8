//! Emits the types: progenitor's structs and enums with our presence rules, open enums and redaction.

use std::collections::BTreeMap;

use anyhow::{Context as _, ensure};
use proc_macro2::TokenStream;
use quote::quote;
use syn::{Fields, ItemStruct};

use super::Rewrites;
use super::emit::{Shape, doc, ident, shape};
use super::format;
use super::harvest::{Harvest, argument, has_word, rename};
use crate::normalize::docs::join;
use crate::normalize::fields::{Facts, FieldFacts, TypeFacts};
use crate::normalize::names;

/// Formatted code of each type, by name.
pub type Types = BTreeMap<String, String>;

/// A field as it ends up in the generated struct.
#[derive(Debug, Clone)]
pub struct Field {
    /// The name of the field.
    pub rust: syn::Ident,
    /// The name on the wire.
    pub wire: String,
    /// How it is held.
    pub presence: Presence,
    /// What it holds.
    pub shape: Shape,
    /// What the document says.
    pub facts: FieldFacts,
    /// It takes whatever other properties there are.
    pub flatten: bool,
}

/// How a field is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// As it is.
    Plain,
    /// `Option<_>`.
    Option,
    /// `Patch<_>`.
    Patch,
}

impl Field {
    /// The type of the field.
    #[must_use]
    pub fn rust_type(&self) -> TokenStream {
        let inner = self.shape.rust();
        match self.presence {
            Presence::Plain => inner,
            Presence::Option => quote!(Option<#inner>),
            Presence::Patch => quote!(crate::Patch<#inner>),
        }
    }
}

/// Reads the fields of a harvested struct.
///
/// # Errors
/// When progenitor wrote a type that no rule leaves.
pub fn fields(found: &ItemStruct, facts: &TypeFacts) -> anyhow::Result<Vec<Field>> {
    let Fields::Named(named) = &found.fields else {
        return Ok(Vec::new());
    };
    named
        .named
        .iter()
        .map(|field| {
            let rust = field
                .ident
                .clone()
                .context("a named field without a name")?;
            let wire = rename(&field.attrs).unwrap_or_else(|| rust.to_string());
            let flatten = has_word(&field.attrs, "flatten");
            let mut known = facts.fields.get(&wire).cloned().unwrap_or_default();
            if flatten {
                known.doc = "Whatever other properties there are.".to_owned();
            }
            // Something that may be null and holds its own type is boxed outside; inside, its presence shows.
            let boxed = argument(&field.ty, "Box").and_then(|inner| argument(&inner, "Option"));
            let inner = boxed
                .map(|inner| syn::parse_quote!(Box<#inner>))
                .or_else(|| argument(&field.ty, "Option"));
            let mut held = shape(inner.as_ref().unwrap_or(&field.ty))
                .with_context(|| format!("field `{wire}` of `{}`", found.ident))?;
            if known.timestamp && matches!(held, Shape::Scalar(_)) {
                held = Shape::Timestamp;
            }
            let presence = match (inner.is_some(), known.patch) {
                (true, true) => Presence::Patch,
                (true, false) => Presence::Option,
                (false, _) => Presence::Plain,
            };
            Ok(Field {
                rust,
                wire,
                presence,
                shape: held,
                facts: known,
                flatten,
            })
        })
        .collect()
}

/// Emits every type of the harvest.
///
/// # Errors
/// When the harvest has a type that the facts do not know, or a type that no rule leaves.
pub fn emit(harvest: &Harvest, facts: &Facts, rewrites: &mut Rewrites) -> anyhow::Result<Types> {
    let mut out = Types::new();
    for (name, values) in &harvest.enums {
        let known = facts
            .get(name)
            .with_context(|| format!("progenitor wrote an enum `{name}` of its own"))?;
        rewrites.open_enums += 1;
        rewrites.enum_values += values.len();
        out.insert(name.clone(), open_enum(name, values, &known.doc));
    }
    for (name, found) in &harvest.structs {
        let known = facts
            .get(name)
            .with_context(|| format!("progenitor wrote a struct `{name}` of its own"))?;
        let fields = fields(found, known)?;
        let declared = known.fields.len();
        let plain = fields.iter().filter(|f| !f.flatten).count();
        ensure!(
            declared == plain,
            "`{name}` has {declared} fields in the document and {plain} in Rust"
        );
        rewrites.structs += 1;
        out.insert(
            name.clone(),
            format::items(&structure(name, &fields, known, rewrites))?,
        );
    }
    let expected: Vec<&String> = facts
        .keys()
        .filter(|name| !out.contains_key(*name))
        .collect();
    ensure!(expected.is_empty(), "progenitor left out {expected:?}");
    Ok(out)
}

/// The invocation of `open_enum!`, written out by hand because no formatter knows it.
fn open_enum(name: &str, values: &[String], text: &str) -> String {
    let text = if text.is_empty() {
        "One of several values; one that this version does not know is kept.".to_owned()
    } else {
        format!("{text}\n    ///\n    /// A value that this version does not know is kept.")
    };
    let mut out = format!("crate::open_enum! {{\n    /// {text}\n    pub enum {name} {{\n");
    for (value, variant) in values.iter().zip(names::variants(values)) {
        out.push_str(&format!("        {variant} = {value:?},\n"));
    }
    out.push_str("    }\n}\n");
    out
}

fn structure(
    name: &str,
    fields: &[Field],
    facts: &TypeFacts,
    rewrites: &mut Rewrites,
) -> TokenStream {
    let ident = ident(name);
    let response = facts.direction.response;
    let secret = fields.iter().any(|f| f.facts.sensitive);
    let mut declared = Vec::new();
    for field in fields {
        declared.push(declaration(field, response, rewrites));
    }
    let all_optional = fields.iter().all(|f| {
        f.presence != Presence::Plain || f.flatten || (f.shape.is_collection() && !f.facts.required)
    });
    let mut derives = vec![quote!(Clone)];
    if !secret {
        derives.push(quote!(Debug));
    }
    // No field of a response gets a default: a missing `banned` must not read as `false`.
    if all_optional && facts.direction.only_request() {
        derives.push(quote!(Default));
    }
    derives.extend([quote!(PartialEq), quote!(::serde::Serialize)]);
    // What is only ever sent needs no reading: a fifth of the time that the crate takes to compile.
    if response {
        derives.push(quote!(::serde::Deserialize));
    }
    let text = if facts.doc.is_empty() {
        fallback_doc(name, facts)
    } else {
        facts.doc.clone()
    };
    let docs = doc(&text);
    let debug = secret.then(|| {
        rewrites.redacted_types += 1;
        debug_impl(name, fields)
    });
    let request = facts.direction.request.then(|| {
        if facts.body {
            body_impl(&ident, fields)
        } else {
            constructor(&ident, fields)
        }
    });
    quote! {
        #docs
        #[derive(#(#derives),*)]
        #[cfg_attr(feature = "schemars", derive(::schemars::JsonSchema))]
        #[non_exhaustive]
        pub struct #ident { #(#declared)* }
        #debug
        #request
    }
}

fn fallback_doc(name: &str, facts: &TypeFacts) -> String {
    if facts.body {
        let operation = name.strip_suffix("Body").unwrap_or(name);
        return format!("What `{operation}` sends as JSON, filled by its setters.");
    }
    format!(
        "{} `{name}`.",
        if facts.direction.only_request() {
            "Part of a request:"
        } else {
            "Part of a response:"
        }
    )
}

fn declaration(field: &Field, response: bool, rewrites: &mut Rewrites) -> TokenStream {
    let (rust, ty) = (&field.rust, field.rust_type());
    let mut serde = Vec::new();
    if field.flatten {
        serde.push(quote!(flatten));
    } else if rust != field.wire.as_str() {
        let wire = &field.wire;
        serde.push(quote!(rename = #wire));
    }
    match field.presence {
        Presence::Patch => {
            rewrites.patches += 1;
            serde.push(quote!(
                default,
                skip_serializing_if = "crate::Patch::is_keep"
            ));
        }
        // Written as null where the document says that the field is always there.
        Presence::Option if field.facts.required && response => serde.push(quote!(default)),
        Presence::Option => {
            if response {
                serde.push(quote!(default));
            }
            serde.push(quote!(skip_serializing_if = "Option::is_none"));
        }
        Presence::Plain if field.shape.is_collection() && response && !field.flatten => {
            rewrites.null_tolerant_collections += 1;
            if !field.facts.required {
                serde.push(quote!(default));
            }
            serde.push(quote!(
                deserialize_with = "crate::__private::null_as_default"
            ));
        }
        Presence::Plain if field.facts.empty_when_missing => serde.push(quote!(default)),
        Presence::Plain => {}
    }
    if matches!(field.shape, Shape::Timestamp) {
        rewrites.timestamps += 1;
    }
    let mut text = field.facts.doc.clone();
    if text.is_empty() && !field.facts.self_explaining {
        text = format!("`{}`.", field.wire);
    }
    if field.facts.empty_when_missing {
        text = join(&text, "Empty when a response lacks it.");
    }
    // A name that says it all is not said again.
    let docs = if text.is_empty() {
        quote!(#[allow(missing_docs)])
    } else {
        doc(&text)
    };
    let attribute = (!serde.is_empty()).then(|| quote!(#[serde(#(#serde),*)]));
    let deprecated = field
        .facts
        .deprecated
        .then(|| quote!(#[deprecated(note = "the API's document deprecates this field")]));
    quote! { #docs #deprecated #attribute pub #rust: #ty, }
}

fn debug_impl(name: &str, fields: &[Field]) -> TokenStream {
    let ident = ident(name);
    let lines = fields.iter().map(|field| {
        let (rust, label) = (&field.rust, field.rust.to_string());
        if field.facts.sensitive {
            quote!(.field(#label, &crate::__private::Redacted))
        } else {
            quote!(.field(#label, &self.#rust))
        }
    });
    quote! {
        impl ::std::fmt::Debug for #ident {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.debug_struct(#name) #(#lines)* .finish()
            }
        }
    }
}

/// The body of an operation is filled by the setters of the operation; it only has to say what is missing.
fn body_impl(name: &syn::Ident, fields: &[Field]) -> TokenStream {
    let checks: Vec<TokenStream> = fields
        .iter()
        .filter(|f| f.facts.required)
        .map(|field| {
            let (rust, wire) = (&field.rust, &field.wire);
            let absent = match field.presence {
                Presence::Patch => quote!(self.#rust.is_keep()),
                _ => quote!(self.#rust.is_none()),
            };
            quote!(if #absent { return Some(#wire); })
        })
        .collect();
    let missing = (!checks.is_empty()).then(|| {
        quote! {
            fn missing(&self) -> Option<&'static str> {
                #(#checks)*
                None
            }
        }
    });
    quote! { impl crate::RequestBody for #name { #missing } }
}

/// Parts of requests are made with what they must have, and a setter for the rest.
fn constructor(name: &syn::Ident, fields: &[Field]) -> TokenStream {
    let mut arguments = Vec::new();
    let mut values = Vec::new();
    let mut setters = Vec::new();
    for field in fields {
        let rust = &field.rust;
        let (argument, value) = field.shape.setter();
        if field.presence == Presence::Plain && !field.flatten {
            arguments.push(quote!(#rust: #argument));
            values.push(quote!(#rust: { let value = #rust; #value }));
            continue;
        }
        values.push(quote!(#rust: Default::default()));
        let text = if field.facts.doc.is_empty() {
            format!("Sets `{}`.", field.wire)
        } else {
            field.facts.doc.clone()
        };
        let docs = doc(&text);
        let (argument, value) = match field.presence {
            Presence::Patch => {
                let ty = field.rust_type();
                (quote!(impl Into<#ty>), quote!(value.into()))
            }
            Presence::Option => (argument, quote!(Some(#value))),
            Presence::Plain => (argument, value),
        };
        setters.push(quote! {
            #docs
            #[must_use]
            pub fn #rust(mut self, value: #argument) -> Self { self.#rust = #value; self }
        });
    }
    quote! {
        impl #name {
            /// Makes one of what it must have.
            #[must_use]
            pub fn new(#(#arguments),*) -> Self { Self { #(#values),* } }
            #(#setters)*
        }
    }
}
