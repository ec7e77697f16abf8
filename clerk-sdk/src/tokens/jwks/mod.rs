//! The keys of an instance, fetched when needed and kept for a while.

mod key_set;
mod policy;
mod source;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use arc_swap::ArcSwapOption;
use clerk_api::__private::root_cause;
use futures_util::future::{BoxFuture, FutureExt as _, Shared};

use self::key_set::KeySet;
pub use self::policy::JwksPolicy;
pub use self::source::{ApiJwks, FetchedJwks, JwksSource};
use super::error::{TokenError, TokenErrorReason as Reason};
use super::public_key::{KeyError, PublicKey};
use crate::clock::Clock;
use crate::logging::LogLimit;

/// How many unknown `kid`s are remembered at most. Beyond, the interval between refreshes has to do.
const MAX_UNKNOWN_KIDS: usize = 1000;
/// Clerk's `kid`s are shorter. A longer one is rejected without a fetch and is not remembered.
const MAX_KID_BYTES: usize = 256;
/// How often a lookup starts again if something interferes: a change of configuration, keys that another task fetched, or
/// a runtime that shut down during its fetch.
const MAX_ROUNDS: u32 = 8;

/// The longest wait that Clerk may ask for after a failure: it must not keep everybody signed out for long.
const MAX_STATED_PAUSE: Duration = Duration::from_secs(30);

pub(super) struct JwksCache {
    shared: Arc<Inner>,
}

struct Inner {
    source: Box<dyn JwksSource>,
    policy: JwksPolicy,
    clock: Clock,
    /// Read for each token, without a lock.
    keys: ArcSwapOption<KeySet>,
    /// Held for moments, and only when something is to be fetched.
    control: Mutex<Control>,
}

#[derive(Default)]
struct Control {
    flight: Option<(u64, Flight)>,
    /// Numbers the fetches, so that a task that loses one removes only that one.
    flights: u64,
    last_failure: Option<Failure>,
    last_refresh_for_kid: Option<i64>,
    unknown_kids: HashMap<String, i64>,
}

struct Failure {
    instance: u64,
    at: i64,
    error: TokenError,
}

/// A key, or why it cannot be used.
type Found = Result<PublicKey, KeyError>;
type Fetched = Result<Arc<KeySet>, TokenError>;
/// `None` when the task was lost with its runtime.
type Flight = Shared<BoxFuture<'static, Option<Fetched>>>;

/// What to do about a key that is not at hand.
enum Decision {
    /// Another task has fetched keys in the meantime.
    Look,
    Wait(u64, Flight),
    Reject(TokenError),
    /// Clerk was out of reach a moment ago.
    UseStale(TokenError),
}

impl JwksCache {
    pub(super) fn new(source: Box<dyn JwksSource>, policy: JwksPolicy, clock: Clock) -> Self {
        Self {
            shared: Arc::new(Inner {
                source,
                policy,
                clock,
                keys: ArcSwapOption::empty(),
                control: Mutex::default(),
            }),
        }
    }

    /// Returns the key of this `kid`, where it is known and nothing has to be fetched.
    pub(super) fn key_at_hand(&self, kid: Option<&str>) -> Option<Found> {
        let kid = kid.filter(|kid| kid.len() <= MAX_KID_BYTES)?;
        let inner = &self.shared;
        let set = inner.current(inner.source.instance())?;
        if inner.age(&set) < inner.policy.lifetime {
            set.get(kid)
        } else {
            None
        }
    }

    /// Returns the key of this `kid`, fetched if need be.
    pub(super) async fn key(&self, kid: Option<&str>) -> Result<Found, TokenError> {
        let Some(kid) = kid.filter(|kid| kid.len() <= MAX_KID_BYTES) else {
            return Err(mismatch());
        };
        let inner = &self.shared;
        for _ in 0..MAX_ROUNDS {
            let instance = inner.source.instance();
            let set = inner.current(instance);
            let fresh = set
                .as_ref()
                .filter(|set| inner.age(set) < inner.policy.lifetime);
            if let Some(key) = fresh.and_then(|set| set.get(kid)) {
                return Ok(key);
            }
            let stale = || match &set {
                Some(set) if inner.age(set) < inner.policy.lifetime_in_outage => set.get(kid),
                _ => None,
            };
            let decision = if fresh.is_some() {
                self.look_for(kid, instance, set.as_ref())
            } else {
                self.renew(instance, set.as_ref(), stale().is_some())
            };
            match decision {
                Decision::Look => {}
                Decision::Reject(error) => return Err(error),
                Decision::UseStale(error) => return stale().ok_or(error),
                Decision::Wait(number, flight) => match flight.await {
                    Some(Ok(set)) if set.instance == instance => {
                        return set.get(kid).ok_or_else(|| {
                            inner.remember_unknown(kid);
                            mismatch()
                        });
                    }
                    // The configuration changed; the keys are of the other instance.
                    Some(Ok(_)) => {}
                    Some(Err(error)) if error.is_outage() => return stale().ok_or(error),
                    Some(Err(error)) => return Err(error),
                    None => inner.control().forget(number),
                },
            }
        }
        Err(TokenError::new(
            Reason::UnexpectedError,
            "the configuration changed again and again while the keys were fetched",
        ))
    }

    /// Fetches for this one call and keeps nothing.
    pub(super) async fn key_uncached(&self, kid: Option<&str>) -> Result<Found, TokenError> {
        let set = self.shared.fetch().await?;
        kid.and_then(|kid| set.get(kid)).ok_or_else(mismatch)
    }

    /// There are no keys, or they are too old.
    fn renew(&self, instance: u64, seen: Option<&Arc<KeySet>>, has_stale: bool) -> Decision {
        let inner = &self.shared;
        let mut control = inner.control();
        if inner.has_changed(instance, seen) {
            return Decision::Look;
        }
        let now = inner.clock.age_ms();
        let failure = control
            .last_failure
            .as_ref()
            .filter(|failure| failure.instance == instance)
            .map(|failure| (elapsed(failure.at, now), failure.error.clone()));
        match failure {
            Some((since, error)) if since < inner.pause_after(&error) => {
                if error.is_outage() {
                    Decision::UseStale(error)
                } else {
                    Decision::Reject(error)
                }
            }
            // During a long outage, requests do not wait for the next attempt.
            Some((since, error))
                if has_stale && error.is_outage() && since < inner.policy.lifetime =>
            {
                self.flight(&mut control);
                Decision::UseStale(error)
            }
            _ => self.flight(&mut control),
        }
    }

    /// The keys are fresh, and this one is not among them.
    fn look_for(&self, kid: &str, instance: u64, seen: Option<&Arc<KeySet>>) -> Decision {
        let inner = &self.shared;
        let mut control = inner.control();
        if inner.has_changed(instance, seen) {
            return Decision::Look;
        }
        let now = inner.clock.age_ms();
        let known_unknown = control
            .unknown_kids
            .get(kid)
            .is_some_and(|&at| elapsed(at, now) < inner.policy.unknown_kid_memory);
        if known_unknown {
            return Decision::Reject(mismatch());
        }
        // A fetch in flight may return it.
        if control.flight.is_none() {
            let too_soon = control
                .last_refresh_for_kid
                .is_some_and(|at| elapsed(at, now) < inner.policy.refresh_interval);
            if too_soon {
                return Decision::Reject(mismatch());
            }
            control.last_refresh_for_kid = Some(now);
        }
        self.flight(&mut control)
    }

    /// Returns the fetch in flight, or a new one. It runs as its own task, because the future that started it may be dropped.
    fn flight(&self, control: &mut Control) -> Decision {
        if let Some((number, flight)) = &control.flight {
            return Decision::Wait(*number, flight.clone());
        }
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            return Decision::Reject(TokenError::new(
                Reason::UnexpectedError,
                "fetching keys needs a tokio runtime",
            ));
        };
        control.flights += 1;
        let number = control.flights;
        let inner = Arc::clone(&self.shared);
        let task = runtime.spawn(async move {
            let fetched = inner.fetch().await;
            inner.land(number, fetched)
        });
        let flight = task.map(Result::ok).boxed().shared();
        control.flight = Some((number, flight.clone()));
        Decision::Wait(number, flight)
    }
}

impl Inner {
    fn control(&self) -> MutexGuard<'_, Control> {
        self.control.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn current(&self, instance: u64) -> Option<Arc<KeySet>> {
        self.keys.load_full().filter(|set| set.instance == instance)
    }

    /// Returns how long nothing is fetched after a failure: at least for as long as Clerk asks to wait, within bounds.
    fn pause_after(&self, error: &TokenError) -> Duration {
        let stated = error.api_error().and_then(clerk_api::Error::retry_after);
        let stated = stated.unwrap_or_default().min(MAX_STATED_PAUSE);
        self.policy.pause_after_failure.max(stated)
    }

    fn age(&self, set: &KeySet) -> Duration {
        elapsed(set.fetched_at, self.clock.age_ms())
    }

    fn has_changed(&self, instance: u64, seen: Option<&Arc<KeySet>>) -> bool {
        match (self.current(instance), seen) {
            (Some(now), Some(seen)) => !Arc::ptr_eq(&now, seen),
            (None, None) => false,
            _ => true,
        }
    }

    async fn fetch(&self) -> Fetched {
        // The age counts from when Clerk was asked: what it knew then.
        let asked_at = self.clock.age_ms();
        let Ok(fetched) = tokio::time::timeout(self.policy.timeout, self.source.fetch()).await
        else {
            return Err(TokenError::new(
                Reason::UnexpectedError,
                "the keys did not arrive in time",
            ));
        };
        let fetched = fetched?;
        let earlier = self.current(fetched.instance);
        KeySet::new(fetched, asked_at, earlier.as_deref()).map(Arc::new)
    }

    /// Stores what a fetch returned. Keys replace all earlier ones before another fetch can start.
    fn land(&self, number: u64, fetched: Fetched) -> Fetched {
        let mut control = self.control();
        match &fetched {
            Ok(set) => {
                self.keys.store(Some(Arc::clone(set)));
                control.last_failure = None;
            }
            Err(error) => {
                static LIMIT: LogLimit = LogLimit::new();
                if let Some(suppressed) = LIMIT.admit(self.clock.now_ms()) {
                    let status = error.api_error().and_then(clerk_api::Error::status);
                    tracing::warn!(
                        reason = error.reason().as_str(),
                        host = self.source.host(),
                        status = status.map(|status| status.as_u16()),
                        suppressed,
                        "fetching the keys of tokens failed: {}",
                        with_cause(error)
                    );
                }
                control.last_failure = Some(Failure {
                    instance: self.source.instance(),
                    at: self.clock.age_ms(),
                    error: error.clone(),
                });
            }
        }
        control.forget(number);
        fetched
    }

    fn remember_unknown(&self, kid: &str) {
        let now = self.clock.age_ms();
        let memory = self.policy.unknown_kid_memory;
        let mut control = self.control();
        if control.unknown_kids.len() >= MAX_UNKNOWN_KIDS {
            control
                .unknown_kids
                .retain(|_, at| elapsed(*at, now) < memory);
        }
        if control.unknown_kids.len() < MAX_UNKNOWN_KIDS {
            control.unknown_kids.insert(kid.to_owned(), now);
        }
    }
}

impl Control {
    fn forget(&mut self, number: u64) {
        if self.flight.as_ref().is_some_and(|(of, _)| *of == number) {
            self.flight = None;
        }
    }
}

/// Returns the sentence of an error and what is at the bottom of it, such as a refused connection.
fn with_cause(error: &TokenError) -> String {
    let (sentence, cause) = (error.to_string(), root_cause(error).to_string());
    if sentence.contains(&cause) {
        sentence
    } else {
        format!("{sentence}: {cause}")
    }
}

fn elapsed(since: i64, now: i64) -> Duration {
    Duration::from_millis(u64::try_from(now.saturating_sub(since)).unwrap_or(0))
}

fn mismatch() -> TokenError {
    TokenError::new(
        Reason::JwkKidMismatch,
        "the instance has no key of the token's kid",
    )
}
