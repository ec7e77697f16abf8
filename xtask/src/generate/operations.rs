//! Emits the operations: one request type each, with a setter for everything that is not part of the path.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, ensure};
use proc_macro2::TokenStream;
use quote::quote;

use super::Rewrites;
use super::emit::{Shape, doc, ident, plain, shape};
use super::format;
use super::harvest::{Harvest, OperationTypes};
use super::setters::{body_setter, field_setter, form_setter, part_setter, query_setter};
use super::types::{Presence, fields};
use crate::normalize::Shaped;
use crate::normalize::api::{Body, Operation, Parameter, Reply};
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

/// The arguments and setters of an operation.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The document's `operationId`.
    pub id: String,
    /// The method on `Client`.
    pub method: String,
    /// Path arguments: name on the wire and what they hold.
    pub arguments: Vec<(String, Shape)>,
    /// Setters in the order they are emitted.
    pub setters: Vec<Setter>,
    /// The decoded answer, `None` when there is nothing to decode.
    pub reply: Option<TokenStream>,
    /// The type of a JSON body.
    pub body: Option<TokenStream>,
}

/// One setter of an operation.
#[derive(Debug, Clone)]
pub struct Setter {
    /// The name of the method.
    pub rust: String,
    /// The name on the wire.
    pub wire: String,
    /// Where the value goes.
    pub target: Target,
    /// What it holds.
    pub shape: Shape,
    /// The document deprecates it.
    pub deprecated: bool,
}

/// Where the value of a setter goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// The query, repeated for arrays.
    Query,
    /// The query, arrays as one comma-separated value.
    QueryJoined,
    /// A field of the JSON body.
    Field(Presence),
    /// The JSON body itself.
    WholeBody,
    /// A file of a multipart body.
    File,
    /// A text of a multipart body.
    Text,
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

fn one(
    operation: &Operation,
    types: &OperationTypes,
    shaped: &Shaped,
    harvest: &Harvest,
    docs: &Docs,
    rewrites: &mut Rewrites,
) -> anyhow::Result<Emitted> {
    let parameter_shape = |p: &Parameter| -> anyhow::Result<Shape> {
        let ty = types
            .parameters
            .get(&p.rust)
            .with_context(|| format!("progenitor wrote no parameter `{}`", p.rust))?;
        let held = shape(ty)?;
        let time = is_time(&p.wire) && schema::type_of(&p.schema) == Some("integer");
        Ok(if time { Shape::Timestamp } else { held })
    };
    let mut plan = Plan {
        id: operation.id.clone(),
        method: operation.method_name.clone(),
        arguments: Vec::new(),
        setters: Vec::new(),
        reply: None,
        body: None,
    };
    let mut code = Vec::new();
    let mut taken: BTreeSet<String> = RESERVED_SETTERS.iter().map(|s| (*s).to_owned()).collect();
    for parameter in &operation.parameters {
        let held = parameter_shape(parameter)?;
        if parameter.in_path {
            plan.arguments.push((parameter.rust.clone(), held));
            continue;
        }
        taken.insert(parameter.rust.clone());
        let text = docs.parameter_line(&parameter.wire, &constraints(&parameter.schema));
        let target = if parameter.joined {
            Target::QueryJoined
        } else {
            Target::Query
        };
        let setter = Setter {
            rust: parameter.rust.clone(),
            wire: parameter.wire.clone(),
            target,
            shape: held,
            deprecated: parameter.deprecated,
        };
        code.push(query_setter(&setter, &text));
        plan.setters.push(setter);
    }
    let mut must: Vec<String> = operation
        .parameters
        .iter()
        .filter(|p| !p.in_path && p.required)
        .map(|p| p.wire.clone())
        .collect();
    let required_query = must.clone();
    let body = match &operation.body {
        Body::None | Body::Multipart(_) => quote!(none),
        Body::Json { required, .. } => {
            let ty = types.body.as_ref().context("progenitor wrote no body")?;
            let name = super::harvest::last_segment(ty);
            let held = body_shape(shape(ty)?, harvest.structs.contains_key(&name));
            let rust = held.rust();
            plan.body = Some(rust.clone());
            match (harvest.structs.get(&name), shaped.facts.get(&name)) {
                (Some(found), Some(facts)) if facts.body => {
                    for field in fields(found, facts)? {
                        if field.facts.required {
                            must.push(field.wire.clone());
                        }
                        let setter = field_setter(&field, &mut taken);
                        code.push(body_setter(&setter, &field));
                        plan.setters.push(setter);
                    }
                }
                _ => {
                    if matches!(held, Shape::Array(_)) {
                        let plain = if taken.contains("items") {
                            "body_items"
                        } else {
                            "items"
                        };
                        let rust = names::claim(plain, &mut taken);
                        let name = ident(&rust);
                        let (argument, value) = held.setter();
                        code.push(quote! {
                            /// Sets what is sent: each item of the array.
                            pub fn #name(mut self, value: #argument) -> Self { self.body = #value; self }
                        });
                        plan.setters.push(Setter {
                            rust,
                            wire: String::new(),
                            target: Target::WholeBody,
                            shape: held.clone(),
                            deprecated: false,
                        });
                    }
                }
            }
            if *required {
                quote!(json required #rust)
            } else {
                quote!(json optional #rust)
            }
        }
        Body::Form(parts) => {
            rewrites.multipart += 1;
            for part in parts {
                if part.required {
                    must.push(part.wire.clone());
                }
                let setter = part_setter(part);
                code.push(form_setter(&setter, docs));
                plan.setters.push(setter);
            }
            quote!(form)
        }
    };
    rewrites.setters += plan.setters.len();
    let reply = match &operation.reply {
        Reply::Json(_) => {
            let held = shape(&types.reply)?;
            let ty = held.rust();
            plan.reply = Some(ty.clone());
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
            let ty = quote!(crate::List<#item>);
            plan.reply = Some(ty.clone());
            quote!(json #ty)
        }
        Reply::Text => quote!(text String),
        Reply::Empty => quote!(empty()),
    };
    let required_parts: Vec<String> = match &operation.body {
        Body::Form(parts) => parts
            .iter()
            .filter(|p| p.required)
            .map(|p| p.wire.clone())
            .collect(),
        _ => Vec::new(),
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
    let constructor = constructor(operation, &plan, &required_query, &required_parts, docs);
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
            Some(list) if list.starts_with("List<") => list,
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

/// The invocation of `operation!`, written out by hand because no formatter knows it.
fn header(
    operation: &Operation,
    docs: &Docs,
    must: &[String],
    example: &str,
    reply: &str,
    body: &str,
) -> String {
    let mut out = String::from("crate::operation! {\n");
    for line in description(operation, docs, must, reply)
        .lines()
        .chain(example.lines())
    {
        out.push_str(if line.is_empty() {
            "    ///"
        } else {
            "    /// "
        });
        out.push_str(&plain(line));
        out.push('\n');
    }
    if operation.deprecated {
        out.push_str(
            "    #[deprecated(note = \"the API's document deprecates this operation\")]\n",
        );
    }
    let Operation {
        id,
        type_name,
        path,
        authenticated,
        ..
    } = operation;
    let verb = operation.verb.to_uppercase();
    out.push_str(&format!("    pub struct {type_name} -> {reply};\n"));
    out.push_str(&format!(
        "    info: {id:?}, {verb}, {path:?}, authenticated: {authenticated};\n"
    ));
    out.push_str(&format!("    body: {body};\n}}\n"));
    out
}

fn description(operation: &Operation, docs: &Docs, must: &[String], reply: &str) -> String {
    let mut out = docs.operation_line(&operation.id).to_owned();
    if out.is_empty() {
        out = format!("The operation `{}`.", operation.id);
    }
    let answers = match (&operation.reply, reply.split_once(' ')) {
        (Reply::Json(_) | Reply::List(_), Some((_, ty))) => {
            format!(
                " Answers `{}`.",
                ty.replace("types::", "")
                    .replace("crate::", "")
                    .replace("::serde_json::", "")
            )
        }
        (Reply::Text, _) => " Answers text.".to_owned(),
        _ => " Answers nothing but the status.".to_owned(),
    };
    let tag = operation
        .tags
        .first()
        .map(|t| t.replace(' ', "-"))
        .unwrap_or_default();
    out.push_str(&format!(
        "\n\n`{} {}`, operation [`{id}`](https://clerk.com/docs/reference/backend-api/tag/{tag}#operation/{id}).",
        operation.verb.to_uppercase(),
        operation.path,
        id = operation.id,
    ));
    out.push_str(&answers);
    if !operation.authenticated {
        out.push_str("\n\nNeeds no secret key, and is sent without.");
    }
    if !must.is_empty() {
        let names: Vec<String> = must.iter().map(|name| format!("`{name}`")).collect();
        out.push_str(&format!(
            "\n\nMust be set: {}; a request without is refused before it is sent.",
            names.join(", ")
        ));
    }
    if !operation.errors.is_empty() {
        let statuses: Vec<String> = operation.errors.iter().map(u16::to_string).collect();
        out.push_str(&format!(
            "\n\nErrors that the API's document declares: {}.",
            statuses.join(", ")
        ));
    }
    out
}

/// The shortest call as documentation; nothing where a required value is more than a text, a number or a list of them.
fn example(operation: &Operation, plan: &Plan, must: &[String]) -> String {
    let mut arguments = Vec::new();
    for (name, held) in &plan.arguments {
        let Some(value) = example_value(name, held) else {
            return String::new();
        };
        arguments.push(value);
    }
    let mut chain = String::new();
    for setter in plan.setters.iter().filter(|s| must.contains(&s.wire)) {
        let value = match (setter.target, &setter.shape) {
            (Target::File, _) => Some("std::fs::read(\"file.png\").unwrap_or_default()".to_owned()),
            (Target::Field(Presence::Patch), Shape::Array(_) | Shape::Map(_)) => None,
            (_, Shape::Object | Shape::Any) => {
                Some("serde_json::json!({ \"key\": \"value\" })".to_owned())
            }
            (_, held) => example_value(&setter.wire, held),
        };
        let Some(value) = value else {
            return String::new();
        };
        chain.push_str(&format!(".{}({value})", ident(&setter.rust)));
    }
    let (binding, answer) = match &operation.reply {
        Reply::Empty => ("", ""),
        _ => ("let answer = ", "println!(\"{answer:?}\");\n"),
    };
    format!(
        "\n```no_run\n# #![allow(deprecated)]\n# async fn run(api: clerk_api::Client) -> Result<(), clerk_api::Error> {{\n\
         {binding}api.{}({}){chain}.await?;\n{answer}# Ok(())\n# }}\n```\n",
        ident(&plan.method),
        arguments.join(", "),
    )
}

fn example_value(name: &str, held: &Shape) -> Option<String> {
    match held {
        Shape::String => Some(match name.strip_suffix("_id") {
            Some(thing) => format!("{:?}", format!("{thing}_123")),
            None => format!("{:?}", name.replace('_', "-")),
        }),
        Shape::Scalar(ty) => Some(match ty.to_string().as_str() {
            "bool" => "true".to_owned(),
            "f64" => "10.0".to_owned(),
            _ => "10".to_owned(),
        }),
        Shape::Timestamp => Some("1_767_225_600_000".to_owned()),
        Shape::Array(inner) => {
            example_value(name.trim_end_matches('s'), inner).map(|value| format!("[{value}]"))
        }
        _ => None,
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
        "Prepares the request on any kind of answer; [`Client`](crate::Client) has a method for the default one.",
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

fn argument_docs(operation: &Operation, docs: &Docs, first: &str) -> String {
    let mut out = first.to_owned();
    let mut lines = operation
        .parameters
        .iter()
        .filter(|p| p.in_path)
        .filter_map(|p| {
            let line = docs.parameter_line(&p.wire, &constraints(&p.schema));
            (!line.is_empty()).then(|| format!("\n* `{}`: {line}", p.rust))
        });
    if let Some(line) = lines.next() {
        out.push('\n');
        out.push_str(&line);
        out.extend(lines);
    }
    out
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
