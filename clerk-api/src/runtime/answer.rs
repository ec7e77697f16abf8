//! The response, and how its body is read.

use std::fmt;
use std::ops::{Deref, DerefMut};

use bytes::Bytes;
use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use serde::de::DeserializeOwned;

use super::operation::OperationInfo;
use crate::error::{DecodeError, Error};
use crate::json;

/// A success: the decoded body, the status, and the headers.
///
/// It derefs to the body.
///
/// ```no_run
/// # async fn run(api: clerk_api::Client) -> Result<(), clerk_api::Error> {
/// use clerk_api::Method;
///
/// let user = api.request(Method::GET, "/users/user_123").await?;
/// println!("{} {:?}", user.status(), user["first_name"]);
/// let value: serde_json::Value = user.into_body();
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Response<T> {
    // Private, so that a field of the body with the same name is reached through `Deref`.
    body: T,
    status: StatusCode,
    headers: HeaderMap,
}

impl<T> Response<T> {
    /// Puts a response together; for tests and stand-ins of the API.
    pub const fn new(body: T, status: StatusCode, headers: HeaderMap) -> Self {
        Self {
            body,
            status,
            headers,
        }
    }

    /// Returns the decoded body.
    pub const fn body(&self) -> &T {
        &self.body
    }

    /// Returns the decoded body, alone.
    pub fn into_body(self) -> T {
        self.body
    }

    /// Returns the status; always a 2xx.
    pub const fn status(&self) -> StatusCode {
        self.status
    }

    /// Returns the headers.
    pub const fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Replaces the body by what the function returns for it.
    pub fn map<U>(self, make: impl FnOnce(T) -> U) -> Response<U> {
        Response {
            body: make(self.body),
            status: self.status,
            headers: self.headers,
        }
    }

    /// Takes the response apart.
    pub fn into_parts(self) -> (T, StatusCode, HeaderMap) {
        (self.body, self.status, self.headers)
    }
}

impl<T> Deref for Response<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.body
    }
}

impl<T> DerefMut for Response<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.body
    }
}

// Without the headers: they may hold cookies.
impl<T: fmt::Debug> fmt::Debug for Response<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status)
            .field("body", &self.body)
            .finish_non_exhaustive()
    }
}

impl<T: IntoIterator> IntoIterator for Response<T> {
    type Item = T::Item;
    type IntoIter = T::IntoIter;

    fn into_iter(self) -> T::IntoIter {
        self.body.into_iter()
    }
}

impl<'a, T> IntoIterator for &'a Response<T>
where
    &'a T: IntoIterator,
{
    type Item = <&'a T as IntoIterator>::Item;
    type IntoIter = <&'a T as IntoIterator>::IntoIter;

    fn into_iter(self) -> Self::IntoIter {
        self.body.into_iter()
    }
}

/// Reads the body as JSON. An empty one reads as `null`.
pub(super) fn decode<T: DeserializeOwned>(
    info: &'static OperationInfo,
    answer: Response<Bytes>,
) -> Result<Response<T>, Error> {
    match from_json(&answer.body) {
        Ok(value) => Ok(answer.map(|_| value)),
        Err((path, error)) => Err(DecodeError::new(info.id, answer, path, &error).into()),
    }
}

/// On failure also returns the path in the JSON.
fn from_json<T: DeserializeOwned>(body: &Bytes) -> Result<T, (String, serde_json::Error)> {
    let json: &[u8] = if body.is_empty() { b"null" } else { body };
    // Keeping track of the place costs half as much again as reading, so it is only done for what does not read.
    if let Ok(value) = serde_json::from_slice(json) {
        return Ok(value);
    }
    let mended = json::mended(json);
    let json = mended.as_ref().map_or(json, String::as_bytes);
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    let value = serde_path_to_error::deserialize(&mut deserializer)
        .map_err(|error| (error.path().to_string(), error.into_inner()))?;
    match deserializer.end() {
        Ok(()) => Ok(value),
        Err(error) => Err((".".to_owned(), error)),
    }
}
