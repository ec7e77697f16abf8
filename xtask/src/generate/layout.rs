//! Where generated things live: a folder per resource, types and operations of it side by side.

use std::collections::{BTreeMap, BTreeSet};

use super::Files;
use super::emit::is_hidden;
use super::format::PREAMBLE;
use super::operations::Emitted;
use super::types::Types;
use crate::normalize::api::{Api, Body, Operation, Reply};
use crate::normalize::names::{self, Acronyms};
use crate::normalize::schema;

/// No generated file gets longer than this.
pub const MAX_LINES: usize = 3_500;

/// Where a type goes that no resource has for itself.
const SHARED: &str = "shared";

/// Modules that there are besides those of resources, in the generated code or in its tests.
const RESERVED: &[&str] = &[
    SHARED,
    "calls",
    "macros",
    "operations",
    "types",
    "webhook_events",
];

/// The resource an operation belongs to: its first tag.
#[must_use]
pub fn resource(operation: &Operation, acronyms: &Acronyms) -> String {
    let tag = operation
        .tags
        .first()
        .map_or("miscellaneous", String::as_str);
    let name = names::snake(tag, acronyms);
    if names::is_keyword(&name) || RESERVED.contains(&name.as_str()) {
        format!("{name}_resource")
    } else {
        name
    }
}

/// The resource of each type: the only one that uses it, else the one that is named after it.
#[must_use]
pub fn homes(api: &Api, acronyms: &Acronyms) -> BTreeMap<String, String> {
    let mut users: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for operation in &api.operations {
        let mut roots = BTreeSet::new();
        for parameter in &operation.parameters {
            schema::references(&parameter.schema, &mut roots);
        }
        if let Body::Json { schema: s, .. } = &operation.body {
            schema::references(s, &mut roots);
        }
        if let Reply::Json(s) | Reply::List(s) = &operation.reply {
            schema::references(s, &mut roots);
        }
        let home = resource(operation, acronyms);
        for name in schema::closure(&api.schemas, roots) {
            users.entry(name).or_default().insert(home.clone());
        }
    }
    users
        .into_iter()
        .map(|(name, homes)| {
            let own = names::snake(&name, acronyms);
            let named = homes
                .iter()
                .filter(|home| own.starts_with(home.trim_end_matches('s')))
                .max_by_key(|h| h.len());
            let home = match (homes.len(), named) {
                (1, _) => homes.first().cloned().unwrap_or_default(),
                (_, Some(named)) => named.clone(),
                _ => SHARED.to_owned(),
            };
            (name, home)
        })
        .collect()
}

/// Lays out `clerk-api/src/generated/`.
#[must_use]
pub fn tree(
    api: &Api,
    types: &Types,
    operations: &BTreeMap<String, Emitted>,
    acronyms: &Acronyms,
) -> Files {
    let homes = homes(api, acronyms);
    let mut resources: BTreeMap<String, (Vec<&str>, Vec<&str>)> = BTreeMap::new();
    for (name, code) in types {
        let home = homes.get(name).map_or(SHARED, String::as_str);
        resources.entry(home.to_owned()).or_default().0.push(code);
    }
    for operation in &api.operations {
        if let Some(emitted) = operations.get(&operation.id) {
            resources
                .entry(resource(operation, acronyms))
                .or_default()
                .1
                .push(&emitted.code);
        }
    }
    let mut files = Files::new();
    let (mut all_types, mut all_operations) = (String::new(), String::new());
    let mut modules = String::new();
    for (name, (types, operations)) in &resources {
        let mut inner = Vec::new();
        for (kind, items, all) in [
            ("types", types, &mut all_types),
            ("operations", operations, &mut all_operations),
        ] {
            for (index, part) in parts(items).into_iter().enumerate() {
                let module = if index == 0 {
                    kind.to_owned()
                } else {
                    format!("{kind}_{}", index + 1)
                };
                let uses = if part.contains("types::") {
                    "use crate::types;\n\n"
                } else {
                    ""
                };
                files.insert(
                    format!("{name}/{module}.rs"),
                    format!("{PREAMBLE}\n{uses}{part}"),
                );
                all.push_str(&format!("    pub use super::{name}::{module}::*;\n"));
                inner.push(module);
            }
        }
        let declared: String = inner
            .iter()
            .map(|m| format!("pub(super) mod {m};\n"))
            .collect();
        files.insert(format!("{name}/mod.rs"), format!("{PREAMBLE}\n{declared}"));
        modules.push_str(&format!("mod {name};\n"));
    }
    files.insert(
        "mod.rs".to_owned(),
        root(api, acronyms, &modules, &all_types, &all_operations),
    );
    files
}

/// The module that exports all of it.
fn root(
    api: &Api,
    acronyms: &Acronyms,
    modules: &str,
    all_types: &str,
    all_operations: &str,
) -> String {
    let index = operation_index(api, acronyms);
    let version = format!("{:?}", api.version);
    let shown = version.replace(is_hidden, " ");
    format!(
            "{PREAMBLE}
// Deprecated things are generated as well; using them inside is no news.
#![allow(deprecated)]
#![allow(clippy::all, clippy::pedantic, unreachable_pub)]

mod macros;

{modules}
/// The dated version of the Backend API that this release of the crate was made from.
///
/// It is sent as `Clerk-API-Version` unless [`Config::clerk_api_version`](crate::Config::clerk_api_version) says otherwise.
///
/// ```
/// assert_eq!(clerk_api::API_VERSION, {shown});
/// ```
pub const API_VERSION: &str = {version};

/// Every type of the requests and responses of the Backend API.
pub mod types {{
{all_types}}}

pub mod operations {{
    //! Every operation of the Backend API as a request. [`Client`](crate::Client) has a method for each.
    //!
{index}
{all_operations}}}

/// The payloads of webhooks.
pub mod webhook_events;
"
        )
}

/// The operations by resource, as the table of contents of the module.
fn operation_index(api: &Api, acronyms: &Acronyms) -> String {
    let mut by_resource: BTreeMap<(String, String), Vec<&Operation>> = BTreeMap::new();
    for operation in &api.operations {
        let title = operation
            .tags
            .first()
            .map_or("Miscellaneous", String::as_str)
            .replace(is_hidden, " ");
        by_resource
            .entry((resource(operation, acronyms), title))
            .or_default()
            .push(operation);
    }
    let mut out = String::new();
    for ((_, title), operations) in by_resource {
        let links: Vec<String> = operations
            .iter()
            .map(|o| format!("[`{}`]", o.type_name))
            .collect();
        out.push_str(&format!("    //! * {title}: {}\n", links.join(", ")));
    }
    out
}

/// Joins items to files that a person can open.
#[must_use]
pub fn parts(items: &[&str]) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut lines = 0;
    for item in items {
        let length = item.lines().count() + 1;
        match out.last_mut() {
            Some(last) if lines + length <= MAX_LINES => {
                last.push('\n');
                last.push_str(item);
                lines += length;
            }
            _ => {
                out.push((*item).to_owned());
                lines = length;
            }
        }
    }
    out
}
