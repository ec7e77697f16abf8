//! How events are delivered.

use std::time::Duration;

use clerk_emulator::{Clock, DeliveryState, Emulator, StartError, WebhookError};
use serde_json::json;

use super::http::{Api, START, with};
use super::receiver::{Receiver, SECRET};

async fn emulator(receiver: &Receiver) -> Emulator {
    let builder = Emulator::builder()
        .webhook(&receiver.url, SECRET)
        .webhook_retries([Duration::from_millis(1); 3]);
    with(builder).await
}

#[tokio::test]
async fn an_event_is_signed_and_says_who_made_the_request() {
    let receiver = Receiver::start().await;
    let emulator = emulator(&receiver).await;
    assert_eq!(emulator.webhook_secret(), SECRET);
    let api = Api::new(&emulator);
    let user = api.user("ada@example.com").await;
    emulator.webhooks_settled().await;

    let events = receiver.events(SECRET, START);
    assert_eq!(events.len(), 1);
    assert!(events[0].decode_error.is_none());
    assert!(events[0].id.starts_with("msg_"));
    let (headers, _) = &receiver.requests()[0];
    assert_eq!(headers["svix-timestamp"], (START / 1000).to_string());
    let body = &receiver.bodies()[0];
    assert_eq!(body["object"], "event");
    assert_eq!(body["timestamp"], START);
    assert_eq!(body["data"]["id"], user.as_str());
    assert!(body["instance_id"].as_str().unwrap().starts_with("ins_"));
    let request = &body["event_attributes"]["http_request"];
    assert_eq!(request["client_ip"], "127.0.0.1");
}

#[tokio::test]
async fn what_the_library_does_is_told_without_a_request() {
    let receiver = Receiver::start().await;
    let emulator = emulator(&receiver).await;
    let user = Api::new(&emulator).user("ada@example.com").await;
    emulator.sign_in(&user).unwrap();
    emulator.webhooks_settled().await;
    assert_eq!(receiver.kinds(), ["user.created", "session.created"]);
    let request = &receiver.bodies()[1]["event_attributes"]["http_request"];
    assert_eq!(*request, json!({"client_ip": "", "user_agent": ""}));
}

#[tokio::test]
async fn an_endpoint_that_fails_gets_the_same_message_again() {
    let receiver = Receiver::answering([500, 302]).await;
    let emulator = emulator(&receiver).await;
    let api = Api::new(&emulator);
    api.user("ada@example.com").await;
    api.user("alan@example.com").await;
    emulator.webhooks_settled().await;

    let events = receiver.events(SECRET, START);
    let ids: Vec<&str> = events.iter().map(|event| event.id.as_str()).collect();
    assert_eq!(ids[..3], [ids[0]; 3]);
    assert_ne!(ids[3], ids[0]);
    let deliveries = emulator.deliveries();
    assert_eq!(deliveries.len(), 2);
    assert_eq!(deliveries[0].id, ids[0]);
    assert_eq!(deliveries[0].kind, "user.created");
    assert_eq!(deliveries[0].url, receiver.url);
    assert_eq!(deliveries[0].state, DeliveryState::Delivered);
    let statuses: Vec<_> = deliveries[0].attempts.iter().map(|a| a.status).collect();
    assert_eq!(statuses, [Some(500), Some(302), Some(204)]);
    assert_eq!(deliveries[0].attempts[0].at, START);
    assert_eq!(deliveries[0].body, receiver.bodies()[0]);
}

#[tokio::test]
async fn an_endpoint_that_keeps_failing_is_given_up_on() {
    let receiver = Receiver::answering([500; 4]).await;
    let emulator = emulator(&receiver).await;
    Api::new(&emulator).user("ada@example.com").await;
    emulator.webhooks_settled().await;
    let deliveries = emulator.deliveries();
    assert_eq!(deliveries[0].state, DeliveryState::Failed);
    assert_eq!(deliveries[0].attempts.len(), 4);
}

#[tokio::test]
async fn an_endpoint_that_is_not_there_says_why() {
    let builder = Emulator::builder()
        .webhook(test_support::server::nowhere().await, SECRET)
        .webhook_retries([]);
    let emulator = with(builder).await;
    Api::new(&emulator).user("ada@example.com").await;
    emulator.webhooks_settled().await;
    let delivery = &emulator.deliveries()[0];
    assert_eq!(delivery.state, DeliveryState::Failed);
    assert_eq!(delivery.attempts[0].status, None);
    assert!(delivery.attempts[0].error.is_some());
}

#[tokio::test]
async fn each_endpoint_gets_every_event_with_its_own_secret() {
    let (first, second) = (Receiver::start().await, Receiver::start().await);
    let emulator = emulator(&first).await;
    let api = Api::new(&emulator);
    api.user("ada@example.com").await;
    let secret = emulator.add_webhook(&second.url).unwrap();
    assert_eq!(secret, SECRET);
    api.user("alan@example.com").await;
    emulator.webhooks_settled().await;
    assert_eq!(first.events(SECRET, START).len(), 2);
    assert_eq!(second.events(&secret, START).len(), 1);
}

#[tokio::test]
async fn a_webhook_that_is_added_later_gets_a_secret_that_was_known_before() {
    let receiver = Receiver::start().await;
    let emulator = with(Emulator::builder()).await;
    let secret = emulator.webhook_secret();
    assert!(secret.starts_with("whsec_"));
    assert_eq!(emulator.add_webhook(&receiver.url).unwrap(), secret);
    Api::new(&emulator).user("ada@example.com").await;
    emulator.webhooks_settled().await;
    assert_eq!(receiver.events(&secret, START).len(), 1);
}

#[tokio::test]
async fn only_what_can_be_sent_to_is_a_webhook() {
    let emulator = with(Emulator::builder()).await;
    for url in [
        "https://example.com/",
        "example.com",
        "ftp://example.com",
        "",
    ] {
        assert!(matches!(
            emulator.add_webhook(url),
            Err(WebhookError::InvalidUrl { .. })
        ));
    }
    for secret in ["", "whsec_", "whsec_!!", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"] {
        let rejected = Emulator::builder().webhook("http://127.0.0.1:9/", secret);
        assert!(matches!(
            rejected.start().await,
            Err(StartError::Webhook(WebhookError::InvalidSecret))
        ));
    }
}

#[tokio::test]
async fn timestamps_are_of_the_emulators_clock_when_it_sends() {
    let receiver = Receiver::start().await;
    let clock = Clock::fixed(START);
    let builder = Emulator::builder().webhook(&receiver.url, SECRET);
    let emulator = builder.clock(clock.clone()).start().await.unwrap();
    clock.advance(Duration::from_millis(90_999));
    Api::new(&emulator).user("ada@example.com").await;
    emulator.webhooks_settled().await;
    let (headers, _) = &receiver.requests()[0];
    assert_eq!(headers["svix-timestamp"], (START / 1000 + 90).to_string());
    assert_eq!(receiver.bodies()[0]["timestamp"], START + 90_999);
}

#[tokio::test]
async fn refused_requests_tell_nothing() {
    let receiver = Receiver::start().await;
    let emulator = emulator(&receiver).await;
    let api = Api::new(&emulator);
    let user = api.user("ada@example.com").await;
    let body = json!({"primary_email_address_id": "idn_nothing"});
    let rejected = api.rejected("PATCH", &format!("/users/{user}"), body).await;
    assert_eq!(rejected.0, 404);
    // The second of two is rejected, so the first is not created either.
    let body = json!([{"email_address": "a@example.com"}, {"email_address": "ada@example.com"}]);
    assert_eq!(api.rejected("POST", "/invitations/bulk", body).await.0, 422);
    emulator.webhooks_settled().await;
    assert_eq!(receiver.kinds(), ["user.created"]);
}

#[tokio::test]
async fn what_is_too_much_for_the_queue_is_dropped_and_says_so() {
    // Nothing is sent before this test waits for something.
    let receiver = Receiver::start().await;
    let emulator = emulator(&receiver).await;
    for _ in 0..10_001 {
        let entry = json!({"email_address": "ada@example.com"});
        emulator.insert("waitlist_entries", entry).unwrap();
    }
    let deliveries = emulator.deliveries();
    assert_eq!(deliveries.len(), 10_000);
    assert_eq!(deliveries[9_998].state, DeliveryState::Waiting);
    assert_eq!(deliveries[9_999].state, DeliveryState::Dropped);
    assert!(deliveries[9_999].attempts.is_empty());
}

#[tokio::test]
async fn an_event_names_the_program_that_asked() {
    let receiver = Receiver::start().await;
    let emulator = emulator(&receiver).await;
    let created = reqwest::Client::new()
        .post(format!("{}/v1/users", emulator.url()))
        .bearer_auth(emulator.secret_key())
        .header("user-agent", "engine/1.0")
        .json(&json!({"email_address": ["ada@example.com"]}));
    assert_eq!(created.send().await.unwrap().status(), 200);
    emulator.webhooks_settled().await;
    let request = &receiver.bodies()[0]["event_attributes"]["http_request"];
    assert_eq!(request["user_agent"], "engine/1.0");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_happens_at_the_same_time_is_told_in_the_order_in_which_it_happened() {
    let receiver = Receiver::start().await;
    let emulator = emulator(&receiver).await;
    let api = Api::new(&emulator);
    let lives: Vec<_> = (0..20)
        .map(|number| {
            let api = api.clone();
            tokio::spawn(async move {
                let id = api.user(&format!("user{number}@example.com")).await;
                let path = format!("/users/{id}");
                api.patch(&path, json!({"first_name": "Ada"})).await;
                api.delete(&path).await;
                id
            })
        })
        .collect();
    let mut ids = Vec::new();
    for life in lives {
        ids.push(life.await.unwrap());
    }
    emulator.webhooks_settled().await;
    let bodies = receiver.bodies();
    assert_eq!(bodies.len(), 60);
    for id in ids {
        let of_user = bodies
            .iter()
            .filter(|body| body["data"]["id"] == id.as_str());
        let kinds: Vec<&str> = of_user.map(|body| body["type"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["user.created", "user.updated", "user.deleted"]);
    }
}
