//! The proxy as a tower service.

use std::convert::Infallible;
use std::future::Future;
use std::net::IpAddr;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use clerk_sdk::clerk_api::reqwest;
use http::{Request, Response};
use http_body::Body;
use http_body_util::BodyExt as _;
use tower_service::Service;

use super::{FrontendApiProxy, ProxyBody};

/// The address of the other end of the connection, as an extension of the request. [`FrontendApiProxy`] sends it to Clerk as
/// the visitor's address unless
/// [`FrontendApiProxyOptions::visitor_address`](crate::FrontendApiProxyOptions::visitor_address) says otherwise.
///
/// ```
/// use std::net::IpAddr;
///
/// use clerk_middleware::PeerAddr;
///
/// let mut request = http::Request::get("/__clerk/v1/client").body(())?;
/// request.extensions_mut().insert(PeerAddr(IpAddr::from([203, 0, 113, 7])));
/// # Ok::<(), http::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PeerAddr(pub IpAddr);

impl<B> Service<Request<B>> for FrontendApiProxy
where
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    type Response = Response<ProxyBody>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let proxy = self.clone();
        let (parts, body) = request.into_parts();
        let peer = parts.extensions.get::<PeerAddr>().map(|peer| peer.0);
        let body = if body.is_end_stream() {
            reqwest::Body::default()
        } else {
            reqwest::Body::wrap_stream(body.into_data_stream())
        };
        Box::pin(async move { Ok(proxy.handle(&parts, body, peer).await) })
    }
}
