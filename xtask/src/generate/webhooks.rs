//! Emits the webhook payloads and the enum that holds them.

use anyhow::Context as _;

use super::emit::shape;
use super::format::{self, PREAMBLE};
use super::types::{self, Types};
use super::{Files, Rewrites, harvest, layout};
use crate::normalize::Shaped;
use crate::normalize::api::Api;

/// Generates `webhook_events/`.
///
/// # Errors
/// When progenitor refuses a payload or writes something that no rule leaves.
pub fn generate(shaped: &Shaped, rewrites: &mut Rewrites) -> anyhow::Result<Files> {
    let mut document = shaped.to_openapi();
    // progenitor reads operations only: each event is the answer of one.
    for (index, event) in shaped.api.events.iter().enumerate() {
        document["paths"][format!("/{index}")] = serde_json::json!({ "get": {
            "operationId": format!("event_{index}"),
            "responses": { "200": { "description": "", "content": { "application/json": { "schema": event.schema } } } },
        } });
    }
    let harvested = harvest::harvest(&document, &shaped.facts)?;
    let emitted = types::emit(&harvested, &shaped.facts, rewrites)?;
    let mut payloads = Vec::new();
    for (index, event) in shaped.api.events.iter().enumerate() {
        let types = harvested
            .operations
            .get(&format!("event_{index}"))
            .with_context(|| format!("progenitor left out the event {}", event.kind))?;
        payloads.push(format::inline(&shape(&types.reply)?.rust()));
    }
    Ok(tree(&shaped.api, &emitted, &payloads))
}

/// Lays out `clerk-api/src/generated/webhook_events/`. `payloads` are the Rust types of the events, in their order.
fn tree(api: &Api, types: &Types, payloads: &[String]) -> Files {
    let mut files = Files::new();
    let items: Vec<&str> = types.values().map(String::as_str).collect();
    let mut uses = String::new();
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
    for (event, payload) in api.events.iter().zip(payloads) {
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
