use std::fmt;

/// Prints as `[redacted]` in the `Debug` output of types that carry a secret.
#[derive(Clone, Copy)]
pub struct Redacted;

impl fmt::Debug for Redacted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// The secret key of a Clerk instance (`sk_test_…`, `sk_live_…`).
///
/// It is never printed: `Debug` writes `[redacted]` and there is no `Display`. [`expose`](Self::expose) gives the text.
///
/// ```
/// use clerk_api::SecretKey;
///
/// let key = SecretKey::from("sk_test_123");
/// assert_eq!(format!("{key:?}"), "[redacted]");
/// assert_eq!(key.expose(), "sk_test_123");
/// assert!(SecretKey::from("  ").is_missing());
/// ```
#[derive(Clone, Default)]
pub struct SecretKey(String);

impl SecretKey {
    /// Returns the key itself. Take care where it goes.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Returns whether there is no key: the text is empty or holds white space only.
    pub fn is_missing(&self) -> bool {
        self.0.trim().is_empty()
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_missing() {
            f.write_str("[missing]")
        } else {
            Redacted.fmt(f)
        }
    }
}

impl From<String> for SecretKey {
    fn from(key: String) -> Self {
        Self(key)
    }
}

impl From<&str> for SecretKey {
    fn from(key: &str) -> Self {
        Self(key.to_owned())
    }
}

impl From<&String> for SecretKey {
    fn from(key: &String) -> Self {
        Self(key.clone())
    }
}
