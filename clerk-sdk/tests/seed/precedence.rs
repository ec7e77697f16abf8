//! Where each option comes from: passed, else from the environment, else the default.

use clerk_sdk::{Clerk, ClerkOptions, Environment, Error, clerk_client};

use crate::child::{given, play};
use crate::samples;
use crate::server::{Recorded, Server, empty, json};

const AGENT: &str = concat!("clerk-sdk-rust/", env!("CARGO_PKG_VERSION"));

/// What becomes of listing users.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Outcome {
    /// The server saw this target, this authorization and this `User-Agent`.
    Sent(&'static str, &'static str, &'static str),
    /// The server was asked, as a proxy, for a connection to this host.
    Tunnel(&'static str),
    MissingSecretKey,
    InvalidRequest,
}
use Outcome::{InvalidRequest, MissingSecretKey, Sent, Tunnel};

type Pairs = &'static [(&'static str, &'static str)];

/// What is passed, what the environment holds, and what becomes of it. `HERE` is the server, `NOWHERE` a URL where
/// nothing listens.
type Case = (Pairs, Pairs, Outcome);

const PLAIN: Outcome = Sent("/v1/users", "Bearer sk_p", AGENT);

const SECRET_KEY: &[Case] = &[
    (
        &[("secret_key", "sk_p"), ("server_api_url", "HERE")],
        &[("CLERK_SECRET_KEY", "sk_e"), ("CLERK_API_KEY", "sk_l")],
        PLAIN,
    ),
    (
        &[("server_api_url", "HERE")],
        &[("CLERK_SECRET_KEY", "sk_e"), ("CLERK_API_KEY", "sk_l")],
        Sent("/v1/users", "Bearer sk_e", AGENT),
    ),
    (&[("server_api_url", "HERE")], &[], MissingSecretKey),
    // Empty in the environment is unset.
    (
        &[("server_api_url", "HERE")],
        &[("CLERK_SECRET_KEY", "")],
        MissingSecretKey,
    ),
    (
        &[("server_api_url", "HERE")],
        &[("CLERK_SECRET_KEY", ""), ("CLERK_API_KEY", "sk_l")],
        Sent("/v1/users", "Bearer sk_l", AGENT),
    ),
    // Empty when passed is a choice.
    (
        &[("secret_key", ""), ("server_api_url", "HERE")],
        &[("CLERK_SECRET_KEY", "sk_e"), ("CLERK_API_KEY", "sk_l")],
        MissingSecretKey,
    ),
];

const API_VERSION: &[Case] = &[
    (
        &[
            ("secret_key", "sk_p"),
            ("server_api_url", "HERE"),
            ("api_version", "v9"),
        ],
        &[("CLERK_API_VERSION", "v8")],
        Sent("/v9/users", "Bearer sk_p", AGENT),
    ),
    (
        &[("secret_key", "sk_p"), ("server_api_url", "HERE")],
        &[("CLERK_API_VERSION", "v8")],
        Sent("/v8/users", "Bearer sk_p", AGENT),
    ),
    (
        &[("secret_key", "sk_p"), ("server_api_url", "HERE")],
        &[],
        PLAIN,
    ),
    (
        &[("secret_key", "sk_p"), ("server_api_url", "HERE")],
        &[("CLERK_API_VERSION", "")],
        PLAIN,
    ),
    // Passed empty, it leaves the path.
    (
        &[
            ("secret_key", "sk_p"),
            ("server_api_url", "HERE"),
            ("api_version", ""),
        ],
        &[("CLERK_API_VERSION", "v8")],
        Sent("/users", "Bearer sk_p", AGENT),
    ),
];

const SERVER_API_URL: &[Case] = &[
    (
        &[("secret_key", "sk_p"), ("server_api_url", "HERE")],
        &[("CLERK_API_URL", "NOWHERE")],
        PLAIN,
    ),
    (
        &[("secret_key", "sk_p")],
        &[("CLERK_API_URL", "HERE")],
        PLAIN,
    ),
    (
        &[("secret_key", "sk_p"), ("proxy", "HERE")],
        &[],
        Tunnel("api.clerk.com:443"),
    ),
    (
        &[("secret_key", "sk_p"), ("proxy", "HERE")],
        &[("CLERK_API_URL", "")],
        Tunnel("api.clerk.com:443"),
    ),
    // Passed empty, it is no URL; another one than was asked for would get the key.
    (
        &[("secret_key", "sk_p"), ("server_api_url", "")],
        &[("CLERK_API_URL", "HERE")],
        InvalidRequest,
    ),
];

const HTTP_OPTIONS: &[Case] = &[
    (
        &[
            ("secret_key", "sk_p"),
            ("server_api_url", "HERE"),
            ("user_agent", "mine/1"),
        ],
        &[],
        Sent("/v1/users", "Bearer sk_p", "mine/1"),
    ),
    // No variable stands for them.
    (
        &[("secret_key", "sk_p"), ("server_api_url", "HERE")],
        &[("CLERK_HTTP_OPTIONS", "{}"), ("CLERK_USER_AGENT", "mine/1")],
        PLAIN,
    ),
    (
        &[("secret_key", "sk_p"), ("server_api_url", "HERE")],
        &[],
        PLAIN,
    ),
];

fn pass(options: &mut ClerkOptions, name: &str, value: &str) {
    match name {
        "secret_key" => options.secret_key = Some(value.into()),
        "api_version" => options.api_version = Some(value.to_owned()),
        "server_api_url" => options.server_api_url = Some(value.to_owned()),
        "proxy" => options.http_options.proxy = Some(value.to_owned()),
        "user_agent" => options.http_options.user_agent = Some(value.to_owned()),
        other => panic!("no option {other}"),
    }
}

async fn server() -> Server {
    Server::handling(|request| match request.line().starts_with("CONNECT ") {
        true => empty(502),
        false => json(200, serde_json::json!([])),
    })
    .await
}

/// The places that the cases name, put in.
fn located(pairs: Pairs, here: &str, nowhere: &str) -> Vec<(&'static str, String)> {
    let place = |value| match value {
        "HERE" => here.to_owned(),
        "NOWHERE" => nowhere.to_owned(),
        other => other.to_owned(),
    };
    let pairs = pairs.iter().copied();
    pairs.map(|(name, value)| (name, place(value))).collect()
}

fn name_of(result: &Result<(), Error>) -> &'static str {
    match result {
        Ok(()) => "sent",
        Err(Error::MissingSecretKey) => "missing secret key",
        Err(Error::InvalidRequest { .. }) => "invalid request",
        Err(Error::Transport(_)) => "transport",
        Err(_) => "another error",
    }
}

#[track_caller]
fn assert_outcome(outcome: Outcome, result: &str, requests: &[Recorded], case: &str) {
    let line = |target: &str| format!("GET {target}");
    match (outcome, requests) {
        (Sent(target, key, agent), [request]) => {
            assert_eq!(result, "sent", "{case}");
            assert_eq!(request.line(), line(target), "{case}");
            assert_eq!(
                request.header("authorization").as_deref(),
                Some(key),
                "{case}"
            );
            assert_eq!(
                request.header("user-agent").as_deref(),
                Some(agent),
                "{case}"
            );
        }
        (Tunnel(host), [request]) => {
            assert_eq!(result, "transport", "{case}");
            assert_eq!(request.line(), format!("CONNECT {host}"), "{case}");
            assert_eq!(request.header("authorization"), None, "{case}");
        }
        (MissingSecretKey, []) => assert_eq!(result, "missing secret key", "{case}"),
        (InvalidRequest, []) => assert_eq!(result, "invalid request", "{case}"),
        (_, requests) => panic!("{case}: {result}, {requests:?}"),
    }
}

async fn check_custom_instance(cases: &'static [Case]) {
    let nowhere = crate::server::nowhere().await;
    for case in cases {
        let server = server().await;
        let mut options = ClerkOptions::new().http_options(samples::once());
        for (name, value) in located(case.0, server.url(), &nowhere) {
            pass(&mut options, name, &value);
        }
        let environment = located(case.1, server.url(), &nowhere);
        let clerk = Clerk::with_environment(options, environment.into_iter().collect()).unwrap();
        let result = clerk.users().get_user_list().await.map(|_| ());
        assert_outcome(
            case.2,
            name_of(&result),
            &server.requests(),
            &format!("{case:?}"),
        );
    }
}

async fn check_client_of_the_process(cases: &'static [Case]) {
    let nowhere = crate::server::nowhere().await;
    for case in cases {
        let server = server().await;
        let passed = located(case.0, server.url(), &nowhere);
        let passed = serde_json::to_string(&passed).unwrap();
        let environment = located(case.1, server.url(), &nowhere);
        let mut variables: Vec<(&str, &str)> = environment
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        variables.push(("PASSED", &passed));
        let written = play("precedence", &variables).await;
        let result = written
            .stdout
            .lines()
            .find_map(|line| line.strip_prefix("RESULT "))
            .expect("a result");
        assert_outcome(case.2, result, &server.requests(), &format!("{case:?}"));
    }
}

pub(crate) async fn call_on_the_process_client() {
    let passed: Vec<(String, String)> = serde_json::from_str(&given("PASSED")).unwrap();
    let clerk = clerk_client();
    clerk
        .update(|options| {
            options.http_options = samples::once();
            for (name, value) in &passed {
                pass(options, name, value);
            }
        })
        .unwrap();
    let result = clerk.users().get_user_list().await.map(|_| ());
    println!("\nRESULT {}", name_of(&result));
}

macro_rules! precedence {
    ($($custom:ident, $process:ident: $cases:ident;)*) => {$(
        #[tokio::test]
        async fn $custom() {
            check_custom_instance($cases).await;
        }

        #[tokio::test]
        async fn $process() {
            check_client_of_the_process($cases).await;
        }
    )*};
}
precedence! {
    c04_each_option_is_passed_or_from_the_environment_or_the_default_secret_key_of_a_custom_instance,
    c04_each_option_is_passed_or_from_the_environment_or_the_default_secret_key_of_the_process: SECRET_KEY;
    c04_each_option_is_passed_or_from_the_environment_or_the_default_api_version_of_a_custom_instance,
    c04_each_option_is_passed_or_from_the_environment_or_the_default_api_version_of_the_process: API_VERSION;
    c04_each_option_is_passed_or_from_the_environment_or_the_default_server_api_url_of_a_custom_instance,
    c04_each_option_is_passed_or_from_the_environment_or_the_default_server_api_url_of_the_process: SERVER_API_URL;
    c04_each_option_is_passed_or_from_the_environment_or_the_default_http_options_of_a_custom_instance,
    c04_each_option_is_passed_or_from_the_environment_or_the_default_http_options_of_the_process: HTTP_OPTIONS;
}

#[test]
fn c04_the_environment_of_an_instance_is_the_one_it_was_made_with() {
    let environment = Environment::from_iter([("CLERK_SECRET_KEY", "sk_e")]);
    let clerk = Clerk::with_environment(ClerkOptions::new().secret_key("sk_p"), environment);
    let clerk = clerk.unwrap();
    clerk.update(|options| options.secret_key = None).unwrap();
    assert_eq!(clerk.settings().secret_key().expose(), "sk_e");
}
