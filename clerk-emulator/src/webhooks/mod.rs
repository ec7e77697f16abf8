//! Webhooks: every change of the state, told to those who asked for it.

mod billing;
mod delivery;
mod events;
pub(crate) mod messages;
mod worker;

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use serde_json::json;
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use url::Url;

use crate::origin::Origin;
use crate::store::{Entry, State};
use crate::world::World;
use delivery::Log;
pub use delivery::{Delivery, DeliveryAttempt, DeliveryState};
use worker::{Endpoint, Message};

/// So many events may wait for one endpoint.
const QUEUE: usize = 10_000;

/// After a refusal: at once, a moment later, and twice after longer moments.
const RETRIES: [Duration; 3] = [
    Duration::from_millis(100),
    Duration::from_millis(500),
    Duration::from_secs(2),
];

/// Why there is no such webhook.
///
/// ```
/// # async fn run() -> Result<(), clerk_emulator::StartError> {
/// use clerk_emulator::{Emulator, WebhookError};
///
/// let emulator = Emulator::builder().start().await?;
/// let refused = emulator.add_webhook("https://example.com/webhooks");
/// assert!(matches!(refused, Err(WebhookError::InvalidUrl { .. })));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WebhookError {
    /// The address is none that the emulator can send to.
    #[error("a webhook goes to an address that begins with http:// and names a host, not to {url}")]
    InvalidUrl {
        /// What was given.
        url: String,
    },
    /// The signing secret is none.
    #[error("a webhook's secret is whsec_ and at least one byte in Base64")]
    InvalidSecret,
}

/// All endpoints, and what was sent to them.
pub(crate) struct Webhooks {
    runtime: Handle,
    retries: Arc<[Duration]>,
    log: Arc<Log>,
    endpoints: Mutex<Vec<Listed>>,
    own_secret: OnceLock<String>,
}

struct Listed {
    url: String,
    secret: String,
    queue: mpsc::Sender<Message>,
}

impl fmt::Debug for Webhooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Webhooks").finish_non_exhaustive()
    }
}

impl Webhooks {
    pub(crate) fn new(runtime: Handle, retries: Option<Vec<Duration>>) -> Self {
        Self {
            runtime,
            retries: retries.map_or_else(|| RETRIES.into(), Into::into),
            log: Arc::default(),
            endpoints: Mutex::default(),
            own_secret: OnceLock::new(),
        }
    }

    fn endpoints(&self) -> MutexGuard<'_, Vec<Listed>> {
        self.endpoints
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Where events go.
    pub(crate) fn urls(&self) -> Vec<String> {
        self.endpoints()
            .iter()
            .map(|listed| listed.url.clone())
            .collect()
    }

    /// The secret of the first endpoint, or the one that the next gets.
    pub(crate) fn secret(&self, world: &World) -> String {
        let first = self.endpoints().first().map(|listed| listed.secret.clone());
        first.unwrap_or_else(|| {
            // 32 letters are 24 bytes in Base64.
            let own = || format!("whsec_{}", world.ids.letters(32));
            self.own_secret.get_or_init(own).clone()
        })
    }

    /// From now on events go there as well; returns the secret that signs them.
    pub(crate) fn add(
        &self,
        world: &World,
        url: &str,
        secret: Option<&str>,
    ) -> Result<String, WebhookError> {
        let parsed = parse(url)?;
        let secret = match secret {
            Some(secret) => secret.to_owned(),
            None => self.secret(world),
        };
        let key = key(&secret)?;
        let (queue, messages) = mpsc::channel(QUEUE);
        let endpoint = Endpoint {
            url: parsed,
            key,
            retries: Arc::clone(&self.retries),
            clock: world.clock.clone(),
            log: Arc::clone(&self.log),
        };
        self.runtime.spawn(endpoint.serve(messages));
        self.endpoints().push(Listed {
            url: url.to_owned(),
            secret: secret.clone(),
            queue,
        });
        world.read().journal().open();
        Ok(secret)
    }

    /// Puts what a write changed into the queues. Called while the state is locked, so that events keep their order.
    pub(crate) fn publish(&self, world: &World, state: &State, entries: &[Entry]) {
        let origin = Origin::current();
        for (kind, data) in events::events(world, state, entries) {
            let body = json!({
                "data": data, "object": "event", "type": kind, "timestamp": world.clock.now(),
                "instance_id": world.instance_id,
                "event_attributes": {"http_request": {"client_ip": origin.client_ip, "user_agent": origin.user_agent}},
            });
            let id = world.ids.id("msg");
            let text: Arc<str> = body.to_string().into();
            for listed in &*self.endpoints() {
                let number = self.log.add(&id, kind, &listed.url, &text);
                let message = Message {
                    number,
                    id: id.clone(),
                    body: Arc::clone(&text),
                };
                if listed.queue.try_send(message).is_err() {
                    self.log.end(number, DeliveryState::Dropped);
                }
            }
        }
    }

    pub(crate) fn deliveries(&self) -> Vec<Delivery> {
        self.log.all()
    }

    /// Forgets deliveries that are done with.
    pub(crate) fn forget(&self) {
        self.log.forget();
    }

    /// Waits until nothing is on its way.
    pub(crate) fn settled(&self) -> impl Future<Output = ()> + Send + use<> {
        let log = Arc::clone(&self.log);
        async move { log.settled().await }
    }
}

/// Whether something can be sent there.
pub(crate) fn parse(url: &str) -> Result<hyper::Uri, WebhookError> {
    let invalid = || WebhookError::InvalidUrl {
        url: url.to_owned(),
    };
    let parsed = Url::parse(url).map_err(|_| invalid())?;
    if parsed.scheme() != "http" || parsed.host_str().is_none() {
        return Err(invalid());
    }
    parsed.as_str().parse().map_err(|_| invalid())
}

pub(crate) fn key(secret: &str) -> Result<aws_lc_rs::hmac::Key, WebhookError> {
    let encoded = secret
        .strip_prefix("whsec_")
        .ok_or(WebhookError::InvalidSecret)?;
    let bytes = if encoded.ends_with('=') {
        STANDARD.decode(encoded)
    } else {
        STANDARD_NO_PAD.decode(encoded)
    };
    match bytes {
        Ok(bytes) if !bytes.is_empty() => Ok(aws_lc_rs::hmac::Key::new(
            aws_lc_rs::hmac::HMAC_SHA256,
            &bytes,
        )),
        _ => Err(WebhookError::InvalidSecret),
    }
}
