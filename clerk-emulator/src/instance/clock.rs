//! The emulator's time.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The emulator's clock: the system's, or one that stands still until a test moves it.
///
/// Clones share one time: keep a clone to move the clock of a running emulator.
///
/// ```
/// use std::time::Duration;
/// use clerk_emulator::Clock;
///
/// let clock = Clock::fixed(1_700_000_000_000);
/// clock.advance(Duration::from_secs(60));
/// assert_eq!(clock.now(), 1_700_000_060_000);
/// ```
#[derive(Clone, Debug)]
pub struct Clock {
    ticking: bool,
    /// Milliseconds: an offset to the system's time, or the time itself of a clock that stands still.
    millis: Arc<AtomicI64>,
}

impl Clock {
    /// Returns the system's clock. It can be moved, and keeps ticking from there.
    pub fn system() -> Self {
        Self {
            ticking: true,
            millis: Arc::new(AtomicI64::new(0)),
        }
    }

    /// Returns a clock that stands still at this time, in milliseconds since 1970.
    pub fn fixed(millis: i64) -> Self {
        Self {
            ticking: false,
            millis: Arc::new(AtomicI64::new(millis)),
        }
    }

    /// Returns the time, in milliseconds since 1970.
    pub fn now(&self) -> i64 {
        let millis = self.millis.load(Ordering::SeqCst);
        if self.ticking {
            system_millis().saturating_add(millis)
        } else {
            millis
        }
    }

    /// Moves the clock forwards.
    pub fn advance(&self, by: Duration) {
        self.move_by(i64::try_from(by.as_millis()).unwrap_or(i64::MAX));
    }

    /// Moves the clock backwards.
    pub fn rewind(&self, by: Duration) {
        self.move_by(i64::try_from(by.as_millis()).map_or(i64::MIN, |millis| -millis));
    }

    /// Moves the clock to this time, in milliseconds since 1970.
    pub fn set(&self, millis: i64) {
        let value = if self.ticking {
            millis.saturating_sub(system_millis())
        } else {
            millis
        };
        self.millis.store(value, Ordering::SeqCst);
    }

    fn move_by(&self, millis: i64) {
        // The closure always returns a value.
        let _ = self
            .millis
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |now| {
                Some(now.saturating_add(millis))
            });
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self::system()
    }
}

pub(crate) fn system_millis() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| {
            i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
        })
}
