//! Webhooks: every commit is sent to the endpoints that were added.

mod delivery;
mod events;
mod messages;
mod subscriptions;
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

use crate::http::client_info::ClientInfo;
use crate::instance::{Instance, Observer};
use crate::store::{Entry, State};
use delivery::Log;
pub use delivery::{Delivery, DeliveryAttempt, DeliveryState};
use worker::{Endpoint, Message};

/// How many events may wait for one endpoint.
const QUEUE: usize = 10_000;

/// The pauses before further attempts.
const RETRIES: [Duration; 3] = [
    Duration::from_millis(100),
    Duration::from_millis(500),
    Duration::from_secs(2),
];

/// Why a webhook cannot be added.
///
/// ```
/// # async fn run() -> Result<(), clerk_emulator::StartError> {
/// use clerk_emulator::{Emulator, WebhookError};
///
/// let emulator = Emulator::builder().start().await?;
/// let rejected = emulator.add_webhook("https://example.com/webhooks");
/// assert!(matches!(rejected, Err(WebhookError::InvalidUrl { .. })));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WebhookError {
    /// The emulator cannot send to this address.
    #[error("a webhook goes to an address that begins with http:// and names a host, not to {url}")]
    InvalidUrl {
        /// The given text.
        url: String,
    },
    /// The signing secret is not valid.
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

    /// Returns the addresses of all endpoints.
    pub(crate) fn urls(&self) -> Vec<String> {
        self.endpoints()
            .iter()
            .map(|listed| listed.url.clone())
            .collect()
    }

    /// Returns the secret of the first endpoint, or the one that the next endpoint gets.
    pub(crate) fn secret(&self, instance: &Instance) -> String {
        let first = self.endpoints().first().map(|listed| listed.secret.clone());
        first.unwrap_or_else(|| {
            // 32 letters are 24 bytes in Base64.
            let own = || format!("whsec_{}", instance.ids.letters(32));
            self.own_secret.get_or_init(own).clone()
        })
    }

    /// Adds an endpoint and returns the secret that signs its events.
    pub(crate) fn add(
        &self,
        instance: &Instance,
        url: &str,
        secret: Option<&str>,
    ) -> Result<String, WebhookError> {
        let parsed = parse_url(url)?;
        let secret = match secret {
            Some(secret) => secret.to_owned(),
            None => self.secret(instance),
        };
        let key = signing_key(&secret)?;
        let (queue, messages) = mpsc::channel(QUEUE);
        let endpoint = Endpoint {
            url: parsed,
            key,
            retries: Arc::clone(&self.retries),
            clock: instance.clock.clone(),
            log: Arc::clone(&self.log),
        };
        self.runtime.spawn(endpoint.serve(messages));
        self.endpoints().push(Listed {
            url: url.to_owned(),
            secret: secret.clone(),
            queue,
        });
        instance.read().journal().open();
        Ok(secret)
    }

    pub(crate) fn deliveries(&self) -> Vec<Delivery> {
        self.log.all()
    }

    /// Forgets all deliveries; those under way still arrive.
    pub(crate) fn forget(&self) {
        self.log.forget();
    }

    /// Waits until no event waits to be sent.
    pub(crate) fn settled(&self) -> impl Future<Output = ()> + Send + use<> {
        let log = Arc::clone(&self.log);
        async move { log.settled().await }
    }
}

/// Puts the events of a commit into the queues.
impl Observer for Webhooks {
    fn committed(&self, instance: &Instance, state: &State, changes: &[Entry]) {
        let client = ClientInfo::current();
        for (kind, data) in events::events_of(instance, state, changes) {
            let body = json!({
                "data": data, "object": "event", "type": kind, "timestamp": instance.clock.now(),
                "instance_id": instance.settings.instance_id,
                "event_attributes": {"http_request": {"client_ip": client.client_ip, "user_agent": client.user_agent}},
            });
            let id = instance.ids.id("msg");
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
}

/// Parses the address of an endpoint.
fn parse_url(url: &str) -> Result<hyper::Uri, WebhookError> {
    let invalid = || WebhookError::InvalidUrl {
        url: url.to_owned(),
    };
    let parsed = Url::parse(url).map_err(|_| invalid())?;
    if parsed.scheme() != "http" || parsed.host_str().is_none() {
        return Err(invalid());
    }
    parsed.as_str().parse().map_err(|_| invalid())
}

/// Returns the key that a secret stands for.
fn signing_key(secret: &str) -> Result<aws_lc_rs::hmac::Key, WebhookError> {
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
