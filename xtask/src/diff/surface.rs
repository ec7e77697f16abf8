//! The public surface of a generated tree: what callers compile against, read from the generated sources themselves.

use std::collections::BTreeMap;

use anyhow::{Context as _, bail};
use quote::ToTokens as _;
use syn::parse::{ParseStream, Parser as _};
use syn::{Attribute, Fields, FnArg, Ident, ImplItem, Item, ItemImpl, ItemStruct, LitStr, Token};

use crate::generate::Files;
use crate::generate::format::inline;
use crate::generate::harvest::{last_segment, rename};

/// Every public item, by its path below the crate (`types::User`, `operations::GetUser`, `Client`).
pub(super) type Surface = BTreeMap<String, Entity>;

/// One public item with what belongs to it.
#[derive(Debug, Clone, Default)]
pub(super) struct Entity {
    /// `struct`, `enum`, `request`, `client` or `constant`.
    pub(super) kind: &'static str,
    /// Callers may build or match it exhaustively, so that anything added breaks them.
    pub(super) exhaustive: bool,
    pub(super) deprecated: bool,
    /// Fields, variants, methods, traits and facts of a request, by name.
    pub(super) members: BTreeMap<String, Member>,
}

/// One member of an item.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Member {
    pub(super) role: Role,
    /// Its type or signature, without the names of arguments.
    pub(super) code: String,
    /// The names of arguments: two that change places keep the signature and change its meaning.
    pub(super) arguments: Vec<String>,
    /// The name on the wire, where one belongs to it.
    pub(super) wire: Option<String>,
    pub(super) deprecated: bool,
}

/// What a member is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Role {
    Field,
    Variant,
    #[default]
    Method,
    Trait,
    /// What awaiting a request gives.
    Output,
    /// Verb and path of a request.
    Route,
    /// Whether a request is sent with the secret key.
    Authenticated,
    /// The value of a constant.
    Value,
}

/// Reads the surface of the generated files.
///
/// # Errors
/// When a file holds something that this does not know: it would be missing from every comparison.
pub(super) fn read(files: &Files) -> anyhow::Result<Surface> {
    let mut out = Surface::new();
    for (path, code) in files.iter().filter(|(path, _)| path.ends_with(".rs")) {
        let module = if path.starts_with("webhook_events/") {
            "webhooks::"
        } else {
            ""
        };
        let file = syn::parse_file(code).with_context(|| format!("{path} does not parse"))?;
        for item in &file.items {
            read_item(item, module, &mut out).with_context(|| format!("in {path}"))?;
        }
    }
    Ok(out)
}

fn read_item(item: &Item, module: &str, out: &mut Surface) -> anyhow::Result<()> {
    match item {
        // Modules only say where items lie; all of them are exported under `types` and `operations`.
        Item::Mod(_) | Item::Use(_) => {}
        Item::Const(found) => {
            let entity = out.entry(found.ident.to_string()).or_default();
            entity.kind = "constant";
            let value = found.expr.to_token_stream().to_string();
            entity.add("value", Role::Value, value);
        }
        Item::Struct(found) => read_struct(found, module, out),
        Item::Impl(found) => read_impl(found, module, out)?,
        Item::Macro(found) => {
            let name = found.mac.path.segments.last();
            let name = name.map(|s| s.ident.to_string()).unwrap_or_default();
            let tokens = found.mac.tokens.clone();
            match name.as_str() {
                "open_enum" => {
                    (|input: ParseStream<'_>| open_enum(input, module, out)).parse2(tokens)?
                }
                "webhook_events" => {
                    (|input: ParseStream<'_>| events(input, module, out)).parse2(tokens)?
                }
                "operation" => (|input: ParseStream<'_>| operation(input, out)).parse2(tokens)?,
                // For clerk-sdk alone; it says nothing that the operations do not say.
                "macro_rules" => {}
                "paged" => (|input: ParseStream<'_>| paged(input, out)).parse2(tokens)?,
                _ => bail!("the macro `{name}!` is not known to xtask/src/diff/surface.rs"),
            }
        }
        other => bail!(
            "an item that is not known to xtask/src/diff/surface.rs: {}",
            other.to_token_stream()
        ),
    }
    Ok(())
}

impl Entity {
    fn add(&mut self, name: &str, role: Role, code: String) -> &mut Member {
        let member = self.members.entry(name.to_owned()).or_default();
        (member.role, member.code) = (role, code);
        member
    }

    fn add_traits<'a>(&mut self, names: impl IntoIterator<Item = &'a str>) {
        for name in names {
            self.add(&format!("impl {name}"), Role::Trait, String::new());
        }
    }
}

fn has(attributes: &[Attribute], name: &str) -> bool {
    attributes.iter().any(|a| a.path().is_ident(name))
}

fn read_struct(found: &ItemStruct, module: &str, out: &mut Surface) {
    let entity = out
        .entry(format!("{module}types::{}", found.ident))
        .or_default();
    entity.kind = "struct";
    entity.exhaustive = !has(&found.attrs, "non_exhaustive");
    entity.deprecated = has(&found.attrs, "deprecated");
    for attribute in found.attrs.iter().filter(|a| a.path().is_ident("derive")) {
        // A list of paths; the name of the trait is what counts.
        let _ = attribute.parse_nested_meta(|meta| {
            let name = meta.path.segments.last().map(|s| s.ident.to_string());
            entity.add_traits(name.as_deref());
            Ok(())
        });
    }
    let Fields::Named(fields) = &found.fields else {
        return;
    };
    for field in &fields.named {
        let name = field
            .ident
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default();
        let member = entity.add(&name, Role::Field, inline(&field.ty.to_token_stream()));
        member.wire = Some(rename(&field.attrs).unwrap_or(name));
        member.deprecated = has(&field.attrs, "deprecated");
    }
}

fn read_impl(found: &ItemImpl, module: &str, out: &mut Surface) -> anyhow::Result<()> {
    let name = last_segment(&found.self_ty);
    let path = match name.as_str() {
        "Client" => name,
        // Requests alone have a type parameter.
        _ if !found.generics.params.is_empty() => format!("operations::{name}"),
        _ => format!("{module}types::{name}"),
    };
    let entity = out.entry(path).or_default();
    if entity.kind.is_empty() {
        entity.kind = "client";
    }
    if let Some((of, _)) = &found.trait_ {
        let of = of.segments.last().map(|s| s.ident.to_string());
        entity.add_traits(of.as_deref());
        return Ok(());
    }
    for member in &found.items {
        let ImplItem::Fn(method) = member else {
            bail!("an associated item that is not known to xtask/src/diff/surface.rs");
        };
        if !matches!(method.vis, syn::Visibility::Public(_)) {
            continue;
        }
        let (mut types, mut names) = (Vec::new(), Vec::new());
        for input in &method.sig.inputs {
            match input {
                FnArg::Receiver(receiver) => {
                    types.push(
                        receiver
                            .to_token_stream()
                            .to_string()
                            .replace("mut ", "")
                            .replace("& ", "&"),
                    );
                }
                FnArg::Typed(typed) => {
                    types.push(inline(&typed.ty.to_token_stream()));
                    names.push(typed.pat.to_token_stream().to_string());
                }
            }
        }
        let output = match &method.sig.output {
            syn::ReturnType::Default => String::new(),
            syn::ReturnType::Type(_, ty) => format!(" -> {}", inline(&ty.to_token_stream())),
        };
        let code = format!("({}){output}", types.join(", "));
        let known = entity.add(&method.sig.ident.to_string(), Role::Method, code);
        known.arguments = names;
        known.deprecated = has(&method.attrs, "deprecated");
        known.wire = sent_as(&method.block.to_token_stream().to_string());
    }
    Ok(())
}

/// What a setter fills: a field of the body, or the name in the query or form that its statement holds.
fn sent_as(body: &str) -> Option<String> {
    let slot = |prefix: &str| {
        let rest = &body[body.find(prefix)? + prefix.len()..];
        rest.split(|c: char| !c.is_alphanumeric() && c != '_')
            .next()
            .map(|name| format!("self.{name}"))
    };
    slot("self . body . ")
        .or_else(|| slot("mut self . body . "))
        .or_else(|| {
            let call = body
                .find("self . call . ")
                .or_else(|| body.find("self . form . "))?;
            let rest = &body[call..];
            let start = rest.find('"')?;
            syn::parse_str::<LitStr>(&rest[start..=start + 1 + rest[start + 1..].find('"')?])
                .ok()
                .map(|text| text.value())
        })
}

fn open_enum(input: ParseStream<'_>, module: &str, out: &mut Surface) -> syn::Result<()> {
    let attributes = input.call(Attribute::parse_outer)?;
    input.parse::<Token![pub]>()?;
    input.parse::<Token![enum]>()?;
    let entity = out
        .entry(format!("{module}types::{}", input.parse::<Ident>()?))
        .or_default();
    entity.kind = "enum";
    entity.deprecated = has(&attributes, "deprecated");
    let content;
    syn::braced!(content in input);
    while !content.is_empty() {
        content.call(Attribute::parse_outer)?;
        let name = content.parse::<Ident>()?.to_string();
        content.parse::<Token![=]>()?;
        let value = content.parse::<LitStr>()?.value();
        entity.add(&name, Role::Variant, String::new()).wire = Some(value);
        content.parse::<Option<Token![,]>>()?;
    }
    Ok(())
}

fn events(input: ParseStream<'_>, module: &str, out: &mut Surface) -> syn::Result<()> {
    input.call(Attribute::parse_outer)?;
    input.parse::<Token![pub]>()?;
    input.parse::<Token![enum]>()?;
    let entity = out
        .entry(format!("{module}{}", input.parse::<Ident>()?))
        .or_default();
    entity.kind = "enum";
    let content;
    syn::braced!(content in input);
    while !content.is_empty() {
        let name = content.parse::<Ident>()?.to_string();
        let payload;
        syn::parenthesized!(payload in content);
        let ty = payload.parse::<syn::Type>()?;
        content.parse::<Token![=]>()?;
        let value = content.parse::<LitStr>()?.value();
        let member = entity.add(&name, Role::Variant, inline(&ty.to_token_stream()));
        member.wire = Some(value);
        content.parse::<Option<Token![,]>>()?;
    }
    Ok(())
}

/// `pub struct Name -> kind Type; info: "id", VERB, "path", authenticated: bool; body: …;`
fn operation(input: ParseStream<'_>, out: &mut Surface) -> syn::Result<()> {
    let attributes = input.call(Attribute::parse_outer)?;
    input.parse::<Token![pub]>()?;
    input.parse::<Token![struct]>()?;
    let entity = out
        .entry(format!("operations::{}", input.parse::<Ident>()?))
        .or_default();
    entity.kind = "request";
    entity.deprecated = has(&attributes, "deprecated");
    input.parse::<Token![->]>()?;
    input.parse::<Ident>()?;
    let output = input.parse::<syn::Type>()?.to_token_stream();
    entity.add("output", Role::Output, inline(&output));
    input.parse::<Token![;]>()?;
    input.parse::<Ident>()?;
    input.parse::<Token![:]>()?;
    input.parse::<LitStr>()?;
    input.parse::<Token![,]>()?;
    let verb = input.parse::<Ident>()?;
    input.parse::<Token![,]>()?;
    let path = input.parse::<LitStr>()?.value();
    entity.add("route", Role::Route, format!("{verb} {path}"));
    input.parse::<Token![,]>()?;
    input.parse::<Ident>()?;
    input.parse::<Token![:]>()?;
    let authenticated = input.parse::<syn::LitBool>()?.value.to_string();
    entity.add("authenticated", Role::Authenticated, authenticated);
    input.parse::<Token![;]>()?;
    input.parse::<Ident>()?;
    input.parse::<Token![:]>()?;
    let body = input.parse::<Ident>()?.to_string();
    // What the macro adds to a request by its kind of body.
    if body != "form" {
        entity.add_traits(["Clone"]);
    }
    if body == "json" {
        input.parse::<Ident>()?;
        let ty = inline(&input.parse::<syn::Type>()?.to_token_stream());
        entity.add("with_body", Role::Method, format!("(self, {ty}) -> Self"));
        entity.add(
            "body_field",
            Role::Method,
            "(self, name, value) -> Self".to_owned(),
        );
    }
    input.parse::<Token![;]>()?;
    Ok(())
}

fn paged(input: ParseStream<'_>, out: &mut Surface) -> syn::Result<()> {
    let entity = out
        .entry(format!("operations::{}", input.parse::<Ident>()?))
        .or_default();
    input.parse::<Token![:]>()?;
    let list = inline(&input.parse::<syn::Type>()?.to_token_stream());
    for method in ["pages", "stream"] {
        entity.add(
            method,
            Role::Method,
            format!("(self) -> {method} of {list}"),
        );
    }
    Ok(())
}
