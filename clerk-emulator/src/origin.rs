//! Who made the request that is being answered, for the events that it causes.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, Request};
use axum::http::header;
use axum::middleware::Next;
use axum::response::Response;

use crate::line::Peer;

/// What webhooks tell about a request; empty where the library itself changed something.
#[derive(Clone, Debug, Default)]
pub(crate) struct Origin {
    pub(crate) client_ip: String,
    pub(crate) user_agent: String,
}

tokio::task_local! {
    static ORIGIN: Origin;
}

impl Origin {
    /// Of the request that this task answers.
    pub(crate) fn current() -> Self {
        ORIGIN.try_with(Clone::clone).unwrap_or_default()
    }

    fn of(request: &Request) -> Self {
        let address: Option<SocketAddr> = request
            .extensions()
            .get::<ConnectInfo<Peer>>()
            .map(|ConnectInfo(peer)| peer.address);
        let user_agent = request.headers().get(header::USER_AGENT);
        Self {
            client_ip: address
                .map(|address| address.ip().to_string())
                .unwrap_or_default(),
            user_agent: user_agent
                .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
                .unwrap_or_default(),
        }
    }
}

/// A layer that lets whatever answers the request know who made it.
pub(crate) async fn remember(request: Request, next: Next) -> Response {
    let origin = Origin::of(&request);
    ORIGIN.scope(origin, next.run(request)).await
}
