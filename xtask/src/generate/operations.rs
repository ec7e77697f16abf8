//! Emits the operations: one request type each, with a setter for everything that is not part of the path.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, ensure};
use proc_macro2::TokenStream;
use quote::quote;

use super::Rewrites;
use super::emit::{Shape, doc, ident, shape};
use super::format;
use super::harvest::{Harvest, OperationTypes};
use super::operation_docs::{argument_docs, example, header};
use super::plan::{Plan, Setter, Target};
use super::setters::{body_setter, field_setter, form_setter, part_setter, query_setter};
use super::types::fields;
use crate::normalize::Shaped;
use crate::normalize::api::{Body, Operation, Part, Reply};
use crate::normalize::docs::Docs;
use crate::normalize::fields::{constraints, is_time};
use crate::normalize::names;
use crate::normalize::parameters::RESERVED_SETTERS;
use crate::normalize::schema;

/// An operation with everything that emitting it and testing it needs.
#[derive(Debug)]
pub struct Emitted {
    /// The operation's type as code.
    pub code: String,
    /// How to call it.
    pub plan: Plan,
}

/// Emits every operation.
///
/// # Errors
/// When progenitor's output lacks an operation or a parameter of the document.
pub fn emit(
    shaped: &Shaped,
    harvest: &Harvest,
    docs: &Docs,
    rewrites: &mut Rewrites,
) -> anyhow::Result<BTreeMap<String, Emitted>> {
    ensure!(
        harvest.operations.len() == shaped.api.operations.len(),
        "the document has {} operations and progenitor wrote {}: two of them share a Rust name",
        shaped.api.operations.len(),
        harvest.operations.len()
    );
    let mut out = BTreeMap::new();
    for operation in &shaped.api.operations {
        let types = harvest
            .operations
            .get(&operation.method_name)
            .with_context(|| format!("progenitor wrote no method `{}`", operation.method_name))?;
        let emitted = one(operation, types, shaped, harvest, docs, rewrites)
            .with_context(|| format!("operation {}", operation.id))?;
        rewrites.operations += 1;
        out.insert(operation.id.clone(), emitted);
    }
    Ok(out)
}

/// An operation while it is put together.
struct Draft {
    plan: Plan,
    /// Its setters.
    code: Vec<TokenStream>,
    /// Names that no further setter can have.
    taken: BTreeSet<String>,
    /// What must be set, by the name on the wire.
    must: Vec<String>,
}

fn one(
    operation: &Operation,
    types: &OperationTypes,
    shaped: &Shaped,
    harvest: &Harvest,
    docs: &Docs,
    rewrites: &mut Rewrites,
) -> anyhow::Result<Emitted> {
    let mut draft = Draft {
        plan: Plan {
            id: operation.id.clone(),
            method: operation.method_name.clone(),
            arguments: Vec::new(),
            setters: Vec::new(),
            reply: None,
            body: None,
        },
        code: Vec::new(),
        taken: RESERVED_SETTERS.iter().map(|s| (*s).to_owned()).collect(),
        must: Vec::new(),
    };
    draft.parameters(operation, types, docs)?;
    let required_query = draft.must.clone();
    let body = match &operation.body {
        Body::None | Body::Multipart(_) => quote!(none),
        Body::Json { required, .. } => {
            let rust = draft.json_body(types, shaped, harvest)?;
            if *required {
                quote!(json required #rust)
            } else {
                quote!(json optional #rust)
            }
        }
        Body::Form(parts) => {
            rewrites.multipart += 1;
            draft.form(parts, docs);
            quote!(form)
        }
    };
    let reply = draft.reply(operation, types, rewrites)?;
    let Draft {
        plan, code, must, ..
    } = draft;
    rewrites.setters += plan.setters.len();
    let required_parts = match &operation.body {
        Body::Form(_) => &must[required_query.len()..],
        _ => &[],
    };
    let example = example(operation, &plan, &must);
    let header = header(
        operation,
        docs,
        &must,
        &example,
        &format::inline(&reply),
        &format::inline(&body),
    );
    let constructor = constructor(operation, &plan, &required_query, required_parts, docs);
    let name = ident(&operation.type_name);
    let block = format::items(&quote! {
        impl<R> #name<R> {
            #constructor
            #(#code)*
        }
    })?;
    let client = format::items(&client_method(operation, &plan, docs))?;
    let paged = paged(operation, &plan, &reply);
    rewrites.paged += usize::from(!paged.is_empty());
    Ok(Emitted {
        code: format!("{header}{paged}\n{block}\n{client}"),
        plan,
    })
}

impl Draft {
    fn add(&mut self, setter: Setter, code: TokenStream) {
        self.code.push(code);
        self.plan.setters.push(setter);
    }

    /// Arguments for the path and setters for the query.
    fn parameters(
        &mut self,
        operation: &Operation,
        types: &OperationTypes,
        docs: &Docs,
    ) -> anyhow::Result<()> {
        for parameter in &operation.parameters {
            let ty = types
                .parameters
                .get(&parameter.rust)
                .with_context(|| format!("progenitor wrote no parameter `{}`", parameter.rust))?;
            let time =
                is_time(&parameter.wire) && schema::type_of(&parameter.schema) == Some("integer");
            let held = shape(ty)?;
            let held = if time { Shape::Timestamp } else { held };
            if parameter.in_path {
                self.plan.arguments.push((parameter.rust.clone(), held));
                continue;
            }
            self.taken.insert(parameter.rust.clone());
            if parameter.required {
                self.must.push(parameter.wire.clone());
            }
            let text = docs.parameter_line(&parameter.wire, &constraints(&parameter.schema));
            let setter = Setter {
                rust: parameter.rust.clone(),
                wire: parameter.wire.clone(),
                target: if parameter.joined {
                    Target::QueryJoined
                } else {
                    Target::Query
                },
                shape: held,
                deprecated: parameter.deprecated,
            };
            let code = query_setter(&setter, &text);
            self.add(setter, code);
        }
        Ok(())
    }

    /// Setters for a JSON body; returns its type.
    fn json_body(
        &mut self,
        types: &OperationTypes,
        shaped: &Shaped,
        harvest: &Harvest,
    ) -> anyhow::Result<TokenStream> {
        let ty = types.body.as_ref().context("progenitor wrote no body")?;
        let name = super::harvest::last_segment(ty);
        let held = body_shape(shape(ty)?, harvest.structs.contains_key(&name));
        let rust = held.rust();
        self.plan.body = Some(rust.clone());
        match (harvest.structs.get(&name), shaped.facts.get(&name)) {
            (Some(found), Some(facts)) if facts.body => {
                for field in fields(found, facts)? {
                    if field.facts.required {
                        self.must.push(field.wire.clone());
                    }
                    let setter = field_setter(&field, &mut self.taken);
                    let code = body_setter(&setter, &field);
                    self.add(setter, code);
                }
            }
            _ if matches!(held, Shape::Array(_)) => self.items(held),
            _ => {}
        }
        Ok(rust)
    }

    /// The one setter of a body that is an array.
    fn items(&mut self, held: Shape) {
        let plain = if self.taken.contains("items") {
            "body_items"
        } else {
            "items"
        };
        let rust = names::claim(plain, &mut self.taken);
        let name = ident(&rust);
        let (argument, value) = held.setter();
        let code = quote! {
            /// Sets what is sent: each item of the array.
            pub fn #name(mut self, value: #argument) -> Self { self.body = #value; self }
        };
        let setter = Setter {
            rust,
            wire: String::new(),
            target: Target::WholeBody,
            shape: held,
            deprecated: false,
        };
        self.add(setter, code);
    }

    fn form(&mut self, parts: &[Part], docs: &Docs) {
        for part in parts {
            if part.required {
                self.must.push(part.wire.clone());
            }
            let setter = part_setter(part);
            let code = form_setter(&setter, docs);
            self.add(setter, code);
        }
    }

    /// How the response is read, and as which type.
    fn reply(
        &mut self,
        operation: &Operation,
        types: &OperationTypes,
        rewrites: &mut Rewrites,
    ) -> anyhow::Result<TokenStream> {
        Ok(match &operation.reply {
            Reply::Json(_) => {
                let held = shape(&types.reply)?;
                let ty = held.rust();
                self.plan.reply = Some(ty.clone());
                if format::inline(&ty).starts_with("Vec<") {
                    quote!(array #ty)
                } else if held.is_collection() {
                    quote!(collection #ty)
                } else {
                    quote!(json #ty)
                }
            }
            Reply::List(_) => {
                rewrites.lists += 1;
                let item = shape(&types.reply)?.rust();
                let ty = quote!(crate::Page<#item>);
                self.plan.reply = Some(ty.clone());
                quote!(json #ty)
            }
            Reply::Text => quote!(text String),
            Reply::Empty => quote!(empty()),
        })
    }
}

/// The invocation of `paged!`, for a list whose window is set in the query. Only where nothing else is sent: what a body
/// holds may change something, and a walk sends it again and again.
fn paged(operation: &Operation, plan: &Plan, reply: &TokenStream) -> String {
    let is_number = |name: &str| {
        plan.setters.iter().any(|setter| {
            let is_integer = matches!(&setter.shape, Shape::Scalar(ty) if ty.to_string() == "i64");
            setter.target == Target::Query && setter.wire == name && is_integer
        })
    };
    let reply = format::inline(reply);
    let list = match reply.split_once(' ') {
        Some(("array", ty)) => ty,
        Some(("json", ty)) => match ty.strip_prefix("crate::") {
            Some(list) if list.starts_with("Page<") => list,
            _ => return String::new(),
        },
        _ => return String::new(),
    };
    let sends_nothing = operation.verb == "get" && matches!(operation.body, Body::None);
    if sends_nothing && is_number("limit") && is_number("offset") {
        format!("\ncrate::paged! {{ {}: {list} }}\n", operation.type_name)
    } else {
        String::new()
    }
}

/// What is held for a body: one that has no empty form yet is held as `Option`.
fn body_shape(held: Shape, is_struct: bool) -> Shape {
    match held {
        Shape::Named(_) if is_struct => held,
        Shape::Named(_) | Shape::Scalar(_) | Shape::Timestamp => Shape::Nullable(Box::new(held)),
        _ => held,
    }
}

fn path_arguments(plan: &Plan) -> (Vec<TokenStream>, Vec<TokenStream>, Vec<syn::Ident>) {
    let mut arguments = Vec::new();
    let mut values = Vec::new();
    let mut names = Vec::new();
    for (rust, held) in &plan.arguments {
        let name = ident(rust);
        let (argument, value) = match held {
            Shape::Scalar(ty) => (ty.clone(), quote!(#name.to_string())),
            Shape::Named(ty) => (
                quote!(impl Into<#ty>),
                quote!(Into::<#ty>::into(#name).to_string()),
            ),
            _ => (quote!(impl Into<String>), quote!(#name.into())),
        };
        arguments.push(quote!(#name: #argument));
        values.push(value);
        names.push(name);
    }
    (arguments, values, names)
}

fn constructor(
    operation: &Operation,
    plan: &Plan,
    query: &[String],
    parts: &[String],
    docs: &Docs,
) -> TokenStream {
    let (arguments, values, _) = path_arguments(plan);
    let fixed = operation
        .fixed_query
        .iter()
        .map(|(name, value)| quote!(this.call.query(#name, #value);));
    let required_query =
        (!query.is_empty()).then(|| quote!(this.call.require_query(&[#(#query),*]);));
    let required_parts = (!parts.is_empty()).then(|| quote!(this.form.require(&[#(#parts),*]);));
    let changes: Vec<TokenStream> = fixed.chain(required_query).chain(required_parts).collect();
    let text = argument_docs(
        operation,
        docs,
        "Prepares the request on any kind of response; [`Client`](crate::Client) has a method for the default one.",
    );
    let docs = doc(&text);
    let body = if changes.is_empty() {
        quote!(Self::start(client, vec![#(#values),*]))
    } else {
        quote! {
            let mut this = Self::start(client, vec![#(#values),*]);
            #(#changes)*
            this
        }
    };
    quote! {
        #docs
        pub fn new(client: &crate::Client #(, #arguments)*) -> Self { #body }
    }
}

fn client_method(operation: &Operation, plan: &Plan, docs: &Docs) -> TokenStream {
    let (arguments, _, names) = path_arguments(plan);
    let (method, name) = (ident(&operation.method_name), ident(&operation.type_name));
    let mut text = docs.operation_line(&operation.id).to_owned();
    if text.is_empty() {
        text = format!("The operation `{}`.", operation.id);
    }
    text.push_str(&format!(
        "\n\n`{} {}`: see [`{}`].",
        operation.verb.to_uppercase(),
        operation.path,
        operation.type_name
    ));
    let docs = doc(&argument_docs(operation, docs, &text));
    let deprecated = operation
        .deprecated
        .then(|| quote!(#[deprecated(note = "the API's document deprecates this operation")]));
    quote! {
        impl crate::Client {
            #docs
            #deprecated
            pub fn #method(&self #(, #arguments)*) -> #name { #name::new(self #(, #names)*) }
        }
    }
}
