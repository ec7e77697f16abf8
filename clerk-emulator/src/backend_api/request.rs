//! From HTTP to what operations take: path, key, query and body, each checked.

use axum::http::{HeaderMap, StatusCode, header};
use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::call::Caller;
use super::document::{Document, Operation};
use super::errors::ApiError;
use super::machines;
use super::schema::{Kind, Problem, Schema, Wrong};
use crate::world::World;

/// The path below `/v1`, decoded; API keys, machine tokens and OAuth tokens are at the host's root as well.
pub(crate) fn segments(path: &str) -> Option<Vec<String>> {
    let below = path.trim_matches('/');
    let below = match below.strip_prefix("v1/") {
        Some(below) => below,
        None if below.starts_with("api_keys") || below.starts_with("m2m_tokens") => below,
        None if below == "oauth_applications/access_tokens/verify" => below,
        None => return None,
    };
    decoded(below)
}

/// The segments of a path, decoded. `None` when they are no text.
pub(crate) fn decoded(path: &str) -> Option<Vec<String>> {
    path.split('/')
        .map(|segment| {
            percent_decode_str(segment)
                .decode_utf8()
                .ok()
                .map(|text| text.into_owned())
        })
        .collect()
}

/// The values of the path's variables.
pub(super) fn variables(operation: &Operation, segments: &[&str]) -> Vec<String> {
    operation
        .segments
        .iter()
        .zip(segments)
        .filter(|(have, _)| have.starts_with('{'))
        .map(|(_, given)| (*given).to_owned())
        .collect()
}

pub(crate) fn query(text: &str) -> Vec<(String, String)> {
    url::form_urlencoded::parse(text.as_bytes())
        .into_owned()
        .collect()
}

/// Who asks, by the key in `Authorization`.
pub(super) fn caller(
    world: &World,
    headers: &HeaderMap,
    machines_may: bool,
) -> Result<Caller, ApiError> {
    let refused = |code: &str, long: &str| {
        ApiError::new(StatusCode::UNAUTHORIZED, code, "Not authorized", long)
    };
    let given = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let key = given
        .strip_prefix("Bearer ")
        .map(str::trim)
        .filter(|key| !key.is_empty())
        .ok_or_else(|| {
            refused(
                "authorization_header_format_invalid",
                "The header has to be: Authorization: Bearer <secret key>.",
            )
        })?;
    if key == world.secret_key {
        return Ok(Caller::Instance);
    }
    if machines_may
        && let Some(machine) = machines::by_secret(&world.read(), key, world.clock.now())
    {
        return Ok(Caller::Machine(machine));
    }
    Err(refused(
        "clerk_key_invalid",
        "This is not the secret key of this emulator, which it prints when it starts.",
    ))
}

/// An empty body is an empty object.
pub(crate) fn json_body(bytes: &[u8]) -> Result<Value, ApiError> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Ok(Value::Object(serde_json::Map::new()));
    }
    serde_json::from_slice(bytes).map_err(|error| {
        ApiError::new(
            StatusCode::BAD_REQUEST,
            "request_body_invalid",
            "Request body invalid",
            &format!("The request's body is no JSON: {error}."),
        )
    })
}

/// Checks the path's variables and the query; parameters that the document does not know are let be.
pub(super) fn check_parameters(
    document: &Document,
    operation: &Operation,
    variables: &[String],
    query: &[(String, String)],
) -> Result<(), ApiError> {
    let mut problems = Vec::new();
    let names = operation
        .segments
        .iter()
        .filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'));
    for (name, value) in names.zip(variables) {
        let parameter = operation
            .parameters
            .iter()
            .find(|p| p.place == "path" && p.name == name);
        // An id of another form is one that nothing has: 404, by its handler.
        if let Some(parameter) = parameter.filter(|parameter| !parameter.schema.choices.is_empty())
        {
            problems.extend(check(document, &parameter.schema, name, value));
        }
    }
    for parameter in operation
        .parameters
        .iter()
        .filter(|parameter| parameter.place == "query")
    {
        let name = parameter.name.as_str();
        let given: Vec<&str> = query
            .iter()
            .filter(|(have, _)| have == name || have.strip_suffix("[]") == Some(name))
            .map(|(_, value)| value.as_str())
            .collect();
        if given.is_empty() && parameter.required {
            problems.push(Problem {
                at: name.to_owned(),
                what: Wrong::Missing,
            });
        }
        let is_list = parameter.schema.kind == Some(Kind::Array);
        for value in given.iter().flat_map(|value| {
            if is_list {
                value.split(',').collect()
            } else {
                vec![*value]
            }
        }) {
            // Nothing given is nothing asked for.
            if !value.is_empty() || parameter.required {
                problems.extend(check(
                    document,
                    parameter
                        .schema
                        .items
                        .as_deref()
                        .unwrap_or(&parameter.schema),
                    name,
                    value,
                ));
            }
        }
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(ApiError::problems(&problems))
    }
}

fn check(document: &Document, schema: &Schema, name: &str, value: &str) -> Vec<Problem> {
    let typed = match schema.kind {
        Some(Kind::Integer | Kind::Number | Kind::Boolean) => {
            serde_json::from_str(value).unwrap_or_else(|_| value.into())
        }
        _ => Value::from(value),
    };
    let mut problems = schema.problems(document, &typed);
    for problem in &mut problems {
        problem.at = name.to_owned();
    }
    problems
}
