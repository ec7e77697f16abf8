//! The resolved options.

use std::fmt;

use clerk_api::{Config, SecretKey};

use crate::environment::Environment;
use crate::error::OptionError;
use crate::options::ClerkOptions;
use crate::publishable_key::{InstanceType, PublishableKey};
use crate::tokens::{PublicKey, VerifyTokenOptions};

const USER_AGENT: &str = concat!("clerk-sdk-rust/", env!("CARGO_PKG_VERSION"));

/// The options of a [`Clerk`](crate::Clerk), each resolved: passed, else from the environment, else the default.
///
/// ```
/// use clerk_sdk::{ClerkOptions, Environment};
///
/// let environment = Environment::from_iter([("CLERK_API_VERSION", "v2"), ("CLERK_DOMAIN", "example.com")]);
/// let settings = ClerkOptions::new().api_version("v9").resolve(&environment);
/// assert_eq!(settings.api_version(), "v9");
/// assert_eq!(settings.domain(), Some("example.com"));
/// assert!(!settings.is_satellite());
/// ```
#[derive(Clone)]
pub struct Settings {
    config: Config,
    machine_secret_key: SecretKey,
    webhook_signing_secret: SecretKey,
    jwt_key: Result<Option<PublicKey>, OptionError>,
    publishable_key: Result<Option<PublishableKey>, OptionError>,
    is_satellite: Result<bool, OptionError>,
    domain: Option<String>,
    proxy_url: Option<String>,
    sign_in_url: Option<String>,
    sign_up_url: Option<String>,
    user_profile_url: Option<String>,
    organization_profile_url: Option<String>,
    create_organization_url: Option<String>,
    waitlist_url: Option<String>,
    machine_id: Option<String>,
    verify_token: VerifyTokenOptions,
    /// Whether tokens can meet what they have to, found out once, because each verification asks.
    token_requirements: Result<(), OptionError>,
    /// The legacy variable gave the secret key.
    pub(crate) is_key_from_legacy_variable: bool,
}

impl ClerkOptions {
    /// Resolves each option: passed, else from the environment, else the default. It looks at nothing but its arguments.
    pub fn resolve(&self, environment: &Environment) -> Settings {
        let passed_or = |passed: &Option<String>, name| {
            let value = passed.as_deref().or_else(|| environment.get(name));
            value.filter(|value| !value.is_empty()).map(str::to_owned)
        };
        let (config, is_key_from_legacy_variable) = self.resolve_config(environment);
        let (verify_token, token_requirements) = self.resolve_verify_token(environment);

        Settings {
            config,
            machine_secret_key: key_or(
                &self.machine_secret_key,
                environment,
                "CLERK_MACHINE_SECRET_KEY",
            ),
            webhook_signing_secret: key_or(
                &self.webhook_signing_secret,
                environment,
                "CLERK_WEBHOOK_SIGNING_SECRET",
            ),
            jwt_key: passed_or(&self.jwt_key, "CLERK_JWT_KEY")
                .map(|pem| PublicKey::from_pem(&pem))
                .transpose()
                .map_err(|error| OptionError::new("jwt_key", "CLERK_JWT_KEY", error)),
            publishable_key: passed_or(&self.publishable_key, "CLERK_PUBLISHABLE_KEY")
                .map(|key| PublishableKey::new(key.trim()))
                .transpose()
                .map_err(|error| {
                    OptionError::new("publishable_key", "CLERK_PUBLISHABLE_KEY", error)
                }),
            is_satellite: match (self.is_satellite, environment.get("CLERK_IS_SATELLITE")) {
                (Some(passed), _) => Ok(passed),
                (None, None) => Ok(false),
                (None, Some(text)) => text.trim().to_ascii_lowercase().parse().map_err(|_| {
                    OptionError::new(
                        "is_satellite",
                        "CLERK_IS_SATELLITE",
                        "it is neither `true` nor `false`",
                    )
                }),
            },
            domain: passed_or(&self.domain, "CLERK_DOMAIN"),
            proxy_url: passed_or(&self.proxy_url, "CLERK_PROXY_URL"),
            sign_in_url: passed_or(&self.sign_in_url, "CLERK_SIGN_IN_URL"),
            sign_up_url: passed_or(&self.sign_up_url, "CLERK_SIGN_UP_URL"),
            user_profile_url: passed_or(&self.user_profile_url, "CLERK_USER_PROFILE_URL"),
            organization_profile_url: passed_or(
                &self.organization_profile_url,
                "CLERK_ORGANIZATION_PROFILE_URL",
            ),
            create_organization_url: passed_or(
                &self.create_organization_url,
                "CLERK_CREATE_ORGANIZATION_URL",
            ),
            waitlist_url: passed_or(&self.waitlist_url, "CLERK_WAITLIST_URL"),
            machine_id: passed_or(&self.machine_id, "CLERK_MACHINE_ID"),
            verify_token,
            token_requirements,
            is_key_from_legacy_variable,
        }
    }

    /// Resolves what tokens have to meet, and whether they can.
    fn resolve_verify_token(
        &self,
        environment: &Environment,
    ) -> (VerifyTokenOptions, Result<(), OptionError>) {
        let list_or = |passed: &Option<Vec<String>>, name| match passed {
            Some(entries) => entries.clone(),
            None => environment.get(name).map(entries).unwrap_or_default(),
        };
        let mut verify_token = VerifyTokenOptions::new()
            .authorized_parties(list_or(
                &self.authorized_parties,
                "CLERK_AUTHORIZED_PARTIES",
            ))
            .audience(list_or(&self.audience, "CLERK_AUDIENCE"));
        let clock_skew = match (self.clock_skew_ms, environment.get("CLERK_CLOCK_SKEW_MS")) {
            (Some(passed), _) => Ok(Some(passed)),
            (None, None) => Ok(None),
            (None, Some(text)) => text.parse().map(Some).map_err(|_| {
                let reason = "it is not a number of milliseconds";
                OptionError::new("clock_skew_ms", "CLERK_CLOCK_SKEW_MS", reason)
            }),
        };
        if let Ok(Some(skew)) = clock_skew {
            verify_token = verify_token.clock_skew_ms(skew);
        }
        let parties = check_parties(&verify_token.authorized_parties);
        (verify_token, clock_skew.and(parties))
    }

    /// Resolves how calls are made. Also returns whether the legacy variable gave the secret key.
    fn resolve_config(&self, environment: &Environment) -> (Config, bool) {
        let mut secret_key = key_or(&self.secret_key, environment, "CLERK_SECRET_KEY");
        let legacy = environment
            .get("CLERK_API_KEY")
            .filter(|_| self.secret_key.is_none() && environment.get("CLERK_SECRET_KEY").is_none());
        if let Some(legacy) = legacy {
            secret_key = legacy.into();
        }

        let mut config = Config::new(secret_key).http_options(self.http_options.clone());
        config
            .http_options
            .user_agent
            .get_or_insert_with(|| USER_AGENT.to_owned());
        config.gate_clock = self.clock.for_gate();
        // Unlike the other texts, these two may be passed empty: the version to leave it out of the path, and the URL to be
        // rejected instead of replaced by one that was not asked for.
        if let Some(version) = self
            .api_version
            .as_deref()
            .or(environment.get("CLERK_API_VERSION"))
        {
            version.clone_into(&mut config.api_version);
        }
        if let Some(url) = self
            .server_api_url
            .as_deref()
            .or(environment.get("CLERK_API_URL"))
        {
            url.clone_into(&mut config.server_api_url);
        }
        (config, legacy.is_some())
    }
}

/// Returns the key that was passed, else the variable's. Files and dashboards add line breaks; none is part of a key.
fn key_or(passed: &Option<SecretKey>, environment: &Environment, name: &'static str) -> SecretKey {
    match passed {
        Some(key) => key.expose().trim().into(),
        None => environment.get(name).unwrap_or_default().into(),
    }
}

/// Returns the entries of a variable that holds several, separated by commas.
fn entries(text: &str) -> Vec<String> {
    let entries = text.split(',').map(str::trim);
    entries
        .filter(|entry| !entry.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Tokens name the origin of a page as browsers write it. Any other text never matches, and every user would be signed out.
fn check_parties(parties: &[String]) -> Result<(), OptionError> {
    match parties.iter().find(|party| !is_party(party)) {
        Some(party) => Err(OptionError::new(
            "authorized_parties",
            "CLERK_AUTHORIZED_PARTIES",
            format!(
                "`{party}` is not an origin such as `https://app.example.com`, without a path or a slash at the end"
            ),
        )),
        None => Ok(()),
    }
}

/// Returns whether a token can name this party. Applications that are not web pages have parties of other forms.
fn is_party(party: &str) -> bool {
    let is_plain = party.bytes().all(|byte| byte.is_ascii_graphic());
    let host = ["https://", "http://"]
        .iter()
        .find_map(|scheme| party.strip_prefix(scheme));
    is_plain && host.is_none_or(|host| !host.is_empty() && !host.contains(['/', '?', '#', '@']))
}

impl Settings {
    /// Returns the first option that cannot work.
    ///
    /// # Errors
    ///
    /// [`OptionError`] if `jwt_key` is not a public key, `publishable_key` is not a publishable key, or `CLERK_IS_SATELLITE`
    /// neither `true` nor `false`; if one of the `authorized_parties` is a URL and not an origin, or `CLERK_CLOCK_SKEW_MS` is not a
    /// number; if a secret holds a character that secrets never have, such as a line break in the middle; and
    /// when `jwt_key` is the test key of `clerk-emulator`, whose private half is public, while one of the other keys is that
    /// of a production instance.
    pub fn check(&self) -> Result<(), OptionError> {
        for (option, variable, key) in [
            ("secret_key", "CLERK_SECRET_KEY", self.secret_key()),
            (
                "machine_secret_key",
                "CLERK_MACHINE_SECRET_KEY",
                &self.machine_secret_key,
            ),
            (
                "webhook_signing_secret",
                "CLERK_WEBHOOK_SIGNING_SECRET",
                &self.webhook_signing_secret,
            ),
        ] {
            if !key.expose().bytes().all(|byte| byte.is_ascii_graphic()) {
                let reason = "it holds a blank, a line break or another character that no key of Clerk's has";
                return Err(OptionError::new(option, variable, reason));
            }
        }
        self.check_emulator_key()?;
        self.jwt_key()?;
        self.publishable_key()?;
        self.is_satellite.as_ref().map_err(Clone::clone)?;
        self.check_token_requirements()
    }

    /// Returns whether tokens can meet what they have to.
    pub(crate) fn check_token_requirements(&self) -> Result<(), OptionError> {
        self.token_requirements.clone()
    }

    /// Whoever has read the emulator's source could sign in as any user.
    fn check_emulator_key(&self) -> Result<(), OptionError> {
        let is_live = self.secret_key().expose().starts_with("sk_live_")
            || self
                .publishable_key()?
                .is_some_and(|key| key.instance_type() == InstanceType::Production);
        if is_live && self.jwt_key()?.is_some_and(PublicKey::is_emulators) {
            return Err(OptionError::new(
                "jwt_key",
                "CLERK_JWT_KEY",
                "it is the test key of clerk-emulator, which anybody can sign with, and the other keys are those of a \
                 production instance",
            ));
        }
        Ok(())
    }

    /// Returns the secret key. A missing one is empty.
    pub fn secret_key(&self) -> &SecretKey {
        &self.config.secret_key
    }

    /// Returns the version in the path of the Backend API.
    pub fn api_version(&self) -> &str {
        &self.config.api_version
    }

    /// Returns where the Backend API is.
    pub fn server_api_url(&self) -> &str {
        &self.config.server_api_url
    }

    /// Returns the secret key of the machine. A missing one is empty.
    pub fn machine_secret_key(&self) -> &SecretKey {
        &self.machine_secret_key
    }

    /// Returns the signing secret of the webhook endpoint. A missing one is empty.
    pub fn webhook_signing_secret(&self) -> &SecretKey {
        &self.webhook_signing_secret
    }

    /// Returns the public key of the instance.
    ///
    /// # Errors
    ///
    /// [`OptionError`] if the value that was passed, or that of the environment, is not a public key.
    pub fn jwt_key(&self) -> Result<Option<&PublicKey>, OptionError> {
        self.jwt_key
            .as_ref()
            .map(Option::as_ref)
            .map_err(Clone::clone)
    }

    /// Returns the publishable key of the instance.
    ///
    /// # Errors
    ///
    /// [`OptionError`] if the value that was passed, or that of the environment, is not a publishable key.
    pub fn publishable_key(&self) -> Result<Option<&PublishableKey>, OptionError> {
        self.publishable_key
            .as_ref()
            .map(Option::as_ref)
            .map_err(Clone::clone)
    }

    /// Returns the domain of a satellite application.
    pub fn domain(&self) -> Option<&str> {
        self.domain.as_deref()
    }

    /// Returns whether this application is a satellite.
    pub fn is_satellite(&self) -> bool {
        // `check` reports a value that cannot be read.
        matches!(self.is_satellite, Ok(true))
    }

    /// Returns where the Frontend API is proxied.
    pub fn proxy_url(&self) -> Option<&str> {
        self.proxy_url.as_deref()
    }

    /// Returns the page to sign in on.
    pub fn sign_in_url(&self) -> Option<&str> {
        self.sign_in_url.as_deref()
    }

    /// Returns the page to sign up on.
    pub fn sign_up_url(&self) -> Option<&str> {
        self.sign_up_url.as_deref()
    }

    /// Returns the page where users manage their account. `None` means that of the account portal.
    pub fn user_profile_url(&self) -> Option<&str> {
        self.user_profile_url.as_deref()
    }

    /// Returns the page where members manage their organization. `None` means that of the account portal.
    pub fn organization_profile_url(&self) -> Option<&str> {
        self.organization_profile_url.as_deref()
    }

    /// Returns the page to create an organization on. `None` means that of the account portal.
    pub fn create_organization_url(&self) -> Option<&str> {
        self.create_organization_url.as_deref()
    }

    /// Returns the page to join the waitlist on. `None` means that of the account portal.
    pub fn waitlist_url(&self) -> Option<&str> {
        self.waitlist_url.as_deref()
    }

    /// Returns the id of the machine that this application is.
    pub fn machine_id(&self) -> Option<&str> {
        self.machine_id.as_deref()
    }

    /// Returns what tokens must satisfy, unless a call says otherwise.
    pub fn verify_token_options(&self) -> &VerifyTokenOptions {
        &self.verify_token
    }

    /// Returns the configuration for calls with the secret key.
    pub(crate) fn config(&self) -> &Config {
        &self.config
    }

    /// Returns the configuration for calls about machine-to-machine tokens.
    pub(crate) fn machine_config(&self) -> Config {
        let mut config = self.config.clone();
        if !self.machine_secret_key.is_missing() {
            config.secret_key = self.machine_secret_key.clone();
        }
        config
    }
}

// By hand: URLs may hold credentials by mistake.
impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let proxy_url = self.proxy_url.as_ref().map(|_| format_args!("set"));
        f.debug_struct("Settings")
            .field("config", &self.config)
            .field("machine_secret_key", &self.machine_secret_key)
            .field("webhook_signing_secret", &self.webhook_signing_secret)
            .field("jwt_key", &self.jwt_key)
            .field("publishable_key", &self.publishable_key)
            .field("is_satellite", &self.is_satellite)
            .field("domain", &self.domain)
            .field("proxy_url", &proxy_url)
            .field("sign_in_url", &self.sign_in_url)
            .field("sign_up_url", &self.sign_up_url)
            .field("user_profile_url", &self.user_profile_url)
            .field("organization_profile_url", &self.organization_profile_url)
            .field("create_organization_url", &self.create_organization_url)
            .field("waitlist_url", &self.waitlist_url)
            .field("machine_id", &self.machine_id)
            .field("verify_token", &self.verify_token)
            .finish_non_exhaustive()
    }
}
