//! What `http_options` may do to a request, and what it may not.

use std::time::{Duration, Instant};

use clerk_sdk::header::{HeaderMap, HeaderName, HeaderValue};
use clerk_sdk::{Clerk, Environment, Error};
use serde_json::json;

use crate::samples;
use crate::server::{Reply, Server};

fn headers(pairs: &[(&str, &'static str)]) -> HeaderMap {
    let pair = |(name, value): &(&str, &'static str)| {
        let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
        (name, HeaderValue::from_static(value))
    };
    pairs.iter().map(pair).collect()
}

fn clerk(server: &Server, headers: HeaderMap) -> Clerk {
    let options = samples::options(server).http_options(samples::once().headers(headers));
    Clerk::with_environment(options, Environment::empty()).unwrap()
}

#[tokio::test]
async fn c08_headers_arrive_and_the_user_agent_can_be_one() {
    let server = crate::server::of_nothing().await;
    let clerk = clerk(
        &server,
        headers(&[("X-Tenant", "north"), ("User-Agent", "mine/1")]),
    );
    clerk.users().get_user_list().await.unwrap();
    let request = server.request();
    assert_eq!(request.header("x-tenant").as_deref(), Some("north"));
    assert_eq!(request.header("user-agent").as_deref(), Some("mine/1"));
}

#[tokio::test]
#[allow(deprecated)]
async fn c08_no_header_in_any_case_replaces_or_doubles_the_authorization() {
    for name in [
        "authorization",
        "Authorization",
        "AUTHORIZATION",
        "aUtHoRiZaTiOn",
    ] {
        let server = crate::server::of_nothing().await;
        let clerk = clerk(&server, headers(&[(name, "Bearer stolen")]));
        clerk.users().get_user_list().await.unwrap();
        let users = clerk.users();
        users
            .get_user_list()
            .header(name, "Bearer stolen")
            .await
            .unwrap();
        let sms = clerk.sms_messages().create_sms_message("idn_1", "Hello");
        // The list that comes is no text message; what counts is what was sent.
        sms.header(name, "Bearer stolen").await.unwrap_err();
        clerk.m2m().list().subject("mch_1").await.unwrap();
        let requests = server.requests();
        assert_eq!(requests.len(), 4);
        for request in requests {
            // The server joins the values of a header that came twice.
            assert_eq!(
                request.header("authorization").as_deref(),
                Some("Bearer sk_test_1")
            );
        }
    }
}

#[tokio::test]
async fn c08_an_http_client_of_the_application_cannot_replace_the_authorization_either() {
    let server = crate::server::of_nothing().await;
    let builder = clerk_sdk::clerk_api::reqwest::Client::builder().default_headers(headers(&[
        ("authorization", "Bearer stolen"),
        ("x-tenant", "north"),
    ]));
    let http = samples::once().client(builder.build().unwrap());
    let options = samples::options(&server).http_options(http);
    let clerk = Clerk::with_environment(options, Environment::empty()).unwrap();
    clerk.users().get_user_list().await.unwrap();
    let request = server.request();
    assert_eq!(
        request.header("authorization").as_deref(),
        Some("Bearer sk_test_1")
    );
    assert_eq!(request.header("x-tenant").as_deref(), Some("north"));
}

#[tokio::test]
async fn c08_headers_cannot_contradict_the_body_that_is_sent() {
    let server = Server::answering(200, samples::user("user_1")).await;
    let clerk = clerk(
        &server,
        headers(&[("content-type", "text/plain"), ("content-length", "1")]),
    );
    clerk
        .users()
        .update_user("user_1")
        .first_name("Ada".to_owned())
        .await
        .unwrap();
    let request = server.request();
    assert_eq!(
        request.header("content-type").as_deref(),
        Some("application/json")
    );
    assert_eq!(request.json(), json!({ "first_name": "Ada" }));
}

#[tokio::test]
async fn c08_the_timeout_fires() {
    let server = Server::handling(|_| Reply::Silence).await;
    let http = samples::once().timeout(Duration::from_millis(50));
    let options = samples::options(&server).http_options(http);
    let clerk = Clerk::with_environment(options, Environment::empty()).unwrap();
    let begun = Instant::now();
    let error = clerk.users().get_user_list().await.unwrap_err();
    let Error::Transport(error) = error else {
        panic!("{error:?}");
    };
    assert!(error.is_timeout(), "{error:?}");
    assert!(begun.elapsed() >= Duration::from_millis(50));
    assert!(
        begun.elapsed() < Duration::from_secs(20),
        "not the default one"
    );
}

#[tokio::test]
#[allow(deprecated)]
async fn c08_one_call_can_have_a_time_of_its_own() {
    let server = Server::handling(|_| Reply::Silence).await;
    let clerk = clerk(&server, HeaderMap::new());
    let short = Duration::from_millis(50);
    let begun = Instant::now();
    for error in [
        clerk.users().get_user_list().timeout(short).await.err(),
        clerk
            .users()
            .update_user("user_1")
            .timeout(short)
            .await
            .err(),
        clerk
            .users()
            .update_user("user_1")
            .public_metadata(json!({}))
            .timeout(short)
            .await
            .err(),
        clerk
            .organizations()
            .update_organization("org_1")
            .timeout(short)
            .await
            .err(),
        clerk
            .sessions()
            .get_token("sess_1")
            .timeout(short)
            .await
            .err(),
        clerk
            .sessions()
            .get_token("sess_1")
            .template("a")
            .timeout(short)
            .await
            .err(),
        clerk
            .sms_messages()
            .create_sms_message("idn_1", "Hello")
            .timeout(short)
            .await
            .err(),
    ] {
        let Some(Error::Transport(error)) = error else {
            panic!("{error:?}");
        };
        assert!(error.is_timeout(), "{error:?}");
    }
    assert!(
        begun.elapsed() < Duration::from_secs(20),
        "not the default one"
    );
}
