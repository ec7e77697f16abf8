//! The client of the process: each check in a process of its own, with nothing but variables to go by.

use clerk_sdk::{Clerk, ClerkOptions, Error, HttpOptions, clerk_client};

use crate::child::{given, play};
use crate::samples;
use crate::server::Server;

#[tokio::test]
async fn c01_without_a_key_only_the_call_fails_and_nothing_is_sent() {
    let server = crate::server::of_nothing().await;
    play("no key", &[("CLERK_API_URL", server.url())]).await;
    play(
        "no key",
        &[("CLERK_API_URL", server.url()), ("CLERK_SECRET_KEY", "")],
    )
    .await;
    assert!(server.requests().is_empty());
}

pub(crate) async fn no_key() {
    let clerk = clerk_client();
    let (users, sessions) = (clerk_sdk::users(), clerk.sessions());
    assert!(clerk.settings().secret_key().is_missing());
    for error in [
        users.get_user_list().await.unwrap_err(),
        sessions.get_session_list().await.unwrap_err(),
        users.update_user("user_1").await.unwrap_err(),
        sessions.get_token("sess_1").await.unwrap_err(),
    ] {
        assert!(matches!(error, Error::MissingSecretKey), "{error:?}");
        for advice in ["CLERK_SECRET_KEY", "dashboard.clerk.com"] {
            assert!(error.to_string().contains(advice), "{error}");
        }
    }
    let custom = Clerk::from_env().unwrap();
    let error = custom.users().get_user_list().await.unwrap_err();
    assert!(matches!(error, Error::MissingSecretKey), "{error:?}");
}

#[tokio::test]
async fn c02_c11_with_the_variable_alone_the_client_of_the_process_lists_users() {
    let server = crate::server::of_nothing().await;
    let environment = [
        ("CLERK_SECRET_KEY", "sk_test_env"),
        ("CLERK_API_URL", server.url()),
    ];
    play("users", &environment).await;
    let request = server.request();
    assert_eq!(request.line(), "GET /v1/users");
    assert_eq!(
        request.header("authorization").as_deref(),
        Some("Bearer sk_test_env")
    );
}

pub(crate) async fn list_users() {
    let users = clerk_sdk::clerk_client()
        .users()
        .get_user_list()
        .await
        .unwrap();
    assert!(users.is_empty());
}

#[tokio::test]
async fn c12_one_resource_of_the_process_lists_sessions() {
    let server = crate::server::of_nothing().await;
    let environment = [
        ("CLERK_SECRET_KEY", "sk_test_env"),
        ("CLERK_API_URL", server.url()),
    ];
    play("sessions", &environment).await;
    let request = server.request();
    assert_eq!(request.line(), "GET /v1/sessions?paginated=true");
    assert_eq!(
        request.header("authorization").as_deref(),
        Some("Bearer sk_test_env")
    );
}

pub(crate) async fn list_sessions() {
    let sessions = clerk_sdk::sessions().get_session_list().await.unwrap();
    assert!(sessions.is_empty());
}

#[tokio::test]
async fn c14_setters_of_the_process_reach_handles_that_were_taken_before() {
    let (first, second) = (
        crate::server::of_nothing().await,
        crate::server::of_nothing().await,
    );
    let environment = [
        ("CLERK_SECRET_KEY", "sk_test_env"),
        ("CLERK_API_URL", first.url()),
        ("OTHER_URL", second.url()),
    ];
    play("handles", &environment).await;
    let seen = |server: &Server| -> Vec<_> {
        let requests = server.requests().into_iter();
        requests
            .map(|request| {
                let key = request.header("authorization").unwrap();
                (request.line(), key, request.header("user-agent").unwrap())
            })
            .collect()
    };
    let row = |line: &str, key: &str, agent: &str| (line.to_owned(), key.to_owned(), agent.into());
    let agent = concat!("clerk-sdk-rust/", env!("CARGO_PKG_VERSION"));
    assert_eq!(
        seen(&first),
        [
            row("GET /v1/users", "Bearer sk_test_env", agent),
            row("GET /v1/users", "Bearer sk_test_set", agent),
        ]
    );
    assert_eq!(
        seen(&second),
        [
            row("GET /v1/users", "Bearer sk_test_set", agent),
            row("GET /v9/users", "Bearer sk_test_set", agent),
            row("GET /v9/users", "Bearer sk_test_set", "set/1"),
            row("GET /v9/users", "Bearer sk_test_set", "set/1"),
        ]
    );
}

pub(crate) async fn change_under_handles() {
    let users = clerk_sdk::users();
    users.get_user_list().await.unwrap();
    clerk_sdk::set_clerk_secret_key("sk_test_set");
    users.get_user_list().await.unwrap();
    clerk_sdk::set_clerk_server_api_url(given("OTHER_URL"));
    users.get_user_list().await.unwrap();
    clerk_sdk::set_clerk_api_version("v9");
    users.get_user_list().await.unwrap();
    #[allow(deprecated)]
    clerk_sdk::set_clerk_http_options(HttpOptions::new().user_agent("set/1"));
    users.get_user_list().await.unwrap();
    clerk_client().users().get_user_list().await.unwrap();
}

#[tokio::test]
async fn c16_there_is_one_client_of_the_process_and_no_other_follows_its_setters() {
    let server = crate::server::of_nothing().await;
    let environment = [
        ("CLERK_SECRET_KEY", "sk_test_env"),
        ("CLERK_API_URL", server.url()),
    ];
    play("instances", &environment).await;
    let seen: Vec<_> = server
        .requests()
        .iter()
        .map(|request| (request.line(), request.header("authorization").unwrap()))
        .collect();
    let row = |line: &str, key: &str| (line.to_owned(), format!("Bearer {key}"));
    assert_eq!(
        seen,
        [
            row("GET /v9/users", "sk_test_set"),
            row("GET /v1/users", "sk_test_env"),
            row("GET /v8/users", "sk_test_custom"),
            row("GET /v9/users", "sk_test_set"),
        ]
    );
}

pub(crate) async fn two_instances() {
    let custom = Clerk::from_env().unwrap();
    let here = std::ptr::from_ref(clerk_client()).addr();
    let threads: Vec<_> = (0..8)
        .map(|_| std::thread::spawn(|| std::ptr::from_ref(clerk_client()).addr()))
        .collect();
    for thread in threads {
        assert_eq!(thread.join().unwrap(), here);
    }
    clerk_sdk::set_clerk_secret_key("sk_test_set");
    clerk_sdk::set_clerk_api_version("v9");
    clerk_sdk::users().get_user_list().await.unwrap();
    custom.users().get_user_list().await.unwrap();
    custom.set_secret_key("sk_test_custom");
    custom.set_api_version("v8");
    custom.users().get_user_list().await.unwrap();
    clerk_client().users().get_user_list().await.unwrap();
}

#[tokio::test]
async fn c17_a_custom_instance_lists_clients_with_its_own_key_while_the_environment_holds_another()
{
    let server = crate::server::of_nothing().await;
    let nowhere = crate::server::nowhere().await;
    let environment = [
        ("CLERK_SECRET_KEY", "sk_test_env"),
        ("CLERK_API_URL", &nowhere),
        ("OTHER_URL", server.url()),
    ];
    play("custom", &environment).await;
    let request = server.request();
    assert_eq!(request.line(), "GET /v1/clients?paginated=true");
    assert_eq!(
        request.header("authorization").as_deref(),
        Some("Bearer sk_test_own")
    );
}

pub(crate) async fn custom_instance() {
    let options = ClerkOptions::new()
        .secret_key("sk_test_own")
        .server_api_url(given("OTHER_URL"))
        .http_options(samples::once());
    let clerk = Clerk::new(options).unwrap();
    #[expect(deprecated, reason = "Clerk deprecates it, and so does the crate")]
    let clients = clerk.clients().get_client_list().await.unwrap();
    assert!(clients.is_empty());
}
