use std::fmt;

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use base64::Engine as _;
use base64::alphabet;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// The publishable key of an instance. It tells where the instance's Frontend API is and whether it is a development
/// instance. It is not a secret.
///
/// ```
/// use clerk_sdk::{InstanceType, PublishableKey};
///
/// let key: PublishableKey = "pk_live_Y2xlcmsuZXhhbXBsZS5jb20k".parse()?;
/// assert_eq!(key.frontend_api(), "clerk.example.com");
/// assert_eq!(key.instance_type(), InstanceType::Production);
/// assert_eq!(key.cookie_suffix(), "naoXFJnI");
/// # Ok::<(), clerk_sdk::PublishableKeyError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishableKey {
    key: String,
    frontend_api: String,
    instance_type: InstanceType,
}

/// What an instance is for.
///
/// ```
/// use clerk_sdk::{InstanceType, PublishableKey};
///
/// let key: PublishableKey = "pk_test_Y2xlYW4tbWF5Zmx5LTYyLmNsZXJrLmFjY291bnRzLmRldiQ".parse()?;
/// assert_eq!(key.instance_type(), InstanceType::Development);
/// # Ok::<(), clerk_sdk::PublishableKeyError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum InstanceType {
    /// Its keys begin with `pk_test_` and `sk_test_`.
    Development,
    /// Its keys begin with `pk_live_` and `sk_live_`.
    Production,
}

/// Padding may be missing, and what is left over of the last byte does not matter.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

impl PublishableKey {
    /// Reads a key; `str::parse` does the same.
    ///
    /// # Errors
    ///
    /// [`PublishableKeyError`] when it is missing or no publishable key.
    pub fn new(key: &str) -> Result<Self, PublishableKeyError> {
        if key.is_empty() {
            return Err(PublishableKeyError::Missing);
        }
        let (instance_type, encoded) = if let Some(encoded) = key.strip_prefix("pk_live_") {
            (InstanceType::Production, encoded)
        } else if let Some(encoded) = key.strip_prefix("pk_test_") {
            (InstanceType::Development, encoded)
        } else {
            return Err(PublishableKeyError::Invalid);
        };
        let compact: String = encoded
            .chars()
            .filter(|char| !char.is_ascii_whitespace())
            .collect();
        let frontend_api = LENIENT
            .decode(compact)
            .ok()
            .and_then(|bytes| String::from_utf8(bytes).ok())
            .and_then(|text| text.strip_suffix('$').map(str::to_owned))
            .filter(|host| host.contains('.') && !host.contains('$'))
            .ok_or(PublishableKeyError::Invalid)?;
        Ok(Self {
            key: key.to_owned(),
            frontend_api,
            instance_type,
        })
    }

    /// Returns the key itself.
    pub fn as_str(&self) -> &str {
        &self.key
    }

    /// Returns the host of the Frontend API, without a scheme.
    pub fn frontend_api(&self) -> &str {
        &self.frontend_api
    }

    /// Returns the Frontend API as an application reaches it: by its proxy, verbatim, if there is one; else, for a satellite of a
    /// production instance, on the satellite's own domain.
    ///
    /// ```
    /// # let key: clerk_sdk::PublishableKey = "pk_live_Y2xlcmsuZXhhbXBsZS5jb20k".parse()?;
    /// assert_eq!(key.reachable_frontend_api(None, Some("shop.example")), "clerk.shop.example");
    /// assert_eq!(key.reachable_frontend_api(Some("/__clerk"), Some("shop.example")), "/__clerk");
    /// # Ok::<(), clerk_sdk::PublishableKeyError>(())
    /// ```
    pub fn reachable_frontend_api(
        &self,
        proxy_url: Option<&str>,
        satellite_domain: Option<&str>,
    ) -> String {
        match (proxy_url, satellite_domain) {
            (Some(url), _) if !url.is_empty() => url.to_owned(),
            (_, Some(domain))
                if !domain.is_empty() && self.instance_type == InstanceType::Production =>
            {
                format!("clerk.{domain}")
            }
            _ => self.frontend_api.clone(),
        }
    }

    /// Returns what the instance is for.
    pub fn instance_type(&self) -> InstanceType {
        self.instance_type
    }

    /// Returns what follows the names of the instance's cookies, after an underscore: `__session_<suffix>`.
    pub fn cookie_suffix(&self) -> String {
        cookie_suffix(&self.key)
    }
}

/// Returns the suffix for any text in place of a publishable key, valid or not.
pub fn cookie_suffix(publishable_key: &str) -> String {
    // Eight characters are the first six bytes.
    let hash = digest(&SHA1_FOR_LEGACY_USE_ONLY, publishable_key.as_bytes());
    URL_SAFE_NO_PAD.encode(hash.as_ref().get(..6).unwrap_or_default())
}

impl std::str::FromStr for PublishableKey {
    type Err = PublishableKeyError;

    fn from_str(key: &str) -> Result<Self, Self::Err> {
        Self::new(key)
    }
}

impl fmt::Display for PublishableKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.key)
    }
}

/// Why a text is not a publishable key.
///
/// ```
/// use clerk_sdk::{PublishableKey, PublishableKeyError};
///
/// assert_eq!(PublishableKey::new(""), Err(PublishableKeyError::Missing));
/// assert_eq!(PublishableKey::new("sk_test_123"), Err(PublishableKeyError::Invalid));
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum PublishableKeyError {
    /// The key is missing.
    Missing,
    /// The text is not a publishable key.
    Invalid,
}

impl fmt::Display for PublishableKeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Missing => "the publishable key is missing: set CLERK_PUBLISHABLE_KEY",
            Self::Invalid => {
                "this is not a publishable key, which begins with pk_test_ or pk_live_: \
                 copy the one on the API keys page of the Clerk Dashboard"
            }
        })
    }
}

// `main` prints this if it returns an error: the sentence says more than the name.
impl fmt::Debug for PublishableKeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for PublishableKeyError {}
