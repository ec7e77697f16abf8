use std::fmt;
use std::str::FromStr;

use anyhow::{Error, anyhow};

/// A family of cases, which are in one file.
///
/// ```
/// use clerk_conformance::Kind;
///
/// assert_eq!("verify-token".parse::<Kind>()?, Kind::VerifyToken);
/// assert_eq!(Kind::Misc.to_string(), "misc");
/// # Ok::<(), anyhow::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Requests to an application, one by one and in sequences.
    AuthenticateRequest,
    /// Session tokens and tokens of machines.
    VerifyToken,
    /// Checks of roles, permissions, features, plans and reverification.
    Has,
    /// Webhooks.
    Webhook,
    /// Publishable keys, URLs, claims, decoding, redirects, the proxy of the Frontend API, calls to the Backend API.
    Misc,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::AuthenticateRequest,
        Self::VerifyToken,
        Self::Has,
        Self::Webhook,
        Self::Misc,
    ];

    /// Returns the functions (`fn`) of the cases of this kind.
    pub fn functions(self) -> &'static [&'static str] {
        match self {
            Self::AuthenticateRequest => &["authenticateRequest", "sequence"],
            Self::VerifyToken => &["verifyToken", "verifyMachineAuthToken"],
            Self::Has => &["has"],
            Self::Webhook => &["verifyWebhook"],
            Self::Misc => &[
                "bapi",
                "clerkRequest",
                "createRedirect",
                "decodeJwt",
                "jwtPayloadToAuth",
                "parsePublishableKey",
                "proxy",
            ],
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AuthenticateRequest => "authenticate-request",
            Self::VerifyToken => "verify-token",
            Self::Has => "has",
            Self::Webhook => "webhook",
            Self::Misc => "misc",
        })
    }
}

impl FromStr for Kind {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        let found = Self::ALL.into_iter().find(|kind| kind.to_string() == name);
        found.ok_or_else(|| anyhow!("`{name}` is no kind of cases"))
    }
}
