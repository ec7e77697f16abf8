//! Starting an emulator.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::runtime::Handle;
use tokio::sync::oneshot;

use crate::control::Controls;
use crate::emulator::Emulator;
use crate::export::{InitialState, InitialStateError, StateError, exported_instance_id};
use crate::http::connection::{ConnectionListener, Peer};
use crate::http::faults::Faults;
use crate::http::request_log::RequestLog;
use crate::instance::access::Access;
use crate::instance::clock::Clock;
use crate::instance::ids::Ids;
use crate::instance::keys::{KeyError, SigningKey};
use crate::instance::settings::{Settings, TokenVersion};
use crate::instance::{ApiDocuments, Instance, Observer};
use crate::seed::{Seed, SeedError};
use crate::server;
use crate::webhooks::{WebhookError, Webhooks};

/// Why an emulator did not start.
///
/// ```
/// use clerk_emulator::{Emulator, StartError};
///
/// # async fn run() {
/// let rejected = Emulator::builder().secret_key("sk_live_…").start().await;
/// assert!(matches!(rejected, Err(StartError::LiveKey { .. })));
/// # }
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// A given key belongs to a production instance.
    #[error(
        "the emulator does not accept live keys: use a key that begins with `{expected}`, or none"
    )]
    LiveKey {
        /// The prefix of keys for tests.
        expected: &'static str,
    },
    /// A given key is not one of Clerk's.
    #[error("this is no key of Clerk's: it has to begin with `{expected}`")]
    InvalidKey {
        /// The prefix of keys for tests.
        expected: &'static str,
    },
    /// The text given to [`allow_host`](EmulatorBuilder::allow_host) is not a host.
    #[error(
        "`{given}` is no host name and no IP address: give the host alone, without scheme and port"
    )]
    InvalidHost {
        /// The given text.
        given: String,
    },
    /// The text given to [`allow_origin`](EmulatorBuilder::allow_origin) is not an origin.
    #[error(
        "`{given}` is no origin of a web page: give scheme, host and port, as in https://app.example:8443"
    )]
    InvalidOrigin {
        /// The given text.
        given: String,
    },
    /// The signing key cannot be used.
    #[error(transparent)]
    SigningKey(#[from] KeyError),
    /// The address is in use, or belongs to another machine.
    #[error("cannot listen on {address}: {source}")]
    Bind {
        /// The address.
        address: SocketAddr,
        /// The system's error.
        source: std::io::Error,
    },
    /// A seed has something that Clerk would reject.
    #[error("the seed is invalid: {0}")]
    Seed(#[from] SeedError),
    /// The given state is not an exported one.
    #[error(transparent)]
    State(StateError),
    /// A webhook cannot be added.
    #[error(transparent)]
    Webhook(#[from] WebhookError),
    /// The API document inside this crate is damaged.
    #[error("the crate's own API document does not read: {0}")]
    Document(String),
}

/// How to start an [`Emulator`].
///
/// ```
/// use clerk_emulator::{Clock, Emulator, TokenVersion};
///
/// # async fn start() -> Result<(), clerk_emulator::StartError> {
/// let emulator = Emulator::builder()
///     .clock(Clock::fixed(1_700_000_000_000))
///     .token_version(TokenVersion::V1)
///     .deterministic_ids(7)
///     .start()
///     .await?;
/// # Ok(())
/// # }
/// ```
#[derive(Default)]
#[must_use = "an emulator runs only once it is started"]
pub struct EmulatorBuilder {
    port: u16,
    bind: Option<IpAddr>,
    allowed_hosts: Vec<String>,
    allowed_origins: Vec<String>,
    secret_key: Option<String>,
    publishable_key: Option<String>,
    signing_key: Option<String>,
    random_keys: bool,
    token_version: TokenVersion,
    clock: Clock,
    ids_seed: Option<u64>,
    webhooks: Vec<(String, String)>,
    webhook_retries: Option<Vec<Duration>>,
    seeds: Vec<Seed>,
    state: Option<Value>,
    npm: Option<PathBuf>,
}

impl std::fmt::Debug for EmulatorBuilder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EmulatorBuilder")
            .field("bind", &self.bind)
            .field("port", &self.port)
            .finish_non_exhaustive()
    }
}

impl EmulatorBuilder {
    /// Sets the port; 0, the default, takes any free one.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Sets the address to listen on; 127.0.0.1 by default. Everyone who can reach an emulator can change everything in
    /// it, so keep it to this machine.
    pub fn bind(mut self, address: IpAddr) -> Self {
        self.bind = Some(address);
        self
    }

    /// Accepts requests to this host as well: a name, such as that of a container, or an IP address, without scheme and
    /// port. May be called several times.
    ///
    /// By default the emulator accepts requests to `localhost`, `*.localhost`, `127.0.0.0/8`, `[::1]` and the address
    /// that it listens on, with any port; if it listens on all addresses, to any IP address. It rejects any other
    /// `Host` with 403, so that a page on the internet cannot reach it by DNS rebinding.
    pub fn allow_host(mut self, host: impl Into<String>) -> Self {
        self.allowed_hosts.push(host.into());
        self
    }

    /// Accepts requests from pages of this origin as well, and redirects to them: scheme, host and an optional port,
    /// such as `http://192.168.1.5:3000`. May be called several times.
    ///
    /// By default the emulator accepts pages on `localhost`, `*.localhost`, `127.0.0.0/8` and `[::1]`, with any port,
    /// and its own. A page of an allowed origin can do everything that the Frontend API can: sign any user in, and read
    /// who is signed in.
    pub fn allow_origin(mut self, origin: impl Into<String>) -> Self {
        self.allowed_origins.push(origin.into());
        self
    }

    /// Sets the secret key of the Backend API: `sk_test_…`; a random one by default.
    pub fn secret_key(mut self, key: impl Into<String>) -> Self {
        self.secret_key = Some(key.into());
        self
    }

    /// Sets the publishable key: `pk_test_…`. The default has the emulator's own address in it, which clients that
    /// derive the address from the key need.
    pub fn publishable_key(mut self, key: impl Into<String>) -> Self {
        self.publishable_key = Some(key.into());
        self
    }

    /// Sets the RSA key that signs tokens, as PEM (PKCS#8 or PKCS#1, 2048 bits or more).
    ///
    /// The default is a key pair that is part of this crate and therefore public.
    pub fn signing_key_pem(mut self, pem: impl Into<String>) -> Self {
        self.signing_key = Some(pem.into());
        self
    }

    /// Signs tokens with a new key instead of the built-in one; making it takes about a tenth of a second.
    pub fn random_keys(mut self) -> Self {
        self.random_keys = true;
        self
    }

    /// Sets which claims session tokens have; version 2 by default.
    pub fn token_version(mut self, version: TokenVersion) -> Self {
        self.token_version = version;
        self
    }

    /// Sets the clock; the system's by default.
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Makes the same ids, secrets and keys in each run, if they are needed in the same order.
    pub fn deterministic_ids(mut self, seed: u64) -> Self {
        self.ids_seed = Some(seed);
        self
    }

    /// Sends an event for each change to this address, which begins with `http://`, signed with this secret: `whsec_…`.
    /// Seeds cause no events. May be called several times.
    pub fn webhook(mut self, url: impl Into<String>, secret: impl Into<String>) -> Self {
        self.webhooks.push((url.into(), secret.into()));
        self
    }

    /// Sets the pauses before an event is sent again if the endpoint does not respond with success within 15 seconds;
    /// by default 100 ms, 500 ms and 2 s. Later events wait, because an endpoint gets its events in order.
    pub fn webhook_retries(mut self, pauses: impl IntoIterator<Item = Duration>) -> Self {
        self.webhook_retries = Some(pauses.into_iter().collect());
        self
    }

    /// Serves Clerk's scripts at `/npm/@clerk/…` from this folder of npm packages, usually `node_modules`: there
    /// `<ClerkProvider>` and Clerk's other frontends look for them, whichever version they ask for.
    pub fn npm(mut self, folder: impl Into<PathBuf>) -> Self {
        self.npm = Some(folder.into());
        self
    }

    /// Adds what exists from the start. May be called several times.
    pub fn seed(mut self, seed: Seed) -> Self {
        self.seeds.push(seed);
        self
    }

    /// Starts with a state that [`Emulator::export`] returned. Seeds are added to it.
    pub fn state(mut self, state: Value) -> Self {
        self.state = Some(state);
        self
    }

    /// Starts the emulator.
    ///
    /// # Errors
    /// Returns an error if a given key is a live one or not one of Clerk's, an allowed host or origin is invalid, a
    /// seed, the state or a webhook is rejected, or the emulator cannot listen on the address.
    pub async fn start(self) -> Result<Emulator, StartError> {
        check_key(self.secret_key.as_deref(), "sk_live_", "sk_test_")?;
        check_key(self.publishable_key.as_deref(), "pk_live_", "pk_test_")?;
        let bind = self.bind.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
        let access = access_of(bind, &self.allowed_hosts, &self.allowed_origins)?;
        let key = self.signing_key()?;
        let jwt_key = key.public_pem()?;
        let documents = ApiDocuments::load().map_err(StartError::Document)?;
        let (listener, address) = listen(SocketAddr::new(bind, self.port)).await?;
        let ids = Ids::new(self.ids_seed);
        let publishable_key = self
            .publishable_key
            .unwrap_or_else(|| publishable_key_for(address.port()));
        let issuer = issuer_of(&publishable_key).unwrap_or_else(|| format!("http://{address}"));
        let settings = Settings {
            url: format!("http://{address}"),
            secret_key: self
                .secret_key
                .unwrap_or_else(|| format!("sk_test_{}", ids.letters(42))),
            publishable_key,
            issuer,
            instance_id: self
                .state
                .as_ref()
                .and_then(exported_instance_id)
                .unwrap_or_else(|| ids.id("ins")),
            token_version: self.token_version,
            open: !bind.is_loopback(),
            access,
            npm: self.npm,
        };
        let initial = InitialState {
            seeds: self.seeds,
            state: self.state,
            ids: self.ids_seed.map(|_| ids.position()),
        };
        let webhooks = Arc::new(Webhooks::new(Handle::current(), self.webhook_retries));
        // Each commit of the instance is sent to the webhooks.
        let observer: Arc<dyn Observer> = Arc::clone(&webhooks) as _;
        let instance = Arc::new(Instance::new(
            settings, self.clock, ids, documents, key, observer,
        ));
        initial.apply(&instance).map_err(|error| match error {
            InitialStateError::Seed(error) => StartError::Seed(error),
            InitialStateError::State(error) => StartError::State(error),
        })?;
        for (url, secret) in &self.webhooks {
            webhooks.add(&instance, url, Some(secret))?;
        }
        let controls = Arc::new(Controls {
            instance,
            webhooks,
            faults: Faults::default(),
            requests: RequestLog::default(),
            initial,
        });
        Ok(serve(listener, controls, jwt_key))
    }

    fn signing_key(&self) -> Result<SigningKey, KeyError> {
        match (&self.signing_key, self.random_keys) {
            (Some(pem), _) => SigningKey::from_pem(pem),
            (None, true) => SigningKey::random(),
            (None, false) => SigningKey::built_in(),
        }
    }
}

/// Checks that a given key is one for tests.
fn check_key(key: Option<&str>, live: &str, test: &'static str) -> Result<(), StartError> {
    let Some(key) = key else { return Ok(()) };
    if key.starts_with(live) {
        return Err(StartError::LiveKey { expected: test });
    }
    if !key.starts_with(test) || key.len() == test.len() {
        return Err(StartError::InvalidKey { expected: test });
    }
    Ok(())
}

/// Listens, and returns the address at which this machine reaches the listener.
async fn listen(wanted: SocketAddr) -> Result<(TcpListener, SocketAddr), StartError> {
    let bind_error = |source| StartError::Bind {
        address: wanted,
        source,
    };
    let listener = TcpListener::bind(wanted).await.map_err(bind_error)?;
    let mut address = listener.local_addr().map_err(bind_error)?;
    if address.ip().is_unspecified() {
        // A client cannot connect to "all addresses".
        address.set_ip(IpAddr::V4(Ipv4Addr::LOCALHOST));
    }
    Ok((listener, address))
}

/// Serves requests until the emulator is stopped or dropped.
fn serve(listener: TcpListener, controls: Arc<Controls>, jwt_key: String) -> Emulator {
    let (stop, stopped) = oneshot::channel::<()>();
    let app = server::router(Arc::clone(&controls)).into_make_service_with_connect_info::<Peer>();
    let task = tokio::spawn(async move {
        let stopped = async {
            // Sent or dropped: both mean stop.
            let _ = stopped.await;
        };
        // Serving ends with an error only if connections cannot be accepted any more.
        let _ = axum::serve(ConnectionListener(listener), app)
            .with_graceful_shutdown(stopped)
            .await;
    });
    Emulator {
        controls,
        jwt_key,
        stop: Some(stop),
        task,
    }
}

/// Returns the address that a publishable key names.
fn issuer_of(publishable_key: &str) -> Option<String> {
    let encoded = publishable_key.strip_prefix("pk_test_")?;
    let host = String::from_utf8(STANDARD.decode(encoded).ok()?).ok()?;
    Some(format!("https://{}", host.strip_suffix('$')?))
}

/// Returns the publishable key of the emulator at a port. Clerk's frontends read from the host in it that the instance is for
/// development, whatever the address of its proxy is; the port keeps the cookies of two emulators apart.
fn publishable_key_for(port: u16) -> String {
    let host = format!("emulator-{port}.clerk.accounts.dev");
    format!("pk_test_{}", STANDARD.encode(format!("{host}$")))
}

fn access_of(bind: IpAddr, hosts: &[String], origins: &[String]) -> Result<Access, StartError> {
    let mut access = Access::new(bind);
    for given in hosts {
        if !access.add_host(given) {
            let given = given.clone();
            return Err(StartError::InvalidHost { given });
        }
    }
    for given in origins {
        if !access.add_origin(given) {
            let given = given.clone();
            return Err(StartError::InvalidOrigin { given });
        }
    }
    Ok(access)
}
