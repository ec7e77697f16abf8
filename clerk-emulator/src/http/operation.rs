//! Which operation of a document a request is for, and whether its path and query are as the document says.

use axum::http::{Method, StatusCode};
use serde_json::Value;

use super::error::ApiError;
use crate::openapi::document::{Document, Operation, Parameter};
use crate::openapi::schema::{Kind, Problem, Schema, Wrong};

/// Why no operation is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Missing {
    /// No operation has this path.
    Path,
    /// Operations at this path have other methods.
    Method,
}

impl Missing {
    /// Returns the error for a request to this API.
    pub(crate) fn error(self, method: &Method, path: &str, api: &str) -> ApiError {
        match self {
            Self::Path => ApiError::new(
                StatusCode::NOT_FOUND,
                "resource_not_found",
                "Not found",
                &format!("There is no {path} in the {api}."),
            ),
            Self::Method => ApiError::new(
                StatusCode::METHOD_NOT_ALLOWED,
                "method_not_allowed",
                "Method not allowed",
                &format!("{path} does not accept {method}."),
            ),
        }
    }
}

/// Returns the index of the operation that a request is for.
pub(crate) fn find_operation(
    document: &Document,
    method: &Method,
    segments: &[&str],
) -> Result<usize, Missing> {
    let candidates = document.at(segments);
    if candidates.is_empty() {
        return Err(Missing::Path);
    }
    let fits = |index: &usize| method == document.operations[*index].method.as_str();
    candidates.into_iter().find(fits).ok_or(Missing::Method)
}

/// Returns the values of the path's variables.
pub(crate) fn path_variables(operation: &Operation, segments: &[&str]) -> Vec<String> {
    operation
        .segments
        .iter()
        .zip(segments)
        .filter(|(have, _)| have.starts_with('{'))
        .map(|(_, given)| (*given).to_owned())
        .collect()
}

/// Checks the path's variables and the query; parameters that the document does not know are let be.
pub(crate) fn check_parameters(
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
