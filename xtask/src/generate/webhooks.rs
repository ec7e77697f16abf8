//! Emits the webhook payloads and the enum that holds them.

use std::collections::BTreeSet;

use anyhow::Context as _;

use super::emit::shape;
use super::format::{self, PREAMBLE};
use super::shared::Outlines;
use super::types::{self, Types};
use super::{Files, Rewrites, harvest, layout};
use crate::normalize::Shaped;
use crate::normalize::api::Api;

/// What the payloads are in Rust.
#[derive(Debug)]
pub struct Payloads {
    /// What their types are like.
    pub outlines: Outlines,
    types: Types,
    /// The Rust types of the events, in their order.
    events: Vec<String>,
}

/// Makes Rust of the payloads.
///
/// # Errors
/// When progenitor refuses a payload or writes something that no rule leaves.
pub fn payloads(shaped: &Shaped, rewrites: &mut Rewrites) -> anyhow::Result<Payloads> {
    let mut document = shaped.to_openapi();
    // progenitor reads operations only, so each event becomes the response of one.
    for (index, event) in shaped.api.events.iter().enumerate() {
        document["paths"][format!("/{index}")] = serde_json::json!({ "get": {
            "operationId": format!("event_{index}"),
            "responses": { "200": { "description": "", "content": { "application/json": { "schema": event.schema } } } },
        } });
    }
    let harvest = harvest::harvest(&document, &shaped.facts)?;
    let types = types::emit(&harvest, &shaped.facts, rewrites)?;
    let mut events = Vec::new();
    for (index, event) in shaped.api.events.iter().enumerate() {
        let found = harvest
            .operations
            .get(&format!("event_{index}"))
            .with_context(|| format!("progenitor left out the event {}", event.kind))?;
        events.push(format::inline(&shape(&found.reply)?.rust()));
    }
    Ok(Payloads {
        outlines: Outlines::of(&harvest, &shaped.facts)?,
        types,
        events,
    })
}

/// Lays out `clerk-api/src/generated/webhook_events/`. The `shared` types are those of the Backend API.
pub fn tree(api: &Api, payloads: &Payloads, shared: &BTreeSet<String>) -> Files {
    let mut files = Files::new();
    let own = payloads.types.iter();
    let items: Vec<&str> = own
        .filter(|(name, _)| !shared.contains(*name))
        .map(|(_, code)| code.as_str())
        .collect();
    let mut uses = String::new();
    if !shared.is_empty() {
        let names: String = shared
            .iter()
            .map(|name| format!("        {name},\n"))
            .collect();
        uses.push_str(&format!("    pub use crate::types::{{\n{names}    }};\n"));
    }
    let mut modules = String::new();
    for (index, part) in layout::parts(&items).into_iter().enumerate() {
        let module = if index == 0 {
            "payloads".to_owned()
        } else {
            format!("payloads_{}", index + 1)
        };
        files.insert(
            format!("webhook_events/{module}.rs"),
            format!("{PREAMBLE}\nuse crate::webhooks::types;\n\n{part}"),
        );
        modules.push_str(&format!("mod {module};\n"));
        uses.push_str(&format!("    pub use super::{module}::*;\n"));
    }
    let mut variants = String::new();
    for (event, payload) in api.events.iter().zip(&payloads.events) {
        variants.push_str(&format!(
            "        {}({payload}) = {:?},\n",
            event.variant, event.kind
        ));
    }
    files.insert(
        "webhook_events/mod.rs".to_owned(),
        format!(
            "{PREAMBLE}
{modules}
/// The types that webhook payloads are made of.
pub mod types {{
{uses}}}

crate::webhook_events::webhook_events! {{
    /// What happened, by the type of the event: what Clerk sends under `data`.
    pub enum EventData {{
{variants}    }}
}}
"
        ),
    );
    files
}
