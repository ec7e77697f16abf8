//! The deliveries of events and their states.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use serde_json::Value;
use tokio::sync::watch;

/// How many deliveries are kept.
const REMEMBERED: usize = 10_000;

/// One event on its way to one endpoint.
///
/// ```
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// # let emulator = clerk_emulator::Emulator::builder().start().await?;
/// emulator.webhooks_settled().await;
/// for delivery in emulator.deliveries() {
///     println!("{} to {}: {:?}", delivery.kind, delivery.url, delivery.state);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Delivery {
    /// The message's id, `svix-id`: `msg_…`.
    pub id: String,
    /// The event's type, such as `user.created`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The endpoint's address.
    pub url: String,
    /// The state of the delivery.
    pub state: DeliveryState,
    /// The attempts, the first one first.
    pub attempts: Vec<DeliveryAttempt>,
    /// The event as it is sent.
    pub body: Value,
}

/// The state of a [`Delivery`].
///
/// ```
/// use clerk_emulator::DeliveryState;
///
/// assert_ne!(DeliveryState::Delivered, DeliveryState::Failed);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DeliveryState {
    /// It waits for earlier events, or for the next attempt.
    Waiting,
    /// The endpoint responded with success.
    Delivered,
    /// All attempts failed.
    Failed,
    /// It was never sent, because too many events were waiting.
    Dropped,
}

/// One attempt of a [`Delivery`].
///
/// ```
/// # fn print(delivery: &clerk_emulator::Delivery) {
/// for attempt in &delivery.attempts {
///     match attempt.status {
///         Some(status) => println!("responded with {status}"),
///         None => println!("no response: {}", attempt.error.as_deref().unwrap_or_default()),
///     }
/// }
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct DeliveryAttempt {
    /// The time by the emulator's clock, in milliseconds since 1970.
    pub at: i64,
    /// The response's status.
    pub status: Option<u16>,
    /// Why there was no response.
    pub error: Option<String>,
}

/// The latest deliveries, and how many are not done.
pub(super) struct Log {
    pages: Mutex<Pages>,
    waiting: watch::Sender<usize>,
}

#[derive(Default)]
struct Pages {
    /// The number of the first delivery.
    first: u64,
    kept: VecDeque<Kept>,
}

/// A delivery with its body as text, which takes less memory.
struct Kept {
    id: String,
    kind: &'static str,
    url: String,
    body: Arc<str>,
    state: DeliveryState,
    attempts: Vec<DeliveryAttempt>,
}

impl Default for Log {
    fn default() -> Self {
        Self {
            pages: Mutex::default(),
            waiting: watch::Sender::new(0),
        }
    }
}

impl Log {
    fn pages(&self) -> MutexGuard<'_, Pages> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a delivery and returns its number.
    pub(super) fn add(&self, id: &str, kind: &'static str, url: &str, body: &Arc<str>) -> u64 {
        self.waiting.send_modify(|waiting| *waiting += 1);
        let mut pages = self.pages();
        if pages.kept.len() >= REMEMBERED {
            pages.kept.pop_front();
            pages.first += 1;
        }
        pages.kept.push_back(Kept {
            id: id.to_owned(),
            kind,
            url: url.to_owned(),
            body: Arc::clone(body),
            state: DeliveryState::Waiting,
            attempts: Vec::new(),
        });
        pages.first + pages.kept.len() as u64 - 1
    }

    pub(super) fn tried(&self, number: u64, attempt: DeliveryAttempt) {
        self.change(number, |kept| kept.attempts.push(attempt));
    }

    /// Sets the final state of a delivery.
    pub(super) fn end(&self, number: u64, state: DeliveryState) {
        self.change(number, |kept| kept.state = state);
        self.waiting
            .send_modify(|waiting| *waiting = waiting.saturating_sub(1));
    }

    /// Changes a delivery, if it is still kept.
    fn change(&self, number: u64, change: impl FnOnce(&mut Kept)) {
        let mut pages = self.pages();
        let index = number.checked_sub(pages.first);
        let index = index.and_then(|index| usize::try_from(index).ok());
        if let Some(kept) = index.and_then(|index| pages.kept.get_mut(index)) {
            change(kept);
        }
    }

    pub(super) fn all(&self) -> Vec<Delivery> {
        let view = |kept: &Kept| Delivery {
            id: kept.id.clone(),
            kind: kept.kind.to_owned(),
            url: kept.url.clone(),
            state: kept.state,
            attempts: kept.attempts.clone(),
            body: serde_json::from_str(&kept.body).unwrap_or_default(),
        };
        self.pages().kept.iter().map(view).collect()
    }

    /// Forgets all deliveries; those under way still arrive.
    pub(super) fn forget(&self) {
        let mut pages = self.pages();
        pages.first += pages.kept.len() as u64;
        pages.kept.clear();
    }

    pub(super) async fn settled(&self) {
        // The sender is part of this log, so it cannot be gone.
        let _ = self
            .waiting
            .subscribe()
            .wait_for(|waiting| *waiting == 0)
            .await;
    }
}
