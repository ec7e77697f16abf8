//! Who sent the request that this task handles: webhooks say so.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, Request};
use axum::http::header;
use axum::middleware::Next;
use axum::response::Response;

use super::connection::Peer;

/// The sender of a request, as webhooks tell it; empty when the library itself changed something.
#[derive(Clone, Debug, Default)]
pub(crate) struct ClientInfo {
    pub(crate) client_ip: String,
    pub(crate) user_agent: String,
}

tokio::task_local! {
    static CLIENT_INFO: ClientInfo;
}

impl ClientInfo {
    /// Returns the sender of the request that this task handles.
    pub(crate) fn current() -> Self {
        CLIENT_INFO.try_with(Clone::clone).unwrap_or_default()
    }

    fn from_request(request: &Request) -> Self {
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

/// Sets [`ClientInfo::current`] for the handlers of a request.
pub(crate) async fn set_client_info(request: Request, next: Next) -> Response {
    let client = ClientInfo::from_request(&request);
    CLIENT_INFO.scope(client, next.run(request)).await
}
