//! Which operations reach which component, and in which direction.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::api::{Api, Role};

/// Whether a value is sent, received, or both.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Direction {
    pub(super) request: bool,
    pub(super) response: bool,
}

impl Direction {
    pub(super) const REQUEST: Direction = Direction {
        request: true,
        response: false,
    };
    pub(super) const RESPONSE: Direction = Direction {
        request: false,
        response: true,
    };

    fn join(&mut self, other: Direction) {
        self.request |= other.request;
        self.response |= other.response;
    }
}

/// Who uses one component.
#[derive(Debug, Clone, Default)]
pub(super) struct Use {
    pub(super) direction: Direction,
    pub(super) operations: BTreeSet<String>,
}

/// The users of every component of both documents, by the reference's text.
pub(super) struct Usage {
    by_reference: BTreeMap<String, Use>,
}

impl Usage {
    pub(super) fn of(apis: [Api<'_>; 2]) -> Usage {
        let mut by_reference: BTreeMap<String, Use> = BTreeMap::new();
        for api in apis {
            let mut direct = BTreeMap::new();
            for operation in api.operations() {
                let body = operation.value.get("requestBody");
                let sent = operation
                    .parameters
                    .iter()
                    .map(|parameter| parameter.value)
                    .chain(body);
                let shared = operation
                    .parameters
                    .iter()
                    .filter_map(|parameter| parameter.shared);
                let mut request: BTreeSet<&str> = sent.flat_map(references).collect();
                let named: Vec<String> = shared
                    .map(|name| format!("#/components/parameters/{name}"))
                    .collect();
                request.extend(named.iter().map(String::as_str));
                let received = operation
                    .value
                    .get("responses")
                    .map(references)
                    .unwrap_or_default();
                let (request_direction, response) = match operation.role {
                    Role::Call => (Direction::REQUEST, received),
                    // The body of an event comes to us.
                    Role::Event => (Direction::RESPONSE, BTreeSet::new()),
                };
                for (start, direction) in [
                    (request, request_direction),
                    (response, Direction::RESPONSE),
                ] {
                    for reference in reachable(api, start, &mut direct) {
                        let found = by_reference.entry(reference).or_default();
                        found.direction.join(direction);
                        found.operations.insert(operation.id.to_owned());
                    }
                }
            }
        }
        Usage { by_reference }
    }

    pub(super) fn component(&self, section: &str, name: &str) -> Use {
        self.by_reference
            .get(&format!("#/components/{section}/{name}"))
            .cloned()
            .unwrap_or_default()
    }
}

/// Everything reached from these references, themselves included. `direct` remembers what each one refers to.
fn reachable(
    api: Api<'_>,
    start: BTreeSet<&str>,
    direct: &mut BTreeMap<String, Vec<String>>,
) -> BTreeSet<String> {
    let mut open: Vec<String> = start.into_iter().map(ToOwned::to_owned).collect();
    let mut seen = BTreeSet::new();
    while let Some(reference) = open.pop() {
        if seen.contains(&reference) {
            continue;
        }
        let onward = direct.entry(reference.clone()).or_insert_with(|| {
            let target = api.pointer(&reference).map(references).unwrap_or_default();
            target.into_iter().map(ToOwned::to_owned).collect()
        });
        open.extend(onward.iter().cloned());
        seen.insert(reference);
    }
    seen
}

/// Every reference within a value.
fn references(value: &Value) -> BTreeSet<&str> {
    let mut found = BTreeSet::new();
    let mut open = vec![value];
    while let Some(value) = open.pop() {
        match value {
            Value::Object(map) => {
                found.extend(map.get("$ref").and_then(Value::as_str));
                open.extend(map.values());
            }
            Value::Array(items) => open.extend(items),
            _ => {}
        }
    }
    found
}
