//! A Frontend API, a proxy for it, and a server with that proxy.

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use clerk_middleware::{FrontendApiProxy, FrontendApiProxyOptions};
use clerk_sdk::clerk_api::reqwest;
use clerk_sdk::{Clerk, ClerkOptions, Environment};
use http::Response;
use http_body_util::BodyExt as _;
use tokio::net::TcpListener;

pub(crate) const SECRET: &str = "sk_live_secret";

/// Serves on loopback and returns the address.
pub(crate) async fn serve(router: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

/// A Frontend API that responds to each request with this function.
pub(crate) async fn upstream<F, R>(received: F) -> String
where
    F: Fn(Request) -> R + Clone + Send + Sync + 'static,
    R: Future<Output = Response<Body>> + Send + 'static,
{
    serve(Router::new().fallback(received)).await
}

/// A Frontend API that responds with the request's head as text and its body.
pub(crate) async fn echo() -> String {
    upstream(|request: Request| async move {
        let (parts, body) = request.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let mut text = format!("{} {}\n", parts.method, parts.uri);
        for (name, value) in &parts.headers {
            text.push_str(&format!("{name}: {}\n", value.to_str().unwrap()));
        }
        text.push_str(&format!("\n{}", String::from_utf8_lossy(&body)));
        Response::new(text.into())
    })
    .await
}

pub(crate) fn client_options() -> ClerkOptions {
    ClerkOptions::new()
        .secret_key(SECRET)
        .publishable_key("pk_live_Y2xlcmsuZXhhbXBsZS5jb20k")
}

pub(crate) fn clerk() -> Clerk {
    Clerk::with_environment(client_options(), Environment::empty()).unwrap()
}

pub(crate) fn proxy_with(fapi_url: &str, options: FrontendApiProxyOptions) -> FrontendApiProxy {
    let options = options.fapi_url(fapi_url);
    FrontendApiProxy::with_variables(&clerk(), options, |_| None).unwrap()
}

pub(crate) fn proxy(fapi_url: &str) -> FrontendApiProxy {
    proxy_with(fapi_url, FrontendApiProxyOptions::new())
}

/// A server that has only the proxy.
pub(crate) async fn application(proxy: FrontendApiProxy) -> String {
    serve(Router::new().fallback_service(proxy)).await
}

/// A client that follows no redirects, like a browser's fetch with `redirect: "manual"`.
pub(crate) fn browser() -> reqwest::Client {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap()
}
