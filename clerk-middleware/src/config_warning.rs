use std::fmt;

use clerk_sdk::tokens::TokenType;
use clerk_sdk::{Clerk, InstanceType};

use crate::options::AuthenticateOptions;

/// The configuration works, but leaves a gap that an application in production should close. See
/// [`Authenticator::warnings`](crate::Authenticator::warnings).
///
/// ```
/// use clerk_middleware::{Authenticator, ConfigWarning};
/// use clerk_sdk::{Clerk, ClerkOptions, Environment};
///
/// let options = ClerkOptions::new().secret_key("sk_live_1").publishable_key("pk_live_Y2xlcmsuZXhhbXBsZS5jb20k");
/// let with = |options| Clerk::with_environment(options, Environment::empty()).map(Authenticator::new);
/// assert_eq!(with(options.clone())?.warnings(), [ConfigWarning::MissingAuthorizedParties]);
///
/// let options = options.authorized_parties(["https://app.example.com"]);
/// assert!(with(options)?.warnings().is_empty());
/// # Ok::<(), clerk_sdk::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ConfigWarning {
    /// Session tokens of a production instance are accepted whichever site they were issued for, because
    /// `authorized_parties` is not set. A page on another subdomain, for which the same cookies are valid, could then act
    /// for its visitors.
    MissingAuthorizedParties,
    /// OAuth access tokens of a production instance are accepted whichever API they were issued for, because `audience` is
    /// not set, and there is no [`ProtectedResource`](crate::ProtectedResource). Another API to which a user gave such a token could then use it here.
    MissingAudience,
}

impl fmt::Display for ConfigWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::MissingAuthorizedParties => {
                "session tokens are accepted whichever site they were issued for: set CLERK_AUTHORIZED_PARTIES, or \
                 `authorized_parties`, to the origins of this application"
            }
            Self::MissingAudience => {
                "OAuth access tokens are accepted whichever API they were issued for: set CLERK_AUDIENCE, or `audience`"
            }
        })
    }
}

impl AuthenticateOptions {
    /// Returns the gaps in these options and the client's current settings that an application in production should close.
    /// The list is empty for a development instance, and if [`validate`](Self::validate) returns an error.
    pub fn warnings(&self, clerk: &Clerk) -> Vec<ConfigWarning> {
        let settings = clerk.settings();
        let key = settings.publishable_key().ok().flatten();
        if key.is_none_or(|key| key.instance_type() != InstanceType::Production) {
            return Vec::new();
        }
        let verify = self.token_requirements(&settings);
        let accepts = |kind| self.accepts_token.includes(kind);
        let is_empty = |texts: &[String]| texts.iter().all(String::is_empty);
        let mut warnings = Vec::new();
        if accepts(TokenType::Session) && is_empty(&verify.authorized_parties) {
            warnings.push(ConfigWarning::MissingAuthorizedParties);
        }
        let is_for_any = is_empty(&verify.audience) && verify.resource.is_none();
        if accepts(TokenType::OAuth) && is_for_any {
            warnings.push(ConfigWarning::MissingAudience);
        }
        warnings
    }
}
