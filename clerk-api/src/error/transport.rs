use std::fmt;
use std::time::Duration;

use super::root_cause;

/// No answer, or not all of it: [`Error::Transport`](crate::Error::Transport).
///
/// A request that got no response may still have been carried out, unless the connection could not be made.
///
/// ```no_run
/// # async fn run(api: clerk_api::Client) {
/// use clerk_api::{Error, Method};
///
/// if let Err(Error::Transport(error)) = api.request(Method::GET, "/users").await {
///     eprintln!("gave up after {} tries and {:?}", error.tries, error.elapsed);
/// }
/// # }
/// ```
#[non_exhaustive]
pub struct TransportError {
    /// The operation that was called.
    pub operation: &'static str,
    /// How long the call took, with all tries and the waiting between them.
    pub elapsed: Duration,
    /// How often the request was tried.
    pub tries: u32,
    source: reqwest::Error,
}

impl TransportError {
    pub(crate) fn new(
        operation: &'static str,
        elapsed: Duration,
        tries: u32,
        source: reqwest::Error,
    ) -> Self {
        Self {
            operation,
            elapsed,
            tries,
            // The URL holds ids and query values.
            source: source.without_url(),
        }
    }

    /// Returns whether time ran out, be it that of connecting, of one try or of the call.
    pub fn is_timeout(&self) -> bool {
        self.source.is_timeout()
    }

    /// Returns whether no connection could be made. Nothing was sent then.
    pub fn is_connect(&self) -> bool {
        self.source.is_connect()
    }

    pub(super) fn reqwest_error(&self) -> &reqwest::Error {
        &self.source
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match (self.is_connect(), self.is_timeout()) {
            (true, true) => "could not connect in time",
            (true, false) => "could not connect",
            (false, true) => "got no complete response in time",
            (false, false) => "lost the connection",
        };
        write!(
            f,
            "{} {what} (tries: {}, {} ms)",
            self.operation,
            self.tries,
            self.elapsed.as_millis()
        )?;
        write!(f, ": {}", root_cause(&self.source))?;
        if self.is_connect() {
            f.write_str("; check the network, the proxy and `server_api_url`")?;
        }
        Ok(())
    }
}

impl fmt::Debug for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TransportError")
            .field("operation", &self.operation)
            .field("elapsed", &self.elapsed)
            .field("tries", &self.tries)
            .field("source", &self.source)
            .finish()
    }
}

impl std::error::Error for TransportError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(self.reqwest_error())
    }
}
