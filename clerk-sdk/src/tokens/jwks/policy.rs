use std::time::Duration;

/// How long fetched keys are used and how often they are fetched.
///
/// ```
/// use clerk_sdk::tokens::JwksPolicy;
/// use std::time::Duration;
///
/// let policy = JwksPolicy::default().lifetime(Duration::from_secs(60));
/// assert_eq!(policy.refresh_interval, Duration::from_secs(10));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct JwksPolicy {
    /// How long keys are used after they were fetched; nothing extends it. A key that an instance no longer has stops
    /// verifying after this time at the latest, as long as Clerk can be reached. Default: 5 minutes.
    pub lifetime: Duration,
    /// How old keys may get when Clerk cannot be reached (no connection, a failure on its side, too many requests): up to
    /// this age they go on verifying. Default: 24 hours.
    pub lifetime_in_outage: Duration,
    /// At most one fetch in this time is made for tokens whose `kid` is unknown; the others are rejected at once. It is
    /// what an attacker who makes up `kid`s can cause. Default: 10 seconds.
    pub refresh_interval: Duration,
    /// How long a `kid` that Clerk did not know is remembered; tokens with it are rejected without another fetch.
    /// Default: 1 minute.
    pub unknown_kid_memory: Duration,
    /// How long after a failed fetch the next one is made at the earliest. Default: 2 seconds.
    pub pause_after_failure: Duration,
    /// How long one fetch may take, with all its tries. Default: 5 seconds.
    pub timeout: Duration,
}

impl Default for JwksPolicy {
    fn default() -> Self {
        Self {
            lifetime: Duration::from_secs(300),
            lifetime_in_outage: Duration::from_secs(24 * 3600),
            refresh_interval: Duration::from_secs(10),
            unknown_kid_memory: Duration::from_secs(60),
            pause_after_failure: Duration::from_secs(2),
            timeout: Duration::from_secs(5),
        }
    }
}

impl JwksPolicy {
    /// Sets [`lifetime`](Self#structfield.lifetime).
    #[must_use]
    pub fn lifetime(mut self, lifetime: Duration) -> Self {
        self.lifetime = lifetime;
        self
    }

    /// Sets [`lifetime_in_outage`](Self#structfield.lifetime_in_outage).
    #[must_use]
    pub fn lifetime_in_outage(mut self, lifetime: Duration) -> Self {
        self.lifetime_in_outage = lifetime;
        self
    }

    /// Sets [`refresh_interval`](Self#structfield.refresh_interval).
    #[must_use]
    pub fn refresh_interval(mut self, interval: Duration) -> Self {
        self.refresh_interval = interval;
        self
    }

    /// Sets [`unknown_kid_memory`](Self#structfield.unknown_kid_memory).
    #[must_use]
    pub fn unknown_kid_memory(mut self, memory: Duration) -> Self {
        self.unknown_kid_memory = memory;
        self
    }

    /// Sets [`pause_after_failure`](Self#structfield.pause_after_failure).
    #[must_use]
    pub fn pause_after_failure(mut self, pause: Duration) -> Self {
        self.pause_after_failure = pause;
        self
    }

    /// Sets [`timeout`](Self#structfield.timeout).
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }
}
