//! Names for the errors of configurations, the same for both SDKs.

use clerk_middleware::{ConfigError, RedirectError};
use clerk_sdk::{Error, OptionError};

pub(super) fn of_client(error: &Error) -> String {
    match error {
        Error::InvalidOption(error) => of_option(error),
        Error::MissingSecretKey => "missing-secret-key".to_owned(),
        other => format!("other: {other}"),
    }
}

fn of_option(error: &OptionError) -> String {
    let text = error.to_string();
    let known = [
        ("publishable", "invalid-publishable-key"),
        ("jwt_key", "invalid-jwt-key"),
        ("JWT_KEY", "invalid-jwt-key"),
        ("proxy", "invalid-proxy-url"),
        ("domain", "invalid-domain"),
    ];
    let found = known.iter().find(|(word, _)| text.contains(word));
    found.map_or(format!("other: {text}"), |(_, name)| (*name).to_owned())
}

pub(super) fn of_configuration(error: &ConfigError) -> String {
    let name = match error {
        ConfigError::MissingPublishableKey => "missing-publishable-key",
        ConfigError::MissingSecretKey => "missing-secret-key",
        ConfigError::MissingMachineSecretKey => "missing-machine-secret-key",
        ConfigError::Option(error) => return of_option(error),
        ConfigError::MissingSignInUrl => "missing-sign-in-url",
        ConfigError::InvalidSignInUrl => "invalid-sign-in-url",
        ConfigError::InvalidProxyUrl => "invalid-proxy-url",
        ConfigError::MissingDomain => "missing-domain",
        ConfigError::InvalidPattern { .. } => "invalid-pattern",
        ConfigError::InvalidDomain(_) => "invalid-domain",
        ConfigError::InvalidFapiUrl => "invalid-fapi-url",
        ConfigError::InvalidProxyPath(_) => "invalid-proxy-path",
        other => return format!("other: {other}"),
    };
    name.to_owned()
}

pub(super) fn of_redirect(error: &RedirectError) -> String {
    match error {
        RedirectError::InvalidPublishableKey => "invalid-publishable-key".to_owned(),
        _ => "relative-url".to_owned(),
    }
}
