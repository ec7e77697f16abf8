//! Fetching Clerk's documents: the pinned bytes, or the newest ones upstream has.
//!
//! Nothing here writes a file: bytes are returned once they are proven to be the right ones. Both functions block, so
//! call them from ordinary code and not from within an async runtime.

mod error;

use std::io::IsTerminal;
use std::time::Duration;

use indicatif::ProgressBar;
use reqwest::header::{ACCEPT, HeaderMap, RETRY_AFTER};
use reqwest::{Client, Response, StatusCode, redirect};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use url::Url;

pub use error::FetchError;

use crate::document::{self, Kind};
use crate::source::{self, Pin, Source};

/// GitHub lists at most 1,000 files of a folder, some 1 KiB each.
const MAX_LISTING: usize = 2 * 1024 * 1024;
const MAX_REDIRECTS: usize = 5;

/// Limits of one fetch.
///
/// ```
/// use std::time::Duration;
/// let options = xtask::fetch::Options { timeout: Duration::from_secs(5), ..Default::default() };
/// assert_eq!(options.retries, 3);
/// ```
#[derive(Debug, Clone)]
pub struct Options {
    /// Time to connect; default 10 seconds.
    pub connect_timeout: Duration,
    /// Time for one try, from connecting to the last byte; default 60 seconds.
    pub timeout: Duration,
    /// Further tries after the first on 5xx, 429, truncation and transport failures; default 3.
    pub retries: u32,
    /// Wait before the first retry, doubled each time; default 500 ms.
    pub backoff: Duration,
    /// The longest wait a server's `Retry-After` is followed for; default 30 seconds.
    pub max_wait: Duration,
    /// The largest document, in bytes; default 16 MiB.
    pub max_bytes: usize,
    /// What GitHub's API is asked with; without one it answers 60 calls an hour. Default none.
    pub token: Option<Token>,
}

/// A token for GitHub's API. It is sent to no other host, and never printed.
///
/// ```
/// let token = xtask::fetch::Token::new("ghp_secret".to_owned());
/// assert_eq!(format!("{token:?}"), "Token([redacted])");
/// ```
#[derive(Clone)]
pub struct Token(String);

impl Token {
    /// Wraps the token.
    #[must_use]
    pub fn new(token: String) -> Self {
        Self(token)
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token([redacted])")
    }
}

impl Default for Options {
    fn default() -> Self {
        Options {
            connect_timeout: Duration::from_secs(10),
            timeout: Duration::from_secs(60),
            retries: 3,
            backoff: Duration::from_millis(500),
            max_wait: Duration::from_secs(30),
            max_bytes: document::MAX_BYTES,
            token: None,
        }
    }
}

/// Fetches the bytes of that pin and proves them by their checksum.
///
/// # Errors
/// [`FetchError`]; nothing is returned that does not have the pinned checksum.
///
/// ```no_run
/// use xtask::{fetch, source::Source};
/// let source = Source::load("openapi/source.toml".as_ref())?;
/// let bytes = fetch::fetch(&source, &source.backend_api, &fetch::Options::default())?;
/// # Ok::<(), anyhow::Error>(())
/// ```
pub fn fetch(source: &Source, pin: &Pin, options: &Options) -> Result<Vec<u8>, FetchError> {
    pinned(pin)?;
    block_on(async {
        let url = address(&source.raw_url(pin))?;
        let bytes = Download::new(url.clone(), options)?
            .limit(options.max_bytes)
            .get(&pin.path)
            .await?;
        let got = sha256(&bytes);
        if got != pin.sha256 {
            return Err(FetchError::Checksum {
                url: url.into(),
                expected: pin.sha256.clone(),
                got,
            });
        }
        Ok(bytes)
    })
}

/// Finds the newest dated document of that kind on upstream's default branch and the newest commit that touched it,
/// fetches it there, and returns the pin for it with its bytes.
///
/// # Errors
/// [`FetchError`]; also when upstream's newest is older than what is pinned.
///
/// ```no_run
/// use xtask::{document::Kind, fetch, source::Source};
/// let mut source = Source::load("openapi/source.toml".as_ref())?;
/// let (pin, bytes) = fetch::latest(&source, Kind::BackendApi, &fetch::Options::default())?;
/// source.set_pin(Kind::BackendApi, pin);
/// # Ok::<(), anyhow::Error>(())
/// ```
pub fn latest(
    source: &Source,
    kind: Kind,
    options: &Options,
) -> Result<(Pin, Vec<u8>), FetchError> {
    let pinned_now = source.pin(kind);
    pinned(pinned_now)?;
    let folder = pinned_now.folder();
    let api = format!("{}/repos/{}", source.api_url, source.repository);
    block_on(async {
        let listing = address(&format!("{api}/contents/{folder}"))?;
        let entries: Vec<Listed> = ask(&listing, options, folder).await?;
        let answer = |url: &Url, reason: String| FetchError::Answer {
            url: url.to_string(),
            reason,
        };
        let newest = entries
            .into_iter()
            .filter(|entry| entry.kind == "file")
            .filter_map(|entry| Some((source::dated(&entry.name)?.to_owned(), entry.size)))
            .max();
        let Some((version, size)) = newest else {
            return Err(answer(
                &listing,
                format!("no file named YYYY-MM-DD.yml in `{folder}`"),
            ));
        };
        if version < pinned_now.version {
            let reason = format!(
                "its newest is {version}, older than the pinned {}",
                pinned_now.version
            );
            return Err(answer(&listing, reason));
        }

        let path = format!("{folder}/{version}.yml");
        let mut history = address(&format!("{api}/commits"))?;
        history
            .query_pairs_mut()
            .append_pair("path", &path)
            .append_pair("per_page", "1");
        let commits: Vec<Commit> = ask(&history, options, &path).await?;
        let Some(commit) = commits.into_iter().next().map(|commit| commit.sha) else {
            return Err(answer(&history, format!("no commit touches `{path}`")));
        };
        if !source::is_hex(&commit, 40) {
            return Err(answer(
                &history,
                "the commit is not 40 hex digits".to_owned(),
            ));
        }

        let mut pin = Pin {
            path,
            version,
            commit,
            sha256: String::new(),
            stated_version: None,
        };
        let url = address(&source.raw_url(&pin))?;
        let bytes = Download::new(url.clone(), options)?
            .limit(options.max_bytes)
            .get(&pin.path)
            .await?;
        // There is no checksum to hold it against yet, but GitHub told the size.
        if bytes.len() as u64 != size {
            let reason = format!(
                "{} bytes, but the listing says {size}; upstream may just have changed it, run it again",
                bytes.len()
            );
            return Err(answer(&url, reason));
        }
        pin.sha256 = sha256(&bytes);
        Ok((pin, bytes))
    })
}

/// The lower-case hex SHA-256 of these bytes, as `openapi/source.toml` has it.
///
/// ```
/// assert!(xtask::fetch::sha256(b"").starts_with("e3b0c442"));
/// ```
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    format!("{:x}", Sha256::digest(bytes))
}

#[derive(Deserialize)]
struct Listed {
    name: String,
    #[serde(rename = "type")]
    kind: String,
    size: u64,
}

#[derive(Deserialize)]
struct Commit {
    sha: String,
}

fn pinned(pin: &Pin) -> Result<(), FetchError> {
    pin.check().map_err(|error| FetchError::BadAddress {
        url: pin.path.clone(),
        reason: format!("{error:#}"),
    })
}

fn address(text: &str) -> Result<Url, FetchError> {
    let bad = |reason: String| FetchError::BadAddress {
        url: text.to_owned(),
        reason,
    };
    let url = Url::parse(text).map_err(|error| bad(error.to_string()))?;
    if source::is_safe(&url) {
        Ok(url)
    } else {
        Err(bad(
            "only HTTPS is used (plain HTTP only to loopback)".to_owned()
        ))
    }
}

fn block_on<T>(work: impl Future<Output = Result<T, FetchError>>) -> Result<T, FetchError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime
        .map_err(|error| FetchError::Setup {
            reason: error.to_string(),
        })?
        .block_on(work)
}

async fn ask<T: serde::de::DeserializeOwned>(
    url: &Url,
    options: &Options,
    what: &str,
) -> Result<T, FetchError> {
    let bytes = Download::new(url.clone(), options)?
        .limit(MAX_LISTING)
        .authorized(options.token.as_ref())
        .get(what)
        .await?;
    serde_json::from_slice(&bytes).map_err(|error| FetchError::Answer {
        url: url.to_string(),
        reason: format!("GitHub's API answered in a form not known here ({error})"),
    })
}

/// One address to be read, with retries.
struct Download<'a> {
    client: Client,
    url: Url,
    options: &'a Options,
    limit: usize,
    token: Option<&'a Token>,
}

/// What one try came to: give up at once, or try again, after at least this wait if the server asked for one.
enum Failure {
    Final(FetchError),
    Passing(FetchError, Option<Duration>),
}

impl<'a> Download<'a> {
    fn new(url: Url, options: &'a Options) -> Result<Self, FetchError> {
        let loopback = source::is_loopback(&url);
        let mut builder = Client::builder()
            .user_agent(concat!("clerk-rust-xtask/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(options.connect_timeout)
            .timeout(options.timeout)
            .redirect(redirect::Policy::custom(move |attempt| {
                follow(attempt, loopback)
            }))
            // Sizes are compared, so bytes must arrive as they are stored.
            .no_gzip()
            .no_brotli()
            .no_zstd()
            .no_deflate();
        if loopback {
            // A proxy would take "this machine" for itself.
            builder = builder.no_proxy();
        }
        let client = builder.build().map_err(|error| FetchError::Setup {
            reason: chain(&error),
        })?;
        Ok(Download {
            client,
            url,
            options,
            limit: options.max_bytes,
            token: None,
        })
    }

    /// For GitHub's API only: the token does not go to where raw files are served. A redirect to another host drops it.
    fn authorized(mut self, token: Option<&'a Token>) -> Self {
        self.token = token;
        self
    }

    fn limit(mut self, bytes: usize) -> Self {
        self.limit = bytes;
        self
    }

    async fn get(&self, what: &str) -> Result<Vec<u8>, FetchError> {
        let bar = if std::io::stderr().is_terminal() {
            ProgressBar::new_spinner()
        } else {
            ProgressBar::hidden()
        };
        bar.set_message(what.to_owned());
        let mut tries = 1;
        let outcome = loop {
            let (error, asked) = match self.attempt(tries, &bar).await {
                Ok(bytes) => break Ok(bytes),
                Err(Failure::Final(error)) => break Err(error),
                Err(Failure::Passing(error, asked)) => (error, asked),
            };
            let wait = asked.unwrap_or_default().max(
                self.options
                    .backoff
                    .saturating_mul(1 << (tries - 1).min(10)),
            );
            if tries > self.options.retries
                || asked.is_some_and(|asked| asked > self.options.max_wait)
            {
                break Err(error);
            }
            bar.set_message(format!("{what}: try {tries} failed, waiting {wait:?}"));
            tokio::time::sleep(wait).await;
            tries += 1;
        };
        bar.finish_and_clear();
        outcome
    }

    async fn attempt(&self, tries: u32, bar: &ProgressBar) -> Result<Vec<u8>, Failure> {
        let mut request = self
            .client
            .get(self.url.clone())
            .header(ACCEPT, "application/vnd.github+json, */*");
        if let Some(Token(token)) = self.token {
            request = request.bearer_auth(token);
        }
        let mut response = request
            .send()
            .await
            .map_err(|error| self.transport(error, tries))?;
        self.status(&response, tries)?;

        let expected = response.content_length();
        let too_large = || {
            Failure::Final(FetchError::TooLarge {
                url: self.url(),
                limit: self.limit,
            })
        };
        if expected.is_some_and(|bytes| bytes > self.limit as u64) {
            return Err(too_large());
        }
        if let Some(bytes) = expected {
            bar.set_length(bytes);
        }
        bar.set_position(0);
        let mut body = Vec::new();
        let truncated = |got: usize| {
            Failure::Passing(
                FetchError::Truncated {
                    url: self.url(),
                    expected,
                    got: got as u64,
                },
                None,
            )
        };
        loop {
            match response.chunk().await {
                Ok(Some(chunk)) if body.len() + chunk.len() > self.limit => return Err(too_large()),
                Ok(Some(chunk)) => {
                    body.extend_from_slice(&chunk);
                    bar.inc(chunk.len() as u64);
                }
                Ok(None) if expected.is_some_and(|bytes| bytes != body.len() as u64) => {
                    return Err(truncated(body.len()));
                }
                Ok(None) => return Ok(body),
                Err(error) if error.is_timeout() => return Err(self.transport(error, tries)),
                // The connection ended before the body did.
                Err(_) => return Err(truncated(body.len())),
            }
        }
    }

    fn status(&self, response: &Response, tries: u32) -> Result<(), Failure> {
        let status = response.status();
        let wait = retry_after(response.headers());
        let exhausted = response
            .headers()
            .get("x-ratelimit-remaining")
            .is_some_and(|left| left == "0");
        match status {
            StatusCode::OK => Ok(()),
            StatusCode::NOT_FOUND | StatusCode::GONE => {
                Err(Failure::Final(FetchError::NotFound { url: self.url() }))
            }
            // GitHub says so when an address without a token has used up its hour.
            StatusCode::FORBIDDEN if exhausted || wait.is_some() => {
                Err(Failure::Final(FetchError::RateLimited {
                    url: self.url(),
                    retry_after: wait,
                }))
            }
            StatusCode::TOO_MANY_REQUESTS => Err(Failure::Passing(
                FetchError::RateLimited {
                    url: self.url(),
                    retry_after: wait,
                },
                wait,
            )),
            _ => {
                let error = FetchError::Status {
                    url: self.url(),
                    status: status.as_u16(),
                    tries,
                };
                Err(if status.is_server_error() {
                    Failure::Passing(error, wait)
                } else {
                    Failure::Final(error)
                })
            }
        }
    }

    fn transport(&self, error: reqwest::Error, tries: u32) -> Failure {
        let url = self.url();
        if error.is_redirect() {
            return Failure::Final(FetchError::Redirect {
                url,
                reason: root(&error),
            });
        }
        if error.is_timeout() {
            return Failure::Passing(
                FetchError::TimedOut {
                    url,
                    timeout: self.options.timeout,
                    tries,
                },
                None,
            );
        }
        Failure::Passing(
            FetchError::Unreachable {
                url,
                tries,
                reason: chain(&error.without_url()),
            },
            None,
        )
    }

    fn url(&self) -> String {
        self.url.to_string()
    }
}

/// Redirects stay on HTTPS; only a request to loopback may be sent on to loopback.
fn follow(attempt: redirect::Attempt<'_>, from_loopback: bool) -> redirect::Action {
    if attempt.previous().len() > MAX_REDIRECTS {
        return attempt.error(format!("more than {MAX_REDIRECTS} redirects"));
    }
    let to = attempt.url();
    if to.scheme() == "https" && !source::is_loopback(to)
        || from_loopback && source::is_loopback(to)
    {
        return attempt.follow();
    }
    let reason = format!(
        "redirected to {}://{}, which is refused",
        to.scheme(),
        to.host_str().unwrap_or_default()
    );
    attempt.error(reason)
}

/// `Retry-After` in seconds; GitHub does not send the form with a date.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers
        .get(RETRY_AFTER)?
        .to_str()
        .ok()?
        .trim()
        .parse()
        .ok()?;
    Some(Duration::from_secs(seconds))
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

fn root(error: &dyn std::error::Error) -> String {
    let mut last = error;
    while let Some(cause) = last.source() {
        last = cause;
    }
    last.to_string()
}
