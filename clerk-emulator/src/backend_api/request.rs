//! Checks of a request against the document: its key, its path's variables and its query.

use axum::http::{HeaderMap, header};
use serde_json::Value;

use super::call::Caller;
use crate::domain::machines::machine_by_secret;
use crate::http::error::ApiError;
use crate::instance::Instance;
use crate::openapi::document::{Document, Operation, Parameter};
use crate::openapi::schema::{Kind, Problem, Schema, Wrong};

/// Returns the values of the path's variables.
pub(super) fn path_variables(operation: &Operation, segments: &[&str]) -> Vec<String> {
    operation
        .segments
        .iter()
        .zip(segments)
        .filter(|(have, _)| have.starts_with('{'))
        .map(|(_, given)| (*given).to_owned())
        .collect()
}

/// Returns who asks, by the key in `Authorization`.
pub(super) fn authenticate(
    instance: &Instance,
    headers: &HeaderMap,
    machines_may: bool,
) -> Result<Caller, ApiError> {
    let rejected = |code: &str, long: &str| ApiError::unauthorized(code, "Not authorized", long);
    let given = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let key = given
        .strip_prefix("Bearer ")
        .map(str::trim)
        .filter(|key| !key.is_empty())
        .ok_or_else(|| {
            rejected(
                "authorization_header_format_invalid",
                "The header has to be: Authorization: Bearer <secret key>.",
            )
        })?;
    if key == instance.settings.secret_key {
        return Ok(Caller::Instance);
    }
    if machines_may
        && let Some(machine) = machine_by_secret(&instance.read(), key, instance.clock.now())
    {
        return Ok(Caller::Machine(machine));
    }
    Err(rejected(
        "clerk_key_invalid",
        "This is not the secret key of this emulator, which it prints when it starts.",
    ))
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
            problems.extend(check_value(document, &parameter.schema, name, value));
        }
    }
    let in_query = |parameter: &&Parameter| parameter.place == "query";
    for parameter in operation.parameters.iter().filter(in_query) {
        check_query_parameter(document, parameter, query, &mut problems);
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(ApiError::problems(&problems))
    }
}

fn check_query_parameter(
    document: &Document,
    parameter: &Parameter,
    query: &[(String, String)],
    problems: &mut Vec<Problem>,
) {
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
    let values = given.iter().flat_map(|value| {
        if is_list {
            value.split(',').collect()
        } else {
            vec![*value]
        }
    });
    let items = parameter.schema.items.as_deref();
    let schema = items.unwrap_or(&parameter.schema);
    for value in values {
        // An empty value asks for nothing.
        if !value.is_empty() || parameter.required {
            problems.extend(check_value(document, schema, name, value));
        }
    }
}

fn check_value(document: &Document, schema: &Schema, name: &str, value: &str) -> Vec<Problem> {
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
