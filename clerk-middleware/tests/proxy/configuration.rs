//! Errors that are found when a proxy is created.

use clerk_middleware::{ConfigError, FrontendApiProxy, FrontendApiProxyOptions};
use clerk_sdk::{Clerk, ClerkOptions, Environment};

use crate::servers::{SECRET, clerk};

fn made(clerk: &Clerk, options: FrontendApiProxyOptions) -> Result<(), ConfigError> {
    FrontendApiProxy::with_variables(clerk, options, |_| None).map(drop)
}

fn client(options: ClerkOptions) -> Clerk {
    Clerk::with_environment(options, Environment::empty()).unwrap()
}

#[test]
fn both_keys_are_needed() {
    let options = FrontendApiProxyOptions::new();
    let without_key =
        client(ClerkOptions::new().publishable_key("pk_live_Y2xlcmsuZXhhbXBsZS5jb20k"));
    assert_eq!(
        made(&without_key, options.clone()),
        Err(ConfigError::MissingSecretKey)
    );
    let without_publishable_key = client(ClerkOptions::new().secret_key(SECRET));
    assert_eq!(
        made(&without_publishable_key, options.clone()),
        Err(ConfigError::MissingPublishableKey)
    );
    assert_eq!(made(&clerk(), options), Ok(()));
}

#[test]
fn the_frontend_api_must_be_a_plain_url() {
    for url in [
        "nope",
        "https://u:p@x",
        "https://x/?a",
        "https://x/#a",
        "ftp://x",
    ] {
        let options = FrontendApiProxyOptions::new().fapi_url(url);
        assert_eq!(
            made(&clerk(), options),
            Err(ConfigError::InvalidFapiUrl),
            "{url}"
        );
    }
    let options = FrontendApiProxyOptions::new();
    let by_variable = FrontendApiProxy::with_variables(&clerk(), options, |name| {
        assert_eq!(name, "CLERK_FAPI_URL");
        Some("nope".to_owned())
    });
    assert_eq!(by_variable.err(), Some(ConfigError::InvalidFapiUrl));
}

#[test]
fn an_option_goes_before_the_variable() {
    let options = FrontendApiProxyOptions::new().fapi_url("https://x.example");
    let variable = |_: &str| panic!("it is not looked at");
    let proxy = FrontendApiProxy::with_variables(&clerk(), options, variable).unwrap();
    assert!(format!("{proxy:?}").contains("https://x.example"));
    assert!(!format!("{proxy:?}").contains(SECRET));
}

#[test]
fn the_path_is_neither_the_whole_application_nor_one_that_leads_elsewhere() {
    for path in ["", "/", "/..", "/a/%2e%2e", "/a?b"] {
        let options = FrontendApiProxyOptions::new().path(path);
        let error = ConfigError::InvalidProxyPath(path.to_owned());
        assert_eq!(made(&clerk(), options), Err(error));
    }
}

#[test]
fn what_this_application_is_called_must_be_a_name() {
    let options = FrontendApiProxyOptions::new().public_origin("app.example.com");
    let error = ConfigError::InvalidOrigin("app.example.com".to_owned());
    assert_eq!(made(&clerk(), options), Err(error));
    let options = FrontendApiProxyOptions::new().trusted_hosts(["a@b"]);
    let error = ConfigError::InvalidOrigin("a@b".to_owned());
    assert_eq!(made(&clerk(), options), Err(error));
}
