//! Options, what they come to in a request, and the outdated name of the key.

use clerk_sdk::header::{HeaderMap, HeaderValue};
use clerk_sdk::tokens::VerifyTokenOptions;
use clerk_sdk::{Clerk, ClerkOptions, Environment, Error, HttpOptions, clerk_client};

use crate::child::{Written, given, play};
use crate::samples;
use crate::server::Server;

#[tokio::test]
async fn c03_one_request_shows_all_four_options() {
    let server = Server::of_nothing().await;
    let mut headers = HeaderMap::new();
    headers.insert("x-tenant", HeaderValue::from_static("north"));
    let options = ClerkOptions::new()
        .secret_key("sk_test_1")
        .api_version("v9")
        .server_api_url(server.url())
        .http_options(samples::once().headers(headers));
    let clerk = Clerk::with_environment(options, Environment::empty()).unwrap();
    clerk.users().get_user_list().await.unwrap();
    let request = server.request();
    assert_eq!(request.line(), "GET /v9/users");
    assert_eq!(request.authorization().as_deref(), Some("Bearer sk_test_1"));
    assert_eq!(request.header("x-tenant").as_deref(), Some("north"));
}

/// The warnings of this process: how many `tracing` events, and how many lines.
fn warnings(written: &Written) -> (usize, usize) {
    let events = written.stdout.lines();
    let lines = written.stderr.lines();
    (
        events
            .filter(|line| line.contains("EVENT WARN") && line.contains("CLERK_API_KEY"))
            .count(),
        lines
            .filter(|line| line.contains(r#""level":"WARN""#) && line.contains("CLERK_API_KEY"))
            .count(),
    )
}

#[tokio::test]
async fn c05_the_outdated_variable_gives_the_key_with_exactly_one_warning() {
    for who in ["process", "custom"] {
        let server = Server::of_nothing().await;
        let environment = [
            ("CLERK_API_KEY", "sk_test_legacy"),
            ("CLERK_LOGGING", "true"),
            ("WHO", who),
            ("HERE", server.url()),
        ];
        let written = play("legacy key", &environment).await;
        assert_eq!(warnings(&written), (1, 1), "{who}\n{}", written.stderr);
        let requests = server.requests();
        assert_eq!(requests.len(), 2);
        for request in requests {
            assert_eq!(
                request.authorization().as_deref(),
                Some("Bearer sk_test_legacy")
            );
        }
    }
}

#[tokio::test]
async fn c05_of_two_variables_the_new_one_counts_and_nothing_is_said() {
    for who in ["process", "custom"] {
        let server = Server::of_nothing().await;
        let environment = [
            ("CLERK_API_KEY", "sk_test_legacy"),
            ("CLERK_SECRET_KEY", "sk_test_new"),
            ("CLERK_LOGGING", "true"),
            ("WHO", who),
            ("HERE", server.url()),
        ];
        let written = play("legacy key", &environment).await;
        assert_eq!(warnings(&written), (0, 0), "{who}\n{}", written.stderr);
        let key = server.latest().authorization();
        assert_eq!(key.as_deref(), Some("Bearer sk_test_new"));
    }
}

pub(crate) async fn use_legacy_key() {
    crate::logging::print_events();
    let custom;
    let clerk = match given("WHO").as_str() {
        "process" => clerk_client(),
        _ => {
            custom = Clerk::from_env().unwrap();
            &custom
        }
    };
    clerk.set_server_api_url(given("HERE"));
    clerk.users().get_user_list().await.unwrap();
    clerk.set_api_version("v9");
    #[allow(deprecated)]
    clerk.set_http_options(HttpOptions::new().user_agent("mine/1"));
    clerk
        .update(|options| options.api_version = Some("v8".to_owned()))
        .unwrap();
    clerk.set_secret_key("sk_test_set");
    clerk.update(|options| options.secret_key = None).unwrap();
    clerk.clone().sessions().get_session_list().await.unwrap();
}

#[tokio::test]
async fn c06_the_version_is_a_segment_of_the_path_and_not_the_dated_version() {
    let server = Server::of_nothing().await;
    let clerk = samples::clerk(&server);
    clerk.set_api_version("v9");
    clerk.users().get_user_list().await.unwrap();
    let request = server.request();
    assert_eq!(request.line(), "GET /v9/users");
    assert_eq!(
        request.header("clerk-api-version").as_deref(),
        Some(clerk_sdk::clerk_api::API_VERSION)
    );
}

#[tokio::test]
async fn c07_slashes_at_the_end_of_the_url_are_trimmed_and_its_path_is_kept() {
    for (added, expected) in [
        ("/base//", "GET /base/v1/users"),
        ("/base", "GET /base/v1/users"),
        ("/", "GET /v1/users"),
        ("", "GET /v1/users"),
        ("/a/b/", "GET /a/b/v1/users"),
    ] {
        let server = Server::of_nothing().await;
        let clerk = samples::clerk(&server);
        clerk.set_server_api_url(format!("{}{added}", server.url()));
        clerk.users().get_user_list().await.unwrap();
        assert_eq!(server.request().line(), expected);
    }
}

#[test]
fn c07_the_default_host_is_the_documented_one() {
    let settings = ClerkOptions::new().resolve(&Environment::empty());
    assert_eq!(settings.server_api_url(), "https://api.clerk.com");
}

#[test]
fn requirements_for_tokens_are_passed_or_from_the_environment_or_the_defaults() {
    let environment = Environment::from_iter([
        (
            "CLERK_AUTHORIZED_PARTIES",
            "https://app.example.com, https://admin.example.com:8443,",
        ),
        ("CLERK_AUDIENCE", "api,reports"),
        ("CLERK_CLOCK_SKEW_MS", "250"),
    ]);
    let of = |options: ClerkOptions, environment: &Environment| {
        let settings = options.resolve(environment);
        settings.check().unwrap();
        settings.verify_token_options().clone()
    };
    let defaults = of(ClerkOptions::new(), &Environment::empty());
    assert_eq!(defaults, VerifyTokenOptions::new());

    let read = of(ClerkOptions::new(), &environment);
    assert_eq!(
        read.authorized_parties,
        ["https://app.example.com", "https://admin.example.com:8443"]
    );
    assert_eq!(read.audience, ["api", "reports"]);
    assert_eq!(read.clock_skew_ms, 250);

    // What is passed counts, also if it is empty.
    let passed = ClerkOptions::new()
        .authorized_parties(["https://x.example"])
        .audience([] as [&str; 0])
        .clock_skew_ms(0);
    let passed = of(passed, &environment);
    assert_eq!(passed.authorized_parties, ["https://x.example"]);
    assert!(passed.audience.is_empty());
    assert_eq!(passed.clock_skew_ms, 0);
}

#[test]
fn parties_that_no_token_names_and_a_skew_that_is_no_number_are_found_at_start() {
    for (variable, value, option) in [
        (
            "CLERK_AUTHORIZED_PARTIES",
            "https://app.example.com/",
            "authorized_parties",
        ),
        (
            "CLERK_AUTHORIZED_PARTIES",
            "https://a.example,https://b.example/x",
            "authorized_parties",
        ),
        (
            "CLERK_AUTHORIZED_PARTIES",
            "https://a.example https://b.example",
            "authorized_parties",
        ),
        (
            "CLERK_AUTHORIZED_PARTIES",
            "https://user@a.example",
            "authorized_parties",
        ),
        ("CLERK_CLOCK_SKEW_MS", "5s", "clock_skew_ms"),
    ] {
        let environment = Environment::from_iter([(variable, value)]);
        let error = Clerk::with_environment(ClerkOptions::new(), environment).unwrap_err();
        let Error::InvalidOption(error) = error else {
            panic!("{error:?}");
        };
        assert_eq!((error.option(), error.variable()), (option, variable));
    }
    // Applications that are not pages on the web.
    let environment = Environment::from_iter([(
        "CLERK_AUTHORIZED_PARTIES",
        "chrome-extension://abcdefghijklmnop,http://localhost:3000",
    )]);
    assert!(Clerk::with_environment(ClerkOptions::new(), environment).is_ok());
}
