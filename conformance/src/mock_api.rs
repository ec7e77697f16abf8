//! A Backend API on loopback that responds as a case says and writes down what it was asked.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::Result;
use serde_json::{Map, Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::routes::{Reply, Routes};

/// The mock API of one case. It ends when it is dropped.
pub(crate) struct MockApi {
    pub(crate) url: String,
    shared: Arc<Mutex<Shared>>,
    serving: tokio::task::JoinHandle<()>,
}

struct Shared {
    routes: Routes,
    calls: Vec<Value>,
}

fn lock(shared: &Mutex<Shared>) -> MutexGuard<'_, Shared> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

impl MockApi {
    pub(crate) async fn start(routes: &Value) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let shared = Arc::new(Mutex::new(Shared {
            routes: Routes::new(routes),
            calls: Vec::new(),
        }));
        let (written, own_url) = (Arc::clone(&shared), url.clone());
        let serving = tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                // One after the other is enough: each connection carries one request.
                if let Some(call) = receive(&mut stream).await {
                    let reply = {
                        let mut shared = lock(&written);
                        let reply = shared.routes.reply(&call);
                        shared.calls.push(call);
                        reply
                    };
                    let _ = stream.write_all(&response(&reply, &own_url)).await;
                    let _ = stream.shutdown().await;
                }
            }
        });
        Ok(Self {
            url,
            shared,
            serving,
        })
    }

    /// Each request, in the form in which they are recorded.
    pub(crate) fn calls(&self) -> Vec<Value> {
        lock(&self.shared).calls.clone()
    }

    pub(crate) fn count(&self) -> usize {
        lock(&self.shared).calls.len()
    }

    pub(crate) fn set_routes(&self, routes: &Value) {
        lock(&self.shared).routes = Routes::new(routes);
    }
}

impl Drop for MockApi {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// Returns what is compared of calls: everything but the headers that name the SDK or are the transport's.
pub(crate) fn compared(calls: &[Value]) -> Value {
    let one = |call: &Value| {
        let headers = &call["headers"];
        json!({
            "method": call["method"],
            "path": call["path"],
            "query": call["query"],
            "authorization": headers["authorization"],
            "version": headers["clerk-api-version"],
            "body": call["body"],
        })
    };
    calls.iter().map(one).collect()
}

/// Returns the calls that were recorded with an outcome.
pub(crate) fn recorded_calls(recorded: &Value) -> Vec<Value> {
    recorded["apiCalls"].as_array().cloned().unwrap_or_default()
}

fn response(reply: &Reply, url: &str) -> Vec<u8> {
    let body = if reply.status == 204 { "" } else { &reply.body };
    let length = body.len();
    let status = reply.status;
    let mut head =
        format!("HTTP/1.1 {status} -\r\ncontent-length: {length}\r\nconnection: close\r\n");
    for (name, value) in &reply.headers {
        let value = value.replace("{{API}}", url);
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    format!("{head}\r\n{body}").into_bytes()
}

async fn receive(stream: &mut TcpStream) -> Option<Value> {
    let mut bytes = Vec::new();
    let (head, begin) = loop {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(bytes.get(..end)?).into_owned();
            break (head, end + 4);
        }
    };
    let mut headers = Map::new();
    for (name, value) in head.lines().skip(1).filter_map(|line| line.split_once(':')) {
        headers.insert(name.to_ascii_lowercase(), value.trim().into());
    }
    let length = headers
        .get("content-length")
        .and_then(Value::as_str)
        .and_then(|value| value.parse::<usize>().ok())
        .unwrap_or(0);
    while bytes.len() < begin + length {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
    let mut words = head.split(' ');
    let (method, target) = (words.next()?, words.next()?);
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let query: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect();
    let mut call = json!({ "method": method, "path": path, "query": query, "headers": headers });
    let body = bytes.get(begin..)?;
    if !body.is_empty() {
        let text = || Value::from(String::from_utf8_lossy(body));
        call["body"] = serde_json::from_slice(body).unwrap_or_else(|_| text());
    }
    Some(call)
}
