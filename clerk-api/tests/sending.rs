//! Retries, time bounds, and the configuration that a request takes with it.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::time::{Duration, Instant};

use clerk_api::{Client, Config, Error, HttpOptions, Method, RetryPolicy};
use serde_json::json;
use test_support::server::{self, Reply, Server, empty};

const METHODS: [(Method, bool); 6] = [
    (Method::GET, true),
    (Method::HEAD, true),
    (Method::PUT, true),
    (Method::DELETE, true),
    (Method::POST, false),
    (Method::PATCH, false),
];

fn quick() -> RetryPolicy {
    RetryPolicy::default().base_delay(Duration::from_millis(1))
}

async fn api(script: impl IntoIterator<Item = Reply>) -> (Server, Client) {
    let server = Server::replying(script).await;
    let config = Config::new("sk_test_123")
        .server_api_url(server.url())
        .http_options(HttpOptions::new().retry(quick()));
    (server, Client::new(config))
}

fn ok() -> Reply {
    server::json(200, json!({ "ok": true }))
}

#[tokio::test]
async fn too_many_requests_is_tried_again_after_the_stated_wait() {
    let (server, api) = api([empty(429).header("retry-after", 1), ok()]).await;
    let begun = Instant::now();
    let answer = api
        .request(Method::POST, "/users")
        .json(json!({ "a": 1 }))
        .await
        .unwrap();
    assert_eq!(answer["ok"], true);
    assert!(begun.elapsed() >= Duration::from_secs(1));
    let requests = server.requests();
    assert_eq!(requests.len(), 2);
    assert_eq!(requests[0].json(), requests[1].json());
}

#[tokio::test]
async fn too_many_requests_is_tried_again_for_every_method() {
    for (method, _) in METHODS {
        let (server, api) =
            api([empty(429).header("retry-after", 0), empty(429), empty(204)]).await;
        api.request(method, "/users").await.unwrap();
        assert_eq!(server.requests().len(), 3);
    }
}

#[tokio::test]
async fn a_wait_longer_than_the_time_left_is_not_begun() {
    let (server, api) = api([empty(429).header("retry-after", 3600), ok()]).await;
    let begun = Instant::now();
    let error = api.request(Method::GET, "/users").await.unwrap_err();
    assert_eq!(error.retry_after(), Some(Duration::from_secs(3600)));
    assert!(begun.elapsed() < Duration::from_secs(10));
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn failures_of_the_server_are_tried_again_only_where_twice_is_as_good_as_once() {
    for status in [500, 502, 503, 504] {
        for (method, again) in METHODS {
            let (server, api) = api([empty(status), empty(204)]).await;
            let answer = api.request(method.clone(), "/users").await;
            assert_eq!(answer.is_ok(), again, "{method} {status}");
            assert_eq!(
                server.requests().len(),
                if again { 2 } else { 1 },
                "{method} {status}"
            );
        }
    }
}

#[tokio::test]
async fn other_rejections_are_not_tried_again() {
    for status in [302, 400, 401, 403, 404, 409, 422, 501] {
        let (server, api) = api([empty(status), ok()]).await;
        assert!(api.request(Method::GET, "/users").await.is_err());
        assert_eq!(server.requests().len(), 1, "{status}");
    }
}

#[tokio::test]
async fn a_post_whose_connection_breaks_after_sending_is_not_sent_again() {
    for (method, again) in METHODS {
        let (server, api) = api([Reply::DropAfter, empty(204)]).await;
        let answer = api.request(method.clone(), "/users").await;
        assert_eq!(answer.is_ok(), again, "{method}");
        assert_eq!(
            server.requests().len(),
            if again { 2 } else { 1 },
            "{method}"
        );
        if let Err(error) = answer {
            assert!(matches!(error, Error::Transport(_)), "{error:?}");
            assert!(error.is_retryable());
            assert_eq!(error.status(), None);
        }
    }
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_asked_for_again_only_where_that_is_harmless() {
    let (server, get) = api([ok().close_after(3), ok()]).await;
    get.request(Method::GET, "/users").await.unwrap();
    assert_eq!(server.requests().len(), 2);

    let (server, post) = api([ok().close_after(3), ok()]).await;
    let error = post.request(Method::POST, "/users").await.unwrap_err();
    assert!(matches!(error, Error::Transport(_)), "{error:?}");
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_connection_that_breaks_before_anything_is_read_is_made_again_for_a_get() {
    let (server, api) = api([Reply::DropBefore, Reply::DropBefore, ok()]).await;
    api.request(Method::GET, "/users").await.unwrap();
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_connection_that_cannot_be_made_is_tried_again_for_every_method() {
    for (method, _) in METHODS {
        let config = Config::new("sk_test_123")
            .server_api_url(server::nowhere().await)
            .http_options(HttpOptions::new().retry(quick()));
        match Client::new(config).request(method, "/users").await {
            Err(Error::Transport(error)) => {
                assert!(error.is_connect() && !error.is_timeout(), "{error:?}");
                assert_eq!(error.tries, 4);
                assert!(error.to_string().contains("server_api_url"), "{error}");
            }
            other => panic!("{other:?} came from nowhere"),
        }
    }
}

#[tokio::test]
async fn tries_are_bounded() {
    for retries in [0, 1, 5] {
        let (server, api) = api([empty(503)]).await;
        api.update(|config| config.http_options.retry.max_retries = retries);
        let error = api.request(Method::GET, "/users").await.unwrap_err();
        assert_eq!(error.status().unwrap(), 503);
        assert_eq!(server.requests().len(), retries as usize + 1);
    }
}

#[tokio::test]
async fn the_whole_call_is_bounded_in_time() {
    let (_server, api) = api([Reply::Silence]).await;
    api.update(|config| {
        config.http_options.timeout = Duration::from_millis(20);
        config.http_options.total_timeout = Duration::from_millis(400);
        config.http_options.retry.max_retries = 1000;
        config.http_options.retry.max_delay = Duration::from_millis(1);
    });
    let begun = Instant::now();
    match api.request(Method::GET, "/users").await {
        Err(Error::Transport(error)) => {
            assert!(error.is_timeout(), "{error:?}");
            assert!(error.tries >= 2, "{error:?}");
        }
        other => panic!("{other:?} came from silence"),
    }
    let took = begun.elapsed();
    assert!(
        took >= Duration::from_millis(350) && took < Duration::from_secs(5),
        "{took:?}"
    );
}

#[tokio::test]
async fn a_time_out_of_the_request_bounds_the_whole_call() {
    let (_server, api) = api([Reply::Silence]).await;
    let begun = Instant::now();
    let error = api
        .request(Method::GET, "/users")
        .timeout(Duration::from_millis(50))
        .await
        .unwrap_err();
    assert!(
        matches!(&error, Error::Transport(error) if error.is_timeout()),
        "{error:?}"
    );
    assert!(begun.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn a_slow_body_times_out() {
    let (_server, api) = api([ok().stall_after(3)]).await;
    let error = api
        .request(Method::POST, "/users")
        .timeout(Duration::from_millis(50))
        .await
        .unwrap_err();
    assert!(
        matches!(&error, Error::Transport(error) if error.is_timeout()),
        "{error:?}"
    );
    assert!(error.to_string().contains("in time"), "{error}");
}

#[tokio::test]
async fn connections_are_kept_while_the_key_changes() {
    let (server, api) = api([ok()]).await;
    let clone = api.clone();
    api.request(Method::GET, "/users").await.unwrap();
    clone.update(|config| config.secret_key = "sk_test_456".into());
    api.request(Method::GET, "/users").await.unwrap();
    let keys: Vec<_> = server
        .requests()
        .iter()
        .map(|request| request.header("authorization").unwrap())
        .collect();
    assert_eq!(keys, ["Bearer sk_test_123", "Bearer sk_test_456"]);
}

#[tokio::test]
async fn a_retry_keeps_the_configuration_that_the_request_began_with() {
    let other = Server::replying([ok()]).await;
    let client: std::sync::Arc<std::sync::OnceLock<Client>> = std::sync::Arc::default();
    let flipped = std::sync::Arc::clone(&client);
    let url = other.url().to_owned();
    let first = Server::handling(move |request| {
        if request.target.ends_with("/users")
            && flipped.get().unwrap().config().server_api_url != url
        {
            flipped.get().unwrap().update(|config| {
                config.server_api_url.clone_from(&url);
                config.secret_key = "sk_test_other".into();
            });
            return empty(503);
        }
        ok()
    })
    .await;
    let api = Client::new(
        Config::new("sk_test_123")
            .server_api_url(first.url())
            .http_options(HttpOptions::new().retry(quick())),
    );
    client.set(api.clone()).unwrap();
    api.request(Method::GET, "/users").await.unwrap();
    let keys: Vec<_> = first
        .requests()
        .iter()
        .map(|request| request.header("authorization").unwrap())
        .collect();
    assert_eq!(keys, ["Bearer sk_test_123", "Bearer sk_test_123"]);
    assert!(other.requests().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_thousand_tasks_never_mix_the_key_of_one_instance_with_the_url_of_another() {
    let servers = [
        Server::replying([ok()]).await,
        Server::replying([ok()]).await,
    ];
    let configs = servers.each_ref().map(|server| {
        (
            server.url().to_owned(),
            format!("sk_test_{}", server.address.port()),
        )
    });
    let (url, key) = configs[0].clone();
    let api = Client::new(Config::new(key).server_api_url(url));

    let flipping = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(true));
    let flipper = tokio::spawn({
        let (api, flipping) = (api.clone(), std::sync::Arc::clone(&flipping));
        async move {
            for (url, key) in configs.iter().cycle() {
                api.update(|config| {
                    config.server_api_url.clone_from(url);
                    config.secret_key = key.into();
                });
                if !flipping.load(std::sync::atomic::Ordering::Relaxed) {
                    return;
                }
                tokio::task::yield_now().await;
            }
        }
    });
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..1000 {
        let api = api.clone();
        tasks.spawn(async move { api.request(Method::GET, "/users").await });
    }
    for answer in tasks.join_all().await {
        answer.unwrap();
    }
    flipping.store(false, std::sync::atomic::Ordering::Relaxed);
    flipper.await.unwrap();

    let mut counts = Vec::new();
    for server in &servers {
        let requests = server.requests();
        let own = format!("Bearer sk_test_{}", server.address.port());
        for request in &requests {
            assert_eq!(request.header("authorization").unwrap(), own);
        }
        counts.push(requests.len());
    }
    assert_eq!(counts.iter().sum::<usize>(), 1000);
    assert!(counts.iter().all(|count| *count > 0), "{counts:?}");
}

#[tokio::test]
async fn an_http_client_that_cannot_be_made_is_an_error_of_each_call() {
    let (server, api) = api([ok()]).await;
    api.update(|config| config.http_options.proxy = Some("not a proxy".to_owned()));
    for _ in 0..2 {
        let error = api.request(Method::GET, "/users").await.unwrap_err();
        assert!(matches!(error, Error::InvalidRequest { .. }), "{error:?}");
        assert!(error.to_string().contains("`proxy`"), "{error}");
    }
    api.update(|config| config.http_options.proxy = None);
    api.request(Method::GET, "/users").await.unwrap();
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn requests_go_through_the_proxy_when_there_is_one() {
    let (proxy, api) = api([ok()]).await;
    api.update(|config| {
        config.http_options.proxy = Some(config.server_api_url.clone());
        config.server_api_url = "http://clerk.invalid".to_owned();
    });
    api.request(Method::GET, "/users").await.unwrap();
    assert_eq!(proxy.request().target, "http://clerk.invalid/v1/users");
}

#[tokio::test]
async fn a_given_http_client_is_used() {
    let (server, api) = api([ok()]).await;
    let mut headers = clerk_api::header::HeaderMap::new();
    headers.insert("x-mine", clerk_api::header::HeaderValue::from_static("1"));
    let mine = reqwest::Client::builder()
        .default_headers(headers)
        .build()
        .unwrap();
    api.update(|config| config.http_options.client = Some(mine));
    api.request(Method::GET, "/users").await.unwrap();
    assert_eq!(server.request().header("x-mine").unwrap(), "1");
}
