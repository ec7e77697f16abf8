//! Each fault, as clerk-sdk promises to take it.

use std::time::{Duration, Instant};

use clerk_emulator::Fault;
use clerk_sdk::types::SessionStatus;
use clerk_sdk::{Clerk, Error, HttpOptions, RetryPolicy, StatusCode};

use crate::application::{connect, options, rejection, requests, start};

async fn ada(clerk: &Clerk) -> String {
    let create = clerk
        .users()
        .create_user()
        .email_address(["ada@example.com"]);
    create.await.unwrap().id
}

#[tokio::test]
async fn too_many_requests_are_tried_again_when_clerk_says_whatever_the_method() {
    let (emulator, clerk) = start().await;
    let second = Duration::from_secs(1);
    let limit = emulator
        .faults()
        .inject(Fault::rate_limit(second).method("POST").times(1));
    let begun = Instant::now();
    let id = ada(&clerk).await;
    assert!(begun.elapsed() >= second);
    assert_eq!(requests(&emulator), ["POST /v1/users"; 2]);
    assert_eq!(emulator.faults().hits(limit), 1);
    assert_eq!(clerk.users().get_count().await.unwrap(), 1);

    emulator.forget_requests();
    emulator
        .faults()
        .inject(Fault::rate_limit(Duration::ZERO).times(3));
    clerk
        .users()
        .update_user(&id)
        .first_name("Ada")
        .await
        .unwrap();
    let path = format!("PATCH /v1/users/{id}");
    assert_eq!(requests(&emulator), vec![path; 4]);
}

#[tokio::test]
async fn too_many_requests_for_too_long_are_an_error_that_says_how_long() {
    let (emulator, clerk) = start().await;
    // Longer than a call may take: it is not worth waiting for.
    let hour = Duration::from_secs(3600);
    let limit = emulator.faults().inject(Fault::rate_limit(hour));
    let error = clerk.users().get_user_list().await.unwrap_err();
    assert!(error.is_rate_limited() && error.is_retryable());
    assert_eq!(error.retry_after(), Some(hour));
    assert_eq!(error.code(), Some("too_many_requests"));
    let text = error.to_string();
    assert!(
        text.starts_with("GetUserList returned 429 Too Many Requests: "),
        "{text}"
    );
    assert!(text.contains(error.clerk_trace_id().unwrap()), "{text}");
    assert_eq!(emulator.faults().hits(limit), 1);
    // Four tries, three of them again.
    emulator.faults().clear();
    emulator.forget_requests();
    emulator.faults().inject(Fault::rate_limit(Duration::ZERO));
    assert_eq!(rejection(clerk.users().get_count().await).0, 429);
    assert_eq!(requests(&emulator), ["GET /v1/users/count"; 4]);
}

#[tokio::test]
async fn failures_on_clerks_side_are_tried_again_where_twice_is_as_good_as_once() {
    let (emulator, clerk) = start().await;
    let id = ada(&clerk).await;
    let outage = |method: &str, status| {
        emulator.forget_requests();
        emulator
            .faults()
            .inject(Fault::status(status).method(method).times(1));
    };
    for status in [500, 502, 503, 504] {
        outage("GET", status);
        clerk.users().get_user(&id).await.unwrap();
        assert_eq!(requests(&emulator).len(), 2, "GET {status}");

        outage("PUT", status);
        let replace = clerk.users().replace_user_metadata(&id);
        replace
            .public_metadata(serde_json::json!({"a": 1}))
            .await
            .unwrap();
        assert_eq!(requests(&emulator).len(), 2, "PUT {status}");

        // The first may have been carried out.
        outage("POST", status);
        let create = clerk
            .users()
            .create_user()
            .email_address(["alan@example.com"]);
        let error = create.await.unwrap_err();
        assert_eq!(error.status(), StatusCode::from_u16(status).ok());
        assert_eq!(error.code(), Some("internal_clerk_error"));
        assert!(error.is_retryable());
        assert_eq!(requests(&emulator), ["POST /v1/users"]);

        outage("PATCH", status);
        let update = clerk.users().update_user(&id).first_name("Ada");
        assert_eq!(rejection(update.await).0, status);
        assert_eq!(requests(&emulator).len(), 1, "PATCH {status}");
    }
    outage("DELETE", 503);
    clerk.users().delete_user(&id).await.unwrap();
    assert_eq!(requests(&emulator).len(), 2);
    // No other status is worth another try.
    for status in [400, 401, 403, 404, 409, 422, 501] {
        outage("GET", status);
        assert_eq!(rejection(clerk.users().get_user_list().await).0, status);
        assert_eq!(requests(&emulator).len(), 1, "{status}");
    }
}

#[tokio::test]
async fn an_answer_that_takes_too_long_is_given_up_on() {
    let (emulator, patient) = start().await;
    emulator
        .faults()
        .inject(Fault::latency(Duration::from_secs(3600)));
    let retry = RetryPolicy::default()
        .base_delay(Duration::from_millis(1))
        .max_retries(1);
    let http = HttpOptions::new()
        .timeout(Duration::from_millis(200))
        .retry(retry);
    let clerk = connect(options(&emulator).http_options(http));
    let Err(Error::Transport(error)) = clerk.users().get_user_list().await else {
        panic!("an answer?");
    };
    assert!(error.is_timeout());
    assert_eq!(error.tries, 2);
    let text = error.to_string();
    assert!(
        text.starts_with("GetUserList got no complete response in time (tries: 2, "),
        "{text}"
    );
    assert!(!text.contains(emulator.url()) && !text.contains(emulator.secret_key()));
    assert_eq!(requests(&emulator).len(), 2);
    // One call may be given a time of its own, and what may have been done is not done again.
    let create = clerk
        .users()
        .create_user()
        .email_address(["ada@example.com"]);
    let error = create
        .timeout(Duration::from_millis(200))
        .await
        .unwrap_err();
    assert!(
        matches!(&error, Error::Transport(error) if error.is_timeout() && error.tries == 1),
        "{error}"
    );
    assert!(error.is_retryable());
    assert_eq!(requests(&emulator).len(), 1);
    // A little latency is harmless.
    emulator.faults().clear();
    emulator
        .faults()
        .inject(Fault::latency(Duration::from_millis(5)));
    assert!(patient.users().get_user_list().await.is_ok());
}

#[tokio::test]
async fn a_connection_that_breaks_is_tried_again_where_twice_is_as_good_as_once() {
    let (emulator, clerk) = start().await;
    emulator
        .faults()
        .inject(Fault::drop_connection().method("GET").times(2));
    assert!(clerk.users().get_user_list().await.unwrap().is_empty());
    assert_eq!(requests(&emulator), ["GET /v1/users"; 3]);

    emulator
        .faults()
        .inject(Fault::drop_connection().method("POST").times(1));
    let create = clerk
        .users()
        .create_user()
        .email_address(["ada@example.com"]);
    match create.await.unwrap_err() {
        Error::Transport(error) => {
            assert_eq!(error.tries, 1);
            let text = error.to_string();
            assert!(
                text.starts_with("CreateUser lost the connection (tries: 1, "),
                "{text}"
            );
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(requests(&emulator), ["POST /v1/users"]);
    assert_eq!(clerk.users().get_count().await.unwrap(), 0);
}

#[tokio::test]
async fn without_anybody_who_listens_even_a_post_is_tried_again() {
    let (_emulator, clerk) = start().await;
    // Bound, so that the port is taken, but not listening.
    let taken = tokio::net::TcpSocket::new_v4().unwrap();
    taken.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    clerk.set_server_api_url(format!("http://{}", taken.local_addr().unwrap()));
    let create = clerk
        .users()
        .create_user()
        .email_address(["ada@example.com"]);
    let Err(Error::Transport(error)) = create.await else {
        panic!("an answer?");
    };
    assert!(error.is_connect());
    assert_eq!(error.tries, 4);
    assert!(
        error
            .to_string()
            .ends_with("; check the network, the proxy and `server_api_url`")
    );
}

#[tokio::test]
async fn an_answer_that_lacks_what_it_must_have_keeps_its_body_and_can_be_read_untyped() {
    let (emulator, clerk) = start().await;
    let id = ada(&clerk).await;
    emulator
        .faults()
        .inject(Fault::without_field("banned").object("user"));
    let error = clerk.users().get_user(&id).await.unwrap_err();
    let Error::Decode(decode) = &error else {
        panic!("{error}");
    };
    assert_eq!(
        (decode.operation, decode.status),
        ("GetUser", StatusCode::OK)
    );
    assert!(
        decode.reason.contains("missing field `banned`"),
        "{}",
        decode.reason
    );
    let body: serde_json::Value = serde_json::from_slice(error.body().unwrap()).unwrap();
    assert_eq!(body["id"], id.as_str());
    let text = error.to_string();
    assert!(
        text.contains("`.json()` returns the body untyped"),
        "{text}"
    );
    // The body is personal: it is kept, not printed.
    assert!(!text.contains("ada@example.com") && !format!("{error:?}").contains("ada@example.com"));
    assert!(!error.is_retryable());

    let untyped = clerk.users().get_user(&id).json().await.unwrap();
    assert_eq!(
        untyped["email_addresses"][0]["email_address"],
        "ada@example.com"
    );
    assert!(untyped.get("banned").is_none());
    // In a list, the error names the place.
    let Err(Error::Decode(decode)) = clerk.users().get_user_list().await else {
        panic!("a page?");
    };
    assert!(decode.path.contains("[0]"), "{}", decode.path);
    // What may be missing may be missing.
    emulator.faults().clear();
    emulator
        .faults()
        .inject(Fault::without_field("first_name").object("user"));
    assert_eq!(clerk.users().get_user(&id).await.unwrap().first_name, None);
}

#[tokio::test]
async fn a_value_that_nobody_knows_is_kept_as_unknown() {
    let (emulator, clerk) = start().await;
    let session = emulator.sign_in(&ada(&clerk).await).unwrap();
    emulator
        .faults()
        .inject(Fault::replace_field("status", "dozing").object("session"));
    let shown = clerk
        .sessions()
        .get_session(&session.session_id)
        .await
        .unwrap();
    assert_eq!(shown.status, SessionStatus::Unknown("dozing".into()));
    assert_eq!(shown.status.as_str(), "dozing");
    assert_eq!(serde_json::to_value(&shown).unwrap()["status"], "dozing");
    // A new kind of verification is no reason to lose the user.
    emulator.faults().clear();
    emulator
        .faults()
        .inject(Fault::replace_field("strategy", "telepathy"));
    assert_eq!(clerk.users().get_user_list().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_key_of_another_instance_is_refused_and_named_in_no_error() {
    let (emulator, clerk) = start().await;
    clerk.set_secret_key("sk_test_another");
    let error = clerk.users().get_user_list().await.unwrap_err();
    assert_eq!(error.status(), Some(StatusCode::UNAUTHORIZED));
    assert!(!format!("{error} {error:?}").contains("sk_test_another"));
    clerk.set_secret_key(emulator.secret_key());
    assert!(clerk.users().get_user_list().await.is_ok());
    clerk.set_secret_key("");
    emulator.forget_requests();
    let missing = clerk.users().get_user_list().await;
    assert!(matches!(missing, Err(Error::MissingSecretKey)));
    assert_eq!(requests(&emulator), [""; 0]);
}
