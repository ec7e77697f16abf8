use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use reqwest::Method;

use crate::config::Config;
use crate::runtime::{Gate, RawRequest, Snapshot};

/// A client of Clerk's Backend API. Every operation is a method of it.
///
/// Clones are cheap and share everything: connections, and also the configuration, so that
/// [`update`](Self::update) on one is seen by all. A request takes the configuration as it is when it is sent and keeps
/// it through its retries: no request ever carries the key of one configuration to the URL of another.
///
/// ```
/// use clerk_api::{Client, Config};
///
/// let api = Client::new(Config::new("sk_test_123"));
/// let same = api.clone();
/// api.update(|config| config.secret_key = "sk_test_456".into());
/// assert_eq!(same.config().secret_key.expose(), "sk_test_456");
/// ```
///
/// # The gate
///
/// Some calls can be caused by a visitor of an application with something made up, such as an API key that is to be
/// verified; each counts towards the rate limit that all calls of the instance share. A call with `.gated()` is therefore
/// sent once, takes at most 10 seconds, and is sent only while the gate of the client is open. Clones and
/// [siblings](Self::with_config) share one gate.
///
/// * A gated call that Clerk rejects with 429 closes the gate for the time that `Retry-After` states, from 1 second to 5
///   minutes, or for 10 seconds where it states none. Until then gated calls return
///   [`Error::GateClosed`](crate::Error::GateClosed) at once, without any network.
/// * Where no gated call was answered within the last 10 seconds, one call goes first and the others wait for what comes of
///   it, so that a flood which meets a 429 costs one call. The next one follows after 5 seconds without an answer.
/// * At most 64 gated calls are under way at any time; the others wait for their turn.
///
/// All other calls are sent whether the gate is open or not, follow the [`RetryPolicy`](crate::RetryPolicy), and neither open
/// nor close it: limits of single endpoints, such as that for invitations, must not sign visitors out. Changing the
/// secret key or `server_api_url` opens the gate.
///
/// ```no_run
/// # async fn run(api: clerk_api::Client, secret: &str) -> Result<(), clerk_api::Error> {
/// use clerk_api::{Error, Method};
///
/// let call = api.request(Method::POST, "/api_keys/verify").json(serde_json::json!({ "secret": secret }));
/// match call.gated().await {
///     Ok(key) => println!("{}", key["subject"]),
///     Err(Error::GateClosed { retry_after, .. }) => println!("not sent; try again in {retry_after:?}"),
///     Err(other) => return Err(other),
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
}

struct Shared {
    snapshot: ArcSwap<Snapshot>,
    /// Held by whoever changes the configuration, so that no change is lost. Requests never wait for it.
    changing: Mutex<()>,
    gate: Arc<Gate>,
}

impl Client {
    /// Returns a client with this configuration. Nothing is sent, and nothing can fail here: a configuration that cannot work is
    /// an error of each call.
    ///
    /// # Panics
    ///
    /// With feature `rustls-no-provider` and without `rustls`, when the application has not installed a crypto provider
    /// before.
    pub fn new(config: Config) -> Self {
        Self {
            shared: Arc::new(Shared {
                snapshot: ArcSwap::from_pointee(Snapshot::new(config, None)),
                changing: Mutex::new(()),
                gate: Arc::default(),
            }),
        }
    }

    /// Returns the configuration as it is now.
    pub fn config(&self) -> Arc<Config> {
        Arc::clone(&self.snapshot().config)
    }

    /// Changes the configuration for all clones of this client; requests that are under way keep the one they began with.
    ///
    /// All that `change` does becomes visible at once. It must not change this client again: that would wait for itself.
    ///
    /// The connections stay, unless the change touches `proxy`, `connect_timeout` or `client` of its HTTP options.
    pub fn update(&self, change: impl FnOnce(&mut Config)) {
        // A panic in `change` leaves the old configuration in place, so a poisoned lock guards nothing broken.
        let _changing = self
            .shared
            .changing
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let current = self.snapshot();
        let mut config = Config::clone(&current.config);
        change(&mut config);
        let is_same_instance = config.secret_key.expose() == current.config.secret_key.expose()
            && config.server_api_url == current.config.server_api_url;
        self.shared
            .snapshot
            .store(Arc::new(Snapshot::new(config, Some(&current))));
        if !is_same_instance {
            self.shared.gate.reset();
        }
    }

    /// Replaces the configuration, as [`update`](Self::update) does.
    pub fn replace(&self, config: Config) {
        self.update(|current| *current = config);
    }

    /// Returns a client that shares the connections and the [gate](Self#the-gate) of this one, begins with its configuration changed like this, and is
    /// changed on its own from then on.
    ///
    /// ```
    /// use clerk_api::{Client, Config};
    ///
    /// let api = Client::new(Config::new("sk_test_123"));
    /// let machine = api.with_config(|config| config.secret_key = "ak_123".into());
    /// assert_eq!(machine.config().secret_key.expose(), "ak_123");
    /// assert_eq!(api.config().secret_key.expose(), "sk_test_123");
    /// ```
    #[must_use]
    pub fn with_config(&self, change: impl FnOnce(&mut Config)) -> Self {
        let current = self.snapshot();
        let mut config = Config::clone(&current.config);
        change(&mut config);
        Self {
            shared: Arc::new(Shared {
                snapshot: ArcSwap::from_pointee(Snapshot::new(config, Some(&current))),
                changing: Mutex::new(()),
                gate: Arc::clone(&self.shared.gate),
            }),
        }
    }

    /// Returns a request of your own: an operation, a parameter or a field that this version of the crate does not have.
    ///
    /// `path` begins with `/`, follows the version (`/users`, not `/v1/users`) and is sent as it is, so whatever may hold
    /// special characters must be percent-encoded already. Empty, `.` and `..` segments, `?`, `#`, `\`, control characters
    /// and whole URLs make the call return [`Error::InvalidRequest`](crate::Error::InvalidRequest): an id that is missing or
    /// made up must not reach another endpoint.
    ///
    /// ```no_run
    /// # async fn run() -> Result<(), clerk_api::Error> {
    /// use clerk_api::{Client, Config, Method};
    ///
    /// let api = Client::new(Config::new("sk_test_123"));
    /// let count = api.request(Method::GET, "/users/count").await?;
    /// println!("{}", count["total_count"]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn request(&self, method: Method, path: impl Into<String>) -> RawRequest {
        RawRequest::new(self, method, path.into())
    }

    pub(crate) fn gate(&self) -> &Arc<Gate> {
        &self.shared.gate
    }

    /// Returns what a request takes when it is sent.
    pub(crate) fn snapshot(&self) -> Arc<Snapshot> {
        self.shared.snapshot.load_full()
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("config", &self.config())
            .finish()
    }
}
