//! The headers that are added to responses, and the URLs of HTTP/2 requests.

use std::sync::Arc;

use clerk_middleware::{AuthenticateOptions, Authenticator, public_url};
use serde_json::json;

use crate::backend::{DEVELOPMENT, clerk, sign, token};
use crate::connection::{Received, Sent};
use crate::credentials::{expired, production};
use crate::rows::UNAUTHENTICATED;
use crate::servers::{CACHED, Entered, Framework};

pub(crate) async fn a_content_type_of_grpc_passes_no_strict_layer<F: Framework>() {
    let entered = Entered::default();
    let strict = Authenticator::new(clerk(production())).reject_signed_out();
    let address = F::serve(strict, entered.clone()).await;
    for content_type in [
        "application/grpc",
        "application/grpc+proto",
        "application/grpc-web",
    ] {
        let sent = Sent::new("GET /").header("content-type", content_type);
        let received = sent.to(address).await;
        assert_eq!(received.status, 401, "{}: {received:?}", F::NAME);
        assert_eq!(received.body, UNAUTHENTICATED, "{}", F::NAME);
        let page = sent.page().header("cookie", "__client_uat=5");
        let received = page.to(address).await;
        assert_eq!(received.status, 307, "{}: {received:?}", F::NAME);
    }
    assert_eq!(entered.take(), [""; 0], "{}", F::NAME);
}

/// The configuration from the README for proxies that ask whether a request may pass.
pub(crate) async fn a_gatekeeper_tells_by_its_status_alone<F: Framework>() {
    let gatekeeper = Authenticator::new(clerk(production()))
        .options(AuthenticateOptions::new().handshake(false).refresh(false))
        .reject_signed_out();
    let address = F::serve(gatekeeper, Entered::default()).await;
    let get = || Sent::new("GET /");
    let expired = format!("__session={}; __client_uat=5", expired());
    for (name, status, sent) in [
        ("signed in", 200, get().bearer(&token(&json!({})))),
        ("signed out", 401, get()),
        ("page", 401, get().page()),
        (
            "handshake due",
            401,
            get().page().header("cookie", "__client_uat=5"),
        ),
        ("expired", 401, get().page().header("cookie", expired)),
        (
            "gRPC",
            401,
            get().header("content-type", "application/grpc"),
        ),
        (
            "upper case",
            401,
            get().header("content-type", "Application/GRPC"),
        ),
        (
            "two content types",
            401,
            get()
                .header("content-type", "text/plain")
                .header("content-type", "application/grpc"),
        ),
        (
            "forwarded",
            401,
            get()
                .page()
                .header("cookie", "__client_uat=5")
                .header("x-forwarded-uri", "/page")
                .header("x-forwarded-method", "POST"),
        ),
    ] {
        let received = sent.to(address).await;
        assert_eq!(received.status, status, "{}, {name}: {received:?}", F::NAME);
        assert_eq!(received.header("location"), None, "{}, {name}", F::NAME);
    }
}

/// Returns the `Vary` header of a response, in lower case and in order.
fn vary(received: &Received) -> Vec<String> {
    let lists = received.all("vary").flat_map(|list| list.split(','));
    let mut names: Vec<String> = lists.map(|name| name.trim().to_lowercase()).collect();
    names.sort();
    names
}

pub(crate) async fn every_response_varies_by_cookie_and_authorization<F: Framework>() {
    let lax = F::serve(clerk(production()).into(), Entered::default()).await;
    let strict = Authenticator::new(clerk(production())).reject_signed_out();
    let strict = F::serve(strict, Entered::default()).await;
    let handshake =
        sign(&json!({ "handshake": [format!("__session={}; Path=/", token(&json!({})))] }));
    let get = |target: &str| Sent::new(&format!("GET {target}"));
    let bearer = |target: &str| get(target).bearer(&token(&json!({})));
    for (address, status, sent) in [
        (lax, 200, get("/")),
        (lax, 200, bearer("/")),
        (lax, 200, bearer("/me")),
        (
            lax,
            200,
            get(&format!("/?__clerk_handshake={handshake}")).page(),
        ),
        (lax, 401, get("/me")),
        (lax, 401, get("/admin")),
        (lax, 401, get("/key")),
        (lax, 403, bearer("/admin")),
        (lax, 403, bearer("/check")),
        (lax, 404, get("/nothing")),
        (lax, 307, get("/").page().header("cookie", "__client_uat=5")),
        (strict, 401, get("/")),
    ] {
        let received = sent.to(address).await;
        let at = format!("{}: {} {received:?}", F::NAME, sent.target);
        assert_eq!(received.status, status, "{at}");
        assert_eq!(vary(&received), ["authorization", "cookie"], "{at}");
    }
    // The application has already set one of them.
    let received = get("/cached").to(lax).await;
    assert_eq!(
        vary(&received),
        ["accept-encoding", "authorization", "cookie"],
        "{}: {received:?}",
        F::NAME
    );
    for (name, value) in CACHED.into_iter().filter(|(name, _)| *name != "vary") {
        assert_eq!(received.header(name), Some(value), "{}", F::NAME);
    }
}

/// Returns the page `/cached` at the end of a handshake, which sets cookies.
async fn cached_after_a_handshake<F: Framework>() -> Received {
    let address = F::serve(clerk(production()).into(), Entered::default()).await;
    let cookie = format!("__session={}; Path=/", token(&json!({})));
    let handshake = sign(&json!({ "handshake": [cookie] }));
    let back = Sent::new(&format!("GET /cached?__clerk_handshake={handshake}"));
    let received = back.page().to(address).await;
    assert_eq!(received.status, 200, "{}: {received:?}", F::NAME);
    assert_eq!(
        received.all("set-cookie").count(),
        1,
        "{}: {received:?}",
        F::NAME
    );
    received
}

pub(crate) async fn nothing_lets_a_cdn_store_a_visitors_cookies<F: Framework>() {
    let received = cached_after_a_handshake::<F>().await;
    let control: Vec<&str> = received.all("cache-control").collect();
    assert_eq!(control, ["no-store"], "{}: {received:?}", F::NAME);
    for name in [
        "cdn-cache-control",
        "cloudflare-cdn-cache-control",
        "expires",
        "surrogate-control",
    ] {
        assert_eq!(
            received.header(name),
            None,
            "{}, {name}: {received:?}",
            F::NAME
        );
    }
    assert_eq!(received.header("x-own"), Some("1"), "{}", F::NAME);
}

pub(crate) async fn cors_of_the_application_is_not_mixed_with_ours<F: Framework>() {
    let received = cached_after_a_handshake::<F>().await;
    let names = received.headers.iter().map(|(name, _)| name.as_str());
    let cors: Vec<&str> = names
        .filter(|name| name.starts_with("access-control-"))
        .collect();
    assert_eq!(
        cors,
        ["access-control-allow-origin"],
        "{}: {received:?}",
        F::NAME
    );
    let origin = received.header("access-control-allow-origin");
    assert_eq!(origin, Some("https://other.example"), "{}", F::NAME);
}

/// Returns the URL to which a handshake comes back.
fn back(received: &Received) -> String {
    assert_eq!(received.status, 307, "{received:?}");
    let location = url::Url::parse(received.header("location").unwrap()).unwrap();
    let mut query = location.query_pairs();
    let back = query.find(|(name, _)| name == "redirect_url").unwrap();
    back.1.into_owned()
}

pub(crate) async fn over_http2_a_handshake_comes_back_to_the_authority<F: Framework>() {
    let address = F::serve(clerk(production()).into(), Entered::default()).await;
    let page = || {
        Sent::new("GET /page?x=1")
            .without("host")
            .header("sec-fetch-dest", "document")
            .header("accept", "text/html")
            .header("cookie", "__client_uat=5")
    };
    let https = || page().header("x-forwarded-proto", "https");
    for (name, authority, sent, expected) in [
        (
            "alone",
            "app.example.com:8080",
            page(),
            "http://app.example.com:8080/page?x=1",
        ),
        (
            "scheme",
            "app.example.com",
            https(),
            "https://app.example.com/page?x=1",
        ),
        ("IPv6", "[::1]:8080", https(), "https://[::1]:8080/page?x=1"),
        (
            "another Host",
            "app.example.com",
            https().header("host", "evil.example"),
            "https://app.example.com/page?x=1",
        ),
        (
            "forwarded host",
            "10.0.0.1",
            https().header("x-forwarded-host", "app.example.com, 10.0.0.1"),
            "https://app.example.com/page?x=1",
        ),
        (
            "web socket",
            "app.example.com",
            page().header("x-forwarded-proto", "wss"),
            "https://app.example.com/page?x=1",
        ),
    ] {
        let received = sent.over_http2(address, authority).await;
        assert_eq!(back(&received), expected, "{}, {name}", F::NAME);
    }
}

pub(crate) async fn over_http2_an_instance_is_chosen_by_the_authority<F: Framework>() {
    let options = production()
        .secret_key("sk_test_1")
        .publishable_key(DEVELOPMENT);
    let shop = Arc::new(Authenticator::new(clerk(options)));
    let options = AuthenticateOptions::new();
    let chosen = Authenticator::new(clerk(production())).select_by(move |request| {
        let url = public_url(request, &options);
        (url.host_str() == Some("shop.example")).then(|| Arc::clone(&shop))
    });
    let address = F::serve(chosen, Entered::default()).await;
    let page = Sent::new("GET /").without("host").page();
    let received = page.over_http2(address, "Shop.example:8080").await;
    assert_eq!(received.status, 307, "{}: {received:?}", F::NAME);
    let other = page.over_http2(address, "app.example.com").await;
    assert_eq!(other.status, 200, "{}: {other:?}", F::NAME);
}
