//! gRPC with tower: services know the caller, and rejections have gRPC statuses.
#![cfg(feature = "tower")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "engine/backend.rs"]
#[allow(dead_code)]
mod backend;

use std::net::SocketAddr;

use clerk_middleware::{Authenticator, ClerkLayer, RequestAuth, require, require_auth};
use clerk_sdk::Clerk;
use clerk_sdk::auth::Role;
use serde_json::json;
use tokio::net::TcpListener;
use tonic::codegen::BoxStream;
use tonic::codegen::tokio_stream::Stream;
use tonic::transport::server::TcpIncoming;
use tonic::transport::{Channel, Endpoint, Server};
use tonic::{Code, Request, Response, Status};
use tonic_health::pb::health_client::HealthClient;
use tonic_health::pb::health_server::{Health, HealthServer};
use tonic_health::pb::{HealthCheckRequest, HealthCheckResponse};

/// A service that knows one user.
struct Acquaintance;

const USER: &str = "user_1";

#[tonic::async_trait]
impl Health for Acquaintance {
    type WatchStream = BoxStream<HealthCheckResponse>;

    async fn check(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<HealthCheckResponse>, Status> {
        let authenticated: &RequestAuth = request.extensions().get().unwrap();
        let is_known = authenticated.session().user_id.as_deref() == Some(USER);
        let status = i32::from(is_known);
        Ok(Response::new(HealthCheckResponse { status }))
    }

    async fn watch(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<Self::WatchStream>, Status> {
        let received = self.check(request).await?.into_inner();
        let stream: BoxStream<_> = Box::pin(Once(Some(Ok(received))));
        Ok(Response::new(stream))
    }
}

struct Once<T>(Option<T>);

impl<T: Unpin> Stream for Once<T> {
    type Item = T;

    fn poll_next(
        mut self: std::pin::Pin<&mut Self>,
        _context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<T>> {
        std::task::Poll::Ready(self.0.take())
    }
}

/// Returns the address of a server that this builder creates.
macro_rules! serve {
    ($server:expr) => {{
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = $server.add_service(HealthServer::new(Acquaintance));
        tokio::spawn(server.serve_with_incoming(TcpIncoming::from(listener)));
        address
    }};
}

fn clerk() -> Clerk {
    backend::clerk(backend::options())
}

async fn client(address: SocketAddr) -> HealthClient<Channel> {
    let endpoint = Endpoint::try_from(format!("http://{address}")).unwrap();
    HealthClient::new(endpoint.connect().await.unwrap())
}

fn call(token: Option<&str>) -> Request<HealthCheckRequest> {
    let mut request = Request::new(HealthCheckRequest::default());
    if let Some(token) = token {
        let value = format!("Bearer {token}").parse().unwrap();
        request.metadata_mut().insert("authorization", value);
    }
    request
}

/// Returns whether the service knows the caller.
async fn is_known(address: SocketAddr, token: Option<&str>) -> Result<bool, Status> {
    let received = client(address).await.check(call(token)).await?;
    Ok(received.into_inner().status == 1)
}

fn admin() -> String {
    backend::token(&json!({ "org_id": "org_1", "org_role": "org:admin" }))
}

#[tokio::test]
async fn services_know_who_calls() {
    let address = serve!(Server::builder().layer(ClerkLayer::new(clerk()).grpc()));
    let token = backend::token(&json!({}));
    assert!(is_known(address, Some(&token)).await.unwrap());
    assert!(!is_known(address, Some("x.y.z")).await.unwrap());
    assert!(!is_known(address, None).await.unwrap());

    let mut watched = client(address)
        .await
        .watch(call(Some(&token)))
        .await
        .unwrap();
    let message = watched.get_mut().message().await.unwrap().unwrap();
    assert_eq!(message.status, 1);
}

#[tokio::test]
async fn calls_that_are_rejected_have_a_status_of_grpc() {
    // The layer that is added first is the outermost.
    let mut server = Server::builder()
        .layer(ClerkLayer::new(clerk()).grpc())
        .layer(require(Role("org:admin")));
    let address = serve!(server);
    assert!(is_known(address, Some(&admin())).await.unwrap());

    let rejected = is_known(address, None).await.unwrap_err();
    assert_eq!(rejected.code(), Code::Unauthenticated, "{rejected:?}");
    assert_eq!(rejected.message(), r#"{"error":"Unauthenticated"}"#);
    let reason = rejected.metadata().get("x-clerk-auth-reason").unwrap();
    assert_eq!(reason, "session-token-and-uat-missing");

    let token = backend::token(&json!({}));
    let member = is_known(address, Some(&token)).await.unwrap_err();
    assert_eq!(member.code(), Code::PermissionDenied, "{member:?}");
    assert!(
        member.message().contains(r#""role":"org:admin""#),
        "{member:?}"
    );

    let watched = client(address).await.watch(call(None)).await;
    assert_eq!(watched.unwrap_err().code(), Code::Unauthenticated);
}

#[tokio::test]
async fn a_layer_that_requires_somebody_answers_in_grpc_what_on_error_says() {
    let authenticator = Authenticator::new(clerk()).reject_signed_out();
    let polite =
        authenticator.on_error(|_, rejection| rejection.set_body("bitte anmelden, 100 % schön"));
    let address = serve!(Server::builder().layer(ClerkLayer::new(polite).grpc()));
    let token = backend::token(&json!({}));
    assert!(is_known(address, Some(&token)).await.unwrap());
    let rejected = is_known(address, None).await.unwrap_err();
    assert_eq!(rejected.code(), Code::Unauthenticated);
    assert_eq!(rejected.message(), "bitte anmelden, 100 % schön");
}

#[tokio::test]
async fn without_the_layer_no_service_runs() {
    let address = serve!(Server::builder().layer(require_auth()));
    let token = backend::token(&json!({}));
    let rejected = is_known(address, Some(&token)).await.unwrap_err();
    assert_eq!(rejected.code(), Code::Internal);
}

/// Returns the HTTP status of a call, and whether the response has a gRPC status.
async fn http_status(address: SocketAddr, content_type: &str) -> (u16, bool) {
    let client = reqwest::Client::builder()
        .http2_prior_knowledge()
        .build()
        .unwrap();
    let call = client
        .post(format!("http://{address}/grpc.health.v1.Health/Check"))
        .header("content-type", content_type);
    let received = call.send().await.unwrap();
    let has_status = received.headers().contains_key("grpc-status");
    (received.status().as_u16(), has_status)
}

#[tokio::test]
async fn a_content_type_alone_makes_no_rejection_a_200() {
    let strict = || Authenticator::new(clerk()).reject_signed_out();
    let by_layer = serve!(Server::builder().layer(ClerkLayer::new(strict())));
    let mut server = Server::builder()
        .layer(ClerkLayer::new(clerk()))
        .layer(require_auth());
    let by_guard = serve!(server);
    for address in [by_layer, by_guard] {
        for content_type in ["application/grpc", "application/grpc+proto"] {
            let rejected = http_status(address, content_type).await;
            assert_eq!(rejected, (401, false), "{content_type}");
        }
        // gRPC clients fail all the same, without knowing why.
        assert!(is_known(address, None).await.is_err());
    }
}

#[tokio::test]
async fn a_grpc_layer_rejects_other_requests_in_http() {
    let strict = Authenticator::new(clerk()).reject_signed_out();
    let by_layer = serve!(Server::builder().layer(ClerkLayer::new(strict).grpc()));
    let mut server = Server::builder()
        .layer(ClerkLayer::new(clerk()).grpc())
        .layer(require_auth());
    let by_guard = serve!(server);
    for address in [by_layer, by_guard] {
        let call = http_status(address, "application/grpc;charset=utf-8").await;
        assert_eq!(call, (200, true));
        for content_type in [
            "application/grpc-web",
            "application/grpcx",
            "application/json",
        ] {
            let other = http_status(address, content_type).await;
            assert_eq!(other, (401, false), "{content_type}");
        }
    }
}

#[tokio::test]
async fn guards_follow_the_innermost_layer() {
    let mut server = Server::builder()
        .layer(ClerkLayer::new(clerk()).grpc())
        .layer(ClerkLayer::new(clerk()))
        .layer(require_auth());
    let address = serve!(server);
    assert_eq!(http_status(address, "application/grpc").await, (401, false));
}
