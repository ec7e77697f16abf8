//! An application that receives webhooks.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use clerk_sdk::Clock;
use clerk_sdk::webhooks::{Event, Webhooks};
use serde_json::Value;

pub const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

#[derive(Clone)]
pub struct Receiver {
    pub url: String,
    /// The statuses of the next responses; 204 when the list is empty.
    answers: Arc<Mutex<VecDeque<u16>>>,
    received: Arc<Mutex<Vec<(HeaderMap, Bytes)>>>,
}

impl Receiver {
    pub async fn start() -> Self {
        Self::answering([]).await
    }

    pub async fn answering(answers: impl IntoIterator<Item = u16>) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let receiver = Self {
            url: format!("http://{}/webhooks", listener.local_addr().unwrap()),
            answers: Arc::new(Mutex::new(answers.into_iter().collect())),
            received: Arc::default(),
        };
        let app = Router::new().fallback(receive).with_state(receiver.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        receiver
    }

    pub fn requests(&self) -> Vec<(HeaderMap, Bytes)> {
        self.received.lock().unwrap().clone()
    }

    /// All events, each with a signature that verifies by this clock, as clerk-sdk reads them.
    pub fn events(&self, secret: &str, now: i64) -> Vec<Event> {
        let webhooks = Webhooks::new(secret)
            .unwrap()
            .clock(Clock::from_fn(move || now));
        self.requests()
            .iter()
            .map(|(headers, body)| webhooks.verify(headers, body).unwrap())
            .collect()
    }

    pub fn bodies(&self) -> Vec<Value> {
        self.requests()
            .iter()
            .map(|(_, body)| serde_json::from_slice(body).unwrap())
            .collect()
    }

    pub fn kinds(&self) -> Vec<String> {
        let kind = |body: &Value| body["type"].as_str().unwrap().to_owned();
        self.bodies().iter().map(kind).collect()
    }
}

async fn receive(State(receiver): State<Receiver>, headers: HeaderMap, body: Bytes) -> StatusCode {
    receiver.received.lock().unwrap().push((headers, body));
    let answer = receiver.answers.lock().unwrap().pop_front();
    StatusCode::from_u16(answer.unwrap_or(204)).unwrap()
}
