//! Values that follow from the configuration, computed once for all requests.

use std::sync::Arc;

use clerk_sdk::auth::Accepts;
use clerk_sdk::tokens::{TokenType, VerifyTokenOptions};
use clerk_sdk::{InstanceType, Settings};
use url::{Host, Url};

use super::organization_patterns::Patterns;
use crate::config_error::ConfigError;
use crate::options::AuthenticateOptions;
use crate::protected_resource::Resource;
use crate::request_url::{is_trusted, origin, parse_origin};

/// The values that follow from a client's settings and a layer's options.
pub(crate) struct Setup {
    settings: Arc<Settings>,
    verify_token: VerifyTokenOptions,
    /// Absent if it is not needed.
    instance: Option<Instance>,
    pub(super) patterns: Option<Patterns>,
}

/// The instance whose sessions are accepted.
pub(super) struct Instance {
    pub(super) is_production: bool,
    /// The host of the instance's Frontend API, whatever proxies there are. It identifies the instance's tokens.
    pub(super) issuer: String,
    /// Where the instance's Frontend API is reached.
    pub(super) frontend_api: FrontendApi,
    pub(super) cookie_suffix: String,
    pub(super) is_satellite: bool,
}

pub(super) enum FrontendApi {
    /// A host or a URL.
    At(String),
    /// A path of this application.
    OwnPath(String),
}

impl Setup {
    /// # Errors
    ///
    /// What is missing or wrong in the configuration.
    pub(crate) fn new(
        settings: Arc<Settings>,
        options: &AuthenticateOptions,
    ) -> Result<Self, ConfigError> {
        settings.check()?;
        let accepts = &options.accepts_token;
        let instance = match accepts {
            Accepts::One(TokenType::M2m | TokenType::ApiKey) => None,
            _ => Some(Instance::new(&settings, options)?),
        };
        if *accepts == Accepts::One(TokenType::M2m) {
            let keys = [settings.machine_secret_key(), settings.secret_key()];
            if keys.iter().all(|key| key.is_missing()) {
                return Err(ConfigError::MissingMachineSecretKey);
            }
        } else {
            if settings.secret_key().is_missing() {
                return Err(ConfigError::MissingSecretKey);
            }
            if settings.is_satellite() {
                check_satellite(&settings)?;
            }
        }
        let mut origins = options
            .public_origin
            .iter()
            .chain(&options.sync_redirect_origins);
        let mut hosts = options.trusted_hosts.iter();
        let wrong = origins
            .find(|text| parse_origin(text).is_none())
            .or_else(|| hosts.find(|host| origin("https", host).is_none()));
        if let Some(text) = wrong {
            return Err(ConfigError::InvalidOrigin(text.clone()));
        }
        let patterns = options.organization_sync.as_ref();
        Ok(Self {
            verify_token: options.token_requirements(&settings),
            instance,
            patterns: patterns.map(Patterns::new).transpose()?,
            settings,
        })
    }

    pub(crate) fn is_of(&self, settings: &Arc<Settings>) -> bool {
        Arc::ptr_eq(&self.settings, settings)
    }

    pub(super) fn settings(&self) -> &Settings {
        &self.settings
    }

    pub(super) fn verify_token_options(&self) -> &VerifyTokenOptions {
        &self.verify_token
    }

    /// Asks of OAuth access tokens that they are for this resource.
    pub(crate) fn for_resource(mut self, resource: &Resource) -> Self {
        self.verify_token.resource = Some(resource.url.clone());
        self.verify_token.without_audience = resource.without_audience;
        self
    }

    /// Returns the URL of the Frontend API, without a slash at the end, for an application that visitors reach at this origin.
    pub(crate) fn frontend_api_url(&self, own_origin: &str) -> Option<String> {
        match &self.instance.as_ref()?.frontend_api {
            FrontendApi::At(url) => Some(base_url(url)?.as_str().trim_end_matches('/').to_owned()),
            FrontendApi::OwnPath(path) => {
                Some(format!("{own_origin}{}", path.trim_end_matches('/')))
            }
        }
    }

    /// Returns the origin of the Frontend API, unless this application proxies it.
    pub(crate) fn frontend_origin(&self) -> Option<String> {
        match &self.instance.as_ref()?.frontend_api {
            FrontendApi::At(url) => Some(base_url(url)?.origin().ascii_serialization()),
            FrontendApi::OwnPath(_) => None,
        }
    }

    pub(super) fn instance(&self) -> Option<&Instance> {
        self.instance.as_ref()
    }
}

/// Returns the base URL of the Frontend API. The text is a URL, or a host that a path may follow.
pub(super) fn base_url(frontend_api: &str) -> Option<Url> {
    let scheme = if frontend_api.starts_with("http") {
        ""
    } else {
        "https://"
    };
    let url = Url::parse(&format!("{scheme}{}/", frontend_api.trim_end_matches('/'))).ok()?;
    (matches!(url.scheme(), "http" | "https") && url.has_host()).then_some(url)
}

impl Instance {
    fn new(settings: &Settings, options: &AuthenticateOptions) -> Result<Self, ConfigError> {
        let key = settings
            .publishable_key()?
            .ok_or(ConfigError::MissingPublishableKey)?;
        let is_production = key.instance_type() == InstanceType::Production;
        let satellite_domain = settings.domain().filter(|_| settings.is_satellite());
        let issuer = key.reachable_frontend_api(None, satellite_domain);
        let is_automatically_proxied =
            options.is_automatically_proxied && is_production && settings.domain().is_none();
        let frontend_api = match settings.proxy_url() {
            Some(path) if path.starts_with('/') => FrontendApi::OwnPath(path.to_owned()),
            Some(url) if base_url(url).is_none() => return Err(ConfigError::InvalidProxyUrl),
            Some(url) => FrontendApi::At(url.to_owned()),
            None if options.proxy_path.is_some() => {
                let path = options.proxy_path.as_deref().unwrap_or_default();
                FrontendApi::OwnPath(format!("/{}", path.trim_start_matches('/')))
            }
            None if is_automatically_proxied => FrontendApi::OwnPath("/__clerk".to_owned()),
            None => FrontendApi::At(issuer.clone()),
        };
        Ok(Self {
            is_production,
            issuer,
            frontend_api,
            cookie_suffix: key.cookie_suffix(),
            is_satellite: settings.is_satellite(),
        })
    }
}

fn check_satellite(settings: &Settings) -> Result<(), ConfigError> {
    let secret = settings.secret_key().expose();
    let is_development = secret.starts_with("test_") || secret.starts_with("sk_test_");
    match settings.sign_in_url() {
        None if is_development => return Err(ConfigError::MissingSignInUrl),
        None => {}
        Some(url) => {
            let url = Url::parse(url).map_err(|_| ConfigError::InvalidSignInUrl)?;
            let domain: Vec<String> = settings.domain().map(str::to_owned).into_iter().collect();
            if is_trusted(&url, &domain) {
                return Err(ConfigError::InvalidSignInUrl);
            }
        }
    }
    let is_production = settings
        .publishable_key()?
        .is_some_and(|key| key.instance_type() == InstanceType::Production);
    match settings.domain() {
        Some(domain) if !is_domain(domain, is_production) => {
            Err(ConfigError::InvalidDomain(domain.to_owned()))
        }
        None if settings.proxy_url().is_none() => Err(ConfigError::MissingDomain),
        _ => Ok(()),
    }
}

/// Returns whether a satellite's `domain` is a host, with or without a port, and nothing else. In production it must be a
/// name, because `clerk.` is put in front of it.
fn is_domain(text: &str, is_production: bool) -> bool {
    let is_plain =
        |char: char| char.is_alphanumeric() || matches!(char, '.' | '-' | ':' | '[' | ']');
    // The URL parser treats the text before an `@` as credentials, and drops white space.
    if !text.chars().all(is_plain) {
        return false;
    }
    let Ok(url) = Url::parse(&format!("https://{text}/")) else {
        return false;
    };
    match url.host() {
        Some(Host::Domain(name)) => !is_production || name.trim_end_matches('.').contains('.'),
        Some(Host::Ipv4(_) | Host::Ipv6(_)) => !is_production,
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn satellite_domain_is_host_and_nothing_besides() {
        for domain in ["sat.example", "a.b.sat.example:8443", "bücher.example"] {
            assert!(is_domain(domain, true), "{domain}");
        }
        for domain in ["localhost:3001", "127.0.0.1:3001", "[::1]:3001"] {
            assert!(is_domain(domain, false), "{domain}");
            assert!(!is_domain(domain, true), "{domain}");
        }
        for domain in [
            "https://sat.example",
            "sat.example/",
            "sat.example/path",
            "user:password@sat.example",
            "evil.example?.sat.example",
            "evil.example#.sat.example",
            "evil.example\\.sat.example",
            "sat.example ",
            "sat\n.example",
            "sat.example:port",
            "sat%2eexample",
            ":443",
            "[::1",
        ] {
            assert!(!is_domain(domain, false), "{domain}");
            assert!(!is_domain(domain, true), "{domain}");
        }
    }
}
