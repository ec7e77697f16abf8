//! Making a case smaller as long as it shows the same disagreement.

use anyhow::Result;
use serde_json::Value;

use super::disagreement;
use super::oracle::Oracle;
use crate::Kind;

/// How many smaller cases are tried at most.
const TRIES: usize = 300;

/// A smallest case of the same signature.
pub(super) async fn shrunk(
    kind: Kind,
    case: &Value,
    signature: &str,
    oracle: &mut Oracle,
) -> Result<Value> {
    let mut best = case.clone();
    let mut tries = 0;
    loop {
        let mut is_smaller = false;
        for candidate in smaller(&best) {
            tries += 1;
            if tries > TRIES {
                return Ok(best);
            }
            let recorded = oracle.recorded(&candidate).await?;
            let Ok((Some(found), _)) = disagreement(kind, &candidate, &recorded).await else {
                continue;
            };
            if found == signature {
                best = candidate;
                is_smaller = true;
                break;
            }
        }
        if !is_smaller {
            return Ok(best);
        }
    }
}

/// The case without one of its parts: an option, a header, a cookie, a query parameter, a route, a step, a claim.
fn smaller(case: &Value) -> Vec<Value> {
    let mut found = Vec::new();
    for place in [
        "/options",
        "/options/organizationSyncOptions",
        "/env",
        "/claims",
        "/params",
    ] {
        for name in names(case.pointer(place))
            .into_iter()
            .filter(|name| name != "to")
        {
            found.extend(changed(case, place, |object| {
                object.as_object_mut().map(|object| object.remove(&name));
            }));
        }
    }
    for name in ["accepts", "clientOptions", "env", "noApiClient"] {
        if case.get(name).is_some() {
            found.extend(changed(case, "", |case| {
                case.as_object_mut().map(|case| case.remove(name));
            }));
        }
    }
    for place in ["/request/headers", "/api/routes", "/steps", "/checks"] {
        let count = case
            .pointer(place)
            .and_then(Value::as_array)
            .map_or(0, Vec::len);
        for index in 0..count {
            found.extend(changed(case, place, |list| {
                list.as_array_mut().map(|list| list.remove(index));
            }));
        }
    }
    found.extend(cookies(case));
    found.extend(queries(case));
    found
}

fn names(object: Option<&Value>) -> Vec<String> {
    let object = object.and_then(Value::as_object);
    object
        .map(|object| object.keys().cloned().collect())
        .unwrap_or_default()
}

fn changed(case: &Value, place: &str, change: impl FnOnce(&mut Value)) -> Option<Value> {
    let mut case = case.clone();
    change(case.pointer_mut(place)?);
    Some(case)
}

fn cookies(case: &Value) -> Vec<Value> {
    let headers = case.pointer("/request/headers").and_then(Value::as_array);
    let mut found = Vec::new();
    for (index, header) in headers.into_iter().flatten().enumerate() {
        let Some(jar) = header[1].as_str().filter(|_| header[0] == "cookie") else {
            continue;
        };
        let pairs: Vec<&str> = jar.split(';').map(str::trim).collect();
        for skipped in 0..pairs.len() {
            let kept = pairs
                .iter()
                .enumerate()
                .filter(|(index, _)| *index != skipped);
            let kept: Vec<&str> = kept.map(|(_, pair)| *pair).collect();
            let place = format!("/request/headers/{index}/1");
            found.extend(changed(case, &place, |value| {
                *value = kept.join("; ").into()
            }));
        }
    }
    found
}

fn queries(case: &Value) -> Vec<Value> {
    let url = case.pointer("/request/url").and_then(Value::as_str);
    let Some(url) = url.and_then(|url| url::Url::parse(url).ok()) else {
        return Vec::new();
    };
    let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    let without = |skipped: usize| {
        let mut url = url.clone();
        url.query_pairs_mut().clear();
        for (index, (name, value)) in pairs.iter().enumerate() {
            if index != skipped {
                url.query_pairs_mut().append_pair(name, value);
            }
        }
        changed(case, "/request/url", |value| *value = url.as_str().into())
    };
    (0..pairs.len()).filter_map(without).collect()
}
