//! The control endpoint.

use std::time::Duration;

use clerk_emulator::{Clock, Emulator, Seed};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use super::http::{Api, START, with};
use super::receiver::Receiver;

struct Control {
    emulator: Emulator,
    http: reqwest::Client,
}

impl Control {
    async fn new() -> Self {
        Self {
            emulator: with(Emulator::builder().seed(Seed::demo())).await,
            http: reqwest::Client::new(),
        }
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let url = format!("{}/__emulator{path}", self.emulator.url());
        self.http.request(method, url)
    }

    async fn get(&self, path: &str) -> Value {
        answer(self.request(Method::GET, path)).await
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        answer(self.request(Method::POST, path).json(&body)).await
    }

    async fn rejected(&self, path: &str, body: Value) -> u16 {
        status(self.request(Method::POST, path).json(&body)).await
    }
}

async fn status(request: RequestBuilder) -> u16 {
    request.send().await.unwrap().status().as_u16()
}

async fn answer(request: RequestBuilder) -> Value {
    let response = request.send().await.unwrap();
    let status = response.status();
    let body: Value = response.json().await.unwrap();
    assert_eq!(status, 200, "{body}");
    body
}

#[tokio::test]
async fn it_says_what_there_is() {
    let control = Control::new().await;
    let about = control.get("").await;
    assert_eq!(about["url"], control.emulator.url());
    assert_eq!(about["now"], START);
    assert_eq!(about["counts"]["users"], 3);
    assert_eq!(about["counts"]["organization_memberships"], 5);
    assert_eq!(about["faults"], json!([]));
}

#[tokio::test]
async fn pages_of_other_origins_are_refused() {
    let control = Control::new().await;
    let own = control.emulator.url().to_owned();
    let get = || control.request(Method::GET, "");
    for origin in ["https://evil.example", "null", "http://127.0.0.1:1"] {
        assert_eq!(status(get().header("origin", origin)).await, 403);
    }
    assert_eq!(status(get().header("origin", &own)).await, 200);
    assert_eq!(
        status(get().header("sec-fetch-site", "cross-site")).await,
        403
    );
    assert_eq!(status(get().header("sec-fetch-site", "none")).await, 200);
    // A name that was made to lead here.
    assert_eq!(status(get().header("host", "evil.example")).await, 403);
    assert_eq!(status(get().header("host", "localhost:4010")).await, 200);
}

#[tokio::test]
async fn what_a_form_can_send_changes_nothing() {
    let control = Control::new().await;
    let reset = || control.request(Method::POST, "/reset");
    assert_eq!(status(reset()).await, 403);
    let form = reset().header("content-type", "text/plain").body("{}");
    assert_eq!(status(form).await, 403);
    assert_eq!(status(reset().header("x-clerk-emulator", "1")).await, 200);
    let json = reset().header("content-type", "application/json; charset=utf-8");
    assert_eq!(status(json.body("{}")).await, 200);
}

#[tokio::test]
async fn requests_are_listed_until_they_are_forgotten() {
    let control = Control::new().await;
    let api = Api::new(&control.emulator);
    control
        .post("/faults", json!({"kind": "status", "status": 503}))
        .await;
    assert_eq!(api.send("GET", "/users?limit=1", None).await.status, 503);
    assert_eq!(api.send("POST", "/nothing", None).await.status, 503);
    let listed = control.get("/requests").await;
    let expected = json!([
        {"method": "GET", "path": "/v1/users"},
        {"method": "POST", "path": "/v1/nothing"},
    ]);
    assert_eq!(listed["data"], expected);
    let forget = || control.request(Method::DELETE, "/requests");
    assert_eq!(status(forget()).await, 403);
    assert_eq!(status(forget().header("x-clerk-emulator", "1")).await, 200);
    assert_eq!(control.get("/requests").await["data"], json!([]));
    api.send("GET", "/users", None).await;
    control.emulator.reset().unwrap();
    assert_eq!(control.emulator.requests(), []);
}

#[tokio::test]
async fn faults_come_and_go() {
    let control = Control::new().await;
    let api = Api::new(&control.emulator);
    let fault = json!({"kind": "status", "status": 503, "path": "/v1/users", "times": 5});
    let id = control.post("/faults", fault.clone()).await["id"].clone();
    assert_eq!(api.send("GET", "/users", None).await.status, 503);
    let listed = control.get("/faults").await;
    assert_eq!(listed, json!([{"id": id, "hits": 1, "fault": fault}]));
    let one = || control.request(Method::DELETE, &format!("/faults/{id}"));
    assert_eq!(status(one().header("x-clerk-emulator", "1")).await, 200);
    assert_eq!(status(one().header("x-clerk-emulator", "1")).await, 404);
    assert_eq!(api.send("GET", "/users", None).await.status, 200);
    control.post("/faults", json!({"kind": "jwks_down"})).await;
    let all = control.request(Method::DELETE, "/faults");
    answer(all.header("x-clerk-emulator", "1")).await;
    assert_eq!(control.get("/faults").await, json!([]));
}

#[tokio::test]
async fn all_kinds_of_faults_can_be_written() {
    let control = Control::new().await;
    let kinds = [
        json!({"kind": "rate_limit", "retry_after_ms": 1000, "method": "GET"}),
        json!({"kind": "latency", "latency_ms": 5, "operation": "GetUser"}),
        json!({"kind": "drop_connection", "path": ["/v1/users", "/v1/sessions"]}),
        json!({"kind": "without_field", "field": "first_name", "object": "user"}),
        json!({"kind": "replace_field", "field": "status", "value": "dozing"}),
    ];
    for kind in &kinds {
        control.post("/faults", kind.clone()).await;
    }
    let listed = control.get("/faults").await;
    let faults: Vec<&Value> = listed
        .as_array()
        .unwrap()
        .iter()
        .map(|f| &f["fault"])
        .collect();
    assert_eq!(faults, kinds.iter().collect::<Vec<_>>());
    for wrong in [
        json!({}),
        json!({"kind": "status"}),
        json!({"kind": "status", "status": 500, "often": true}),
        json!({"kind": "flood"}),
    ] {
        assert_eq!(control.rejected("/faults", wrong).await, 422);
    }
}

#[tokio::test]
async fn the_clock_moves() {
    let control = Control::new().await;
    let now = control.post("/clock", json!({"advance_ms": 60_000})).await;
    assert_eq!(now["now"], START + 60_000);
    assert_eq!(control.emulator.clock().now(), START + 60_000);
    let now = control.post("/clock", json!({"advance_ms": -1})).await;
    assert_eq!(now["now"], START + 59_999);
    let now = control.post("/clock", json!({"set_ms": 7})).await;
    assert_eq!(now["now"], 7);
    let now = control.post("/clock", json!({"system": true})).await;
    let system = Clock::system().now();
    assert!((now["now"].as_i64().unwrap() - system).abs() < 60_000);
    for wrong in [
        json!({}),
        json!({"set_ms": 1, "advance_ms": 1}),
        json!({"system": false}),
        json!({"set_ms": -1}),
        json!({"set_ms": i64::MAX}),
        json!({"advance_ms": i64::MAX}),
        json!({"advance_ms": i64::MIN}),
    ] {
        assert_eq!(control.rejected("/clock", wrong).await, 422);
    }
}

#[tokio::test]
async fn keys_rotate() {
    let control = Control::new().await;
    let jwks = format!("{}/.well-known/jwks.json", control.emulator.url());
    let before = reqwest::get(&jwks).await.unwrap().text().await.unwrap();
    let key = control.post("/keys/rotate", json!({})).await;
    assert!(key["jwt_key"].as_str().unwrap().contains("PUBLIC KEY"));
    let after = reqwest::get(&jwks).await.unwrap().text().await.unwrap();
    assert_ne!(before, after);
}

#[tokio::test]
async fn users_sign_in() {
    let control = Control::new().await;
    let body = json!({"user_id": "ada@example.com", "organization_id": "org_bletchley"});
    let signed_in = control.post("/sign_in", body).await;
    let token = signed_in["token"].as_str().unwrap();
    assert_eq!(token.split('.').count(), 3);
    let api = Api::new(&control.emulator);
    let session = signed_in["session_id"].as_str().unwrap();
    let session = api.get(&format!("/sessions/{session}")).await;
    assert_eq!(session["user_id"], "user_ada");
    assert_eq!(session["last_active_organization_id"], "org_bletchley");
    for wrong in [
        json!({"user_id": "nobody"}),
        json!({"user_id": "user_grace", "organization_id": "org_engines"}),
        json!({}),
    ] {
        assert_eq!(control.rejected("/sign_in", wrong).await, 422);
    }
}

#[tokio::test]
async fn webhooks_are_added_and_watched() {
    let control = Control::new().await;
    let receiver = Receiver::start().await;
    let added = control
        .post("/webhooks", json!({"url": receiver.url}))
        .await;
    assert_eq!(added["secret"], control.emulator.webhook_secret());
    assert_eq!(
        control.get("/webhooks").await["urls"],
        json!([receiver.url])
    );
    Api::new(&control.emulator).user("mary@example.com").await;
    let deliveries = control.get("/webhooks/deliveries?settled=true").await;
    assert_eq!(deliveries["data"][0]["type"], "user.created");
    assert_eq!(deliveries["data"][0]["state"], "delivered");
    assert_eq!(deliveries["data"][0]["attempts"][0]["status"], 204);
    let wrong = json!({"url": "https://example.com"});
    assert_eq!(control.rejected("/webhooks", wrong).await, 422);
}

#[tokio::test]
async fn the_state_is_carried_over() {
    let control = Control::new().await;
    Api::new(&control.emulator).user("mary@example.com").await;
    let state = control.get("/state").await;
    let other = Control::new().await;
    let put = other.request(Method::PUT, "/state").json(&state);
    answer(put).await;
    assert_eq!(other.get("/state").await, state);
    let wrong = other
        .request(Method::PUT, "/state")
        .json(&json!({"version": 9}));
    assert_eq!(status(wrong).await, 422);
    // A rejection takes a trace id, so only ids continue.
    assert_eq!(other.get("/state").await["state"], state["state"]);
}

#[tokio::test]
async fn a_reset_brings_the_beginning_back() {
    let control = Control::new().await;
    let before = control.get("/state").await["state"].clone();
    let api = Api::new(&control.emulator);
    api.user("mary@example.com").await;
    api.delete("/users/user_ada").await;
    control
        .post("/faults", json!({"kind": "drop_connection"}))
        .await;
    control.emulator.clock().advance(Duration::from_secs(1));
    control.post("/reset", json!({})).await;
    let after = control.get("/state").await["state"].clone();
    let ids = |state: &Value| -> Vec<Value> {
        let users = state["users"]["users"].as_array().unwrap();
        users.iter().map(|pair| pair[0].clone()).collect()
    };
    assert_eq!(ids(&after), ids(&before));
    assert_eq!(control.get("/faults").await, json!([]));
}

#[tokio::test]
async fn an_emulator_that_listens_to_others_is_reached_under_allowed_names() {
    let everywhere = std::net::IpAddr::from([0, 0, 0, 0]);
    let builder = Emulator::builder().bind(everywhere);
    let emulator = with(builder.allow_host("emulator")).await;
    let get = |host: &str| {
        reqwest::Client::new()
            .get(format!("{}/__emulator", emulator.url()))
            .header("host", host)
    };
    assert_eq!(status(get("emulator:4010")).await, 200);
    assert_eq!(status(get("192.168.1.5:4010")).await, 200);
    assert_eq!(status(get("other:4010")).await, 403);
    // Its own pages may drive it, and those of allowed hosts on other ports may not.
    for (origin, expected) in [
        ("http://emulator:4010", 200),
        ("http://emulator:3000", 403),
        ("http://localhost:4010", 403),
    ] {
        let page = get("emulator:4010").header("origin", origin);
        assert_eq!(status(page).await, expected, "{origin}");
    }
}
