//! A Backend API on loopback that answers what a case says and writes down what it was asked.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::{Failure, text};

pub(crate) struct MockApi {
    pub(crate) url: String,
    calls: Arc<Mutex<Vec<Value>>>,
    serving: tokio::task::JoinHandle<()>,
}

impl MockApi {
    pub(crate) async fn start(routes: &Value) -> Result<Self, Failure> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let calls = Arc::new(Mutex::new(Vec::new()));
        let written = Arc::clone(&calls);
        let mut routes = Routes::new(routes);
        let serving = tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                // One after the other is enough: each connection carries one request.
                if let Some(call) = receive(&mut stream).await {
                    let answer = routes.answer(&call);
                    written
                        .lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .push(call);
                    let _ = stream.write_all(&answer).await;
                    let _ = stream.shutdown().await;
                }
            }
        });
        Ok(Self {
            url,
            calls,
            serving,
        })
    }

    /// What it was asked: method, path and body.
    pub(crate) fn calls(&self) -> Value {
        self.whole_calls()
            .iter()
            .map(|call| json!({ "method": call["method"], "path": call["path"], "body": call["body"] }))
            .collect()
    }

    /// What it was asked, with query and the headers that matter.
    pub(crate) fn whole_calls(&self) -> Vec<Value> {
        self.calls
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl Drop for MockApi {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// What was recorded of calls, in the form of [`MockApi::calls`].
pub(crate) fn recorded_calls(recorded: &Value) -> Value {
    let calls = recorded.get("apiCalls").and_then(Value::as_array);
    calls
        .into_iter()
        .flatten()
        .map(|call| json!({ "method": call["method"], "path": versionless(&text(call, "path")), "body": call["body"] }))
        .collect()
}

struct Routes {
    routes: Vec<Value>,
    used: HashMap<usize, u64>,
}

impl Routes {
    fn new(routes: &Value) -> Self {
        let routes = routes.as_array().cloned().unwrap_or_default();
        let used = HashMap::new();
        Self { routes, used }
    }

    fn answer(&mut self, call: &Value) -> Vec<u8> {
        let found = self.routes.iter().enumerate().find(|(index, route)| {
            let times = route
                .get("times")
                .and_then(Value::as_u64)
                .unwrap_or(u64::MAX);
            text(route, "method") == text(call, "method")
                && versionless(&text(route, "path")) == text(call, "path")
                && self.used.get(index).copied().unwrap_or(0) < times
        });
        let Some((index, route)) = found else {
            let body =
                json!({ "errors": [{ "code": "resource_not_found", "message": "not found" }] });
            return response(404, "application/json", &body.to_string());
        };
        *self.used.entry(index).or_default() += 1;
        let status = route.get("status").and_then(Value::as_u64).unwrap_or(200);
        let headers = route.get("headers").cloned().unwrap_or_default();
        let content_type = match (text(&headers, "content-type"), route.get("body")) {
            (given, _) if !given.is_empty() => given,
            (_, Some(_)) => "application/json".to_owned(),
            (_, None) => "text/plain".to_owned(),
        };
        let more: String = ["retry-after", "cf-ray"]
            .iter()
            .map(|name| (name, text(&headers, name)))
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| format!("\r\n{name}: {value}"))
            .collect();
        let body = route.get("body").map(Value::to_string);
        let body = body.unwrap_or_else(|| text(route, "text"));
        response(status, &format!("{content_type}{more}"), &body)
    }
}

fn response(status: u64, content_type: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 {status} -\r\ncontent-type: {content_type}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}").into_bytes()
}

/// The version is in the paths of some recordings and not of others.
pub(crate) fn versionless(path: &str) -> &str {
    path.strip_prefix("/v1").unwrap_or(path)
}

async fn receive(stream: &mut TcpStream) -> Option<Value> {
    let mut bytes = Vec::new();
    let (head, begin) = loop {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break (
                String::from_utf8_lossy(bytes.get(..end)?).into_owned(),
                end + 4,
            );
        }
    };
    let length = head
        .lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .and_then(|(_, value)| value.trim().parse::<usize>().ok())
        .unwrap_or(0);
    while bytes.len() < begin + length {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
    let mut words = head.split(' ');
    let (method, target) = (words.next()?, words.next()?);
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let path = versionless(path);
    let body: Value = serde_json::from_slice(bytes.get(begin..)?).unwrap_or_default();
    let header = |wanted: &str| {
        head.lines()
            .filter_map(|line| line.split_once(": "))
            .find(|(name, _)| name.eq_ignore_ascii_case(wanted))
            .map(|(_, value)| value.to_owned())
    };
    Some(json!({
        "method": method, "path": path, "body": body, "query": query, "authorization": header("authorization"),
        "clerk-api-version": header("clerk-api-version"), "user-agent": header("user-agent"),
    }))
}
