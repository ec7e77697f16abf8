//! The gate of a client: which of the calls that a visitor of the application can cause are sent, and when.

use std::fmt;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

use super::retry;

/// How long a gated call may take, waiting for its turn included.
pub(super) const LIMIT: Duration = Duration::from_secs(10);

/// How long the gate stays closed after a 429 that states no time. Clerk counts requests in windows of ten seconds.
const UNSTATED: Duration = Duration::from_secs(10);
/// The shortest and the longest time that the gate stays closed, whatever a 429 states.
const BOUNDS: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(300));

/// How many gated calls are in flight at most. Clerk allows about 100 requests a second, each of which takes a fraction of
/// one, so healthy traffic never waits for this. It bounds what is sent before the first 429 comes back.
const AT_ONCE: usize = 64;

/// How long calls are sent freely after a response other than 429. Afterwards one call goes first again.
const TRUSTED_FOR: Duration = Duration::from_secs(10);
/// If the call that went first gets no response for this long, another call follows.
const PATIENCE: Duration = Duration::from_secs(5);

/// Where a gate gets the time from: milliseconds on a scale of its own.
#[doc(hidden)]
#[derive(Clone)]
pub struct GateClock(Arc<dyn Fn() -> i64 + Send + Sync>);

impl GateClock {
    /// Asks `now` for milliseconds whenever the time is needed.
    pub fn from_fn(now: impl Fn() -> i64 + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    pub(super) fn now(&self) -> i64 {
        (self.0)()
    }
}

impl Default for GateClock {
    /// Returns a clock that does not jump when the system's clock is set.
    fn default() -> Self {
        static ORIGIN: LazyLock<Instant> = LazyLock::new(Instant::now);
        Self::from_fn(|| i64::try_from(ORIGIN.elapsed().as_millis()).unwrap_or(i64::MAX))
    }
}

impl fmt::Debug for GateClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("GateClock")
    }
}

/// Shared by a client, its clones and its siblings.
pub(crate) struct Gate {
    /// Held for moments.
    state: Mutex<State>,
    /// Told when a call that went first has ended.
    settled: Notify,
    slots: Arc<Semaphore>,
}

#[derive(Default)]
struct State {
    closed: Option<Span>,
    /// Since the last response other than 429.
    trusted: Option<Span>,
    /// The call that goes first, while nothing is known of how Clerk responds.
    first: Option<(u64, Span)>,
    /// Numbers the calls, so that one that ends late changes nothing of what came after it.
    calls: u64,
    /// Calls up to this number were made to another instance.
    forgotten: u64,
    warned: Option<Span>,
}

/// A time that began at a moment and takes a while.
#[derive(Clone, Copy)]
struct Span {
    since: i64,
    length: Duration,
}

impl Span {
    /// Returns the time that is left. A start in the future means that the clock was set back: nothing is left.
    fn left(self, now: i64) -> Option<Duration> {
        let passed = u64::try_from(now.saturating_sub(self.since)).ok()?;
        let left = self.length.checked_sub(Duration::from_millis(passed))?;
        (!left.is_zero()).then_some(left)
    }
}

fn left(span: Option<Span>, now: i64) -> Option<Duration> {
    span.and_then(|span| span.left(now))
}

/// Why a call was not sent: after how long another one may be.
#[derive(Debug)]
pub(super) struct Closed(pub(super) Duration);

/// What a call needs to be sent. It ends with the call.
pub(super) struct Pass {
    gate: Arc<Gate>,
    clock: GateClock,
    number: u64,
    is_settled: bool,
    _slot: OwnedSemaphorePermit,
}

impl Default for Gate {
    fn default() -> Self {
        Self {
            state: Mutex::default(),
            settled: Notify::new(),
            slots: Arc::new(Semaphore::new(AT_ONCE)),
        }
    }
}

impl Gate {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets what it knows: the next calls go to another instance.
    pub(crate) fn reset(&self) {
        let mut state = self.state();
        *state = State {
            calls: state.calls,
            forgotten: state.calls,
            ..State::default()
        };
        drop(state);
        self.settled.notify_waiters();
    }

    /// Lets a call through, at once or when it is its turn, but not later than after `patience`.
    pub(super) async fn enter(
        self: &Arc<Self>,
        clock: &GateClock,
        patience: Duration,
    ) -> Result<Pass, Closed> {
        if let Some(left) = left(self.state().closed, clock.now()) {
            return Err(Closed(left));
        }
        let turn = async {
            // The semaphore is never closed.
            let slot = Arc::clone(&self.slots).acquire_owned().await.ok()?;
            Some(self.turn(clock, slot).await)
        };
        match tokio::time::timeout(patience, turn).await {
            Ok(Some(turn)) => turn,
            _ => Err(Closed(BOUNDS.0)),
        }
    }

    /// Waits until Clerk has responded to the call that goes first; the first to come goes first.
    async fn turn(
        self: &Arc<Self>,
        clock: &GateClock,
        slot: OwnedSemaphorePermit,
    ) -> Result<Pass, Closed> {
        loop {
            let settled = self.settled.notified();
            tokio::pin!(settled);
            // From here on nothing that is told is missed.
            settled.as_mut().enable();
            let wait = {
                let mut state = self.state();
                let now = clock.now();
                if let Some(left) = left(state.closed, now) {
                    return Err(Closed(left));
                }
                let is_trusted = left(state.trusted, now).is_some();
                let wait = state.first.and_then(|(_, span)| span.left(now));
                if is_trusted || wait.is_none() {
                    state.calls += 1;
                    let number = state.calls;
                    if !is_trusted {
                        let span = Span {
                            since: now,
                            length: PATIENCE,
                        };
                        state.first = Some((number, span));
                    }
                    return Ok(Pass {
                        gate: Arc::clone(self),
                        clock: clock.clone(),
                        number,
                        is_settled: false,
                        _slot: slot,
                    });
                }
                wait.unwrap_or(PATIENCE)
            };
            let _ = tokio::time::timeout(wait, settled).await;
        }
    }
}

impl Pass {
    /// Tells the gate how Clerk responded; `None` when it did not.
    pub(super) fn settle(mut self, response: Option<(StatusCode, &HeaderMap)>) {
        self.is_settled = true;
        self.end(response);
    }

    /// Returns whether a failure is worth a warning: not more often than a few times a minute, as visitors can cause them.
    pub(super) fn may_warn(&self) -> bool {
        let (mut state, now) = (self.gate.state(), self.clock.now());
        let is_due = left(state.warned, now).is_none();
        if is_due {
            state.warned = Some(Span {
                since: now,
                length: TRUSTED_FOR,
            });
        }
        is_due
    }

    fn end(&self, response: Option<(StatusCode, &HeaderMap)>) {
        let mut state = self.gate.state();
        if matches!(state.first, Some((number, _)) if number == self.number) {
            state.first = None;
        }
        let since = self.clock.now();
        match response {
            _ if self.number <= state.forgotten => {}
            Some((StatusCode::TOO_MANY_REQUESTS, headers)) => {
                let length = retry::stated(headers).unwrap_or(UNSTATED);
                let length = length.clamp(BOUNDS.0, BOUNDS.1);
                // Of several the longest counts.
                if left(state.closed, since).is_none_or(|left| left < length) {
                    state.closed = Some(Span { since, length });
                }
                state.trusted = None;
            }
            // One that was sent before a 429 says nothing about what comes after it.
            Some(_) if left(state.closed, since).is_none() => {
                state.trusted = Some(Span {
                    since,
                    length: TRUSTED_FOR,
                });
            }
            _ => {}
        }
        drop(state);
        self.gate.settled.notify_waiters();
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        if !self.is_settled {
            self.end(None);
        }
    }
}
