//! The metadata of the Frontend API, for clients that ask the resource's host for it.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use clerk_sdk::__private::{Level, LogLimit, http_client_builder, root_cause};
use clerk_sdk::clerk_api::reqwest;
use clerk_sdk::{Clerk, Clock};
use serde_json::Value;
use tokio::time::{Instant, timeout};

/// How long a document is served without asking again.
const FRESH: Duration = Duration::from_secs(300);
/// How long a document is served while there is no newer one to be had.
const STALE: Duration = Duration::from_secs(24 * 3600);
/// How long nothing is asked after a failure.
const PAUSE: Duration = Duration::from_secs(10);
const TIMEOUT: Duration = Duration::from_secs(5);
const MAX_BYTES: usize = 64 * 1024;

/// The document, kept for minutes, and longer while the Frontend API cannot be reached.
#[derive(Default)]
pub(crate) struct ServerMetadata {
    kept: Mutex<Kept>,
    /// Held while the Frontend API is asked: there is one such request at a time.
    asking: tokio::sync::Mutex<Option<reqwest::Client>>,
}

#[derive(Default)]
struct Kept {
    /// Where the document is from. With another Frontend API, nothing is kept.
    url: String,
    document: Option<(Bytes, Instant)>,
    failed_at: Option<Instant>,
}

enum Found {
    Document(Bytes),
    /// There is a document that may be served if there is no newer one, and whether to ask for one.
    Ask {
        stale: Option<Bytes>,
    },
    Nothing,
}

impl ServerMetadata {
    /// Returns the document of this Frontend API.
    pub(crate) async fn get(&self, clerk: &Clerk, frontend_api: &str) -> Option<Bytes> {
        let url = format!("{frontend_api}/.well-known/oauth-authorization-server");
        let stale = match self.kept(&url).found() {
            Found::Document(document) => return Some(document),
            Found::Nothing => return None,
            Found::Ask { stale } => stale,
        };
        let mut client = match self.asking.try_lock() {
            Ok(client) => client,
            // Another request asks already.
            Err(_) if stale.is_some() => return stale,
            Err(_) => self.asking.lock().await,
        };
        match self.kept(&url).found() {
            Found::Document(document) => return Some(document),
            Found::Nothing => return None,
            Found::Ask { .. } => {}
        }
        let asked = async {
            let http = match &*client {
                Some(http) => http.clone(),
                None => client.insert(http_client(clerk)?).clone(),
            };
            fetch(&http, &url).await
        };
        let asked = timeout(TIMEOUT, asked).await;
        let asked = asked.unwrap_or_else(|_| Err("no response in time".to_owned()));
        let mut kept = self.kept(&url);
        match asked {
            Ok(document) => {
                kept.document = Some((document.clone(), Instant::now()));
                kept.failed_at = None;
                Some(document)
            }
            Err(reason) => {
                static LIMIT: LogLimit = LogLimit::new();
                let message = "the metadata of the Frontend API cannot be fetched";
                LIMIT.log(
                    &Clock::system(),
                    Level::Warn,
                    message,
                    &[("error", &reason)],
                );
                kept.failed_at = Some(Instant::now());
                stale
            }
        }
    }

    fn kept(&self, url: &str) -> MutexGuard<'_, Kept> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.url != url {
            *kept = Kept {
                url: url.to_owned(),
                ..Kept::default()
            };
        }
        kept
    }
}

impl Kept {
    fn found(&self) -> Found {
        let age = |at: &Instant| at.elapsed();
        let stale = match &self.document {
            Some((document, at)) if age(at) < FRESH => return Found::Document(document.clone()),
            Some((document, at)) if age(at) < STALE => Some(document.clone()),
            _ => None,
        };
        match self.failed_at.as_ref().map(age) {
            Some(age) if age < PAUSE => stale.map_or(Found::Nothing, Found::Document),
            _ => Found::Ask { stale },
        }
    }
}

fn http_client(clerk: &Clerk) -> Result<reqwest::Client, String> {
    let config = clerk.api().config();
    http_client_builder(TIMEOUT, config.http_options.proxy.as_deref())?
        .build()
        .map_err(|error| root_cause(&error).to_string())
}

async fn fetch(http: &reqwest::Client, url: &str) -> Result<Bytes, String> {
    let failed = |error: reqwest::Error| root_cause(&error.without_url()).to_string();
    let mut response = http.get(url).send().await.map_err(failed)?;
    if response.status() != http::StatusCode::OK {
        return Err(format!("status {}", response.status().as_u16()));
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(failed)? {
        if bytes.len() + chunk.len() > MAX_BYTES {
            return Err("the document is too large".to_owned());
        }
        bytes.extend_from_slice(&chunk);
    }
    match serde_json::from_slice(&bytes) {
        Ok(Value::Object(document)) if document.get("issuer").is_some_and(Value::is_string) => {
            Ok(Bytes::from(bytes))
        }
        _ => Err("the response is no metadata".to_owned()),
    }
}

impl fmt::Debug for ServerMetadata {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ServerMetadata")
    }
}
