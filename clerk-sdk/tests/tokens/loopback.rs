//! A Backend API on loopback: it sends the responses it is given, and counts the requests.

use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::sync::{Arc, Mutex};

use clerk_api::{Client, Config, HttpOptions, RetryPolicy};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::sync::watch;

/// A status that makes the API close the connection without an answer.
pub(crate) const HANGS_UP: u16 = 0;

pub(crate) struct Api {
    pub(crate) url: String,
    requests: Arc<AtomicU32>,
    answer: Arc<Mutex<(u16, Value)>>,
    /// Whether responses have to wait.
    held: watch::Sender<bool>,
    serving: tokio::task::JoinHandle<()>,
}

impl Api {
    pub(crate) async fn start(status: u16, body: Value) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(AtomicU32::new(0));
        let answer = Arc::new(Mutex::new((status, body)));
        let (count, told) = (Arc::clone(&requests), Arc::clone(&answer));
        let held = watch::Sender::new(false);
        let holding = held.clone();
        let serving = tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let (count, told) = (Arc::clone(&count), Arc::clone(&told));
                let mut held = holding.subscribe();
                tokio::spawn(async move {
                    let mut request = Vec::new();
                    while !request.windows(4).any(|window| window == b"\r\n\r\n") {
                        if stream.read_buf(&mut request).await.unwrap_or(0) == 0 {
                            return;
                        }
                    }
                    count.fetch_add(1, SeqCst);
                    let _ = held.wait_for(|is_held| !is_held).await;
                    let (status, body) = told.lock().unwrap().clone();
                    if status == HANGS_UP {
                        return;
                    }
                    let body = body.to_string();
                    let head = format!(
                        "HTTP/1.1 {status} -\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                        body.len()
                    );
                    let _ = stream.write_all(format!("{head}{body}").as_bytes()).await;
                    let _ = stream.shutdown().await;
                });
            }
        });
        Self {
            url,
            requests,
            answer,
            held,
            serving,
        }
    }

    pub(crate) fn client(&self) -> Client {
        Client::new(
            Config::new("sk_test_1")
                .server_api_url(self.url.clone())
                .http_options(HttpOptions::new().retry(RetryPolicy::none())),
        )
    }

    pub(crate) fn answer(&self, status: u16, body: Value) {
        *self.answer.lock().unwrap() = (status, body);
    }

    /// Whether responses wait from now on.
    pub(crate) fn hold(&self, is_held: bool) {
        self.held.send_replace(is_held);
    }

    pub(crate) fn requests(&self) -> u32 {
        self.requests.load(SeqCst)
    }

    /// From now on nothing listens there.
    pub(crate) async fn go_down(&mut self) {
        self.serving.abort();
        let _ = (&mut self.serving).await;
    }
}

pub(crate) const MAIN: (&str, &str) = (
    include_str!("../keys/main.private.pem"),
    include_str!("../keys/main.modulus.txt"),
);
pub(crate) const OTHER: (&str, &str) = (
    include_str!("../keys/other.private.pem"),
    include_str!("../keys/other.modulus.txt"),
);

pub(crate) fn jwks(keys: &[(&str, (&str, &str))]) -> Value {
    let keys: Vec<Value> = keys
        .iter()
        .map(|(kid, (_, modulus))| {
            json!({ "kty": "RSA", "use": "sig", "alg": "RS256", "kid": kid, "n": modulus.trim(), "e": "AQAB" })
        })
        .collect();
    json!({ "keys": keys })
}

/// A token of these claims, signed by another library.
pub(crate) fn sign(key: (&str, &str), kid: &str, claims: &Value) -> String {
    let mut header = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::RS256);
    header.kid = Some(kid.to_owned());
    sign_with(key, &header, claims)
}

pub(crate) fn sign_with(
    key: (&str, &str),
    header: &impl serde::Serialize,
    claims: &Value,
) -> String {
    let der = test_support::pem::der(key.0).unwrap();
    let key = jsonwebtoken::EncodingKey::from_rsa_der(&der);
    let part = |json: String| {
        base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, json)
    };
    let header = serde_json::to_value(header).unwrap();
    let algorithm = serde_json::from_value(header["alg"].clone()).unwrap();
    let header = part(header.to_string());
    let message = format!("{header}.{}", part(claims.to_string()));
    let signature = jsonwebtoken::crypto::sign(message.as_bytes(), &key, algorithm).unwrap();
    format!("{message}.{signature}")
}
