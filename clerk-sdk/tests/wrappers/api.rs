//! A Backend API that records what arrives, and a client of it.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, Mutex};

use clerk_sdk::clerk_api::reqwest::{self, Url};
use clerk_sdk::{Clerk, ClerkOptions, Environment, HttpOptions, RetryPolicy};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

pub(crate) const SECRET_KEY: &str = "sk_test_wrappers";
pub(crate) const MACHINE_SECRET_KEY: &str = "ak_wrappers";

/// Making an HTTP client reads the system's certificates, which takes longer than all the rest of a test.
static TRANSPORT: LazyLock<reqwest::Client> = LazyLock::new(Default::default);

/// What arrived.
#[derive(Debug)]
pub(crate) struct Recorded {
    pub(crate) verb: String,
    pub(crate) path: String,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Vec<u8>,
}

impl Recorded {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// A Backend API that rejects everything in the same way, and a client of it.
pub(crate) struct Api {
    pub(crate) clerk: Clerk,
    recorded: Arc<Mutex<Vec<Recorded>>>,
}

impl Api {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let recorded = Arc::new(Mutex::new(Vec::new()));
        let records = Arc::clone(&recorded);
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(serve(stream, Arc::clone(&records)));
            }
        });
        let http = HttpOptions::new()
            .retry(RetryPolicy::none())
            .client(TRANSPORT.clone());
        let options = ClerkOptions::new()
            .secret_key(SECRET_KEY)
            .machine_secret_key(MACHINE_SECRET_KEY)
            .server_api_url(url)
            .http_options(http);
        Self {
            clerk: Clerk::with_environment(options, Environment::empty()).unwrap(),
            recorded,
        }
    }

    /// What has arrived since this was called last.
    pub(crate) fn take(&self) -> Vec<Recorded> {
        std::mem::take(&mut self.recorded.lock().unwrap())
    }
}

/// Records the requests of one connection and rejects each.
async fn serve(mut stream: TcpStream, records: Arc<Mutex<Vec<Recorded>>>) {
    let mut bytes = Vec::new();
    loop {
        let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else {
            if stream.read_buf(&mut bytes).await.unwrap_or(0) == 0 {
                return;
            }
            continue;
        };
        let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
        let mut lines = head.split("\r\n");
        let first: Vec<&str> = lines.next().unwrap().split(' ').collect();
        let headers: BTreeMap<String, String> = lines
            .map(|line| line.split_once(": ").unwrap())
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        let length = headers
            .get("content-length")
            .map_or(0, |length| length.parse().unwrap());
        let body_from = end + 4;
        while bytes.len() < body_from + length {
            if stream.read_buf(&mut bytes).await.unwrap_or(0) == 0 {
                return;
            }
        }
        let url = Url::parse(&format!("http://localhost{}", first[1])).unwrap();
        records.lock().unwrap().push(Recorded {
            verb: first[0].to_owned(),
            path: url.path().to_owned(),
            query: url.query_pairs().into_owned().collect(),
            headers,
            body: bytes[body_from..body_from + length].to_vec(),
        });
        bytes.drain(..body_from + length);
        let body = json!({ "errors": [{ "code": "teapot", "message": "no" }] }).to_string();
        let head = "HTTP/1.1 418 -\r\ncontent-type: application/json";
        let response = format!("{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len());
        if stream.write_all(response.as_bytes()).await.is_err() {
            return;
        }
    }
}
