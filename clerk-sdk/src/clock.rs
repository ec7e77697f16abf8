use std::fmt;
use std::sync::Arc;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use clerk_api::__private::GateClock;

/// A source of the time: the system or your own function.
///
/// Tokens and webhooks are judged by Unix time; the age of fetched keys is measured by a time that does not jump when
/// someone sets the system's clock. A clock made by [`from_fn`](Self::from_fn) is used for both.
///
/// ```
/// use clerk_sdk::Clock;
///
/// let noon = Clock::from_fn(|| 1_750_000_000_000);
/// assert_eq!(noon.now_ms(), 1_750_000_000_000);
/// assert!(Clock::system().now_ms() > noon.now_ms());
/// ```
#[derive(Clone)]
pub struct Clock(Source);

#[derive(Clone)]
enum Source {
    /// Holds the moment from which ages are counted.
    System(Instant),
    Given(Arc<dyn Fn() -> i64 + Send + Sync>),
}

impl Clock {
    /// Returns the clock of the system. This is the default everywhere.
    pub fn system() -> Self {
        Self(Source::System(Instant::now()))
    }

    /// Returns a clock that asks `now` for the milliseconds since 1970 whenever the time is needed.
    pub fn from_fn(now: impl Fn() -> i64 + Send + Sync + 'static) -> Self {
        Self(Source::Given(Arc::new(now)))
    }

    /// Returns the milliseconds since 1970.
    pub fn now_ms(&self) -> i64 {
        match &self.0 {
            Source::System(_) => match SystemTime::now().duration_since(UNIX_EPOCH) {
                Ok(since) => millis(since.as_millis()),
                Err(before) => -millis(before.duration().as_millis()),
            },
            Source::Given(now) => now(),
        }
    }

    /// Returns whether both ask the same source.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Source::System(_), Source::System(_)) => true,
            (Source::Given(one), Source::Given(other)) => Arc::ptr_eq(one, other),
            _ => false,
        }
    }

    /// Returns this clock for the gate of the API clients; `None` if the gate uses its own.
    pub(crate) fn for_gate(&self) -> Option<GateClock> {
        match &self.0 {
            Source::System(_) => None,
            Source::Given(now) => {
                let now = Arc::clone(now);
                Some(GateClock::from_fn(move || now()))
            }
        }
    }

    /// Returns milliseconds on a scale of its own, for measuring ages.
    pub(crate) fn age_ms(&self) -> i64 {
        match &self.0 {
            Source::System(origin) => millis(origin.elapsed().as_millis()),
            Source::Given(now) => now(),
        }
    }
}

fn millis(value: u128) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

impl Default for Clock {
    fn default() -> Self {
        Self::system()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Source::System(_) => "Clock(system)",
            Source::Given(_) => "Clock(given)",
        })
    }
}
