//! gRPC with Clerk: a tonic service that only signed-in users can call.
//!
//! ```text
//! cargo run -p clerk-middleware --example tonic            # serves; needs CLERK_SECRET_KEY and so on
//! cargo run -p clerk-middleware --example tonic -- TOKEN   # calls it with a session token
//! ```
//!
//! The service is tonic's health check, because its code is already generated; yours comes from a `.proto` file.

use clerk_middleware::{Authenticator, ClerkLayer, RequestAuth, require_auth};
use clerk_sdk::Clerk;
use tonic::codegen::BoxStream;
use tonic::transport::{Endpoint, Server};
use tonic::{Request, Response, Status};
use tonic_health::ServingStatus;
use tonic_health::pb::health_client::HealthClient;
use tonic_health::pb::health_server::{Health, HealthServer};
use tonic_health::pb::{HealthCheckRequest, HealthCheckResponse};

struct Service;

#[tonic::async_trait]
impl Health for Service {
    type WatchStream = BoxStream<HealthCheckResponse>;

    async fn check(
        &self,
        request: Request<HealthCheckRequest>,
    ) -> Result<Response<HealthCheckResponse>, Status> {
        // The layer put it there. Behind the guard, a user is signed in.
        let authenticated = request.extensions().get::<RequestAuth>();
        let user_id = authenticated.and_then(|caller| caller.session().user_id.as_deref());
        println!("{} calls", user_id.unwrap_or("a stranger"));
        let status = ServingStatus::Serving as i32;
        Ok(Response::new(HealthCheckResponse { status }))
    }

    async fn watch(
        &self,
        _request: Request<HealthCheckRequest>,
    ) -> Result<Response<Self::WatchStream>, Status> {
        Err(Status::unimplemented("ask again"))
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    if let Some(token) = std::env::args().nth(1) {
        return call(&token).await;
    }
    let clerk = Authenticator::new(Clerk::from_env()?).validate()?;
    println!("listening on 127.0.0.1:50051");
    Server::builder()
        .layer(ClerkLayer::new(clerk).grpc()) // in tonic, the layer that is added first is the outermost
        .layer(require_auth())
        .add_service(HealthServer::new(Service))
        .serve("127.0.0.1:50051".parse()?)
        .await?;
    Ok(())
}

async fn call(token: &str) -> Result<(), Box<dyn std::error::Error>> {
    let channel = Endpoint::from_static("http://127.0.0.1:50051")
        .connect()
        .await?;
    let mut request = Request::new(HealthCheckRequest::default());
    let bearer = format!("Bearer {token}").parse()?;
    request.metadata_mut().insert("authorization", bearer);
    match HealthClient::new(channel).check(request).await {
        Ok(received) => println!("{:?}", received.into_inner().status()),
        Err(rejected) => println!("{:?}: {}", rejected.code(), rejected.message()),
    }
    Ok(())
}
