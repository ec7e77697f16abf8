//! Emits the webhook payloads and the enum that holds them.

use super::Files;
use super::format::PREAMBLE;
use super::layout;
use super::types::Types;
use crate::normalize::api::Api;

/// Lays out `clerk-api/src/generated/webhook_events/`. `payloads` are the Rust types of the events, in their order.
#[must_use]
pub fn tree(api: &Api, types: &Types, payloads: &[String]) -> Files {
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
