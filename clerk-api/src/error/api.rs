use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use serde_json::Value;

use super::{cut, describe, trace_id};
use crate::json;
use crate::runtime::{Response, stated_wait};
use crate::values::{JsonObject, SecretKey};

/// Clerk's rejection of a request: [`Error::Api`](crate::Error::Api).
///
/// ```no_run
/// # async fn run(api: clerk_api::Client) {
/// use clerk_api::{Error, Method};
///
/// let answer = api.request(Method::POST, "/users").json(serde_json::json!({})).await;
/// if let Err(Error::Api(rejection)) = answer {
///     for error in &rejection.errors {
///         eprintln!("{}: {}", error.code, error.message);
///     }
///     eprintln!("trace id for Clerk's support: {:?}", rejection.clerk_trace_id);
/// }
/// # }
/// ```
#[non_exhaustive]
pub struct ApiError {
    /// The operation that was called.
    pub operation: &'static str,
    /// The status: anything but a 2xx.
    pub status: StatusCode,
    /// The errors that Clerk reports. Empty if the body does not come from Clerk, such as the HTML page of a proxy.
    pub errors: Vec<ClerkError>,
    /// The id under which Clerk's support finds the request.
    pub clerk_trace_id: Option<String>,
    /// How long Clerk asks to wait before another try, counted from the arrival of the response.
    pub retry_after: Option<Duration>,
    /// The headers of the answer.
    pub headers: HeaderMap,
    /// The body as it came. It may hold personal or secret values.
    pub body: Bytes,
}

impl ApiError {
    pub(crate) fn new(operation: &'static str, answer: Response<Bytes>, key: &SecretKey) -> Self {
        let (body, status, headers) = answer.into_parts();
        let (mut errors, clerk_trace_id) = read(&body);
        // Some servers repeat what they were sent, and these texts are printed.
        if !key.is_missing() {
            for text in errors.iter_mut().flat_map(ClerkError::texts) {
                if text.contains(key.expose()) {
                    *text = text.replace(key.expose(), "[redacted]");
                }
            }
        }
        Self {
            operation,
            status,
            errors,
            clerk_trace_id: clerk_trace_id.or_else(|| trace_id(&headers).map(str::to_owned)),
            retry_after: stated_wait(&headers),
            headers,
            body,
        }
    }

    fn advice(&self) -> Option<String> {
        Some(match self.status.as_u16() {
            300..=399 => "redirects are not followed; check `server_api_url`".to_owned(),
            401 => {
                "check CLERK_SECRET_KEY: the key may be mistyped, revoked, or of another instance"
                    .to_owned()
            }
            403 => "the key, or the plan of the instance, does not allow this".to_owned(),
            404 => "check the ids, and that the key is of the instance they belong to".to_owned(),
            429 => match self.retry_after {
                Some(wait) => format!("too many requests; try again in {} s", wait.as_secs()),
                None => "too many requests; try again later".to_owned(),
            },
            500..=599 => "the failure is on the server's side; try again later".to_owned(),
            _ => return None,
        })
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} returned {}", self.operation, self.status)?;
        match self.errors.as_slice() {
            [] => write!(
                f,
                " with {}, which holds no error of Clerk",
                describe(&self.body, &self.headers)
            )?,
            [first, rest @ ..] => {
                write!(f, ": {first}")?;
                if !rest.is_empty() {
                    write!(f, " (and {} more)", rest.len())?;
                }
            }
        }
        if let Some(advice) = self.advice() {
            write!(f, "; {advice}")?;
        }
        if let Some(id) = &self.clerk_trace_id {
            write!(f, " [trace {}]", cut(id))?;
        }
        Ok(())
    }
}

impl fmt::Debug for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiError")
            .field("operation", &self.operation)
            .field("status", &self.status)
            .field("errors", &self.errors)
            .field("clerk_trace_id", &self.clerk_trace_id)
            .field("retry_after", &self.retry_after)
            .field(
                "body",
                &format_args!("{}", describe(&self.body, &self.headers)),
            )
            .finish_non_exhaustive()
    }
}

impl std::error::Error for ApiError {}

/// One thing that Clerk says is wrong with a request.
///
/// ```
/// fn is_taken(error: &clerk_api::ClerkError) -> bool {
///     error.code == "form_identifier_exists" && error.meta.get("param_name").is_some_and(|name| name == "email_address")
/// }
/// # let _ = is_taken;
/// ```
#[derive(Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct ClerkError {
    /// Names the kind of error, such as `resource_not_found`. Empty when Clerk gave none.
    pub code: String,
    /// Says it to a developer. Empty when Clerk gave nothing.
    pub message: String,
    /// Says it at length, often fit for a user.
    pub long_message: Option<String>,
    /// More facts, such as `param_name`. They may repeat values of the request, so `Debug` prints the names only.
    pub meta: JsonObject,
}

impl ClerkError {
    fn read(value: Value) -> Option<Self> {
        match value {
            Value::String(message) => Some(Self {
                message,
                ..Self::default()
            }),
            Value::Object(mut object) => Some(Self {
                code: text(&mut object, "code").unwrap_or_default(),
                message: text(&mut object, "message").unwrap_or_default(),
                long_message: text(&mut object, "long_message"),
                meta: match object.remove("meta") {
                    Some(Value::Object(meta)) => meta,
                    _ => JsonObject::new(),
                },
            }),
            _ => None,
        }
    }

    fn texts(&mut self) -> impl Iterator<Item = &mut String> {
        [&mut self.code, &mut self.message]
            .into_iter()
            .chain(&mut self.long_message)
    }
}

impl fmt::Display for ClerkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (
            self.code.as_str(),
            self.long_message.as_deref().unwrap_or(&self.message),
        ) {
            ("", "") => f.write_str("an error without code and message"),
            ("", message) => f.write_str(cut(message)),
            (code, "") => f.write_str(cut(code)),
            (code, message) => write!(f, "{}: {}", cut(code), cut(message)),
        }
    }
}

impl fmt::Debug for ClerkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClerkError")
            .field("code", &cut(&self.code))
            .field("message", &cut(&self.message))
            .field("long_message", &self.long_message.as_deref().map(cut))
            .field("meta", &self.meta.keys().collect::<Vec<_>>())
            .finish()
    }
}

/// Reads what can be read: an error status is an error whatever the body looks like.
fn read(body: &Bytes) -> (Vec<ClerkError>, Option<String>) {
    let Ok(Value::Object(mut object)) = json::from_slice(body) else {
        return (Vec::new(), None);
    };
    let mut errors: Vec<_> = match object.remove("errors") {
        Some(Value::Array(errors)) => errors.into_iter().filter_map(ClerkError::read).collect(),
        _ => Vec::new(),
    };
    // The format of OAuth errors, which some endpoints use.
    if let (true, Some(code)) = (errors.is_empty(), text(&mut object, "error")) {
        errors.push(ClerkError {
            code,
            message: text(&mut object, "error_description").unwrap_or_default(),
            ..ClerkError::default()
        });
    }
    (errors, text(&mut object, "clerk_trace_id"))
}

fn text(object: &mut JsonObject, key: &str) -> Option<String> {
    match object.remove(key) {
        Some(Value::String(text)) => Some(text),
        _ => None,
    }
}
