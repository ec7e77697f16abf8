//! What can go wrong between upstream and this machine.

use std::time::Duration;

use thiserror::Error;

/// Why nothing was fetched. Every text says what to do next.
///
/// ```
/// let error = xtask::fetch::FetchError::NotFound { url: "https://example.com/a.yml".to_owned() };
/// assert!(error.to_string().contains("--latest"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum FetchError {
    /// The address is not one this tool talks to.
    #[error("{url}: {reason}; correct openapi/source.toml")]
    BadAddress {
        /// The address.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
    /// No connection, or it broke, on every try.
    #[error(
        "{url}: unreachable (tries: {tries}): {reason}; check network and proxy (HTTPS_PROXY), or work without it: `cargo xtask regen --offline`, or a local copy (`--from FILE`, `--webhooks FILE`)"
    )]
    Unreachable {
        /// The address.
        url: String,
        /// How often it was tried.
        tries: u32,
        /// What went wrong the last time.
        reason: String,
    },
    /// No try got a complete response in time.
    #[error(
        "{url}: no complete response within {timeout:?} (tries: {tries}); try again later, or work without network: `cargo xtask regen --offline`, or a local copy (`--from FILE`, `--webhooks FILE`)"
    )]
    TimedOut {
        /// The address.
        url: String,
        /// Time given to one try.
        timeout: Duration,
        /// How often it was tried.
        tries: u32,
    },
    /// Fewer bytes than announced, on every try.
    #[error("{url}: truncated: {got} bytes of {}; try again, or use a local copy (`--from FILE`, `--webhooks FILE`)", expected.map_or_else(|| "an unknown number".to_owned(), |bytes| bytes.to_string()))]
    Truncated {
        /// The address.
        url: String,
        /// Bytes announced, where they were.
        expected: Option<u64>,
        /// Bytes received.
        got: u64,
    },
    /// More bytes than allowed.
    #[error(
        "{url}: more than {limit} bytes, which no document of Clerk's has; check the path in openapi/source.toml"
    )]
    TooLarge {
        /// The address.
        url: String,
        /// The limit in bytes.
        limit: usize,
    },
    /// 404 or 410.
    #[error(
        "{url}: not found; the pinned file or commit is gone upstream. Move the pin with `cargo xtask regen --latest`, or use a local copy (`--from FILE`, `--webhooks FILE`)"
    )]
    NotFound {
        /// The address.
        url: String,
    },
    /// 429, or GitHub's 403 for too many calls.
    #[error("{url}: refused for too many requests{}; wait and run it again, or use a local copy (`--from FILE`, `--webhooks FILE`)", retry_after.map(|wait| format!(" (asks to wait {} s)", wait.as_secs())).unwrap_or_default())]
    RateLimited {
        /// The address.
        url: String,
        /// How long the server asks to wait.
        retry_after: Option<Duration>,
    },
    /// Any other status than 200.
    #[error("{url}: responded with {status}{}; {}", if *tries > 1 { format!(" (tries: {tries})") } else { String::new() }, if *status >= 500 { "try again later, or use `--offline` or a local copy (`--from FILE`, `--webhooks FILE`)" } else { "check openapi/source.toml and any proxy in between, or use a local copy (`--from FILE`, `--webhooks FILE`)" })]
    Status {
        /// The address.
        url: String,
        /// The HTTP status.
        status: u16,
        /// How often it was tried.
        tries: u32,
    },
    /// A redirect to somewhere this tool does not go.
    #[error("{url}: {reason}; if upstream moved, set its new address in openapi/source.toml")]
    Redirect {
        /// The address asked for.
        url: String,
        /// Where it pointed and why that is refused.
        reason: String,
    },
    /// The bytes are not the pinned ones.
    #[error(
        "{url}: sha256 is {got}, pinned is {expected}; upstream (or something in between) changed the file in place. Look at it and move the pin with `cargo xtask regen --latest`, or use a local copy (`--from FILE`, `--webhooks FILE`) of the pinned bytes"
    )]
    Checksum {
        /// The address.
        url: String,
        /// The pinned checksum.
        expected: String,
        /// The checksum of what came.
        got: String,
    },
    /// GitHub's API returned something unexpected.
    #[error(
        "{url}: {reason}; pin path, commit and sha256 by hand in openapi/source.toml, or use a local copy (`--from FILE`, `--webhooks FILE`)"
    )]
    Answer {
        /// The address.
        url: String,
        /// What is odd.
        reason: String,
    },
    /// The HTTP client could not be built.
    #[error(
        "cannot set up HTTP: {reason}; use `--offline` or a local copy (`--from FILE`, `--webhooks FILE`)"
    )]
    Setup {
        /// What went wrong.
        reason: String,
    },
}
