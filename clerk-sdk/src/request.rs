use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

use clerk_api::header::{HeaderName, HeaderValue};
use clerk_api::{Error as ApiError, RawRequest};
use futures_util::future::BoxFuture;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::Error;
use crate::reply::failure;

/// A request that is not one of the document's operations. Awaiting it sends it and returns a `T`.
///
/// ```no_run
/// # async fn run(clerk: clerk_sdk::Clerk) -> Result<(), clerk_sdk::Error> {
/// use clerk_sdk::{JsonObject, Request};
///
/// let request: Request<JsonObject> = clerk.clients().get_handshake_payload("nonce_123");
/// println!("{:?}", request.await?.get("directives"));
/// # Ok(())
/// # }
/// ```
#[must_use = "a request is sent when it is awaited"]
pub struct Request<T> {
    /// An error when the request cannot work.
    request: Result<RawRequest, &'static str>,
    operation: &'static str,
    reads: Reads<T>,
}

enum Reads<T> {
    Json(PhantomData<fn() -> T>),
    Text(fn(String) -> T),
}

impl<T> Request<T> {
    pub(crate) fn new(operation: &'static str, request: RawRequest) -> Self {
        Self {
            request: Ok(request),
            operation,
            reads: Reads::Json(PhantomData),
        }
    }

    /// A request that fails with this error and is not sent.
    pub(crate) fn refused(operation: &'static str, reason: &'static str) -> Self {
        Self {
            request: Err(reason),
            operation,
            reads: Reads::Json(PhantomData),
        }
    }

    fn with(mut self, change: impl FnOnce(RawRequest) -> RawRequest) -> Self {
        self.request = self.request.map(change);
        self
    }

    /// Adds a header to this request, in place of an earlier one of that name. `Authorization` and the headers that frame
    /// the body stay what they are, whatever is given here.
    pub fn header(self, name: impl TryInto<HeaderName>, value: impl TryInto<HeaderValue>) -> Self {
        self.with(|request| request.header(name, value))
    }

    /// Bounds this call, with all its tries and the waiting between them, in place of the time-outs of the configuration.
    pub fn timeout(self, timeout: Duration) -> Self {
        self.with(|request| request.timeout(timeout))
    }

    /// Sends this call through the client's [gate](clerk_api::Client#the-gate): for a call that a visitor of your
    /// application can cause with something made up. It is sent once, takes at most 10 seconds, and is not sent while a 429
    /// that met an earlier one lasts.
    pub fn gated(self) -> Self {
        self.with(RawRequest::gated)
    }

    pub(crate) fn json(self, body: impl Serialize) -> Self {
        self.with(|request| request.json(body))
    }
}

impl Request<String> {
    /// Returns the body as text.
    pub(crate) fn text(mut self) -> Self {
        self.reads = Reads::Text(|text| text);
        self
    }
}

impl<T: DeserializeOwned> Request<T> {
    /// Sends the request; awaiting the value itself does the same.
    ///
    /// # Errors
    ///
    /// Those of a call to the API; see [`Error`].
    pub async fn send(self) -> Result<T, Error> {
        let request = self.request.map_err(|reason| {
            failure(ApiError::InvalidRequest {
                operation: self.operation,
                reason: reason.to_owned(),
            })
        })?;
        let result = match self.reads {
            Reads::Json(_) => request.send_as().await.map(clerk_api::Response::into_body),
            Reads::Text(make) => request.text().await.map(|text| make(text.into_body())),
        };
        result.map_err(|error| failure(of_operation(error, self.operation)))
    }
}

impl<T: DeserializeOwned + 'static> IntoFuture for Request<T> {
    type Output = Result<T, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

/// The error of a raw request, with the name of the operation that it stands for.
fn of_operation(mut error: ApiError, name: &'static str) -> ApiError {
    match &mut error {
        ApiError::Api(error) => error.operation = name,
        ApiError::Decode(error) => error.operation = name,
        ApiError::Transport(error) => error.operation = name,
        ApiError::InvalidRequest { operation, .. } | ApiError::GateClosed { operation, .. } => {
            *operation = name;
        }
        _ => {}
    }
    error
}

// What the request holds stays out: values may be personal or secret.
impl<T> fmt::Debug for Request<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("operation", &self.operation)
            .finish_non_exhaustive()
    }
}
