//! Keys as files and dashboards hand them over, and keys that cannot work.

use aws_lc_rs::signature::{KeyPair as _, RsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use clerk_sdk::{Clerk, ClerkOptions, Environment, Error};

const PUBLISHABLE: &str = "pk_test_Y2xlYW4tbWF5Zmx5LTYyLmNsZXJrLmFjY291bnRzLmRldiQ";
const PEM: &str = include_str!("../keys/main.public.pem");
const EMULATOR: &str = include_str!("../../../clerk-emulator/test-keys/emulator-test-key.pem");

fn clerk(options: ClerkOptions) -> Result<Clerk, Error> {
    Clerk::with_environment(options, Environment::empty())
}

fn check(clerk: &Clerk) {
    let settings = clerk.settings();
    assert_eq!(settings.secret_key().expose(), "sk_test_1");
    assert_eq!(settings.machine_secret_key().expose(), "ak_1");
    assert_eq!(settings.webhook_signing_secret().expose(), "whsec_MfKQ");
    let key = settings.publishable_key().unwrap().unwrap();
    assert_eq!(key.as_str(), PUBLISHABLE);
    assert!(settings.jwt_key().unwrap().is_some());
}

#[test]
fn white_space_around_keys_is_trimmed() {
    let around = |key: &str| format!(" \t{key}\r\n");
    let options = ClerkOptions::new()
        .secret_key(around("sk_test_1"))
        .machine_secret_key(around("ak_1"))
        .webhook_signing_secret(around("whsec_MfKQ"))
        .publishable_key(around(PUBLISHABLE))
        .jwt_key(around(PEM));
    check(&clerk(options).unwrap());
    let environment = Environment::from_iter([
        ("CLERK_SECRET_KEY", around("sk_test_1")),
        ("CLERK_MACHINE_SECRET_KEY", around("ak_1")),
        ("CLERK_WEBHOOK_SIGNING_SECRET", around("whsec_MfKQ")),
        ("CLERK_PUBLISHABLE_KEY", around(PUBLISHABLE)),
        ("CLERK_JWT_KEY", around(PEM)),
        ("CLERK_API_VERSION", around("v2")),
    ]);
    let clerk = Clerk::with_environment(ClerkOptions::new(), environment).unwrap();
    check(&clerk);
    assert_eq!(clerk.settings().api_version(), "v2");
}

#[test]
fn blank_variables_are_not_set() {
    let environment = Environment::from_iter([
        ("CLERK_SECRET_KEY", " \n"),
        ("CLERK_API_KEY", "sk_test_old"),
        ("CLERK_API_URL", "\t"),
        ("CLERK_IS_SATELLITE", " "),
    ]);
    let clerk = Clerk::with_environment(ClerkOptions::new(), environment).unwrap();
    assert_eq!(clerk.settings().secret_key().expose(), "sk_test_old");
    assert_eq!(clerk.settings().server_api_url(), "https://api.clerk.com");
}

#[test]
fn keys_no_header_can_carry_are_rejected() {
    for key in [
        "sk_test_a\nb",
        "sk_test_a\0b",
        "sk_test_\u{e9}",
        "sk_test_a b",
    ] {
        let empty = ClerkOptions::new;
        for (name, options) in [
            ("`secret_key`", empty().secret_key(key)),
            ("`machine_secret_key`", empty().machine_secret_key(key)),
            (
                "`webhook_signing_secret`",
                empty().webhook_signing_secret(key),
            ),
        ] {
            let error = clerk(options).unwrap_err();
            let text = format!("{error} {error:?}");
            assert!(text.contains(name), "{text}");
            assert!(!text.contains("sk_test"), "{text}");
        }
    }
}

/// The public half of the emulator's test key, as PEM.
fn emulator_key() -> String {
    let der = test_support::pem::der(EMULATOR).unwrap();
    let pair = RsaKeyPair::from_pkcs8(&der).unwrap();
    let public = STANDARD.encode(pair.public_key().as_ref());
    format!("-----BEGIN RSA PUBLIC KEY-----\n{public}\n-----END RSA PUBLIC KEY-----\n")
}

#[test]
fn the_emulators_key_is_rejected_beside_live_keys() {
    let options = || ClerkOptions::new().jwt_key(emulator_key());
    let live = "pk_live_Y2xlcmsuZXhhbXBsZS5jb20k";
    for with in [
        options().secret_key("sk_live_1"),
        options().secret_key("sk_test_1").publishable_key(live),
    ] {
        let error = clerk(with).unwrap_err().to_string();
        assert!(
            error.contains("`jwt_key`") && error.contains("clerk-emulator"),
            "{error}"
        );
    }
    assert!(
        clerk(
            options()
                .secret_key("sk_test_1")
                .publishable_key(PUBLISHABLE)
        )
        .is_ok()
    );
    let own = ClerkOptions::new().jwt_key(PEM).secret_key("sk_live_1");
    assert!(clerk(own).is_ok());
}
