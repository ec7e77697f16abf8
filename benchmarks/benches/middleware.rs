//! A request through axum: with no middleware, with clerk-middleware, with clerk-rs.

use axum::body::Body;
use axum::routing::get;
use axum::{Extension, Router};
use clerk_benchmarks::{instance, session_token};
use clerk_middleware::{ClerkLayer, RequireAuth};
use clerk_rs::validators::authorizer::{ClerkError, ClerkJwt};
use clerk_rs::validators::jwks::{JwksKey, JwksProvider};
use criterion::{Criterion, criterion_group, criterion_main};
use http::Request;
use tower::ServiceExt as _;

/// The key, at hand: clerk-rs asks for it on each request, as it does with keys that it has fetched.
struct AtHand(JwksKey);

#[async_trait::async_trait]
impl JwksProvider for AtHand {
    type Error = ClerkError;

    async fn get_key(&self, _kid: &str) -> Result<JwksKey, ClerkError> {
        Ok(self.0.clone())
    }
}

fn rival() -> Router {
    let key = AtHand(JwksKey {
        use_key: "sig".to_owned(),
        kty: "RSA".to_owned(),
        kid: "ins_2abcdefghijklmnopqrstuvwxyz1".to_owned(),
        alg: "RS256".to_owned(),
        n: include_str!("../../clerk-sdk/tests/keys/main.modulus.txt")
            .trim()
            .to_owned(),
        e: "AQAB".to_owned(),
    });
    let me = async |Extension(jwt): Extension<ClerkJwt>| jwt.sub;
    Router::new()
        .route("/me", get(me))
        .layer(clerk_rs::validators::axum::ClerkLayer::new(key, None, true))
}

fn ours(remembered: usize) -> Router {
    let me = async |auth: RequireAuth| auth.user_id.clone();
    Router::new()
        .route("/me", get(me))
        .layer(ClerkLayer::new(instance(remembered)))
}

fn middleware(criterion: &mut Criterion) {
    let token = session_token();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let none = Router::new().route(
        "/me",
        get(async || "user_2abcdefghijklmnopqrstuvwxyz1".to_owned()),
    );
    let bearer = [("authorization", format!("Bearer {token}"))];
    let cookie = [(
        "cookie",
        format!("__client_uat=1700000000; __session={token}"),
    )];
    let mut group = criterion.benchmark_group("middleware");
    group.sample_size(200);
    for (name, router, headers) in [
        ("none", none, &bearer),
        (
            "clerk-middleware, bearer, not seen before",
            ours(0),
            &bearer,
        ),
        ("clerk-middleware, bearer, seen before", ours(4096), &bearer),
        ("clerk-rs, bearer", rival(), &bearer),
        (
            "clerk-middleware, cookie, not seen before",
            ours(0),
            &cookie,
        ),
        ("clerk-middleware, cookie, seen before", ours(4096), &cookie),
        ("clerk-rs, cookie", rival(), &cookie),
    ] {
        let request = || {
            let mut request = Request::get("/me")
                .header("host", "app.example.com")
                .header("accept", "application/json")
                .header("user-agent", "benchmark")
                .header("x-forwarded-proto", "https");
            for (name, value) in headers {
                request = request.header(*name, value);
            }
            request.body(Body::empty()).unwrap()
        };
        let answer = runtime.block_on(router.clone().oneshot(request())).unwrap();
        assert_eq!(answer.status(), 200, "{name}");
        group.bench_function(name, |bencher| {
            bencher
                .to_async(&runtime)
                .iter(|| async { router.clone().oneshot(request()).await.unwrap() });
        });
    }
    group.finish();
}

criterion_group!(benches, middleware);
criterion_main!(benches);
