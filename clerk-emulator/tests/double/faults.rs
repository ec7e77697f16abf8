//! Faults, each as a client sees it.

use std::time::{Duration, Instant};

use clerk_emulator::{Emulator, Fault};
use serde_json::{Value, json};

use super::http::{Api, emulator};

async fn users(api: &Api) -> u16 {
    api.send("GET", "/users", None).await.status
}

#[tokio::test]
async fn too_many_requests_say_when_to_come_back() {
    let emulator = emulator().await;
    let limit = Fault::rate_limit(Duration::from_millis(1500)).times(1);
    emulator.faults().inject(limit);
    let request = || {
        reqwest::Client::new()
            .get(format!("{}/v1/users", emulator.url()))
            .bearer_auth(emulator.secret_key())
    };
    let rejected = request().send().await.unwrap();
    assert_eq!(rejected.status(), 429);
    assert_eq!(rejected.headers()["retry-after"], "2");
    assert!(rejected.headers().contains_key("x-clerk-trace-id"));
    let body: Value = rejected.json().await.unwrap();
    assert_eq!(body["errors"][0]["code"], "too_many_requests");
    assert_eq!(request().send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn an_sdk_that_tries_again_gets_through() {
    let emulator = emulator().await;
    let outage = emulator.faults().inject(Fault::status(503).times(2));
    let config = clerk_api::Config::new(emulator.secret_key()).server_api_url(emulator.url());
    let clerk = clerk_api::Client::new(config);
    assert!(clerk.get_user_list().await.is_ok());
    assert_eq!(emulator.faults().hits(outage), 2);
}

#[tokio::test]
async fn a_fault_meets_only_what_it_is_for() {
    let emulator = emulator().await;
    let api = Api::new(&emulator);
    let faults = emulator.faults();
    faults.inject(Fault::status(500).method("post").path("/v1/users"));
    faults.inject(Fault::status(503).operation("GetUsersCount"));
    faults.inject(Fault::status(502).path("/v1/sess"));
    assert_eq!(users(&api).await, 200);
    assert_eq!(api.send("GET", "/sessions", None).await.status, 200);
    assert_eq!(api.send("GET", "/users/count", None).await.status, 503);
    let body = json!({"email_address": ["ada@example.com"]});
    assert_eq!(api.send("POST", "/users", Some(&body)).await.status, 500);
    faults.clear();
    assert_eq!(api.send("POST", "/users", Some(&body)).await.status, 200);
}

#[tokio::test]
async fn faults_end_when_they_are_removed_or_spent() {
    let emulator = emulator().await;
    let api = Api::new(&emulator);
    let faults = emulator.faults();
    let first = faults.inject(Fault::status(500));
    let second = faults.inject(Fault::status(503).times(1));
    assert_eq!(users(&api).await, 500);
    assert!(faults.remove(first));
    assert!(!faults.remove(first));
    assert_eq!(users(&api).await, 503);
    assert_eq!(users(&api).await, 200);
    assert_eq!((faults.hits(first), faults.hits(second)), (0, 1));
    let never = faults.inject(Fault::status(500).times(0));
    assert_eq!(users(&api).await, 200);
    assert!(!faults.remove(never));
    faults.inject(Fault::status(42).times(1));
    assert_eq!(users(&api).await, 500);
}

#[tokio::test]
async fn delays_add_up_and_hold_up_nobody_else() {
    let emulator = emulator().await;
    let api = Api::new(&emulator);
    let faults = emulator.faults();
    for _ in 0..2 {
        faults.inject(Fault::latency(Duration::from_millis(40)).path("/v1/users"));
    }
    let before = Instant::now();
    assert_eq!(users(&api).await, 200);
    assert!(before.elapsed() >= Duration::from_millis(80));
    // An hour long, but the other requests get their responses.
    faults.inject(Fault::latency(Duration::from_secs(3600)).path("/v1/users"));
    let slow = tokio::spawn({
        let api = api.clone();
        async move { users(&api).await }
    });
    assert_eq!(api.send("GET", "/sessions", None).await.status, 200);
    assert!(!slow.is_finished());
    slow.abort();
}

#[tokio::test]
async fn a_dropped_connection_answers_nothing_and_does_nothing() {
    let emulator = emulator().await;
    let api = Api::new(&emulator);
    emulator
        .faults()
        .inject(Fault::drop_connection().method("POST").times(1));
    let create = || {
        reqwest::Client::new()
            .post(format!("{}/v1/users", emulator.url()))
            .bearer_auth(emulator.secret_key())
            .json(&json!({"email_address": ["ada@example.com"]}))
            .send()
    };
    let error = create().await.unwrap_err();
    assert!(error.is_request(), "{error:?}");
    assert_eq!(api.get("/users/count").await["total_count"], 0);
    assert_eq!(create().await.unwrap().status(), 200);
}

#[tokio::test]
async fn keys_that_cannot_be_fetched_leave_the_rest_alone() {
    let emulator = emulator().await;
    let api = Api::new(&emulator);
    emulator.faults().inject(Fault::jwks_down());
    let public = format!("{}/.well-known/jwks.json", emulator.url());
    assert_eq!(reqwest::get(&public).await.unwrap().status(), 503);
    assert_eq!(api.send("GET", "/jwks", None).await.status, 503);
    assert_eq!(users(&api).await, 200);
    emulator.faults().clear();
    assert_eq!(reqwest::get(&public).await.unwrap().status(), 200);
}

async fn with_ada(fault: Fault) -> (Emulator, Value) {
    let emulator = emulator().await;
    let api = Api::new(&emulator);
    let ada = api.user("ada@example.com").await;
    emulator.faults().inject(fault);
    let shown = api.get(&format!("/users/{ada}")).await;
    (emulator, shown)
}

#[tokio::test]
async fn answers_lack_a_field() {
    let (_emulator, ada) = with_ada(Fault::without_field("id").object("email_address")).await;
    assert!(ada["id"].is_string());
    assert!(ada["email_addresses"][0].get("id").is_none());
    assert!(ada["email_addresses"][0]["email_address"].is_string());
    let pointer = Fault::without_field("/email_addresses/0/verification/status");
    let (_emulator, ada) = with_ada(pointer).await;
    let verification = &ada["email_addresses"][0]["verification"];
    assert!(verification.get("status").is_none());
    assert!(verification["strategy"].is_string());
}

#[tokio::test]
async fn answers_have_values_that_nobody_knows() {
    let (emulator, ada) = with_ada(Fault::replace_field("status", "dozing").times(1)).await;
    assert_eq!(
        ada["email_addresses"][0]["verification"]["status"],
        "dozing"
    );
    let api = Api::new(&emulator);
    let id = ada["id"].as_str().unwrap();
    let again = api.get(&format!("/users/{id}")).await;
    assert_eq!(
        again["email_addresses"][0]["verification"]["status"],
        "verified"
    );
    // Only fields that a response has are changed, and only changed responses count.
    let fault = Fault::replace_field("/flavour", "salt");
    let missed = emulator.faults().inject(fault);
    assert!(
        api.get(&format!("/users/{id}"))
            .await
            .get("flavour")
            .is_none()
    );
    assert_eq!(emulator.faults().hits(missed), 0);
}
