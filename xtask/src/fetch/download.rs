//! One address read over HTTP: limits, retries, redirects, and what each failure is called.

use std::io::IsTerminal;
use std::time::Duration;

use indicatif::ProgressBar;
use reqwest::header::{ACCEPT, HeaderMap, RETRY_AFTER};
use reqwest::{Client, Response, StatusCode, redirect};
use url::Url;

use super::{FetchError, Options, Token};
use crate::source;

const MAX_REDIRECTS: usize = 5;

/// One address to be read, with retries.
pub(super) struct Download<'a> {
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
    pub(super) fn new(url: Url, options: &'a Options) -> Result<Self, FetchError> {
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
    pub(super) fn authorized(mut self, token: Option<&'a Token>) -> Self {
        self.token = token;
        self
    }

    pub(super) fn limit(mut self, bytes: usize) -> Self {
        self.limit = bytes;
        self
    }

    pub(super) async fn get(&self, what: &str) -> Result<Vec<u8>, FetchError> {
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
                reason: anyhow::Chain::new(&error)
                    .map(ToString::to_string)
                    .next_back()
                    .unwrap_or_default(),
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

/// Returns an error's text with its causes.
fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let texts: Vec<_> = anyhow::Chain::new(error).map(ToString::to_string).collect();
    texts.join(": ")
}
