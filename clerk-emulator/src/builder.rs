//! Starting an emulator.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::runtime::Handle;
use tokio::sync::oneshot;

use crate::access::Access;
use crate::backend_api::document::Document;
use crate::clock::Clock;
use crate::emulator::{Emulator, TokenVersion};
use crate::export::{Start, StateError, Unstarted};
use crate::ids::Ids;
use crate::keys::{KeyError, SigningKey};
use crate::line::{Lines, Peer};
use crate::seed::{Seed, SeedError};
use crate::server;
use crate::webhooks::{WebhookError, Webhooks};
use crate::world::{Fixed, World};

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
    /// What was given to [`allow_host`](EmulatorBuilder::allow_host) is no host.
    #[error(
        "`{given}` is no host name and no IP address: give the host alone, without scheme and port"
    )]
    InvalidHost {
        /// What was given.
        given: String,
    },
    /// What was given to [`allow_origin`](EmulatorBuilder::allow_origin) is no origin.
    #[error(
        "`{given}` is no origin of a web page: give scheme, host and port, as in https://app.example:8443"
    )]
    InvalidOrigin {
        /// What was given.
        given: String,
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
    /// A seed says something that Clerk would refuse.
    #[error("the seed cannot be planted: {0}")]
    Seed(#[from] SeedError),
    /// The state that it should begin with is none.
    #[error(transparent)]
    State(StateError),
    /// Nothing can be sent to a webhook.
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

    /// The address to listen on; 127.0.0.1 unless told otherwise. Whoever reaches an emulator can change everything in it:
    /// keep it to this machine.
    pub fn bind(mut self, address: IpAddr) -> Self {
        self.bind = Some(address);
        self
    }

    /// Accepts requests to this host as well: a name, such as that of a container, or an IP address, without scheme and
    /// port. Given again, to that one as well.
    ///
    /// By default requests are accepted to `localhost`, `*.localhost`, `127.0.0.0/8` and `[::1]`, and to the address that
    /// the emulator listens on, on any port; listening on all addresses, to any IP address. Any other `Host` is rejected
    /// with 403 by every part of the emulator, so that no page on the internet reaches it under a name that was made to
    /// lead here.
    pub fn allow_host(mut self, host: impl Into<String>) -> Self {
        self.allowed_hosts.push(host.into());
        self
    }

    /// Accepts requests of pages of this origin as well, and redirects to them: scheme, host and perhaps port, such as
    /// `http://192.168.1.5:3000`. Given again, of that one as well.
    ///
    /// By default pages on `localhost`, `*.localhost`, `127.0.0.0/8` and `[::1]` are accepted, on any port, and the
    /// emulator's own. A page of an allowed origin can do whatever the Frontend API can: sign anybody in and read who is
    /// signed in.
    pub fn allow_origin(mut self, origin: impl Into<String>) -> Self {
        self.allowed_origins.push(origin.into());
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

    /// Tells each change to this address, which begins with `http://`, signed with this secret: `whsec_…`. Given again,
    /// to that one as well. Seeds are no changes.
    pub fn webhook(mut self, url: impl Into<String>, secret: impl Into<String>) -> Self {
        self.webhooks.push((url.into(), secret.into()));
        self
    }

    /// After which pauses an event is sent again that was not answered with success, within 15 seconds; by default 100
    /// ms, 500 ms and 2 s. Those after it wait as long, because an endpoint gets its events in order.
    pub fn webhook_retries(mut self, pauses: impl IntoIterator<Item = Duration>) -> Self {
        self.webhook_retries = Some(pauses.into_iter().collect());
        self
    }

    /// What there is from the start. Given again, that as well.
    pub fn seed(mut self, seed: Seed) -> Self {
        self.seeds.push(seed);
        self
    }

    /// Begins with a state that [`Emulator::export`] returned, and plants seeds into it.
    pub fn state(mut self, state: Value) -> Self {
        self.state = Some(state);
        self
    }

    /// Starts the emulator.
    ///
    /// # Errors
    /// If a key that was given is a live one or none at all, an allowed host or origin is none, a seed, the state or a
    /// webhook is refused, or the address cannot be listened on.
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
        let bind = self.bind.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
        let access = access(bind, &self.allowed_hosts, &self.allowed_origins)?;
        let key = match (&self.signing_key, self.random_keys) {
            (Some(pem), _) => SigningKey::from_pem(pem)?,
            (None, true) => SigningKey::random()?,
            (None, false) => SigningKey::built_in()?,
        };
        let jwt_key = key.public_pem()?;
        let document = Document::load().map_err(StartError::Document)?;
        let wanted = SocketAddr::new(bind, self.port);
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
        let secret_key = self
            .secret_key
            .unwrap_or_else(|| format!("sk_test_{}", ids.letters(42)));
        let instance_id = self.state.as_ref().and_then(crate::export::instance_id);
        let instance_id = instance_id.unwrap_or_else(|| ids.id("ins"));
        let start = Start {
            seeds: self.seeds,
            state: self.state,
            ids: self.ids_seed.map(|_| ids.position()),
        };
        let world = Arc::new(World::new(Fixed {
            url: format!("http://{address}"),
            instance_id,
            secret_key,
            publishable_key: self
                .publishable_key
                .unwrap_or_else(|| format!("pk_test_{}", STANDARD.encode(format!("{address}$")))),
            token_version: self.token_version,
            clock: self.clock,
            ids,
            document,
            key,
            webhooks: Webhooks::new(Handle::current(), self.webhook_retries),
            start,
            open: !bind.is_loopback(),
            access,
        }));
        world.start.begin(&world).map_err(|error| match error {
            Unstarted::Seed(error) => StartError::Seed(error),
            Unstarted::State(error) => StartError::State(error),
        })?;
        for (url, secret) in &self.webhooks {
            world.webhooks.add(&world, url, Some(secret))?;
        }
        let (stop, stopped) = oneshot::channel::<()>();
        let app = server::router(Arc::clone(&world)).into_make_service_with_connect_info::<Peer>();
        let task = tokio::spawn(async move {
            let stopped = async {
                // Sent or dropped: both mean stop.
                let _ = stopped.await;
            };
            // Serving ends with an error only where accepting connections does.
            let _ = axum::serve(Lines(listener), app)
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

fn access(bind: IpAddr, hosts: &[String], origins: &[String]) -> Result<Access, StartError> {
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
