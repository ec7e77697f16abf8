//! When a failed try is followed by another one, and after how long.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::{Duration, SystemTime};

use reqwest::header::{HeaderMap, RETRY_AFTER};
use reqwest::{Method, StatusCode};

use crate::config::RetryPolicy;

/// Returns whether carrying the request out twice is the same as once.
fn is_idempotent(method: &Method) -> bool {
    matches!(
        *method,
        Method::GET | Method::HEAD | Method::PUT | Method::DELETE
    )
}

/// Returns whether a request may be sent again after this status.
pub(super) fn after_status(method: &Method, status: StatusCode) -> bool {
    match status.as_u16() {
        // Rejected before anything was done.
        429 => true,
        500 | 502 | 503 | 504 => is_idempotent(method),
        _ => false,
    }
}

/// Returns whether a request may be sent again if there was no response.
pub(super) fn after_failure(method: &Method, error: &reqwest::Error) -> bool {
    // Without a connection nothing was sent.
    error.is_connect() || is_idempotent(method)
}

/// Returns the wait before retry number `retry` (from 0) where the server stated none: exponential, with full jitter.
pub(super) fn backoff(policy: &RetryPolicy, retry: u32) -> Duration {
    let bound = policy
        .base_delay
        .saturating_mul(2_u32.saturating_pow(retry))
        .min(policy.max_delay);
    bound.mul_f64(random())
}

/// At least 0, below 1. Good enough to keep clients from marching in step, which is all it is for.
fn random() -> f64 {
    // Every `RandomState` hashes with keys of its own.
    let bits = RandomState::new().build_hasher().finish();
    (bits >> 11) as f64 / (1_u64 << 53) as f64
}

/// Returns how long the server asks to wait: seconds or a date.
pub(crate) fn stated(headers: &HeaderMap) -> Option<Duration> {
    stated_at(headers, SystemTime::now())
}

fn stated_at(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    match value.parse() {
        Ok(seconds) => Some(Duration::from_secs(seconds)),
        Err(_) => {
            let date = httpdate::parse_http_date(value).ok()?;
            // A date in the past asks for no wait.
            Some(date.duration_since(now).unwrap_or_default())
        }
    }
}
