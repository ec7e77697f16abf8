//! Emits the setters of an operation: of query parameters, of body fields, of parts.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::emit::{Shape, doc, ident};
use super::plan::{Setter, Target};
use super::types::{Field, Presence};
use crate::normalize::api::Part;
use crate::normalize::docs::Docs;
use crate::normalize::names;
use crate::normalize::parameters::RESERVED_SETTERS;

fn deprecated(setter: &Setter) -> Option<TokenStream> {
    setter
        .deprecated
        .then(|| quote!(#[deprecated(note = "the API's document deprecates this parameter")]))
}

pub(super) fn query_setter(setter: &Setter, text: &str) -> TokenStream {
    let (name, wire) = (ident(&setter.rust), &setter.wire);
    let text = if text.is_empty() {
        format!("Sets the query parameter `{wire}`.")
    } else {
        text.to_owned()
    };
    let (docs, deprecated) = (doc(&text), deprecated(setter));
    let (argument, statement) = match &setter.shape {
        Shape::Scalar(ty) => (ty.clone(), quote!(self.call.query(#wire, value))),
        Shape::Array(inner) => {
            let function = if setter.target == Target::QueryJoined {
                format_ident!("query_joined")
            } else {
                format_ident!("query_each")
            };
            let item = inner.rust();
            match **inner {
                Shape::Scalar(_) | Shape::Any => (
                    quote!(impl IntoIterator<Item = #item>),
                    quote!(self.call.#function(#wire, value)),
                ),
                _ => (
                    quote!(impl IntoIterator<Item = impl Into<#item>>),
                    quote!(self.call.#function(#wire, value.into_iter().map(Into::<#item>::into))),
                ),
            }
        }
        Shape::Any | Shape::Object | Shape::Map(_) => (
            quote!(impl ::std::fmt::Display),
            quote!(self.call.query(#wire, value)),
        ),
        other => {
            let ty = other.rust();
            (
                quote!(impl Into<#ty>),
                quote!(self.call.query(#wire, Into::<#ty>::into(value))),
            )
        }
    };
    quote! {
        #docs
        #deprecated
        pub fn #name(mut self, value: #argument) -> Self { #statement; self }
    }
}

pub(super) fn field_setter(field: &Field, taken: &mut BTreeSet<String>) -> Setter {
    let plain = names::unreserved(&field.rust.to_string(), RESERVED_SETTERS);
    let rust = names::claim(
        &if taken.contains(&plain) {
            format!("body_{plain}")
        } else {
            plain
        },
        taken,
    );
    Setter {
        rust,
        wire: field.wire.clone(),
        target: Target::Field(field.presence),
        shape: field.shape.clone(),
        deprecated: field.facts.deprecated,
    }
}

pub(super) fn body_setter(setter: &Setter, field: &Field) -> TokenStream {
    let (name, slot, wire) = (ident(&setter.rust), &field.rust, &field.wire);
    let text = if field.facts.doc.is_empty() {
        format!("Sets the field `{wire}`.")
    } else {
        field.facts.doc.clone()
    };
    let text = if field.presence == Presence::Patch {
        format!("{text} [`Patch::Null`](crate::Patch::Null) sends `null`.")
    } else {
        text
    };
    let (docs, deprecated) = (doc(&text), deprecated(setter));
    let json = quote!(impl ::serde::Serialize);
    let (argument, statement) = match (&setter.shape, field.presence) {
        (Shape::Object, Presence::Option) => (
            json,
            quote!(self.call.object(&mut self.body.#slot, #wire, value)),
        ),
        (Shape::Object, Presence::Patch) => (
            json,
            quote!(self.call.object_patch(&mut self.body.#slot, #wire, value)),
        ),
        (Shape::Any, Presence::Option) => (
            json,
            quote!(self.call.value(&mut self.body.#slot, #wire, value)),
        ),
        (Shape::Any, Presence::Patch) => (
            json,
            quote!(self.call.value_patch(&mut self.body.#slot, #wire, value)),
        ),
        (held, Presence::Option) => {
            let (argument, value) = held.setter();
            (argument, quote!(self.body.#slot = Some(#value)))
        }
        (_, Presence::Patch) => {
            let ty = field.rust_type();
            (
                quote!(impl Into<#ty>),
                quote!(self.body.#slot = value.into()),
            )
        }
        (held, Presence::Plain) => {
            let (argument, value) = held.setter();
            (argument, quote!(self.body.#slot = #value))
        }
    };
    quote! {
        #docs
        #deprecated
        pub fn #name(mut self, value: #argument) -> Self { #statement; self }
    }
}

pub(super) fn part_setter(part: &Part) -> Setter {
    Setter {
        rust: part.rust.clone(),
        wire: part.wire.clone(),
        target: if part.file {
            Target::File
        } else {
            Target::Text
        },
        shape: Shape::String,
        deprecated: false,
    }
}

pub(super) fn form_setter(setter: &Setter, docs: &Docs) -> TokenStream {
    let (name, wire) = (ident(&setter.rust), &setter.wire);
    if setter.target == Target::File {
        let docs = doc("Sets the file that is uploaded, from bytes or from a stream.");
        return quote! {
            #docs
            pub fn #name(mut self, value: impl Into<crate::Upload>) -> Self { self.form.file(#wire, value.into()); self }
        };
    }
    let text = docs.parameter_line(wire, "");
    let docs = doc(&if text.is_empty() {
        format!("Sets the part `{wire}`.")
    } else {
        text
    });
    quote! {
        #docs
        pub fn #name(mut self, value: impl ::std::fmt::Display) -> Self { self.form.text(#wire, value); self }
    }
}
