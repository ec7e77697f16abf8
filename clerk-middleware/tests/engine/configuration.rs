use clerk_middleware::{
    AuthenticateOptions, Authenticator, ConfigError, ConfigWarning, OrganizationSync, Redirects,
    Status,
};
use clerk_sdk::auth::Accepts;
use clerk_sdk::tokens::{TokenType, VerifyTokenOptions};
use clerk_sdk::{Clerk, ClerkOptions, Environment};
use serde_json::json;

use super::backend::{
    DEVELOPMENT, NOW, PRODUCTION, call, clerk, options, reason, request, token, user,
};

fn found(clerk_options: ClerkOptions, options: AuthenticateOptions) -> Option<ConfigError> {
    options.validate(&clerk(clerk_options)).err()
}

#[test]
fn what_is_missing_is_found_when_the_layer_is_built() {
    let any = AuthenticateOptions::new;
    let only = |kind| any().accepts_token(Accepts::One(kind));
    let empty = ClerkOptions::new;
    let satellite = || options().is_satellite(true).domain("sat.example");
    for (clerk_options, options, error) in [
        (options(), any(), None),
        (empty(), any(), Some(ConfigError::MissingPublishableKey)),
        (
            empty().publishable_key(PRODUCTION),
            any(),
            Some(ConfigError::MissingSecretKey),
        ),
        (
            empty(),
            only(TokenType::ApiKey),
            Some(ConfigError::MissingSecretKey),
        ),
        (
            empty(),
            only(TokenType::M2m),
            Some(ConfigError::MissingMachineSecretKey),
        ),
        (
            empty().machine_secret_key("ak_1"),
            only(TokenType::M2m),
            None,
        ),
        (
            empty().secret_key("sk_test_1"),
            only(TokenType::OAuth),
            Some(ConfigError::MissingPublishableKey),
        ),
        (
            options().is_satellite(true),
            any(),
            Some(ConfigError::MissingDomain),
        ),
        (satellite(), any(), None),
        (
            satellite().secret_key("sk_test_1"),
            any(),
            Some(ConfigError::MissingSignInUrl),
        ),
        (
            satellite().sign_in_url("/sign-in"),
            any(),
            Some(ConfigError::InvalidSignInUrl),
        ),
        (
            satellite().sign_in_url("https://sat.example/in"),
            any(),
            Some(ConfigError::InvalidSignInUrl),
        ),
        (satellite().sign_in_url("https://p.example/in"), any(), None),
        (
            satellite().domain("https://sat.example/x"),
            any(),
            Some(ConfigError::InvalidDomain(
                "https://sat.example/x".to_owned(),
            )),
        ),
        (
            satellite().domain("evil.example#.sat.example"),
            any(),
            Some(ConfigError::InvalidDomain(
                "evil.example#.sat.example".to_owned(),
            )),
        ),
        (
            options(),
            any().sync_redirect_origins(["sat.example"]),
            Some(ConfigError::InvalidOrigin("sat.example".to_owned())),
        ),
        (
            options(),
            any().public_origin("app"),
            Some(ConfigError::InvalidOrigin("app".to_owned())),
        ),
        (
            options(),
            any().trusted_hosts(["a b"]),
            Some(ConfigError::InvalidOrigin("a b".to_owned())),
        ),
    ] {
        assert_eq!(found(clerk_options, options), error);
    }
    let sync = OrganizationSync::new().organization_patterns(["/orgs/:"]);
    let error = found(options(), any().organization_sync(sync)).unwrap();
    assert!(matches!(error, ConfigError::InvalidPattern { .. }));
    assert!(error.to_string().contains("/orgs/:"));
}

#[test]
fn production_without_authorized_parties_or_audience_is_warned_of() {
    use ConfigWarning::{MissingAudience, MissingAuthorizedParties};

    let any = AuthenticateOptions::new;
    let only = |kind| any().accepts_token(Accepts::One(kind));
    let all = || any().accepts_token(Accepts::Any);
    let development = || {
        options()
            .secret_key("sk_test_1")
            .publishable_key(DEVELOPMENT)
    };
    let party = ["https://app.example.com"];
    let verify = |verify: VerifyTokenOptions| all().verify_token(verify);
    for (clerk_options, options, warnings) in [
        (options(), any(), vec![MissingAuthorizedParties]),
        (options().authorized_parties(party), any(), vec![]),
        (
            options().authorized_parties([""]),
            any(),
            vec![MissingAuthorizedParties],
        ),
        (
            options(),
            all(),
            vec![MissingAuthorizedParties, MissingAudience],
        ),
        (
            options().authorized_parties(party),
            all(),
            vec![MissingAudience],
        ),
        (
            options().authorized_parties(party).audience(["api"]),
            all(),
            vec![],
        ),
        (options(), only(TokenType::OAuth), vec![MissingAudience]),
        (options(), only(TokenType::ApiKey), vec![]),
        (options(), only(TokenType::M2m), vec![]),
        // The options of a layer replace those of the client.
        (
            options().authorized_parties(party).audience(["api"]),
            verify(VerifyTokenOptions::new()),
            vec![MissingAuthorizedParties, MissingAudience],
        ),
        (
            options(),
            verify(
                VerifyTokenOptions::new()
                    .authorized_parties(party)
                    .audience(["api"]),
            ),
            vec![],
        ),
        (development(), all(), vec![]),
    ] {
        let clerk = clerk(clerk_options);
        assert_eq!(options.warnings(&clerk), warnings);
        let authenticator = Authenticator::new(clerk).options(options);
        assert_eq!(authenticator.warnings(), warnings);
        assert!(authenticator.validate().is_ok());
    }
}

#[test]
fn relative_sign_in_page_without_base_is_one_of_the_origin() {
    let clerk = clerk(options().sign_in_url("sign-in"));
    let url = Redirects::new(&clerk)
        .unwrap()
        .to_sign_in(Some("https://app.example.com/a/b?c=d"))
        .unwrap();
    assert_eq!(
        url,
        "https://app.example.com/sign-in?redirect_url=https%3A%2F%2Fapp.example.com%2Fa%2Fb%3Fc%3Dd"
    );
}

#[tokio::test]
async fn under_a_configuration_that_stopped_working_everybody_is_signed_out() {
    let (clerk, options) = (clerk(options()), AuthenticateOptions::new());
    let token = token(&json!({}));
    assert_eq!(
        user(&call(&clerk, &options, "/", &token).await),
        Some("user_1")
    );
    clerk.set_secret_key("");
    let state = call(&clerk, &options, "/", &token).await;
    assert_eq!(state.status(), Status::SignedOut);
    assert_eq!(reason(&state), "unexpected-error");
    clerk.set_secret_key("sk_live_2");
    assert_eq!(
        user(&call(&clerk, &options, "/", &token).await),
        Some("user_1")
    );
}

#[tokio::test]
async fn options_that_were_used_and_then_changed_are_what_they_say() {
    let clerk = clerk(options());
    let machine = token(&json!({ "sub": "mch_1" }));
    let options = AuthenticateOptions::new();
    assert_eq!(
        reason(&call(&clerk, &options, "/", &machine).await),
        "token-type-mismatch"
    );
    let options = options.clone().accepts_token(Accepts::Any);
    assert!(call(&clerk, &options, "/", &machine).await.is_signed_in());
}

#[tokio::test]
async fn handshakes_go_to_the_path_that_this_application_proxies_unless_there_is_a_proxy_url() {
    for (clerk_options, url) in [
        (
            options(),
            "https://app.example.com/__clerk/v1/client/handshake?",
        ),
        (
            options().proxy_url("https://p.example/x/"),
            "https://p.example/x/v1/client/handshake?",
        ),
        (
            options().proxy_url("/y"),
            "https://app.example.com/y/v1/client/handshake?",
        ),
    ] {
        let layer = AuthenticateOptions::new().proxy_path("/__clerk");
        let state =
            super::backend::page(&clerk(clerk_options), &layer, "/", "__client_uat=5").await;
        let location = state.redirect_location().unwrap().to_str().unwrap();
        assert!(location.starts_with(url), "{location}");
    }
}

#[tokio::test]
async fn a_proxy_is_assumed_on_vercel_only_in_production_and_under_its_own_name() {
    for (target, name, disabled, host) in [
        ("production", "my-app.vercel.app", "", "app.example.com"),
        (
            "production",
            "https://My-App.Vercel.App/x",
            "0",
            "app.example.com",
        ),
        (
            "production",
            "my-app.vercel.app",
            "true",
            "clerk.example.com",
        ),
        ("production", "my-app.vercel.app", "1", "clerk.example.com"),
        ("production", "app.example.com", "", "clerk.example.com"),
        ("preview", "my-app.vercel.app", "", "clerk.example.com"),
    ] {
        let options = AuthenticateOptions::new().vercel_proxy(|variable| {
            Some(match variable {
                "VERCEL_TARGET_ENV" => target.to_owned(),
                "VERCEL_PROJECT_PRODUCTION_URL" => name.to_owned(),
                _ => disabled.to_owned(),
            })
        });
        let clerk = clerk(super::backend::options());
        let state = super::backend::page(&clerk, &options, "/", "__client_uat=5").await;
        let location = state.redirect_location().unwrap().to_str().unwrap();
        assert!(
            location.starts_with(&format!("https://{host}/")),
            "{location}"
        );
    }
}

#[tokio::test]
async fn authorized_parties_of_the_environment_bind_clients_and_layers_unless_those_say_otherwise()
{
    let environment = |parties| Environment::from_iter([("CLERK_AUTHORIZED_PARTIES", parties)]);
    let other = Clerk::with_environment(options(), environment("https://other.example")).unwrap();
    let own = Clerk::with_environment(options(), environment("https://app.example.com")).unwrap();
    let token = token(&json!({}));
    let layer = AuthenticateOptions::new;
    let looser = layer().authorized_parties(["https://app.example.com"]);
    let stricter = layer().authorized_parties(["https://other.example"]);
    for (clerk, options, expected) in [
        (&own, layer(), "user_1"),
        (&other, layer(), "token-invalid-authorized-parties"),
        (&other, looser, "user_1"),
        (&own, stricter, "token-invalid-authorized-parties"),
        // The layer's audience leaves the client's parties as they are.
        (
            &other,
            layer().audience(["api"]),
            "token-invalid-authorized-parties",
        ),
        (&own, layer().audience(["api"]), "user_1"),
    ] {
        let authenticator = Authenticator::new(clerk.clone()).options(options.clone());
        let bearer = format!("Bearer {token}");
        let parts = request("/", &[("authorization", &bearer)]);
        for state in [
            call(clerk, &options, "/", &token).await,
            authenticator.authenticate(&parts).await,
        ] {
            assert_eq!(user(&state).unwrap_or_else(|| reason(&state)), expected);
        }
    }
    assert!(own.verify_token(&token).await.is_ok());
    let error = other.verify_token(&token).await.unwrap_err();
    assert_eq!(error.code(), Some("token-invalid-authorized-parties"));
}

#[tokio::test]
async fn clock_skew_of_the_environment_and_of_a_layer_decides_on_expired_tokens() {
    let environment = Environment::from_iter([("CLERK_CLOCK_SKEW_MS", "20000")]);
    let tolerant = Clerk::with_environment(options(), environment).unwrap();
    let token = token(&json!({ "exp": NOW - 10 }));
    let layer = AuthenticateOptions::new;
    for (clerk, options, expected) in [
        (&tolerant, layer(), Some("user_1")),
        (&tolerant, layer().clock_skew_ms(0), None),
        (&clerk(options()), layer(), None),
        (
            &clerk(options()),
            layer().clock_skew_ms(20_000),
            Some("user_1"),
        ),
    ] {
        assert_eq!(user(&call(clerk, &options, "/", &token).await), expected);
    }
}

#[test]
fn options_are_data_that_can_be_compared_and_printed() {
    let one = AuthenticateOptions::new().trusted_hosts(["app.example.com"]);
    let mut other = AuthenticateOptions::new();
    assert_ne!(one, other);
    other.trusted_hosts.push("app.example.com".to_owned());
    assert_eq!(one, other);
    assert!(format!("{one:?}").contains("app.example.com"));
}

#[test]
fn keys_and_urls_that_cannot_be_meant_keep_an_application_from_starting() {
    for (options, option) in [
        (options().publishable_key(DEVELOPMENT), "publishable_key"),
        (options().secret_key("sk_secretpart"), "secret_key"),
        (options().sign_in_url("sign in"), "sign_in_url"),
    ] {
        let authenticator = Authenticator::new(clerk(options));
        let error = authenticator.validate().unwrap_err();
        let ConfigError::Option(found) = &error else {
            panic!("{error:?}");
        };
        assert_eq!(found.option(), option);
        // What `main` prints is a sentence.
        assert_eq!(format!("{error:?}"), error.to_string());
        assert!(!error.to_string().contains("secretpart"));
    }
}
