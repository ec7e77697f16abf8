use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use clerk_api::{Config, Error, Method};
use futures_util::future::BoxFuture;
use serde_json::Value;

use crate::tokens::error::{TokenError, TokenErrorReason as Reason};

/// Where the keys of an instance come from. [`ApiJwks`] fetches them from Clerk's Backend API; tests and proxies bring
/// their own.
///
/// ```
/// use clerk_sdk::tokens::{FetchedJwks, JwksSource, TokenError, TokenVerifier};
/// use futures_util::future::{BoxFuture, FutureExt};
///
/// struct FromDisk;
///
/// impl JwksSource for FromDisk {
///     fn instance(&self) -> u64 {
///         0
///     }
///
///     fn fetch(&self) -> BoxFuture<'_, Result<FetchedJwks, TokenError>> {
///         async { Ok(FetchedJwks { instance: 0, jwks: serde_json::json!({ "keys": [] }) }) }.boxed()
///     }
/// }
///
/// let verifier = TokenVerifier::builder().jwks_source(FromDisk).build();
/// # let _ = verifier;
/// ```
pub trait JwksSource: Send + Sync + 'static {
    /// Returns a number that tells one instance from another. Keys that were fetched under one number never verify a token under
    /// another, so it must change whenever the next fetch may ask a different instance. It is asked for each token.
    fn instance(&self) -> u64;

    /// Returns the host that the keys are fetched from, for the log. Default: `None`.
    fn host(&self) -> Option<String> {
        None
    }

    /// Fetches the keys once. Several tries, if any, are its own affair; the cache bounds the time of all of them.
    fn fetch(&self) -> BoxFuture<'_, Result<FetchedJwks, TokenError>>;
}

/// What a [`JwksSource`] fetched.
///
/// ```
/// use clerk_sdk::tokens::FetchedJwks;
///
/// let fetched = FetchedJwks { instance: 0, jwks: serde_json::json!({ "keys": [] }) };
/// assert_eq!(fetched.instance, 0);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct FetchedJwks {
    /// The [instance](JwksSource::instance) that the keys are of.
    pub instance: u64,
    /// The JSON Web Key Set.
    pub jwks: Value,
}

/// The keys from Clerk's Backend API (`GET /jwks`), with the configuration that the client has at the time.
///
/// ```
/// use clerk_api::{Client, Config};
/// use clerk_sdk::tokens::{ApiJwks, JwksSource};
///
/// let api = Client::new(Config::new("sk_test_1"));
/// let source = ApiJwks::new(api.clone());
/// let first = source.instance();
/// api.update(|config| config.secret_key = "sk_test_2".into());
/// assert_ne!(source.instance(), first);
/// ```
#[derive(Debug)]
pub struct ApiJwks {
    api: clerk_api::Client,
    /// The configuration that was seen last, and the number of the instance that it reaches.
    seen: ArcSwap<(Arc<Config>, u64)>,
    numbering: Mutex<()>,
}

/// A change of configuration during a fetch makes it be repeated, at most so often.
const MAX_CHANGES: u32 = 3;

impl ApiJwks {
    /// Returns the keys of the instance that this client talks to.
    pub fn new(api: clerk_api::Client) -> Self {
        let seen = ArcSwap::from_pointee((api.config(), 0));
        Self {
            api,
            seen,
            numbering: Mutex::new(()),
        }
    }

    fn number_of(&self, config: &Arc<Config>) -> u64 {
        let same = |seen: &(Arc<Config>, u64)| Arc::ptr_eq(&seen.0, config);
        let seen = self.seen.load();
        if same(&seen) {
            return seen.1;
        }
        let _numbering = self
            .numbering
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let seen = self.seen.load();
        if same(&seen) {
            return seen.1;
        }
        let number = seen.1 + u64::from(!is_same_instance(&seen.0, config));
        self.seen.store(Arc::new((Arc::clone(config), number)));
        number
    }

    async fn fetch_once(&self) -> Result<Value, TokenError> {
        match self.api.request(Method::GET, "/jwks").yielding().await {
            Ok(answer) => Ok(answer.into_body()),
            Err(error) => {
                let (reason, what) = match &error {
                    Error::Api(_) if error.code() == Some("clerk_key_invalid") => {
                        (Reason::SecretKeyInvalid, "Clerk rejected the secret key")
                    }
                    Error::Api(_) => (
                        Reason::JwkRemoteFailedToLoad,
                        "Clerk did not hand out the keys",
                    ),
                    Error::MissingSecretKey => (
                        Reason::JwkFailedToResolve,
                        "there is no key, and no API client to fetch keys with",
                    ),
                    _ => (Reason::UnexpectedError, "the keys could not be fetched"),
                };
                Err(TokenError::from_api(reason, what, error))
            }
        }
    }
}

impl JwksSource for ApiJwks {
    fn instance(&self) -> u64 {
        self.number_of(&self.api.config())
    }

    fn host(&self) -> Option<String> {
        let url = clerk_api::reqwest::Url::parse(&self.api.config().server_api_url).ok()?;
        let host = url.host_str()?;
        Some(match url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        })
    }

    fn fetch(&self) -> BoxFuture<'_, Result<FetchedJwks, TokenError>> {
        Box::pin(async move {
            for _ in 0..MAX_CHANGES {
                // The request takes the configuration at some moment between these two looks, so it knows whose keys it
                // got only when both see the same.
                let before = self.api.config();
                let answer = self.fetch_once().await;
                if Arc::ptr_eq(&before, &self.api.config()) {
                    return answer.map(|jwks| FetchedJwks {
                        instance: self.number_of(&before),
                        jwks,
                    });
                }
            }
            Err(TokenError::new(
                Reason::UnexpectedError,
                "the configuration changed again and again while the keys were fetched",
            ))
        })
    }
}

fn is_same_instance(one: &Config, other: &Config) -> bool {
    one.secret_key.expose() == other.secret_key.expose()
        && one.server_api_url == other.server_api_url
        && one.api_version == other.api_version
}
