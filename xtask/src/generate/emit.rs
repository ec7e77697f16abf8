//! Small pieces that types and operations are emitted with.

use proc_macro2::TokenStream;
use quote::{ToTokens as _, format_ident, quote};
use syn::{GenericArgument, Ident, PathArguments, Type};

use super::harvest::argument;

/// An identifier, with a trailing underscore where Rust reserves the word.
#[must_use]
pub fn ident(name: &str) -> Ident {
    if crate::normalize::names::is_keyword(name) {
        format_ident!("{name}_")
    } else {
        format_ident!("{name}")
    }
}

/// `#[doc]` attributes, one per line.
#[must_use]
pub fn doc(text: &str) -> TokenStream {
    let lines = text.lines().map(|line| {
        let line = plain(line);
        if line.is_empty() {
            line
        } else {
            format!(" {line}")
        }
    });
    quote!(#(#[doc = #lines])*)
}

/// The text without control characters: the compiler refuses a carriage return in a comment, and a line is one line.
#[must_use]
pub fn plain(text: &str) -> String {
    text.replace(is_hidden, " ").trim_end().to_owned()
}

/// Characters that a comment must not have: those that the compiler refuses, and those that change the direction of text.
#[must_use]
pub fn is_hidden(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// What a value of a generated type is, as far as setters care.
#[derive(Debug, Clone)]
pub enum Shape {
    /// `i64`, `f64`, `bool`.
    Scalar(TokenStream),
    /// `Timestamp`.
    Timestamp,
    /// `String`.
    String,
    /// A named type.
    Named(TokenStream),
    /// `Vec<_>`.
    Array(Box<Shape>),
    /// `BTreeMap<String, _>`.
    Map(Box<Shape>),
    /// `Option<_>` inside another type.
    Nullable(Box<Shape>),
    /// A JSON object.
    Object,
    /// Any JSON value.
    Any,
}

/// Reads a type of progenitor's. Named types are put under `types::`.
///
/// # Errors
/// The type is not one that the rules leave.
pub fn shape(ty: &Type) -> anyhow::Result<Shape> {
    let text = ty.to_token_stream().to_string().replace(' ', "");
    Ok(match text.as_str() {
        "i64" | "f64" | "bool" => Shape::Scalar(ty.to_token_stream()),
        "::std::string::String" => Shape::String,
        "::serde_json::Value" => Shape::Any,
        "::serde_json::Map<::std::string::String,::serde_json::Value>" => Shape::Object,
        _ => {
            if let Some(inner) = argument(ty, "Vec") {
                Shape::Array(Box::new(shape(&inner)?))
            } else if let Some(inner) = argument(ty, "Box") {
                let inner = shape(&inner)?.rust();
                Shape::Named(quote!(Box<#inner>))
            } else if let Some(inner) = map_value(ty) {
                match shape(&inner)? {
                    Shape::Any => Shape::Object,
                    inner => Shape::Map(Box::new(inner)),
                }
            } else if let Some(inner) = argument(ty, "Option") {
                Shape::Nullable(Box::new(shape(&inner)?))
            } else {
                named(ty)?
            }
        }
    })
}

fn named(ty: &Type) -> anyhow::Result<Shape> {
    let Type::Path(path) = ty else {
        anyhow::bail!(
            "progenitor wrote the type `{}`, which no rule leaves",
            ty.to_token_stream()
        )
    };
    let segments: Vec<&Ident> = path.path.segments.iter().map(|s| &s.ident).collect();
    match segments.as_slice() {
        [name] => Ok(Shape::Named(quote!(types::#name))),
        [module, name] if *module == "types" || *module == "super" => {
            Ok(Shape::Named(quote!(types::#name)))
        }
        _ => anyhow::bail!(
            "progenitor wrote the type `{}`, which no rule leaves",
            ty.to_token_stream()
        ),
    }
}

fn map_value(ty: &Type) -> Option<Type> {
    let Type::Path(path) = ty else { return None };
    let segment = path
        .path
        .segments
        .last()
        .filter(|s| s.ident == "BTreeMap" || s.ident == "HashMap")?;
    let PathArguments::AngleBracketed(arguments) = &segment.arguments else {
        return None;
    };
    arguments
        .args
        .iter()
        .filter_map(|a| {
            if let GenericArgument::Type(t) = a {
                Some(t.clone())
            } else {
                None
            }
        })
        .nth(1)
}

impl Shape {
    /// The type as it is written in generated code.
    #[must_use]
    pub fn rust(&self) -> TokenStream {
        match self {
            Self::Scalar(tokens) | Self::Named(tokens) => tokens.clone(),
            Self::Timestamp => quote!(crate::Timestamp),
            Self::String => quote!(String),
            Self::Array(inner) => {
                let inner = inner.rust();
                quote!(Vec<#inner>)
            }
            Self::Map(inner) => {
                let inner = inner.rust();
                quote!(::std::collections::BTreeMap<String, #inner>)
            }
            Self::Nullable(inner) => {
                let inner = inner.rust();
                quote!(Option<#inner>)
            }
            Self::Object => quote!(crate::JsonObject),
            Self::Any => quote!(::serde_json::Value),
        }
    }

    /// Whether it holds several values, so that `null` can be read as none.
    #[must_use]
    pub fn is_collection(&self) -> bool {
        matches!(self, Self::Array(_) | Self::Map(_) | Self::Object)
    }

    /// The type of a setter's argument and the value made of it.
    #[must_use]
    pub fn setter(&self) -> (TokenStream, TokenStream) {
        match self {
            Self::Scalar(tokens) => (tokens.clone(), quote!(value)),
            Self::Array(inner) => {
                let item = inner.rust();
                match **inner {
                    Self::Scalar(_) | Self::Any | Self::Object | Self::Array(_) | Self::Map(_) => (
                        quote!(impl IntoIterator<Item = #item>),
                        quote!(value.into_iter().collect()),
                    ),
                    _ => (
                        quote!(impl IntoIterator<Item = impl Into<#item>>),
                        quote!(value.into_iter().map(Into::into).collect()),
                    ),
                }
            }
            Self::Map(inner) => {
                let item = inner.rust();
                (
                    quote!(impl IntoIterator<Item = (impl Into<String>, impl Into<#item>)>),
                    quote!(
                        value
                            .into_iter()
                            .map(|(name, value)| (name.into(), value.into()))
                            .collect()
                    ),
                )
            }
            _ => {
                let ty = self.rust();
                (quote!(impl Into<#ty>), quote!(value.into()))
            }
        }
    }
}
