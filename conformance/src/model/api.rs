//! The Backend API of a case: its replies, and the calls that are made.

use serde_json::{Value, json};

use super::rule::{Rule, Rules};
use crate::routes::{Reply, Routes};

/// The mock API, as it is used during one case.
pub(super) struct Api {
    routes: Routes,
    is_down: bool,
    rules: Rules,
    version: Option<String>,
    pub(super) calls: Vec<Value>,
}

impl Api {
    pub(super) fn new(case: &Value, rules: Rules) -> Self {
        let own = case.get("clientOptions").unwrap_or(&case["options"]);
        Self {
            routes: Routes::new(&case["api"]["routes"]),
            is_down: own["apiUrl"]
                .as_str()
                .is_some_and(|url| url.starts_with("{{API_DOWN}}")),
            rules,
            version: own["apiVersion"]
                .as_str()
                .filter(|text| !text.is_empty())
                .map(str::to_owned),
            calls: Vec::new(),
        }
    }

    pub(super) fn set_routes(&mut self, routes: &Value) {
        self.routes = Routes::new(routes);
    }

    /// One try. `None` when no connection came about.
    pub(super) fn call(
        &mut self,
        method: &str,
        path: &str,
        query: Value,
        key: &str,
        body: Value,
    ) -> Option<Reply> {
        if self.is_down {
            return None;
        }
        let is_machine = path.ends_with("/verify");
        let version = self.version.as_deref().unwrap_or("v1");
        let path = if is_machine && !self.rules.has(Rule::Versioned) {
            path.to_owned()
        } else {
            format!("/{version}{path}")
        };
        let call = json!({
            "method": method,
            "path": path,
            "query": query,
            "authorization": format!("Bearer {key}"),
            "version": "2026-05-12",
            "body": body,
        });
        let reply = self.routes.reply(&call);
        self.calls.push(call);
        Some(reply)
    }
}

/// The errors of a reply, if it is one of Clerk's.
pub(super) fn first_code(reply: &Reply) -> Option<String> {
    let body = reply.json()?;
    body["errors"][0]["code"].as_str().map(str::to_owned)
}
