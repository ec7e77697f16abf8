//! A server to put load on: `serve bare` or `serve clerk`. It prints its address, and the tokens of a hundred users.

use axum::Router;
use axum::routing::get;
use clerk_benchmarks::{instance, session_token_of};
use clerk_middleware::{ClerkLayer, RequireAuth};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() {
    let router = match std::env::args().nth(1).as_deref() {
        Some("clerk") => Router::new()
            .route("/me", get(async |auth: RequireAuth| auth.user_id.clone()))
            .layer(ClerkLayer::new(instance(4096))),
        _ => Router::new().route("/me", get(async || "user_2abcdefghijklmnopqrstuvwxyz1")),
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    println!("{}", listener.local_addr().unwrap());
    for number in 0..100 {
        println!("{}", session_token_of(&format!("user_{number:027}")));
    }
    axum::serve(listener, router).await.unwrap();
}
