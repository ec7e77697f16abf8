//! What `clerk-sdk` takes over from the operations, as macros: the documentation of its methods, and the setters of the
//! requests that it puts together from two operations. It is read from the code that was generated, so that both crates say
//! the same.

use std::collections::BTreeMap;

use anyhow::{Context as _, ensure};
use quote::ToTokens as _;
use syn::parse::{ParseStream, Parser as _};
use syn::{Attribute, Expr, FnArg, Ident, ImplItem, ImplItemFn, Item, Lit, LitStr, Meta, Token};

use super::format::{PREAMBLE, inline};
use super::operations::Emitted;

/// Operations whose setters `clerk-sdk` repeats: one of its requests sends the fields of the first and then the metadata of
/// the second.
const REPEATED: &[&str] = &[
    "ReplaceOrganizationMetadata",
    "ReplaceUserMetadata",
    "UpdateOrganization",
    "UpdateUser",
];

/// The file that holds the macros.
///
/// # Errors
/// When an operation was not generated as this expects.
pub fn file(operations: &BTreeMap<String, Emitted>) -> anyhow::Result<String> {
    let (mut facts, mut setters) = (String::new(), String::new());
    for (id, emitted) in operations {
        let request = Request::read(&emitted.code).with_context(|| format!("operation {id}"))?;
        facts.push_str(&request.facts());
        if REPEATED.contains(&id.as_str()) {
            setters.push_str(&request.setters());
        }
    }
    let facts = rules(
        "__operation",
        "/// Calls the macro `$then` with the facts of an operation in front of what follows: its documentation, what `clerk-sdk`
/// makes of the response, and the types of the path's parameters.",
        &facts,
    );
    let setters = rules(
        "__setters",
        "/// Calls the macro `$then` with the setters of an operation behind what follows.",
        &setters,
    );
    Ok(format!("{PREAMBLE}{facts}{setters}"))
}

/// Returns a macro with these arms. Without arms it returns nothing, because a macro without arms is an error.
fn rules(name: &str, docs: &str, arms: &str) -> String {
    if arms.is_empty() {
        return String::new();
    }
    format!("\n{docs}\n#[doc(hidden)]\n#[macro_export]\nmacro_rules! {name} {{\n{arms}}}\n")
}

/// An operation as it was generated.
struct Request {
    name: String,
    /// Paragraphs without the example.
    docs: Vec<String>,
    deprecated: Option<String>,
    /// The word of `operation!` for how the body is read.
    reads: String,
    output: String,
    verb: String,
    /// The types of the path's parameters.
    arguments: Vec<String>,
    setters: Vec<Setter>,
}

struct Setter {
    docs: Vec<String>,
    deprecated: Option<String>,
    name: String,
    argument: String,
}

impl Request {
    fn read(code: &str) -> anyhow::Result<Self> {
        let file = syn::parse_file(code).context("generated code does not parse")?;
        let mut request = None;
        for item in &file.items {
            match (item, &mut request) {
                (Item::Macro(found), None) => {
                    request = Some(Self::declared.parse2(found.mac.tokens.clone())?);
                }
                (Item::Impl(found), Some(request)) if !found.generics.params.is_empty() => {
                    for member in &found.items {
                        if let ImplItem::Fn(method) = member {
                            request.method(method)?;
                        }
                    }
                }
                _ => {}
            }
        }
        request.context("there is no `operation!`")
    }

    /// `/// … pub struct Name -> json Type; info: "id", VERB, …`
    fn declared(input: ParseStream<'_>) -> syn::Result<Self> {
        let attributes = input.call(Attribute::parse_outer)?;
        input.parse::<Token![pub]>()?;
        input.parse::<Token![struct]>()?;
        let name = input.parse::<Ident>()?.to_string();
        input.parse::<Token![->]>()?;
        let reads = input.parse::<Ident>()?.to_string();
        let output = inline(&input.parse::<syn::Type>()?.to_token_stream());
        input.parse::<Token![;]>()?;
        input.parse::<Ident>()?;
        input.parse::<Token![:]>()?;
        input.parse::<LitStr>()?;
        input.parse::<Token![,]>()?;
        let verb = input.parse::<Ident>()?.to_string();
        // What follows is of no interest here.
        input.parse::<proc_macro2::TokenStream>()?;
        let mut docs = docs(&attributes);
        let example = docs.iter().position(|line| line.starts_with("```"));
        docs.truncate(example.unwrap_or(docs.len()));
        while docs.last().is_some_and(String::is_empty) {
            docs.pop();
        }
        Ok(Self {
            name,
            docs,
            deprecated: deprecated(&attributes),
            reads,
            output,
            verb,
            arguments: Vec::new(),
            setters: Vec::new(),
        })
    }

    fn method(&mut self, method: &ImplItemFn) -> anyhow::Result<()> {
        let mut arguments = method.sig.inputs.iter().filter_map(|input| match input {
            FnArg::Typed(typed) => Some(absolute(&inline(&typed.ty.to_token_stream()))),
            FnArg::Receiver(_) => None,
        });
        if method.sig.ident == "new" {
            // The first one is the client.
            self.arguments = arguments.skip(1).collect();
            return Ok(());
        }
        let argument = arguments.next();
        ensure!(
            arguments.next().is_none(),
            "`{}` takes two arguments",
            method.sig.ident
        );
        self.setters.push(Setter {
            docs: docs(&method.attrs),
            deprecated: deprecated(&method.attrs),
            name: method.sig.ident.to_string(),
            argument: argument.with_context(|| format!("`{}` takes none", method.sig.ident))?,
        });
        Ok(())
    }

    /// How `clerk-sdk` gives the body, and as which type.
    fn reply(&self) -> (&'static str, String) {
        let shown = self.output.replace("::serde_json::", "");
        let shown = shown.replace("crate::", "").replace("types::", "");
        match (self.verb.as_str(), self.reads.as_str()) {
            ("GET", "array") => ("page", shown.replacen("Vec<", "Page<", 1)),
            _ if self.output == "types::TotalCount" => ("count", "i64".to_owned()),
            _ => ("body", shown),
        }
    }

    fn facts(&self) -> String {
        let mut out = format!(
            "    ({} $then:ident $($rest:tt)*) => {{ $then! {{\n",
            self.name
        );
        let (kind, returned) = self.reply();
        let returned = match self.named() {
            Some(name) if kind != "count" => {
                format!("[`{returned}`](clerk_api::types::{name})")
            }
            _ => format!("`{returned}`"),
        };
        for line in &self.docs {
            // The sentence behind the link says what the operation returns in clerk-api.
            let line = match line.split_once(").") {
                Some((route, _)) if line.starts_with('`') => {
                    format!("{route}). Awaiting it returns {returned}.")
                }
                _ => line.clone(),
            };
            out.push_str(&comment(&line));
        }
        out.push_str(&note(self.deprecated.as_deref()));
        let arguments = self.arguments.join(", ");
        out.push_str(&format!(
            "        [{kind}] [{arguments}] $($rest)*\n    }} }};\n"
        ));
        out
    }

    /// The generated type that the response holds.
    fn named(&self) -> Option<&str> {
        let rest = self.output.split_once("types::")?.1;
        rest.split(|c: char| !c.is_alphanumeric()).next()
    }

    fn setters(&self) -> String {
        let mut out = format!(
            "    ({} $then:ident $($rest:tt)*) => {{ $then! {{\n        $($rest)*\n",
            self.name
        );
        for setter in &self.setters {
            setter.docs.iter().for_each(|l| out.push_str(&comment(l)));
            out.push_str(&note(setter.deprecated.as_deref()));
            out.push_str(&format!("        {}: {};\n", setter.name, setter.argument));
        }
        out.push_str("    } };\n");
        out
    }
}

/// A type of clerk-api as another crate can write it.
fn absolute(ty: &str) -> String {
    ty.replace("crate::", "$crate::")
        .replace("types::", "$crate::types::")
}

fn comment(line: &str) -> String {
    let line = if line.is_empty() {
        String::new()
    } else {
        format!(" {line}")
    };
    format!("        ///{line}\n")
}

fn note(deprecated: Option<&str>) -> String {
    deprecated.map_or_else(String::new, |note| {
        format!("        #[deprecated(note = {note:?})]\n")
    })
}

fn docs(attributes: &[Attribute]) -> Vec<String> {
    let texts = attributes.iter().filter(|a| a.path().is_ident("doc"));
    let texts = texts.filter_map(|attribute| match &attribute.meta {
        Meta::NameValue(pair) => text(&pair.value),
        _ => None,
    });
    texts
        .map(|text| text.strip_prefix(' ').unwrap_or(&text).to_owned())
        .collect()
}

fn deprecated(attributes: &[Attribute]) -> Option<String> {
    let found = attributes
        .iter()
        .find(|a| a.path().is_ident("deprecated"))?;
    let mut note = String::new();
    // One without a note is deprecated all the same.
    let _ = found.parse_nested_meta(|meta| {
        note = meta.value()?.parse::<LitStr>()?.value();
        Ok(())
    });
    Some(note)
}

fn text(value: &Expr) -> Option<String> {
    match value {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Str(text) => Some(text.value()),
            _ => None,
        },
        _ => None,
    }
}
