//! Fetching Clerk's documents: the pinned bytes, or the newest ones upstream has.
//!
//! Nothing here writes a file: bytes are returned once they are proven to be the right ones. Both functions block, so
//! call them from ordinary code and not from within an async runtime.

mod download;
mod error;

use std::time::Duration;

use serde::Deserialize;
use sha2::{Digest, Sha256};
use url::Url;

pub use error::FetchError;

use download::Download;

use crate::document::{self, Kind};
use crate::source::{self, Pin, Source};

/// GitHub lists at most 1,000 files of a folder, some 1 KiB each.
const MAX_LISTING: usize = 2 * 1024 * 1024;

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
    /// The token for GitHub's API. Without one, GitHub allows 60 calls an hour. Default: none.
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
        reason: format!("the response of GitHub's API has an unknown form ({error})"),
    })
}
