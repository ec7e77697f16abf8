//! Listens on `localhost`, which means two addresses.

use std::io::{Error, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use axum::Router;
use tokio::net::TcpListener;
use tokio::task::AbortHandle;

/// A port on both addresses.
pub(crate) struct Listening {
    pub(crate) port: u16,
    listeners: Vec<TcpListener>,
}

impl Listening {
    /// Serves on both addresses.
    pub(crate) fn serve(self, router: &Router) -> Vec<AbortHandle> {
        let serve = |listener| {
            let router = router.clone();
            // It returns an error only if accepting connections fails.
            tokio::spawn(async move { axum::serve(listener, router).await }).abort_handle()
        };
        self.listeners.into_iter().map(serve).collect()
    }
}

/// Listens on the given port (0 means any free one), or else on the default port or any free one.
pub(crate) async fn on_localhost(wanted: Option<u16>, usual: u16) -> Result<Listening, String> {
    let is_taken = |error: &Error| error.kind() == ErrorKind::AddrInUse;
    let listening = match wanted {
        Some(0) => any().await,
        Some(port) => listen(port).await,
        None => match listen(usual).await {
            Err(error) if is_taken(&error) => any().await,
            listening => listening,
        },
    };
    listening.map_err(|error| match wanted {
        Some(port) if is_taken(&error) => {
            format!("port {port} is taken: name another with --port, or none for any free one")
        }
        _ => format!("cannot listen on localhost: {error}"),
    })
}

/// A port that is free at one address may be taken at the other.
async fn any() -> Result<Listening, Error> {
    for _ in 0..16 {
        match listen(0).await {
            Err(error) if error.kind() == ErrorKind::AddrInUse => {}
            other => return other,
        }
    }
    listen(0).await
}

/// A browser tries either address of `localhost`, so no other program may have the port at the second address, unless this
/// machine has no second address.
async fn listen(port: u16) -> Result<Listening, Error> {
    let first = TcpListener::bind((IpAddr::V4(Ipv4Addr::LOCALHOST), port)).await?;
    let port = first.local_addr()?.port();
    let mut listeners = vec![first];
    match TcpListener::bind((IpAddr::V6(Ipv6Addr::LOCALHOST), port)).await {
        Ok(second) => listeners.push(second),
        Err(error) if error.kind() == ErrorKind::AddrInUse => return Err(error),
        Err(_) => {}
    }
    Ok(Listening { port, listeners })
}
