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
    let invalid = |description| (401, Some(invalid(description)));
    let insufficient = |scopes| (403, Some(insufficient(scopes)));
    let good = access(&json!({}));
    let both = access(&json!({ "scp": ["profile", "email"] }));
    let delegated = access(&json!({ "act": { "sub": "agent" } }));
    let with = |changes: Value| bearer(&access(&changes));
    let mut rows = vec![
        row("a token", "/mcp", &bearer(&good), (200, None)),
        row("lower case", "/mcp", &format!("bearer {good}"), (200, None)),
        row(
            "aud is a list",
            "/mcp",
            &with(json!({ "aud": ["https://x.example", RESOURCE] })),
            (200, None),
        ),
        row("another scheme", "/mcp", "Basic YTpi", (401, Some(first()))),
        row("empty", "/mcp", "", (400, Some(malformed()))),
        row("no token", "/mcp", "Bearer", (400, Some(malformed()))),
        row("no scheme", "/mcp", &good, (400, Some(malformed()))),
        row("two words", "/mcp", "Bearer a b", (400, Some(malformed()))),
        row(
            "nonsense",
            "/mcp",
            "Bearer nonsense",
            invalid("a token of this kind is not accepted here"),
        ),
        row(
            "another key",
            "/mcp",
            &bearer(&foreign()),
            invalid("the token is not valid"),
        ),
        row(
            "expired",
            "/mcp",
            &with(json!({ "exp": 1 })),
            invalid("the token has expired"),
        ),
        row(
            "for another",
            "/mcp",
            &with(json!({ "aud": "https://api.example.com" })),
            invalid("the token is for another resource"),
        ),
        row(
            "a longer name",
            "/mcp",
            &with(json!({ "aud": format!("{RESOURCE}/x") })),
            invalid("the token is for another resource"),
        ),
        row(
            "aud is empty",
            "/mcp",
            &with(json!({ "aud": [] })),
            invalid("the token is for another resource"),
        ),
        row(
            "aud is malformed",
            "/mcp",
            &with(json!({ "aud": [RESOURCE, 5] })),
            invalid("the token is for another resource"),
        ),
        row(
            "without aud",
            "/mcp",
            &with(json!({ "aud": null })),
            invalid("the token does not say whom it is for"),
        ),
        row(
            "opaque",
            "/mcp",
            "Bearer oat_good",
            invalid("the token does not say whom it is for"),
        ),
        row(
            "unknown opaque",
            "/mcp",
            "Bearer oat_bad",
            invalid("the token is not valid"),
        ),
        row("Clerk is down", "/mcp", "Bearer oat_down", (503, None)),
        row(
            "a machine",
            "/mcp",
            &bearer(&machine()),
            invalid("a token of this kind is not accepted here"),
        ),
        row(
            "a session",
            "/mcp",
            &bearer(&token(&json!({}))),
            invalid("a token of this kind is not accepted here"),
        ),
        row(
            "an API key",
            "/mcp",
            "Bearer ak_1",
            invalid("a token of this kind is not accepted here"),
        ),
        row(
            "without baseline",
            "/mcp",
            &with(json!({ "scp": ["email"] })),
            insufficient("email profile"),
        ),
        row(
            "too little",
            "/mcp/email",
            &bearer(&good),
            insufficient("profile email"),
        ),
        row("enough", "/mcp/email", &bearer(&both), (200, None)),
        row(
            "too little for a tool",
            "/mcp/tool",
            &bearer(&good),
            insufficient("profile email"),
        ),
        row(
            "enough for a tool",
            "/mcp/tool",
            &bearer(&both),
            (200, None),
        ),
        row("delegated", "/mcp", &bearer(&delegated), (200, None)),
        row(
            "delegated where oneself",
            "/mcp/self",
            &bearer(&delegated),
            (403, None),
        ),
        row(
            "malformed act",
            "/mcp/self",
            &with(json!({ "act": "agent" })),
            (403, None),
        ),
        row("oneself", "/mcp/self", &bearer(&good), (200, None)),
        row("an extractor", "/oauth", &bearer(&good), (200, None)),
        row(
            "an extractor, for another",
            "/oauth",
            &with(json!({ "aud": "x" })),
            invalid("the token is for another resource"),
        ),
        row(
            "an extractor, a session",
            "/oauth",
            &bearer(&token(&json!({}))),
            invalid("a token of this kind is not accepted here"),
        ),
        row(
            "a page",
            "/page",
            &bearer(&good),
            (401, Some("Bearer".to_owned())),
        ),
    ];
    for target in ["/mcp", "/mcp/email", "/oauth", "/mcp?access_token=x"] {
        rows.push(Row {
            authorization: Vec::new(),
            ..row("nothing", target, "", (401, Some(first())))
        });
    }
    rows.push(Row {
        authorization: vec![bearer(&good).into_bytes(); 2],
        ..row("two headers", "/mcp", "", (400, Some(malformed())))
    });
    rows.push(Row {
        authorization: vec![b"Bearer \xFF".to_vec()],
        ..row("no text", "/mcp", "", (400, Some(malformed())))
    });
    rows
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
