//! The Frontend API proxy as a layer of axum.

use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::Body;
use axum::extract::{ConnectInfo, OriginalUri, Request};
use axum::response::Response;
use tower_layer::Layer;
use tower_service::Service;

#[cfg(doc)]
use crate::fapi_proxy::FrontendApiProxyOptions;
use crate::fapi_proxy::{FrontendApiProxy, PeerAddr};

/// Add it outside [`ClerkLayer`](crate::ClerkLayer), so that the proxy handles its requests before anything is
/// authenticated. In axum the layer that is added last is the outermost.
impl<S> Layer<S> for FrontendApiProxy {
    type Service = ProxiedService<S>;

    fn layer(&self, inner: S) -> ProxiedService<S> {
        ProxiedService {
            inner,
            proxy: self.clone(),
        }
    }
}

/// A service wrapped by [`FrontendApiProxy`]: requests beneath the proxy's path go to Clerk, all others to the inner
/// service.
///
/// The visitor's address is that of the connection if the server is created with
/// `into_make_service_with_connect_info::<SocketAddr>()`. Otherwise it is known only if
/// [`visitor_address`](FrontendApiProxyOptions::visitor_address) names a header.
///
/// ```
/// use axum::Router;
/// use clerk_middleware::{AuthenticateOptions, Authenticator, ClerkLayer, FrontendApiProxy, FrontendApiProxyOptions};
/// # fn run(clerk: clerk_sdk::Clerk) -> Result<Router, clerk_middleware::ConfigError> {
/// let proxy = FrontendApiProxy::new(&clerk, FrontendApiProxyOptions::new())?;
/// let options = AuthenticateOptions::new().proxy_path(proxy.path());
/// let app = Router::new()
///     .layer(ClerkLayer::new(Authenticator::new(clerk).options(options).validate()?))
///     .layer(proxy);
/// # Ok(app)
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct ProxiedService<S> {
    inner: S,
    proxy: FrontendApiProxy,
}

impl<S> Service<Request> for ProxiedService<S>
where
    S: Service<Request, Response = Response, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request) -> Self::Future {
        let original = request.extensions().get::<OriginalUri>();
        let uri = original.map_or(request.uri(), |OriginalUri(uri)| uri);
        if !self.proxy.matches(uri.path()) {
            return Box::pin(self.inner.call(request));
        }
        *request.uri_mut() = uri.clone();
        let connection = request.extensions().get::<ConnectInfo<SocketAddr>>();
        if let Some(peer) = connection.map(|ConnectInfo(address)| PeerAddr(address.ip())) {
            request.extensions_mut().insert(peer);
        }
        let response = Service::call(&mut self.proxy, request);
        Box::pin(async move { Ok(response.await?.map(Body::new)) })
    }
}
