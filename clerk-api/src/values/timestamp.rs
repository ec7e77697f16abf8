use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Deserializer, Serialize};

use super::lenient::lenient_i64;

/// A moment, in whole milliseconds since the Unix epoch: the form in which Clerk's API writes time.
///
/// It reads integers and floats that hold an integer (`1716883200000.0`), and is written as an integer. Features `jiff`
/// and `chrono` add conversions to and from the time types of those crates.
///
/// ```
/// use clerk_api::Timestamp;
///
/// let created = Timestamp::from_millis(1_716_883_200_000);
/// assert_eq!(created.as_millis(), 1_716_883_200_000);
/// assert_eq!(std::time::SystemTime::try_from(created)?, std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_716_883_200));
/// # Ok::<(), clerk_api::TimestampRangeError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    /// Returns the moment this many milliseconds after the Unix epoch (before it, when negative).
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Returns the moment this many seconds after the Unix epoch. What does not fit becomes the nearest moment that does.
    pub const fn from_secs(secs: i64) -> Self {
        Self(secs.saturating_mul(1000))
    }

    /// Returns the milliseconds since the Unix epoch.
    pub const fn as_millis(self) -> i64 {
        self.0
    }
}

/// A moment that the wanted time type cannot hold.
///
/// ```
/// use clerk_api::{Timestamp, TimestampRangeError};
/// use std::time::{Duration, SystemTime};
///
/// let far = SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(i64::MAX as u64));
/// if let Some(far) = far {
///     assert_eq!(Timestamp::try_from(far), Err(TimestampRangeError));
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "there is nothing to add")]
pub struct TimestampRangeError;

impl fmt::Display for TimestampRangeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the moment is outside of what the target time type can hold")
    }
}

impl std::error::Error for TimestampRangeError {}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl From<i64> for Timestamp {
    fn from(millis: i64) -> Self {
        Self(millis)
    }
}

impl From<Timestamp> for i64 {
    fn from(timestamp: Timestamp) -> Self {
        timestamp.0
    }
}

/// Rounds down to a whole millisecond.
impl TryFrom<SystemTime> for Timestamp {
    type Error = TimestampRangeError;

    fn try_from(time: SystemTime) -> Result<Self, Self::Error> {
        let millis = match time.duration_since(UNIX_EPOCH) {
            Ok(after) => i64::try_from(after.as_millis()),
            Err(before) => i64::try_from(before.duration().as_nanos().div_ceil(1_000_000))
                .map(|millis| -millis),
        };
        millis.map(Self).map_err(|_| TimestampRangeError)
    }
}

impl TryFrom<Timestamp> for SystemTime {
    type Error = TimestampRangeError;

    fn try_from(timestamp: Timestamp) -> Result<Self, Self::Error> {
        let distance = Duration::from_millis(timestamp.0.unsigned_abs());
        if timestamp.0 < 0 {
            UNIX_EPOCH.checked_sub(distance)
        } else {
            UNIX_EPOCH.checked_add(distance)
        }
        .ok_or(TimestampRangeError)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        lenient_i64(deserializer).map(Self)
    }
}

/// Rounds to a whole millisecond, towards the epoch.
#[cfg(feature = "jiff")]
impl From<jiff::Timestamp> for Timestamp {
    fn from(timestamp: jiff::Timestamp) -> Self {
        Self(timestamp.as_millisecond())
    }
}

#[cfg(feature = "jiff")]
impl TryFrom<Timestamp> for jiff::Timestamp {
    type Error = TimestampRangeError;

    fn try_from(timestamp: Timestamp) -> Result<Self, Self::Error> {
        Self::from_millisecond(timestamp.0).map_err(|_| TimestampRangeError)
    }
}

/// Rounds down to a whole millisecond.
#[cfg(feature = "chrono")]
impl From<chrono::DateTime<chrono::Utc>> for Timestamp {
    fn from(time: chrono::DateTime<chrono::Utc>) -> Self {
        Self(time.timestamp_millis())
    }
}

#[cfg(feature = "chrono")]
impl TryFrom<Timestamp> for chrono::DateTime<chrono::Utc> {
    type Error = TimestampRangeError;

    fn try_from(timestamp: Timestamp) -> Result<Self, Self::Error> {
        Self::from_timestamp_millis(timestamp.0).ok_or(TimestampRangeError)
    }
}

#[cfg(feature = "schemars")]
impl schemars::JsonSchema for Timestamp {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Timestamp".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "integer",
            "format": "int64",
            "description": "Milliseconds since the Unix epoch."
        })
    }
}
