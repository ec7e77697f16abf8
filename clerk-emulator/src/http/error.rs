//! Clerk's errors.

use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use crate::instance::keys::KeyError;
use crate::openapi::schema::{Problem, Wrong};

/// Why a request is rejected: a status and the errors of its body.
#[derive(Clone, Debug)]
pub(crate) struct ApiError {
    pub(crate) status: StatusCode,
    errors: Vec<Value>,
}

impl ApiError {
    /// Makes one error; `message` is short, `long` says what to do.
    pub(crate) fn new(status: StatusCode, code: &str, message: &str, long: &str) -> Self {
        Self {
            status,
            errors: vec![entry(code, message, long, None)],
        }
    }

    /// 422 about one parameter.
    pub(crate) fn parameter(code: &str, name: &str, message: &str, long: &str) -> Self {
        Self {
            status: StatusCode::UNPROCESSABLE_ENTITY,
            errors: vec![entry(code, message, long, Some(name))],
        }
    }

    /// 422: the value cannot be used.
    pub(crate) fn invalid(name: &str, long: &str) -> Self {
        Self::parameter("form_param_value_invalid", name, "is invalid", long)
    }

    /// 422: the value has the wrong format.
    pub(crate) fn invalid_format(name: &str, long: &str) -> Self {
        Self::parameter("form_param_format_invalid", name, "is invalid", long)
    }

    /// 422: a parameter is missing.
    pub(crate) fn missing(name: &str) -> Self {
        Self::parameter(
            "form_param_missing",
            name,
            "is missing",
            &format!("{name} must be included."),
        )
    }

    /// 422: another user has it already.
    pub(crate) fn taken(name: &str) -> Self {
        Self::parameter(
            "form_identifier_exists",
            name,
            "is taken",
            &format!(
                "That {} is taken. Please try another.",
                name.replace('_', " ")
            ),
        )
    }

    /// 404: something does not exist.
    pub(crate) fn not_found(what: &str, id: &str) -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "resource_not_found",
            "Resource not found",
            &format!("No {what} was found with id {id}."),
        )
    }

    /// 400: not possible in the present state.
    pub(crate) fn bad_state(code: &str, long: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, "Not possible", long)
    }

    /// 403.
    pub(crate) fn forbidden(code: &str, long: &str) -> Self {
        Self::new(StatusCode::FORBIDDEN, code, "Not allowed", long)
    }

    /// 401.
    pub(crate) fn unauthorized(code: &str, message: &str, long: &str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, code, message, long)
    }

    /// 409.
    pub(crate) fn conflict(code: &str, message: &str, long: &str) -> Self {
        Self::new(StatusCode::CONFLICT, code, message, long)
    }

    /// 500: the emulator itself failed.
    pub(crate) fn internal(error: &KeyError) -> Self {
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal_clerk_error",
            "The emulator failed",
            &error.to_string(),
        )
    }

    /// 422 with all errors in a request.
    pub(crate) fn problems(problems: &[Problem]) -> Self {
        Self {
            status: StatusCode::UNPROCESSABLE_ENTITY,
            errors: problems.iter().map(problem).collect(),
        }
    }

    /// Names the parameter that the errors are about, where they name none.
    pub(crate) fn about(mut self, name: &str) -> Self {
        for error in &mut self.errors {
            if error["meta"]["param_name"].is_null() {
                error["meta"]["param_name"] = name.into();
            }
        }
        self
    }

    /// Returns the first error's text for people.
    pub(crate) fn first_message(&self) -> &str {
        let first = self.errors.first();
        first
            .and_then(|error| error.get("long_message")?.as_str())
            .unwrap_or_default()
    }

    /// Returns the first error's code.
    pub(crate) fn first_code(&self) -> &str {
        let first = self.errors.first();
        first
            .and_then(|error| error.get("code")?.as_str())
            .unwrap_or_default()
    }

    /// Returns the texts of all errors in one line.
    pub(crate) fn summary(&self) -> String {
        let texts: Vec<String> = self
            .errors
            .iter()
            .map(|error| {
                let text = error["long_message"].as_str().unwrap_or_default();
                match error["meta"]["param_name"].as_str() {
                    Some(name) if !name.is_empty() && !text.contains(name) => {
                        format!("{name}: {text}")
                    }
                    _ => text.to_owned(),
                }
            })
            .collect();
        texts.join(" ")
    }

    /// Returns the body, with the trace id that the response's header has too.
    pub(crate) fn body(&self, trace_id: &str) -> Value {
        json!({"errors": self.errors, "clerk_trace_id": trace_id})
    }
}

fn problem(problem: &Problem) -> Value {
    let name = problem.at.as_str();
    let shown = if name.is_empty() {
        "The request's body"
    } else {
        name
    };
    let (code, message, long) = match &problem.what {
        Wrong::Missing => (
            "form_param_missing",
            "is missing",
            format!("{shown} must be included."),
        ),
        Wrong::Unknown => (
            "form_param_unknown",
            "is unknown",
            format!("{shown} is not a valid parameter for this request."),
        ),
        Wrong::Format(why) => (
            "form_param_format_invalid",
            "is invalid",
            format!("{shown} {why}."),
        ),
        Wrong::Value(why) => (
            "form_param_value_invalid",
            "is invalid",
            format!("{shown} {why}."),
        ),
    };
    entry(code, message, &long, Some(name))
}

fn entry(code: &str, message: &str, long: &str, parameter: Option<&str>) -> Value {
    let mut meta = Map::new();
    if let Some(name) = parameter {
        meta.insert("param_name".into(), name.into());
    }
    json!({"code": code, "message": message, "long_message": long, "meta": meta})
}
