//! From Clerk's document to what progenitor can digest, rule by rule.
//!
//! Two steps: [`facts`](facts::facts) leaves the committed JSON, [`shape`] applies the rules that make Rust of it.
//! Each rule goes by the structure of what it meets, reports every place that it touches, and says `0` where a document
//! has nothing for it.

pub mod api;
pub mod canonical;
pub mod composition;
pub mod docs;
pub mod facts;
mod families;
pub mod fields;
mod merge;
pub mod names;
pub mod naming;
pub mod operations;
pub mod overlay;
pub mod parameters;
pub mod references;
pub mod report;
pub mod schema;
pub mod values;

use serde_json::{Value, json};

use api::{Api, Body, Reply};
use docs::Docs;
use fields::Facts;
use overlay::Overlay;
use report::Report;

/// A document ready to be generated from.
#[derive(Debug)]
pub struct Shaped {
    /// Operations, events and reduced schemas.
    pub api: Api,
    /// What the rewrite needs to know about each type.
    pub facts: Facts,
}

/// Applies every rule to a document of facts.
///
/// # Errors
/// When the document holds nothing to generate, or a rule leaves a composition that it does not understand.
pub fn shape(
    document: &Value,
    overlay: &Overlay,
    docs: &Docs,
    report: &mut Report,
) -> anyhow::Result<Shaped> {
    let mut api = operations::read(document, &overlay.acronyms, report)?;
    references::settle(&mut api, document, report);
    canonical::canonical_forms(&mut api, report);
    overlay.note_unused(&api, report);
    composition::flatten(&mut api, overlay, report);
    prune(&mut api, report);
    overlay.correct_presence(&mut api, report);
    event_data(&mut api, report);
    values::enum_values(&mut api, report);
    naming::inline_bare(&mut api, report);
    operations::parts(&mut api, &overlay.acronyms, report);
    parameters::plain(&mut api, report);
    prune(&mut api, report);
    let mut docs = docs.clone();
    naming::components(&mut api, overlay, &mut docs, report);
    values::objects(&mut api, report);
    values::numbers(&mut api, report);
    naming::answers(&mut api, overlay, report);
    values::enums(&mut api, report);
    naming::bodies(&mut api, &mut docs, report);
    naming::hoist(&mut api, report);
    prune(&mut api, report);
    let facts = fields::finish(&mut api, overlay, &docs, report);
    check(&mut api)?;
    Ok(Shaped { api, facts })
}

/// Webhook events: of the envelope only `data` differs from event to event.
fn event_data(api: &mut Api, report: &mut Report) {
    let schemas = api.schemas.clone();
    for event in &mut api.events {
        let envelope = schema::resolve(&schemas, &event.schema);
        if let Some(data) = envelope.pointer("/properties/data") {
            event.schema = data.clone();
        } else {
            report.note(format!(
                "webhook event {} declares no `data`: any JSON value",
                event.kind
            ));
            event.schema = json!({});
        }
    }
}

fn prune(api: &mut Api, report: &mut Report) {
    let (request, response) = api.reach();
    api.schemas.retain(|name, _| {
        let keep = request.contains(name) || response.contains(name);
        if !keep {
            report.hit("prune", name);
        }
        keep
    });
}

/// Every composition must be gone by now, except `allOf` of one reference.
fn check(api: &mut Api) -> anyhow::Result<()> {
    let mut odd = Vec::new();
    api.walk(&mut |s, place, _| {
        let single = |list: &Value| {
            list.as_array()
                .is_some_and(|l| l.len() == 1 && schema::referenced(&l[0]).is_some())
        };
        if s.get("oneOf").is_some()
            || s.get("anyOf").is_some()
            || s.get("allOf").is_some_and(|l| !single(l))
        {
            odd.push(place.to_owned());
        }
    });
    anyhow::ensure!(
        odd.is_empty(),
        "no rule understands the composition at {}: add one to xtask/src/normalize/composition.rs",
        odd.join(", ")
    );
    Ok(())
}

impl Shaped {
    /// The shaped document as OpenAPI, which is what progenitor reads.
    #[must_use]
    pub fn to_openapi(&self) -> Value {
        let mut paths = serde_json::Map::new();
        for (index, operation) in self.api.operations.iter().enumerate() {
            let mut path = String::new();
            let parameters: Vec<Value> = operation
                .parameters
                .iter()
                .map(|p| {
                    if p.in_path {
                        path.push_str(&format!("/{{{}}}", p.rust));
                    }
                    json!({
                        "name": p.rust,
                        "in": if p.in_path { "path" } else { "query" },
                        "required": p.in_path,
                        "schema": p.schema,
                    })
                })
                .collect();
            let mut entry = json!({
                "operationId": operation.method_name,
                "parameters": parameters,
                "responses": { "200": { "description": "" } },
            });
            if let Body::Json { schema, .. } = &operation.body {
                entry["requestBody"] = json!({
                    "required": true,
                    "content": { "application/json": { "schema": schema } },
                });
            }
            if let Reply::Json(schema) | Reply::List(schema) = &operation.reply {
                entry["responses"]["200"]["content"] =
                    json!({ "application/json": { "schema": schema } });
            }
            // A path of its own for each operation: the real one is emitted from the model.
            paths.insert(
                format!("/{index}{path}"),
                json!({ operation.verb.clone(): entry }),
            );
        }
        let schemas: serde_json::Map<String, Value> = self
            .api
            .schemas
            .iter()
            .map(|(name, s)| (name.clone(), s.clone()))
            .collect();
        json!({
            "openapi": "3.0.3",
            "info": { "title": "Backend API", "version": self.api.version },
            "paths": paths,
            "components": { "schemas": schemas },
        })
    }
}
