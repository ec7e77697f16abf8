//! The requests of the table.

use serde_json::{Value, json};

use crate::backend::{NOW, token};
use crate::connection::{Received, Sent};
use crate::credentials::{admin, cookies, expired, foreign};

pub(crate) const UNAUTHENTICATED: &str = r#"{"error":"Unauthenticated"}"#;
pub(crate) const NO_TOKEN: &str = "session-token-and-uat-missing";

/// The expectations of a row.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) sent: Sent,
    pub(crate) status: u16,
    pub(crate) body: &'static str,
    reason: Option<&'static str>,
    /// How often a protected handler ran.
    entered: usize,
}

fn row(name: &'static str, sent: Sent, status: u16, body: &'static str) -> Row {
    Row {
        name,
        sent,
        status,
        body,
        reason: None,
        entered: 0,
    }
}

impl Row {
    fn enters(mut self) -> Self {
        self.entered = 1;
        self
    }

    fn because(mut self, reason: &'static str) -> Self {
        self.reason = Some(reason);
        self
    }

    pub(crate) fn check(&self, framework: &str, received: &Received, entered: &[String]) {
        let at = format!("{framework}, {}: {received:?}", self.name);
        assert_eq!(received.status, self.status, "{at}");
        if self.status < 300 || !self.body.is_empty() {
            // The fields of JSON have no order.
            let value =
                |text: &str| serde_json::from_str::<Value>(text).unwrap_or_else(|_| json!(text));
            assert_eq!(value(&received.body), value(self.body), "{at}");
        }
        assert_eq!(entered.len(), self.entered, "{entered:?} in {at}");
        if let Some(reason) = self.reason {
            assert_eq!(received.header("x-clerk-auth-reason"), Some(reason), "{at}");
        }
    }
}

/// gRPC calls, recognized by their content type alone.
fn grpc_rows() -> Vec<Row> {
    let mut rows = Vec::new();
    for content_type in [
        "application/grpc",
        "application/grpc+proto",
        "application/grpc;charset=utf-8",
        "application/grpc-web",
    ] {
        let get =
            |target: &str| Sent::new(&format!("GET {target}")).header("content-type", content_type);
        for target in [
            "/me",
            "/admin",
            "/fresh",
            "/check",
            "/key",
            "/either",
            "/scoped",
            "/nested/me",
        ] {
            rows.push(row(
                "a content type of gRPC, signed out",
                get(target),
                401,
                UNAUTHENTICATED,
            ));
        }
        let role = get("/admin").bearer(&token(&json!({})));
        rows.push(row(
            "a content type of gRPC, role missing",
            role,
            403,
            FORBIDDEN,
        ));
    }
    rows
}

pub(crate) fn rows() -> Vec<Row> {
    let mut rows = plain_rows();
    rows.extend(grpc_rows());
    rows
}

fn plain_rows() -> Vec<Row> {
    let get = |target: &str| Sent::new(&format!("GET {target}"));
    let valid = || token(&json!({}));
    let bearer = |target: &str| get(target).bearer(&token(&json!({})));
    let long = "x".repeat(4000);
    vec![
        row("valid bearer, lax", bearer("/"), 200, "user:user_1"),
        row("valid bearer", bearer("/me"), 200, "user_1").enters(),
        row("valid bearer, optional", bearer("/maybe"), 200, "user_1"),
        row(
            "a token without a scheme",
            get("/me").header("authorization", valid()),
            200,
            "user_1",
        )
        .enters(),
        row(
            "valid cookie",
            get("/me").header("cookie", cookies(&valid())),
            200,
            "user_1",
        )
        .enters(),
        row(
            "valid cookie of a page",
            get("/me").page().header("cookie", cookies(&valid())),
            200,
            "user_1",
        )
        .enters(),
        row("none, lax", get("/"), 200, "user:-").because(NO_TOKEN),
        row("none", get("/me"), 401, UNAUTHENTICATED).because(NO_TOKEN),
        row("none, optional", get("/maybe"), 200, "signed out"),
        row("none, by role", get("/admin"), 401, UNAUTHENTICATED),
        row(
            "none, in a nested router",
            get("/nested/me"),
            401,
            UNAUTHENTICATED,
        ),
        row(
            "expired bearer",
            get("/me").bearer(&expired()),
            401,
            UNAUTHENTICATED,
        )
        .because("session-token-expired-refresh-non-eligible-no-refresh-cookie"),
        row(
            "expired cookie of a call",
            get("/me").header("cookie", cookies(&expired())),
            401,
            UNAUTHENTICATED,
        ),
        row("expired, lax", get("/").bearer(&expired()), 200, "user:-"),
        row(
            "foreign azp",
            get("/me").bearer(&token(&json!({ "azp": "https://evil.example" }))),
            401,
            UNAUTHENTICATED,
        )
        .because("token-invalid-authorized-parties"),
        row(
            "wrong instance",
            get("/me").bearer(&foreign()),
            401,
            UNAUTHENTICATED,
        )
        .because("token-invalid-signature"),
        row(
            "not yet valid",
            get("/me").bearer(&token(&json!({ "nbf": NOW + 600 }))),
            401,
            UNAUTHENTICATED,
        ),
        row(
            "pending session",
            get("/me").bearer(&token(&json!({ "sts": "pending" }))),
            401,
            UNAUTHENTICATED,
        ),
        row(
            "other scheme",
            get("/me").header("authorization", "Basic dXNlcjpwYXNz"),
            401,
            UNAUTHENTICATED,
        ),
        row("role missing", bearer("/admin"), 403, FORBIDDEN),
        row(
            "role missing, in the handler",
            bearer("/check"),
            403,
            FORBIDDEN,
        ),
        row(
            "another role",
            get("/admin").bearer(&token(
                &json!({ "org_id": "org_1", "org_role": "org:member" }),
            )),
            403,
            FORBIDDEN,
        ),
        row("role there", get("/admin").bearer(&admin()), 200, "user_1").enters(),
        row(
            "role there, in the handler",
            get("/check").bearer(&admin()),
            200,
            "user_1",
        )
        .enters(),
        row("reverification missing", bearer("/fresh"), 403, STALE),
        row(
            "reverification stale",
            get("/fresh").bearer(&token(&json!({ "fva": [11, -1] }))),
            403,
            STALE,
        ),
        row(
            "reverification fresh",
            get("/fresh").bearer(&admin()),
            200,
            "user_1",
        )
        .enters(),
        row(
            "percent-encoded path",
            bearer("/files/a%2Fb%20c"),
            200,
            "a/b c",
        )
        .enters(),
        row(
            "percent-encoded path, signed out",
            get("/files/a%2Fb%20c"),
            401,
            UNAUTHENTICATED,
        ),
        row(
            "percent-encoded name of a protected route",
            get("/%6De"),
            0,
            "",
        ),
        row("nested router", bearer("/nested/me"), 200, "user_1").enters(),
        row("trailing slash, signed out", get("/me/"), 0, ""),
        row("double slash, signed out", get("//me"), 0, ""),
        row(
            "double slash of a nested router, signed out",
            get("/nested//me"),
            0,
            "",
        ),
        row("dots, signed out", get("/files/../me"), 0, ""),
        row(
            "query, signed out",
            get("/me?x=1&y=%FF"),
            401,
            UNAUTHENTICATED,
        ),
        row(
            "no host",
            get("/me").without("host").header("host", ""),
            0,
            "",
        ),
        row(
            "several Cookie headers",
            get("/me")
                .header("cookie", format!("__session={}", valid()))
                .header("cookie", format!("__client_uat={}", NOW - 100)),
            200,
            "user_1",
        )
        .enters(),
        row(
            "two Authorization headers, the valid one first",
            bearer("/me").bearer("x"),
            200,
            "user_1",
        )
        .enters(),
        row(
            "two Authorization headers, the valid one last",
            get("/me").bearer("x").bearer(&valid()),
            401,
            UNAUTHENTICATED,
        ),
        row(
            "non-ASCII headers",
            bearer("/me")
                .header("x-name", "héé".as_bytes())
                .header("referer", b"\xff\xfe"),
            200,
            "user_1",
        )
        .enters(),
        row(
            "non-ASCII cookie, signed out",
            get("/me").header("cookie", b"__session=\xff\xfe; __client_uat=1"),
            401,
            UNAUTHENTICATED,
        ),
        row(
            "a cookie header of 4 KiB",
            get("/me").header("cookie", format!("a={long}; {}", cookies(&valid()))),
            200,
            "user_1",
        )
        .enters(),
        row("HEAD, signed out", Sent::new("HEAD /me"), 401, ""),
        row("OPTIONS, signed out", Sent::new("OPTIONS /me"), 0, ""),
        row("TRACE, signed out", Sent::new("TRACE /me"), 0, ""),
        row(
            "an absolute target, signed out",
            get("http://app.example.com/me"),
            401,
            UNAUTHENTICATED,
        ),
        row(
            "an absolute target",
            bearer("http://app.example.com/me"),
            200,
            "user_1",
        )
        .enters(),
    ]
}

const FORBIDDEN: &str = r#"{"clerk_error":{"type":"forbidden","reason":"authorization-error","metadata":{"role":"org:admin"}}}"#;
const STALE: &str = r#"{"clerk_error":{"type":"forbidden","reason":"reverification-error","metadata":{"reverification":"strict"}}}"#;
