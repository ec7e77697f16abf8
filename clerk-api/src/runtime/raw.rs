//! The escape hatch: a request that the caller describes.

use std::fmt;
use std::time::Duration;

use reqwest::Method;
use reqwest::header::{HeaderName, HeaderValue};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::answer::Response;
use super::call::{Call, PathSource, Payload, Ready};
use super::operation::{OperationInfo, Sending};
use super::snapshot::CLERK_API_VERSION;
use crate::client::Client;
use crate::error::Error;

/// A request of your own, made by [`Client::request`](crate::Client::request): authentication, retries, time-outs and
/// errors are those of every operation.
///
/// ```no_run
/// # async fn run(api: clerk_api::Client) -> Result<(), clerk_api::Error> {
/// use clerk_api::Method;
///
/// let body = serde_json::json!({ "phone_number_id": "idn_123", "message": "Hello" });
/// let message = api.request(Method::POST, "/sms_messages").json(&body).clerk_api_version("2021-02-05").await?;
/// println!("{}", message["id"]);
/// # Ok(())
/// # }
/// ```
#[must_use = "a request is sent when it is awaited"]
pub struct RawRequest {
    call: Call,
    payload: Payload,
}

/// Errors and logs name the operation and the template of its path; a path as given may hold ids.
const RAW: &OperationInfo = &OperationInfo::new("raw request", Method::GET, "(raw)", true);

impl RawRequest {
    pub(crate) fn new(client: &Client, method: Method, path: String) -> Self {
        Self {
            call: Call::at(client, RAW, method, PathSource::Raw(path)),
            payload: Payload::None,
        }
    }

    /// Adds query parameters, in this order. A name may be added repeatedly. They need no encoding.
    ///
    /// ```no_run
    /// # async fn run(api: clerk_api::Client) -> Result<(), clerk_api::Error> {
    /// # use clerk_api::Method;
    /// let users = api.request(Method::GET, "/users").query(&[("limit", 10), ("offset", 20)]).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn query<K: AsRef<str>, V: fmt::Display>(mut self, pairs: &[(K, V)]) -> Self {
        for (name, value) in pairs {
            self.call.query_pair(name.as_ref().to_owned(), value);
        }
        self
    }

    /// Sends this value as the JSON body.
    pub fn json(mut self, body: impl Serialize) -> Self {
        match serde_json::to_vec(&body) {
            Ok(bytes) => self.payload = Payload::Json(bytes.into()),
            Err(error) => self
                .call
                .reject(format_args!("the body cannot be written as JSON: {error}")),
        }
        self
    }

    /// Adds a header to this request, in place of an earlier one of that name and of the configuration's.
    ///
    /// `Authorization` is always the configured key, and the headers that frame the body (`Content-Type`,
    /// `Content-Length`, `Transfer-Encoding`, `Connection`) are always those of the body that is sent, whatever is given
    /// here.
    pub fn header(
        mut self,
        name: impl TryInto<HeaderName>,
        value: impl TryInto<HeaderValue>,
    ) -> Self {
        self.call.header(name, value);
        self
    }

    /// Asks for another dated version of the API than [`Config::clerk_api_version`](crate::Config::clerk_api_version).
    pub fn clerk_api_version(self, version: impl AsRef<str>) -> Self {
        self.header(CLERK_API_VERSION, version.as_ref())
    }

    /// Bounds this call, with all its tries and the waiting between them, in place of the time-outs of the configuration.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.call.timeout(timeout);
        self
    }

    /// Sends this call through the client's [gate](crate::Client#the-gate): for a call that a visitor of your application
    /// can cause with something made up.
    pub fn gated(mut self) -> Self {
        self.call.gated();
        self
    }

    /// Takes a 429 for the answer, whatever the policy on retries. For `clerk-sdk`.
    #[doc(hidden)]
    pub fn yielding(mut self) -> Self {
        self.call.is_yielding = true;
        self
    }

    /// Sends the request and returns untyped JSON; awaiting the value itself does the same. An empty body is `null`.
    ///
    /// # Errors
    ///
    /// Those of [`Error`](crate::Error).
    pub async fn send(self) -> Result<Response<Value>, Error> {
        self.send_as().await
    }

    /// Sends the request and decodes the body as `T`. An empty body reads as `null` does.
    ///
    /// ```no_run
    /// # async fn run(api: clerk_api::Client) -> Result<(), clerk_api::Error> {
    /// # use clerk_api::Method;
    /// #[derive(serde::Deserialize)]
    /// struct Count {
    ///     total_count: u64,
    /// }
    ///
    /// let count = api.request(Method::GET, "/users/count").send_as::<Count>().await?;
    /// println!("{}", count.total_count);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`Error`](crate::Error).
    pub async fn send_as<T: DeserializeOwned>(self) -> Result<Response<T>, Error> {
        self.ready().decoded().await
    }

    /// Sends the request and returns the body as text, whatever its media type. Bytes that are not UTF-8 are replaced.
    ///
    /// # Errors
    ///
    /// Those of [`Error`](crate::Error).
    pub async fn text(self) -> Result<Response<String>, Error> {
        self.ready().read().await
    }

    fn ready(self) -> Ready {
        self.call.ready(self.payload)
    }
}

impl IntoFuture for RawRequest {
    type Output = Result<Response<Value>, Error>;
    type IntoFuture = Sending<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

// What the request holds stays out: values may be personal or secret.
impl fmt::Debug for RawRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawRequest")
            .field("method", &self.call.method)
            .finish_non_exhaustive()
    }
}
