//! Setters on a client, handles taken before them, and requests under way while they run.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use clerk_sdk::{Clerk, ClerkOptions, Environment, HttpOptions};
use serde_json::json;

use crate::samples;
use crate::server::{Server, json as answer, nothing};

#[tokio::test]
async fn c13_a_handle_taken_before_uses_the_key_that_is_set() {
    let server = crate::server::of_nothing().await;
    let clerk = samples::clerk(&server);
    let (users, clone) = (clerk.users(), clerk.clone());
    clerk.set_secret_key("sk_test_2");
    users.get_user_list().await.unwrap();
    assert_eq!(
        server.latest().header("authorization").as_deref(),
        Some("Bearer sk_test_2")
    );
    clone.set_secret_key("sk_test_3");
    users.clone().get_user_list().await.unwrap();
    assert_eq!(
        server.latest().header("authorization").as_deref(),
        Some("Bearer sk_test_3")
    );
    // A request that was prepared takes the settings when it is sent.
    let prepared = users.get_user_list();
    clerk.set_secret_key("sk_test_4");
    prepared.await.unwrap();
    assert_eq!(
        server.latest().header("authorization").as_deref(),
        Some("Bearer sk_test_4")
    );
}

#[tokio::test]
async fn c13_a_handle_taken_before_uses_the_url_that_is_set() {
    let (first, second) = (
        crate::server::of_nothing().await,
        crate::server::of_nothing().await,
    );
    let clerk = samples::clerk(&first);
    let (users, m2m) = (clerk.users(), clerk.m2m());
    clerk.set_server_api_url(second.url());
    users.get_user_list().await.unwrap();
    m2m.list().subject("mch_1").await.unwrap();
    assert_eq!((first.requests().len(), second.requests().len()), (0, 2));
}

#[tokio::test]
async fn c13_a_handle_taken_before_uses_the_version_that_is_set() {
    let server = crate::server::of_nothing().await;
    let clerk = samples::clerk(&server);
    let users = clerk.users();
    clerk.set_api_version("v9");
    users.get_user_list().await.unwrap();
    clerk.set_api_version("");
    users.get_user_list().await.unwrap();
    assert_eq!(server.lines(), ["GET /v9/users", "GET /users"]);
}

#[tokio::test]
async fn c13_a_handle_taken_before_uses_the_http_options_that_are_set() {
    let server = crate::server::of_nothing().await;
    let clerk = samples::clerk(&server);
    let users = clerk.users();
    #[allow(deprecated)]
    clerk.set_http_options(HttpOptions::new().user_agent("mine/1"));
    users.get_user_list().await.unwrap();
    assert_eq!(
        server.latest().header("user-agent").as_deref(),
        Some("mine/1")
    );
}

/// The compiler is the check: without the deprecation the expectations are not met, which is an error here.
#[test]
#[deny(unfulfilled_lint_expectations)]
fn c15_setting_http_options_is_deprecated() {
    #[expect(deprecated)]
    let of_a_client: fn(&Clerk, HttpOptions) = Clerk::set_http_options;
    #[expect(deprecated)]
    let global: fn(HttpOptions) = clerk_sdk::set_clerk_http_options;
    let _ = (of_a_client, global);
}

#[test]
fn c13_an_option_that_cannot_work_changes_nothing() {
    let clerk = Clerk::with_environment(
        ClerkOptions::new().secret_key("sk_test_1"),
        Environment::empty(),
    )
    .unwrap();
    let result = clerk.update(|options| {
        options.secret_key = Some("sk_test_2".into());
        options.jwt_key = Some("no key".to_owned());
    });
    assert!(matches!(result, Err(clerk_sdk::Error::InvalidOption(_))));
    assert_eq!(clerk.settings().secret_key().expose(), "sk_test_1");
}

/// A server that accepts only its own key.
async fn server_of(key: &'static str) -> Server {
    Server::handling(
        move |request| match request.header("authorization").as_deref() == Some(key) {
            true => nothing(request),
            false => answer(401, json!({})),
        },
    )
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c27_no_request_mixes_the_key_of_one_configuration_with_the_url_of_another() {
    let servers = [
        server_of("Bearer sk_test_a").await,
        server_of("Bearer sk_test_b").await,
    ];
    let clerk = samples::clerk(&servers[0]);
    let pairs = [
        ("sk_test_a", servers[0].url().to_owned()),
        ("sk_test_b", servers[1].url().to_owned()),
    ];
    let flip = |clerk: &Clerk, (key, url): &(&'static str, String)| {
        clerk
            .update(|options| {
                options.secret_key = Some((*key).into());
                options.server_api_url = Some(url.clone());
            })
            .unwrap();
    };
    flip(&clerk, &pairs[0]);
    let is_over = Arc::new(AtomicBool::new(false));
    let flipping = {
        let (clerk, is_over) = (clerk.clone(), Arc::clone(&is_over));
        tokio::spawn(async move {
            let mut flips = 0;
            for pair in pairs.iter().cycle() {
                if is_over.load(Ordering::Relaxed) {
                    break;
                }
                flip(&clerk, pair);
                flips += 1;
                tokio::task::yield_now().await;
            }
            flips
        })
    };
    let token = crate::tokens::sign(crate::tokens::MAIN, "user_1");
    let tasks: Vec<_> = (0..100)
        .map(|_| {
            let (users, m2m) = (clerk.users(), clerk.m2m());
            let (clerk, token) = (clerk.clone(), token.clone());
            tokio::spawn(async move {
                for _ in 0..10 {
                    users.get_user_list().await?;
                    m2m.list().subject("mch_1").await?;
                    // Asks for the keys of the instance. There are none to be had; whom it asks with what is seen below.
                    clerk.verify_token(&token).await.unwrap_err();
                }
                Ok::<_, clerk_sdk::Error>(())
            })
        })
        .collect();
    let mut mixed = Vec::new();
    for task in tasks {
        mixed.extend(task.await.unwrap().err());
    }
    is_over.store(true, Ordering::Relaxed);
    let flips = flipping.await.unwrap();
    assert!(mixed.is_empty(), "{mixed:?}");
    let mut total = 0;
    for (server, key) in servers.iter().zip(["Bearer sk_test_a", "Bearer sk_test_b"]) {
        let requests = server.requests();
        total += requests.len();
        assert!(!requests.is_empty(), "{flips} flips");
        for request in requests {
            assert_eq!(request.header("authorization").as_deref(), Some(key));
        }
    }
    assert!(flips > 1 && total > 2000, "{flips} flips, {total} requests");
}

#[test]
fn c27_no_setter_undoes_another() {
    let clerk = Clerk::with_environment(ClerkOptions::new(), Environment::empty()).unwrap();
    std::thread::scope(|scope| {
        scope.spawn(|| (0..=500).for_each(|n| clerk.set_secret_key(format!("sk_test_{n}"))));
        scope.spawn(|| (0..=500).for_each(|n| clerk.set_api_version(format!("v{n}"))));
        scope.spawn(|| (0..=500).for_each(|n| clerk.set_server_api_url(format!("http://h{n}"))));
    });
    let settings = clerk.settings();
    assert_eq!(settings.secret_key().expose(), "sk_test_500");
    assert_eq!(settings.api_version(), "v500");
    assert_eq!(settings.server_api_url(), "http://h500");
    let config = clerk.api().config();
    assert_eq!(config.secret_key.expose(), "sk_test_500");
    assert_eq!(config.api_version, "v500");
    assert_eq!(config.server_api_url, "http://h500");
}

#[test]
fn c27_a_change_that_panics_changes_nothing_and_does_not_bar_the_next() {
    let options = ClerkOptions::new().secret_key("sk_test_1");
    let clerk = Clerk::with_environment(options, Environment::empty()).unwrap();
    let other = clerk.clone();
    let panicking = std::thread::spawn(move || {
        other.update(|options| {
            options.secret_key = Some("sk_test_2".into());
            panic!("on purpose");
        })
    });
    panicking.join().unwrap_err();
    assert_eq!(clerk.settings().secret_key().expose(), "sk_test_1");
    clerk.set_secret_key("sk_test_3");
    assert_eq!(clerk.settings().secret_key().expose(), "sk_test_3");
}
