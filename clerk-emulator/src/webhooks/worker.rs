//! Sends the events of one endpoint, one after the other.

use std::sync::Arc;
use std::time::Duration;

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::{Request, Uri};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use tokio::sync::mpsc;

use super::delivery::{DeliveryAttempt, DeliveryState, Log};
use crate::instance::clock::Clock;

/// How long an endpoint may take to respond.
const PATIENCE: Duration = Duration::from_secs(15);

/// An event in the queue.
pub(super) struct Message {
    pub(super) number: u64,
    pub(super) id: String,
    pub(super) body: Arc<str>,
}

/// Where events go.
pub(super) struct Endpoint {
    pub(super) url: Uri,
    pub(super) key: hmac::Key,
    pub(super) retries: Arc<[Duration]>,
    pub(super) clock: Clock,
    pub(super) log: Arc<Log>,
}

type Http = Client<HttpConnector, Full<Bytes>>;

impl Endpoint {
    /// Sends events until the queue is closed.
    pub(super) async fn serve(self, mut messages: mpsc::Receiver<Message>) {
        let http: Http = Client::builder(TokioExecutor::new()).build_http();
        while let Some(message) = messages.recv().await {
            let state = if self.deliver(&http, &message).await {
                DeliveryState::Delivered
            } else {
                DeliveryState::Failed
            };
            self.log.end(message.number, state);
        }
    }

    /// Sends an event until the endpoint responds with success or the attempts are used up.
    async fn deliver(&self, http: &Http, message: &Message) -> bool {
        let mut retries = self.retries.iter();
        loop {
            let attempt = self.attempt(http, message).await;
            let arrived = attempt
                .status
                .is_some_and(|status| (200..300).contains(&status));
            self.log.tried(message.number, attempt);
            if arrived {
                return true;
            }
            match retries.next() {
                Some(pause) => tokio::time::sleep(*pause).await,
                None => return false,
            }
        }
    }

    async fn attempt(&self, http: &Http, message: &Message) -> DeliveryAttempt {
        let at = self.clock.now();
        let result = match self.request(message, at.div_euclid(1000)) {
            Ok(request) => match tokio::time::timeout(PATIENCE, http.request(request)).await {
                // The body is not read: whatever it says, the status counts.
                Ok(Ok(response)) => Ok(response.status().as_u16()),
                Ok(Err(error)) => Err(causes(&error)),
                Err(_) => Err(format!("no response in {} seconds", PATIENCE.as_secs())),
            },
            Err(error) => Err(error.to_string()),
        };
        DeliveryAttempt {
            at,
            status: result.as_ref().ok().copied(),
            error: result.err(),
        }
    }

    /// Makes a request with a new signature for each attempt, because receivers reject old ones.
    fn request(
        &self,
        message: &Message,
        seconds: i64,
    ) -> Result<Request<Full<Bytes>>, hyper::http::Error> {
        let signed = format!("{}.{seconds}.{}", message.id, message.body);
        let signature = STANDARD.encode(hmac::sign(&self.key, signed.as_bytes()));
        Request::post(&self.url)
            .header("content-type", "application/json")
            .header("user-agent", "Svix-Webhooks/1.0 (clerk-emulator)")
            .header("svix-id", &message.id)
            .header("svix-timestamp", seconds)
            .header("svix-signature", format!("v1,{signature}"))
            .body(Full::from(message.body.as_bytes().to_vec()))
    }
}

/// Returns an error's text with its causes.
fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
}
