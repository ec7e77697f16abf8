//! What stands around the code of an operation: its invocation of `operation!` with the documentation and an example.

use super::emit::{Shape, ident, plain};
use super::plan::{Plan, Target};
use super::types::Presence;
use crate::normalize::api::{Operation, Reply};
use crate::normalize::docs::Docs;
use crate::normalize::fields::constraints;

/// The invocation of `operation!`, written out by hand because no formatter knows it.
pub(super) fn header(
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
                " Returns `{}`.",
                ty.replace("types::", "")
                    .replace("crate::", "")
                    .replace("::serde_json::", "")
            )
        }
        (Reply::Text, _) => " Returns text.".to_owned(),
        _ => " Returns nothing but the status.".to_owned(),
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
            "\n\nMust be set: {}; otherwise the call fails and nothing is sent.",
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
pub(super) fn example(operation: &Operation, plan: &Plan, must: &[String]) -> String {
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
        _ => ("let response = ", "println!(\"{response:?}\");\n"),
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

/// The first sentence, and what each part of the path is.
pub(super) fn argument_docs(operation: &Operation, docs: &Docs, first: &str) -> String {
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
