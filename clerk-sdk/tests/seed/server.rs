//! Backend APIs on loopback.

use serde_json::{Value, json as value};

pub(crate) use test_support::server::{Recorded, Reply, Server, answer, empty, json, nowhere};

pub(crate) fn html(status: u16, body: &str) -> Reply {
    answer(status, "text/html; charset=utf-8", body)
}

/// An empty list, as the endpoint returns it.
pub(crate) fn nothing(request: &Recorded) -> Reply {
    let list = match request.line().contains("/m2m_tokens") {
        true => value!({ "m2m_tokens": [], "total_count": 0 }),
        false => Value::Array(Vec::new()),
    };
    json(200, list)
}

/// Responds to every request with an empty list.
pub(crate) async fn of_nothing() -> Server {
    Server::handling(nothing).await
}
