//! Starting, using and stopping an emulator.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::backend_api::document::Document;
use crate::clock::Clock;
use crate::ids::Ids;
use crate::keys::{KeyError, SigningKey};
use crate::server;
use crate::world::{Fixed, World};

/// Requests under way get this long to end when an emulator stops.
const GRACE: Duration = Duration::from_secs(1);

/// Which claims session tokens have.
///
/// ```
/// use clerk_emulator::TokenVersion;
///
/// assert_eq!(TokenVersion::default(), TokenVersion::V2);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum TokenVersion {
    /// The older form: `org_id`, `org_role`, `org_permissions`.
    V1,
    /// The form of today: the organization in `o`, features in `fea`, plans in `pla`.
    #[default]
    V2,
}

/// Why an emulator did not start.
///
/// ```
/// use clerk_emulator::{Emulator, StartError};
///
/// # async fn run() {
/// let refused = Emulator::builder().secret_key("sk_live_…").start().await;
/// assert!(matches!(refused, Err(StartError::LiveKey { .. })));
/// # }
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// A key of a production instance was given.
    #[error("the emulator takes no live keys: give it one that begins with `{expected}`, or none")]
    LiveKey {
        /// How keys for tests begin.
        expected: &'static str,
    },
    /// A key that is none of Clerk's.
    #[error("this is no key of Clerk's: it has to begin with `{expected}`")]
    InvalidKey {
        /// How keys for tests begin.
        expected: &'static str,
    },
    /// The signing key cannot be used.
    #[error(transparent)]
    SigningKey(#[from] KeyError),
    /// The address is taken or not ours.
    #[error("cannot listen on {address}: {source}")]
    Bind {
        /// Where it should have listened.
        address: SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
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
    secret_key: Option<String>,
    publishable_key: Option<String>,
    signing_key: Option<String>,
    random_keys: bool,
    token_version: TokenVersion,
    clock: Clock,
    ids_seed: Option<u64>,
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
    /// The port; 0, the default, takes any free one.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// The address to listen on; 127.0.0.1 unless told otherwise. An emulator guards nothing: keep it to this machine.
    pub fn bind(mut self, address: IpAddr) -> Self {
        self.bind = Some(address);
        self
    }

    /// The secret key that requests have to bring: `sk_test_…`; a random one by default.
    pub fn secret_key(mut self, key: impl Into<String>) -> Self {
        self.secret_key = Some(key.into());
        self
    }

    /// The publishable key: `pk_test_…`. By default the one that names the emulator's own address, which is what
    /// anything that follows the key needs.
    pub fn publishable_key(mut self, key: impl Into<String>) -> Self {
        self.publishable_key = Some(key.into());
        self
    }

    /// The RSA key that signs tokens, as PEM (PKCS#8 or PKCS#1, 2048 bits or more).
    ///
    /// By default a key pair that is part of this crate and therefore known to everybody.
    pub fn signing_key_pem(mut self, pem: impl Into<String>) -> Self {
        self.signing_key = Some(pem.into());
        self
    }

    /// Signs tokens with a fresh key instead of the built-in one; making it takes about a tenth of a second.
    pub fn random_keys(mut self) -> Self {
        self.random_keys = true;
        self
    }

    /// Which claims session tokens have; version 2 by default.
    pub fn token_version(mut self, version: TokenVersion) -> Self {
        self.token_version = version;
        self
    }

    /// The clock; the system's by default.
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Makes the same ids, secrets and keys in each run, in the order in which they are asked for.
    pub fn deterministic_ids(mut self, seed: u64) -> Self {
        self.ids_seed = Some(seed);
        self
    }

    /// Starts the emulator.
    ///
    /// # Errors
    /// If a key that was given is a live one or none at all, or the address cannot be listened on.
    pub async fn start(self) -> Result<Emulator, StartError> {
        for (key, live, test) in [
            (&self.secret_key, "sk_live_", "sk_test_"),
            (&self.publishable_key, "pk_live_", "pk_test_"),
        ] {
            if let Some(key) = key {
                if key.starts_with(live) {
                    return Err(StartError::LiveKey { expected: test });
                }
                if !key.starts_with(test) || key.len() == test.len() {
                    return Err(StartError::InvalidKey { expected: test });
                }
            }
        }
        let key = match (&self.signing_key, self.random_keys) {
            (Some(pem), _) => SigningKey::from_pem(pem)?,
            (None, true) => SigningKey::random()?,
            (None, false) => SigningKey::built_in()?,
        };
        let jwt_key = key.public_pem()?;
        let document = Document::load().map_err(StartError::Document)?;
        let wanted = SocketAddr::new(
            self.bind.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST)),
            self.port,
        );
        let bind_error = |source| StartError::Bind {
            address: wanted,
            source,
        };
        let listener = TcpListener::bind(wanted).await.map_err(bind_error)?;
        let mut address = listener.local_addr().map_err(bind_error)?;
        if address.ip().is_unspecified() {
            // Nobody can call "all addresses".
            address.set_ip(IpAddr::V4(Ipv4Addr::LOCALHOST));
        }
        let ids = Ids::new(self.ids_seed);
        let world = Arc::new(World::new(Fixed {
            url: format!("http://{address}"),
            secret_key: self
                .secret_key
                .unwrap_or_else(|| format!("sk_test_{}", ids.letters(42))),
            publishable_key: self
                .publishable_key
                .unwrap_or_else(|| format!("pk_test_{}", STANDARD.encode(format!("{address}$")))),
            token_version: self.token_version,
            clock: self.clock,
            ids,
            document,
            key,
        }));
        crate::backend_api::populate(&world);
        let (stop, stopped) = oneshot::channel::<()>();
        let app = server::router(Arc::clone(&world));
        let task = tokio::spawn(async move {
            let stopped = async {
                // Sent or dropped: both mean stop.
                let _ = stopped.await;
            };
            // Serving ends with an error only where accepting connections does.
            let _ = axum::serve(listener, app)
                .with_graceful_shutdown(stopped)
                .await;
        });
        Ok(Emulator {
            world,
            jwt_key,
            stop: Some(stop),
            task,
        })
    }
}

/// A running emulator; it stops when this is dropped.
///
/// ```
/// use clerk_emulator::Emulator;
///
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// let emulator = Emulator::builder().start().await?;
/// println!("CLERK_API_URL={}", emulator.url());
/// println!("CLERK_SECRET_KEY={}", emulator.secret_key());
/// emulator.shutdown().await;
/// # Ok(())
/// # }
/// ```
pub struct Emulator {
    world: Arc<World>,
    jwt_key: String,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
}

impl std::fmt::Debug for Emulator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Emulator")
            .field("url", &self.world.url)
            .finish_non_exhaustive()
    }
}

impl Emulator {
    /// An emulator with defaults, to be changed before it is started.
    pub fn builder() -> EmulatorBuilder {
        EmulatorBuilder::default()
    }

    /// `http://127.0.0.1:PORT`: the Backend API is at `/v1` below it.
    pub fn url(&self) -> &str {
        &self.world.url
    }

    /// The secret key: `sk_test_…`.
    pub fn secret_key(&self) -> &str {
        &self.world.secret_key
    }

    /// The publishable key: `pk_test_…`, with the emulator's host and port in it.
    pub fn publishable_key(&self) -> &str {
        &self.world.publishable_key
    }

    /// The public key that verifies tokens, as PEM: what `CLERK_JWT_KEY` takes. The one from the start, whatever
    /// [`rotate_keys`](Self::rotate_keys) did since.
    pub fn jwt_key(&self) -> &str {
        &self.jwt_key
    }

    /// The clock, to move it.
    pub fn clock(&self) -> &Clock {
        &self.world.clock
    }

    /// Signs with a fresh key from now on and forgets the old one, which leaves the key set at once.
    ///
    /// Takes about a tenth of a second.
    ///
    /// # Errors
    /// If no key can be made.
    pub fn rotate_keys(&self) -> Result<(), KeyError> {
        self.world.set_key(SigningKey::random()?);
        Ok(())
    }

    /// Signs a user in with a new client (browser).
    ///
    /// # Errors
    /// If there is no such user, or it is banned or locked.
    ///
    /// ```
    /// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = clerk_emulator::Emulator::builder().start().await?;
    /// # let user_id = "user_…";
    /// let ada = emulator.sign_in(user_id)?;
    /// let bearer = format!("Bearer {}", ada.token);
    /// # Ok(())
    /// # }
    /// ```
    pub fn sign_in(&self, user_id: &str) -> Result<SignedIn, Refused> {
        crate::backend_api::sessions::sign_in(&self.world, user_id, None)
    }

    /// Signs a user in beside others, on a client that there is already.
    ///
    /// # Errors
    /// If there is no such client or user, or the user is banned or locked.
    pub fn sign_in_on(&self, client_id: &str, user_id: &str) -> Result<SignedIn, Refused> {
        crate::backend_api::sessions::sign_in(&self.world, user_id, Some(client_id))
    }

    /// Issues an OAuth access token (`oat_…`), as the consent page of an application would.
    ///
    /// # Errors
    /// If there is no application with this client id, or no such user.
    pub fn issue_oauth_token(
        &self,
        client_id: &str,
        user_id: &str,
        scopes: &[&str],
    ) -> Result<String, Refused> {
        crate::backend_api::oauth::issue(&self.world, client_id, user_id, scopes)
    }

    /// Puts a document where the Backend API lists it but nothing there makes it: `billing/plans`,
    /// `billing/statements`, `users/{id}/passkeys`, `sign_ups`, … What the document's schema requires and `fields`
    /// do not have is made up. Returns the document with its id.
    ///
    /// # Errors
    /// If `fields` is no object, there is no such collection, or what the path names does not exist.
    ///
    /// ```
    /// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = clerk_emulator::Emulator::builder().start().await?;
    /// let plan = emulator.insert("billing/plans", serde_json::json!({"name": "Pro", "slug": "pro"}))?;
    /// assert_eq!(plan["object"], "commerce_plan");
    /// # Ok(())
    /// # }
    /// ```
    pub fn insert(&self, collection: &str, fields: Value) -> Result<Value, Refused> {
        crate::backend_api::insert::insert(&self.world, collection, fields)
    }

    /// Stops the emulator, and waits until it has: at most a second.
    pub async fn shutdown(mut self) {
        self.stop.take();
        if tokio::time::timeout(GRACE, &mut self.task).await.is_err() {
            self.task.abort();
        }
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        self.stop.take();
    }
}

/// Why the emulator did not do what was asked of it.
///
/// ```
/// # async fn run() -> Result<(), clerk_emulator::StartError> {
/// let emulator = clerk_emulator::Emulator::builder().start().await?;
/// let refused = emulator.sign_in("user_nobody").unwrap_err();
/// assert_eq!(refused.to_string(), "there is no user user_nobody");
/// # Ok(())
/// # }
/// ```
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Refused(pub(crate) String);

/// What a browser holds once a user signed in.
///
/// ```
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// # let emulator = clerk_emulator::Emulator::builder().start().await?;
/// # let (ada, grace) = ("user_…", "user_…");
/// let first = emulator.sign_in(ada)?;
/// let second = emulator.sign_in_on(&first.client_id, grace)?;
/// assert_eq!(first.client_id, second.client_id);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub struct SignedIn {
    /// The client: `client_…`.
    pub client_id: String,
    /// The session: `sess_…`.
    pub session_id: String,
    /// A session token, as in the cookie `__session`; it lives for a minute.
    pub token: String,
    /// The client's token, as in the Frontend API's cookie `__client`.
    pub client_token: String,
    /// What the session is refreshed with, as in the cookie `__refresh`.
    pub refresh_token: String,
}

impl std::fmt::Debug for SignedIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SignedIn")
            .field("client_id", &self.client_id)
            .field("session_id", &self.session_id)
            .finish_non_exhaustive()
    }
}
