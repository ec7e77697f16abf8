//! A Backend API on loopback that answers what a case says and writes down what it was asked.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::{Failure, text};

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
    pub(crate) async fn start(routes: &Value) -> Result<Self, Failure> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let shared = Arc::new(Mutex::new(Shared {
            routes: Routes::new(routes),
            calls: Vec::new(),
        }));
        let written = Arc::clone(&shared);
        let serving = tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                // One after the other is enough: each connection carries one request.
                if let Some(call) = receive(&mut stream).await {
                    let answer = {
                        let mut shared = lock(&written);
                        let answer = shared.routes.answer(&call);
                        shared.calls.push(call);
                        answer
                    };
                    let _ = stream.write_all(&answer).await;
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

    /// What it was asked: method, path, query, key and body.
    pub(crate) fn calls(&self) -> Value {
        let mut calls = lock(&self.shared).calls.clone();
        for call in calls.iter_mut().filter_map(Value::as_object_mut) {
            call.remove("headers");
        }
        Value::Array(once(calls))
    }

    /// What it was asked, each time: method, path, query and all headers.
    pub(crate) fn calls_with_headers(&self) -> Vec<Value> {
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

/// What was recorded of calls, in the form of [`MockApi::calls`].
pub(crate) fn recorded_calls(recorded: &Value) -> Value {
    let calls = recorded.get("apiCalls").and_then(Value::as_array);
    let calls = calls
        .into_iter()
        .flatten()
        .map(|call| {
            json!({
                "method": call["method"],
                "path": versionless(&text(call, "path")),
                "query": call["query"],
                "authorization": call["headers"]["authorization"],
                "body": call["body"],
            })
        })
        .collect();
    Value::Array(once(calls))
}

/// How often one request is sent until it succeeds is the affair of the API client.
fn once(mut calls: Vec<Value>) -> Vec<Value> {
    calls.dedup();
    calls
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
            return response(404, Some("application/json"), &[], &body.to_string());
        };
        *self.used.entry(index).or_default() += 1;
        let status = route.get("status").and_then(Value::as_u64).unwrap_or(200);
        let given = route["headers"]["content-type"].as_str();
        let others = headers(route);
        match (route.get("body"), route.get("text")) {
            (Some(body), _) => {
                let kind = given.unwrap_or("application/json");
                response(status, Some(kind), &others, &body.to_string())
            }
            (None, Some(_)) => {
                let kind = given.unwrap_or("text/plain");
                response(status, Some(kind), &others, &text(route, "text"))
            }
            (None, None) => response(status, given, &others, ""),
        }
    }
}

/// The headers of a route, save the kind of its content.
fn headers(route: &Value) -> Vec<(&str, &str)> {
    let given = route["headers"].as_object().into_iter().flatten();
    given
        .filter(|(name, _)| *name != "content-type")
        .flat_map(|(name, value)| {
            let list = value
                .as_array()
                .map_or(std::slice::from_ref(value), Vec::as_slice);
            list.iter()
                .filter_map(move |one| Some((name.as_str(), one.as_str()?)))
        })
        .collect()
}

fn response(status: u64, kind: Option<&str>, headers: &[(&str, &str)], body: &str) -> Vec<u8> {
    let body = if status == 204 { "" } else { body };
    let length = body.len();
    let mut head =
        format!("HTTP/1.1 {status} -\r\ncontent-length: {length}\r\nconnection: close\r\n");
    for (name, value) in kind
        .map(|kind| ("content-type", kind))
        .iter()
        .chain(headers)
    {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    format!("{head}\r\n{body}").into_bytes()
}

/// The version is in the paths of some recordings and not of others.
fn versionless(path: &str) -> &str {
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
    let header = |wanted: &str| {
        head.lines()
            .filter_map(|line| line.split_once(':'))
            .find(|(name, _)| name.eq_ignore_ascii_case(wanted))
            .map(|(_, value)| value.trim().to_owned())
    };
    let length = header("content-length")
        .and_then(|value| value.parse::<usize>().ok())
        .unwrap_or(0);
    while bytes.len() < begin + length {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
    let headers: Vec<(String, String)> = head
        .lines()
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let mut words = head.split(' ');
    let (method, target) = (words.next()?, words.next()?);
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let query: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect();
    let body: Value = serde_json::from_slice(bytes.get(begin..)?).unwrap_or_default();
    Some(json!({
        "method": method,
        "path": versionless(path),
        "query": query,
        "authorization": header("authorization"),
        "headers": headers.into_iter().collect::<HashMap<_, _>>(),
        "body": body,
    }))
}
