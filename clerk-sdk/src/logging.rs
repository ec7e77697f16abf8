//! What the SDK logs: `tracing` events, and with `CLERK_LOGGING=true` one JSON object a line on standard
//! error as well, for programs without a `tracing` subscriber.
//!
//! Keys, tokens, cookies and bodies are never logged.

use std::fmt::Display;
use std::io::Write as _;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use clerk_api::StatusCode;
use serde_json::{Map, Value};

use crate::clock::Clock;

/// How much a line matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Something worth knowing.
    Info,
    /// Something that may be wrong.
    Warn,
    /// Something that is wrong.
    Error,
}

impl Level {
    fn as_str(self) -> &'static str {
        match self {
            Self::Info => "INFO",
            Self::Warn => "WARN",
            Self::Error => "ERROR",
        }
    }
}

/// Logs a `tracing` event, and a line if the variable asks for lines.
pub fn log(level: Level, message: &str, fields: &[(&str, &str)]) {
    let details = || {
        let texts: Vec<String> = fields
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        texts.join(" ")
    };
    match level {
        Level::Info => tracing::info!(details = details(), "{message}"),
        Level::Warn => tracing::warn!(details = details(), "{message}"),
        Level::Error => tracing::error!(details = details(), "{message}"),
    }
    if is_enabled() {
        print(level, message, fields);
    }
}

/// How often a line is written that a stranger can cause by a request: once in so many milliseconds.
pub const LINE_EVERY_MS: i64 = 60_000;

/// Bounds one kind of line to one a minute, so that requests of strangers cannot fill the log. It belongs into a `static`
/// beside the line: it counts for the whole process.
#[derive(Debug)]
pub struct LogLimit {
    /// When the last line was written, in milliseconds since 1970.
    last_ms: AtomicI64,
    left_out: AtomicU64,
}

impl LogLimit {
    /// Returns the limit of a line that has not been written yet.
    #[allow(clippy::new_without_default, reason = "a default is not a constant")]
    pub const fn new() -> Self {
        Self {
            last_ms: AtomicI64::new(i64::MIN),
            left_out: AtomicU64::new(0),
        }
    }

    /// Writes this line as [`log`] does, unless one of its kind was written within a minute. A line after others that were
    /// left out has their number in the field `suppressed`.
    pub fn log(&self, clock: &Clock, level: Level, message: &str, fields: &[(&str, &str)]) {
        let Some(left_out) = self.admit(clock.now_ms()) else {
            return;
        };
        if left_out == 0 {
            return log(level, message, fields);
        }
        let left_out = left_out.to_string();
        let mut fields = fields.to_vec();
        fields.push(("suppressed", &left_out));
        log(level, message, &fields);
    }

    /// Returns how many lines were left out since the last one. `None` where this one is left out as well.
    pub(crate) fn admit(&self, now_ms: i64) -> Option<u64> {
        let last = self.last_ms.load(Ordering::Relaxed);
        // In either direction: a clock that was set back must not silence the log.
        let is_due = now_ms.abs_diff(last) >= LINE_EVERY_MS.unsigned_abs();
        let is_first = is_due
            && self
                .last_ms
                .compare_exchange(last, now_ms, Ordering::Relaxed, Ordering::Relaxed)
                .is_ok();
        if is_first {
            Some(self.left_out.swap(0, Ordering::Relaxed))
        } else {
            self.left_out.fetch_add(1, Ordering::Relaxed);
            None
        }
    }
}

/// Logs a call that failed; `clerk-api` has `tracing` events for its attempts.
pub(crate) fn failed_call(
    error: &dyn Display,
    status: Option<StatusCode>,
    code: Option<&str>,
    clerk_trace_id: Option<&str>,
) {
    if !is_enabled() {
        return;
    }
    let status = status.map(|status| status.as_u16().to_string());
    let fields: Vec<(&str, &str)> = [
        ("status", status.as_deref()),
        ("code", code),
        ("clerk_trace_id", clerk_trace_id),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((name, value?)))
    .collect();
    print(Level::Error, &error.to_string(), &fields);
}

/// Asked each time, so that setting the variable in a running program has an effect. Only exactly `true` counts.
fn is_enabled() -> bool {
    std::env::var_os("CLERK_LOGGING").is_some_and(|value| value == "true")
}

fn print(level: Level, message: &str, fields: &[(&str, &str)]) {
    let line = line(Clock::system().now_ms(), level, message, fields);
    // One write per line, so that lines of several threads do not mix. Errors are ignored: standard error may be closed.
    let _ = std::io::stderr().lock().write_all(line.as_bytes());
}

fn line(now_ms: i64, level: Level, message: &str, fields: &[(&str, &str)]) -> String {
    let mut object = Map::new();
    for (name, value) in fields {
        object.insert((*name).to_owned(), Value::from(*value));
    }
    // After the fields: these three are always what they say.
    object.insert("timestamp".to_owned(), iso_8601(now_ms).into());
    object.insert("level".to_owned(), level.as_str().into());
    object.insert("message".to_owned(), message.into());
    format!("{}\n", Value::from(object))
}

/// Returns the time in UTC, such as `2025-06-15T15:06:40.000Z`.
fn iso_8601(ms: i64) -> String {
    let (days, in_day) = (ms.div_euclid(86_400_000), ms.rem_euclid(86_400_000));
    // Counted in eras of 400 years from a 1st of March, so that a leap day is the last day of its year.
    let shifted = days + 719_468;
    let (era, day) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day_of_year = day - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day_of_month = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    };
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    let (hour, minute) = (in_day / 3_600_000, in_day / 60_000 % 60);
    let (second, milli) = (in_day / 1000 % 60, in_day % 1000);
    format!("{year:04}-{month:02}-{day_of_month:02}T{hour:02}:{minute:02}:{second:02}.{milli:03}Z")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_one_json_object_with_timestamp_level_message_and_fields() {
        let line = line(
            1_750_000_000_123,
            Level::Warn,
            "two\nlines",
            &[("code", "x")],
        );
        assert_eq!(line.matches('\n').count(), 1);
        assert!(line.ends_with('\n'));
        let object: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(
            object,
            serde_json::json!({
                "timestamp": "2025-06-15T15:06:40.123Z", "level": "WARN", "message": "two\nlines", "code": "x",
            })
        );
    }

    #[test]
    fn one_line_a_minute_and_number_of_suppressed() {
        let limit = LogLimit::new();
        let begin = 1_750_000_000_000;
        assert_eq!(limit.admit(begin), Some(0));
        for after in [0, 1, 30_000, 59_999] {
            assert_eq!(limit.admit(begin + after), None, "{after}");
        }
        assert_eq!(limit.admit(begin + 60_000), Some(4));
        assert_eq!(limit.admit(begin + 119_999), None);
        // The clock was set back.
        assert_eq!(limit.admit(begin - 60_000), Some(1));
        assert_eq!(limit.admit(begin), Some(0));
    }

    #[test]
    fn threads_at_once_write_one_line() {
        let limit = LogLimit::new();
        let written: usize = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8)
                .map(|_| scope.spawn(|| (0..1000).filter_map(|_| limit.admit(7)).count()))
                .collect();
            threads
                .into_iter()
                .map(|thread| thread.join().unwrap())
                .sum()
        });
        assert_eq!(written, 1);
        assert_eq!(limit.admit(60_007), Some(7999));
    }

    #[test]
    fn dates_are_those_of_the_calendar() {
        for (ms, text) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (951_868_800_000, "2000-03-01T00:00:00.000Z"),
            (4_102_444_799_999, "2099-12-31T23:59:59.999Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
        ] {
            assert_eq!(iso_8601(ms), text);
        }
    }
}
