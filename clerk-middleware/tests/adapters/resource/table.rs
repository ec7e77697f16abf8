//! The requests and what is responded to them.

use std::net::SocketAddr;

use clerk_middleware::{Authenticator, ProtectedResource};
use serde_json::{Value, json};

use super::ResourceServer;
use super::tokens::{RESOURCE, access, backend, foreign, machine};
use crate::backend::{clerk, token};
use crate::connection::Sent;
use crate::credentials::production;

const METADATA: &str =
    r#"resource_metadata="https://api.example.com/.well-known/oauth-protected-resource/mcp""#;

fn first() -> String {
    format!(r#"Bearer {METADATA}, scope="profile""#)
}

fn invalid(description: &str) -> String {
    format!(
        r#"Bearer error="invalid_token", error_description="{description}", {METADATA}, scope="profile""#
    )
}

fn malformed() -> String {
    format!(
        r#"Bearer error="invalid_request", error_description="the Authorization header is malformed", {METADATA}"#
    )
}

fn insufficient(scopes: &str) -> String {
    format!(
        r#"Bearer error="insufficient_scope", error_description="the token lacks a scope", {METADATA}, scope="{scopes}""#
    )
}

struct Row {
    name: &'static str,
    target: &'static str,
    /// The values of `Authorization`.
    authorization: Vec<Vec<u8>>,
    status: u16,
    challenge: Option<String>,
}

fn row(
    name: &'static str,
    target: &'static str,
    authorization: &str,
    expected: (u16, Option<String>),
) -> Row {
    Row {
        name,
        target,
        authorization: vec![authorization.as_bytes().to_vec()],
        status: expected.0,
        challenge: expected.1,
    }
}

fn bearer(token: &str) -> String {
    format!("Bearer {token}")
}

fn rows() -> Vec<Row> {
    let mut rows = accepted();
    rows.extend(malformed_headers());
    for (target, name, authorization, description) in invalid_tokens() {
        rows.push(row(
            name,
            target,
            &authorization,
            (401, Some(invalid(description))),
        ));
    }
    rows.extend(too_little());
    for target in ["/mcp", "/mcp/email", "/oauth", "/mcp?access_token=x"] {
        rows.push(Row {
            authorization: Vec::new(),
            ..row("nothing", target, "", (401, Some(first())))
        });
    }
    rows.push(row(
        "another scheme",
        "/mcp",
        "Basic YTpi",
        (401, Some(first())),
    ));
    rows.push(row("Clerk is down", "/mcp", "Bearer oat_down", (503, None)));
    let good = with(json!({}));
    rows.push(row(
        "a page",
        "/page",
        &good,
        (401, Some("Bearer".to_owned())),
    ));
    rows
}

/// Returns the header with a token for the resource, with these claims changed.
fn with(changes: Value) -> String {
    bearer(&access(&changes))
}

fn accepted() -> Vec<Row> {
    let good = access(&json!({}));
    let both = with(json!({ "scp": ["profile", "email"] }));
    let delegated = with(json!({ "act": { "sub": "agent" } }));
    let several = with(json!({ "aud": ["https://x.example", RESOURCE] }));
    let rows = [
        ("a token", "/mcp", bearer(&good)),
        ("lower case", "/mcp", format!("bearer {good}")),
        ("aud is a list", "/mcp", several),
        ("enough", "/mcp/email", both.clone()),
        ("enough for a tool", "/mcp/tool", both),
        ("delegated", "/mcp", delegated),
        ("oneself", "/mcp/self", bearer(&good)),
        ("an extractor", "/oauth", bearer(&good)),
    ];
    rows.map(|(name, target, header)| row(name, target, &header, (200, None)))
        .into()
}

fn malformed_headers() -> Vec<Row> {
    let good = access(&json!({}));
    let of = |name, values: Vec<Vec<u8>>| Row {
        authorization: values,
        ..row(name, "/mcp", "", (400, Some(malformed())))
    };
    vec![
        of("empty", vec![Vec::new()]),
        of("no token", vec![b"Bearer".to_vec()]),
        of("no scheme", vec![good.clone().into_bytes()]),
        of("two words", vec![b"Bearer a b".to_vec()]),
        of("two headers", vec![bearer(&good).into_bytes(); 2]),
        of("no text", vec![b"Bearer \xFF".to_vec()]),
    ]
}

fn invalid_tokens() -> Vec<(&'static str, &'static str, String, &'static str)> {
    let kind = "a token of this kind is not accepted here";
    let audience = "the token is for another resource";
    let nobody = "the token does not say whom it is for";
    let invalid = "the token is not valid";
    let for_others = |aud: Value| with(json!({ "aud": aud }));
    let session = bearer(&token(&json!({})));
    let longer = for_others(format!("{RESOURCE}/x").into());
    let expired = with(json!({ "exp": 1 }));
    vec![
        ("/mcp", "nonsense", "Bearer nonsense".to_owned(), kind),
        ("/mcp", "another key", bearer(&foreign()), invalid),
        ("/mcp", "expired", expired, "the token has expired"),
        (
            "/mcp",
            "for another",
            for_others("https://api.example.com".into()),
            audience,
        ),
        ("/mcp", "a longer name", longer, audience),
        ("/mcp", "aud is empty", for_others(json!([])), audience),
        (
            "/mcp",
            "aud is malformed",
            for_others(json!([RESOURCE, 5])),
            audience,
        ),
        ("/mcp", "without aud", for_others(json!(null)), nobody),
        ("/mcp", "opaque", "Bearer oat_good".to_owned(), nobody),
        (
            "/mcp",
            "unknown opaque",
            "Bearer oat_bad".to_owned(),
            invalid,
        ),
        ("/mcp", "a machine", bearer(&machine()), kind),
        ("/mcp", "a session", session.clone(), kind),
        ("/mcp", "an API key", "Bearer ak_1".to_owned(), kind),
        (
            "/oauth",
            "an extractor, for another",
            for_others("x".into()),
            audience,
        ),
        ("/oauth", "an extractor, a session", session, kind),
    ]
}

fn too_little() -> Vec<Row> {
    let good = with(json!({}));
    let insufficient = |scopes| (403, Some(insufficient(scopes)));
    let email = with(json!({ "scp": ["email"] }));
    let delegated = with(json!({ "act": { "sub": "agent" } }));
    let odd = with(json!({ "act": "agent" }));
    vec![
        row("no baseline", "/mcp", &email, insufficient("email profile")),
        row(
            "a route",
            "/mcp/email",
            &good,
            insufficient("profile email"),
        ),
        row("a tool", "/mcp/tool", &good, insufficient("profile email")),
        row("delegated", "/mcp/self", &delegated, (403, None)),
        row("malformed act", "/mcp/self", &odd, (403, None)),
    ]
}

pub(super) async fn every_request_has_its_challenge<S: ResourceServer>() {
    let backend = backend().await;
    let clerk = clerk(production().server_api_url(backend.url()));
    let resource = ProtectedResource::new(&clerk, RESOURCE).unwrap();
    let resource = resource
        .scopes(["profile", "email"])
        .baseline_scopes(["profile"])
        .name("Example");
    let layer = resource.extend(Authenticator::new(clerk));
    let address = S::serve(resource, layer).await;
    for row in rows() {
        let name = format!("{}, {}, {}", S::NAME, row.target, row.name);
        // Rocket drops what is not UTF-8, so the header is missing.
        let is_dropped = S::NAME == "Rocket" && row.name == "no text";
        let mut sent = Sent::new(&format!("GET {}", row.target))
            .header("x-forwarded-host", "evil.example")
            .header("x-forwarded-proto", "http");
        for value in &row.authorization {
            sent = sent.header("authorization", value);
        }
        let received = sent.to(address).await;
        let (status, challenge) = match is_dropped {
            true => (401, Some(first())),
            false => (row.status, row.challenge),
        };
        assert_eq!(received.status, status, "{name}: {received:?}");
        let challenges: Vec<&str> = received.all("www-authenticate").collect();
        let expected: Vec<&str> = challenge.iter().map(String::as_str).collect();
        assert_eq!(challenges, expected, "{name}");
        if status == 200 {
            assert_eq!(received.body, "user_1", "{name}");
        } else if row.target != "/page" {
            let exposed = received.header("access-control-expose-headers");
            assert_eq!(exposed, Some("WWW-Authenticate"), "{name}");
        }
        let vary = received
            .header("vary")
            .unwrap_or_default()
            .to_ascii_lowercase();
        assert!(vary.contains("authorization"), "{name}: {received:?}");
    }
    documents(S::NAME, address).await;
}

async fn documents(name: &str, address: SocketAddr) {
    for target in [
        "/.well-known/oauth-protected-resource",
        "/.well-known/oauth-protected-resource/mcp",
    ] {
        let received = Sent::new(&format!("GET {target}"))
            .header("x-forwarded-host", "evil.example")
            .to(address)
            .await;
        assert_eq!(received.status, 200, "{name}, {target}: {received:?}");
        let document: Value = serde_json::from_str(&received.body).unwrap();
        let expected = json!({
            "resource": RESOURCE, "authorization_servers": ["https://clerk.example.com"],
            "scopes_supported": ["profile", "email"], "bearer_methods_supported": ["header"], "resource_name": "Example",
        });
        assert_eq!(document, expected, "{name}");
        for (header, value) in [
            ("content-type", "application/json"),
            ("cache-control", "public, max-age=300"),
            ("access-control-allow-origin", "*"),
        ] {
            assert_eq!(received.header(header), Some(value), "{name}");
        }
        assert_eq!(received.all("set-cookie").count(), 0, "{name}");
        let received = Sent::new(&format!("OPTIONS {target}")).to(address).await;
        assert_eq!(
            (received.status, received.body.as_str()),
            (204, ""),
            "{name}"
        );
        assert_eq!(received.header("access-control-allow-origin"), Some("*"));
        assert_eq!(received.header("access-control-allow-headers"), Some("*"));
        let received = Sent::new(&format!("POST {target}")).to(address).await;
        assert_eq!(received.status, 405, "{name}");
        let received = Sent::new(&format!("HEAD {target}")).to(address).await;
        assert_eq!(
            (received.status, received.body.as_str()),
            (200, ""),
            "{name}"
        );
    }
    for target in [
        "/.well-known/oauth-protected-resource/mcp/x",
        "/.well-known/oauth-protected-resource/other",
        "/.well-known/oauth-authorization-server",
    ] {
        let received = Sent::new(&format!("GET {target}")).to(address).await;
        assert_eq!(received.status, 404, "{name}, {target}");
    }
}
