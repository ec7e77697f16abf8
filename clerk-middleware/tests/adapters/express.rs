//! Compares the axum adapter with recorded responses of Clerk's middleware for Express, if the recordings are present. The
//! responses are the same, except where this file says why not.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::routing::{any, post};
use clerk_middleware::{
    AuthenticateOptions, Authenticator, ClerkLayer, ClerkWebhook, FrontendApiProxy,
    FrontendApiProxyOptions, RequestAuth,
};
use clerk_sdk::ClerkOptions;
use clerk_sdk::auth::{Accepts, AuthObject, MachineAuth};
use clerk_sdk::tokens::TokenType;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use url::Url;

use crate::backend::{Backend, DEVELOPMENT, Routes, clerk};
use crate::connection::{Received, Sent};

/// Where the response differs on purpose, and how.
const DIFFERENCES: [(&str, u16, &str); 12] = [
    (
        "double-slash-only",
        200,
        "section 30, row 2: such a path is a path",
    ),
    (
        "double-slash-host",
        307,
        "section 30, row 2: the path stays whole",
    ),
    ("trace", 200, "any method can be authenticated"),
    (
        "bad-host-header",
        307,
        "an invalid host is replaced by another name",
    ),
    (
        "absolute-form-target",
        307,
        "the Host header says where it is",
    ),
    (
        "requireAuth-anonymous",
        401,
        "section 30, row 10: 401 in JSON",
    ),
    (
        "requireAuth-json-client",
        401,
        "section 30, row 10: 401 in JSON",
    ),
    (
        "requireAuth-after-clerkMiddleware",
        401,
        "section 30, row 10: 401 in JSON",
    ),
    (
        "dev-handshake-bad-signature",
        200,
        "section 30, row 1: a request never fails; it is signed out",
    ),
    (
        "sat-no-domain",
        0,
        "section 30, row 12: found when the layer is built",
    ),
    ("callback-throws", 0, "a function that chooses cannot throw"),
    (
        "webhook-parsed-json-reserialised-fails-on-spacing",
        200,
        "the body is always verified as it came",
    ),
];

/// The throw-away key that signed the tokens of the recorded requests.
const RECORDED_KEY: &str = "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAwbPVbFYcQdt0owcJh0drU5FoL3erNjc7G9hTFHi0B3zHq6uijux4qaX1\
    CRNdVZ3MJ2UoMXCU6hU5qIsKdjZtdGCaEpGfRbA6kBDWBHyLZTebnlRRAXQOAsWep5q93o1JIkIStvvU5X6znhi+P3IZ+wPtkOU+HrDhISITL7HgTKFhF9R+\
    A+qq9QbFCY1oNRG+deaTXpaQtylXd88M1cN9Pvu5aUuVyPWtE8cRBHOUx96Szv4mHq9MtQfNFLnUzclKK1pbGeeCB/zntN98MkCZotv+wfvzvsjt/v8vY+73\
    OezDNGCq/LVmhAfjtLVzQzUMl5Rj7WEOFnYfUX486M2S0QIDAQAB";

fn options() -> ClerkOptions {
    let secret_key = "sk_live_oracle0000000000000000000000000000000000";
    crate::backend::options()
        .secret_key(secret_key)
        .jwt_key(RECORDED_KEY)
}

fn signed_out() -> AuthObject {
    AuthObject::Session(clerk_sdk::auth::Auth::signed_out())
}

/// Returns an auth object as the recorded handlers show it.
fn shown(auth: &AuthObject) -> Value {
    match auth {
        AuthObject::Session(session) => {
            let mut shown = json!({
                "tokenType": "session_token", "isAuthenticated": session.is_signed_in(), "userId": session.user_id,
                "sessionId": session.session_id, "sessionStatus": session.session_status,
            });
            if !session.is_signed_in() {
                shown["orgId"] = Value::Null;
            }
            shown
        }
        AuthObject::Machine(machine) => {
            let kind = machine.token_type().as_str();
            match machine {
                MachineAuth::ApiKey(key) => {
                    json!({ "tokenType": kind, "isAuthenticated": true, "userId": key.user_id, "orgId": key.org_id })
                }
                MachineAuth::M2m(token) => {
                    json!({ "tokenType": kind, "isAuthenticated": true, "machineId": token.machine_id })
                }
                MachineAuth::OAuth(token) => {
                    json!({ "tokenType": kind, "isAuthenticated": true, "userId": token.user_id })
                }
                _ => Value::Null,
            }
        }
        AuthObject::NoMachine(kind) => {
            let mut shown = json!({ "tokenType": kind.as_str(), "isAuthenticated": false });
            let fields: &[&str] = match kind {
                TokenType::ApiKey => &["userId", "orgId"],
                TokenType::M2m => &["machineId"],
                _ => &["userId"],
            };
            for field in fields {
                shown[*field] = Value::Null;
            }
            shown
        }
        _ => json!({ "tokenType": null, "isAuthenticated": false }),
    }
}

async fn show(
    axum::extract::OriginalUri(uri): axum::extract::OriginalUri,
    caller: RequestAuth,
) -> String {
    let auth = caller.state().auth().cloned().unwrap_or_else(signed_out);
    json!({ "auth": shown(&auth.accepted_as(&Accepts::default())), "originalUrl": uri.to_string() })
        .to_string()
}

async fn show_accepted(caller: RequestAuth) -> String {
    let auth = caller.state().auth().cloned().unwrap_or_else(signed_out);
    let [session, key] = [TokenType::Session, TokenType::ApiKey];
    let all = [
        ("undefined", Accepts::default()),
        ("\"session_token\"", session.into()),
        ("\"api_key\"", key.into()),
        ("\"m2m_token\"", TokenType::M2m.into()),
        ("\"oauth_token\"", TokenType::OAuth.into()),
        ("\"any\"", Accepts::Any),
        ("[\"api_key\"]", [key].into()),
        ("[\"session_token\",\"api_key\"]", [session, key].into()),
    ];
    let mut whole = json!({});
    for (name, accepts) in all {
        whole[name] = shown(&auth.clone().accepted_as(&accepts));
    }
    whole.to_string()
}

async fn receive(event: ClerkWebhook) -> String {
    let object = event.raw.clone();
    json!({ "type": object["type"], "object": object["object"], "data": object["data"] })
        .to_string()
}

fn development() -> ClerkOptions {
    options()
        .secret_key("sk_test_1")
        .publishable_key(DEVELOPMENT)
}

/// The replacement for the Frontend API.
async fn frontend_api() -> String {
    let echo = async |headers: http::HeaderMap| {
        let header = |name: &str| {
            headers
                .get(name)
                .map(|value| value.to_str().unwrap().to_owned())
        };
        let body = json!({
            "fapi": true, "echo": header("clerk-proxy-url"), "secret": header("clerk-secret-key"),
            "xff": header("x-forwarded-for"),
        });
        let cookies = axum::response::AppendHeaders([("set-cookie", "c=1"), ("set-cookie", "d=2")]);
        (
            cookies,
            [("content-type", "application/json")],
            body.to_string(),
        )
    };
    let unknown = json!({ "errors": [{ "code": "resource_not_found", "message": "nf" }] });
    let unknown = async move || {
        let json = [("content-type", "application/json")];
        (http::StatusCode::NOT_FOUND, json, unknown.to_string())
    };
    let router = Router::new()
        .route("/v1/environment", any(echo))
        .fallback(unknown);
    format!("http://{}", listen(router).await)
}

async fn listen(router: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, service).await.unwrap() });
    address
}

/// Returns the application of a recorded request, or `None` if there can be none.
async fn serve(app: &str, backend: &Backend) -> Option<SocketAddr> {
    let production = || options().server_api_url(backend.url());
    let handlers = || {
        Router::new()
            .route("/accepts", any(show_accepted))
            .fallback(show)
    };
    let lax = |options: ClerkOptions| Authenticator::new(clerk(options));
    let behind =
        |router: Router, authenticator: Authenticator| router.layer(ClerkLayer::new(authenticator));
    let accepting = AuthenticateOptions::new().accepts_token(Accepts::Any);
    let upstream = frontend_api().await;
    let proxied = |path: Option<&str>| {
        let clerk = clerk(production());
        let mut proxy = FrontendApiProxyOptions::new().fapi_url(&upstream);
        if let Some(path) = path {
            proxy = proxy.path(path);
        }
        let proxy = FrontendApiProxy::with_variables(&clerk, proxy, |_| None).unwrap();
        let options = AuthenticateOptions::new().proxy_path(proxy.path());
        behind(handlers(), Authenticator::new(clerk).options(options)).layer(proxy)
    };
    let router = match app {
        "basic" | "foreignAuth" | "foreignAuthFn" | "fapiProxyOff" | "fapiProxyFn" => {
            behind(handlers(), lax(production()))
        }
        "requireAuth" => behind(handlers(), lax(production()).reject_signed_out()),
        "requireAfterMiddleware" => {
            let strict = ClerkLayer::new(lax(production()).reject_signed_out());
            behind(handlers().layer(strict), lax(production()))
        }
        "dev" => behind(handlers(), lax(development())),
        "satNoDomain" => {
            let satellite = lax(production()
                .is_satellite(true)
                .sign_in_url("https://a.example/sign-in"));
            assert!(satellite.validate().is_err());
            return None;
        }
        "callback" => {
            let development = Arc::new(lax(development()));
            let chosen = lax(production()).select_by(move |request| {
                let is_dev = request.headers.get("x-tenant")? == "dev";
                is_dev.then(|| Arc::clone(&development))
            });
            behind(handlers(), chosen)
        }
        "callbackThrows" => return None,
        "fapiProxy" => proxied(None),
        "fapiProxyPath" => proxied(Some("/auth-proxy")),
        "proxyUrlRel" => behind(handlers(), lax(production().proxy_url("/__clerk"))),
        "subMount" => Router::new().nest("/api", behind(handlers(), lax(production()))),
        "accepts" => behind(handlers(), lax(production()).options(accepting)),
        "webhookRaw" | "webhookJson" => {
            let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
            behind(
                Router::new().route("/wh", post(receive)),
                lax(production().webhook_signing_secret(secret)),
            )
        }
        other => panic!("unknown application {other}"),
    };
    Some(listen(router).await)
}

fn sent(request: &Value) -> Sent {
    let line = format!(
        "{} {}",
        request["method"].as_str().unwrap(),
        request["path"].as_str().unwrap()
    );
    let mut sent = Sent::new(&line).without("host");
    for header in request["headers"].as_array().unwrap() {
        let (name, value) = (header[0].as_str().unwrap(), header[1].as_str().unwrap());
        if !matches!(name, "connection" | "content-length") {
            sent = sent.header(name, value);
        }
    }
    sent.body(request["body"].as_str().unwrap_or_default().as_bytes())
}

/// Returns the target of a redirect, without the parts that differ between versions of the API.
fn place(location: &str) -> Vec<String> {
    let url = Url::parse(location).unwrap();
    let query = url
        .query_pairs()
        .map(|(name, value)| format!("{name}={value}"));
    let mut parts: Vec<String> = query.collect();
    parts.insert(
        0,
        format!("{}{}", url.origin().ascii_serialization(), url.path()),
    );
    parts
}

fn compare(id: &str, received: &Received, expected: &Value) {
    assert_eq!(
        Value::from(received.status),
        expected["status"],
        "{id}: {received:?}"
    );
    let headers = &expected["headers"];
    // The recorded application had no middleware.
    let is_authenticated = id != "express/webhook-raw-body";
    for name in [
        "x-clerk-auth-status",
        "x-clerk-auth-reason",
        "cache-control",
        "access-control-allow-origin",
    ] {
        assert_eq!(
            received.header(name).filter(|_| is_authenticated),
            headers[name][0].as_str(),
            "{id}, {name}: {received:?}"
        );
    }
    let location = headers["location"][0].as_str();
    assert_eq!(
        received.header("location").map(place),
        location.map(place),
        "{id}"
    );
    let cookies: Vec<&str> = headers["set-cookie"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let set: Vec<String> = received
        .all("set-cookie")
        .map(|cookie| cookie.replace(" Path=/; SameSite", " SameSite"))
        .collect();
    if id == "express/fapi-proxy-get" {
        // Section 30, row 11: Express keeps only the last cookie.
        assert!(
            set.len() > 1
                && cookies
                    .iter()
                    .all(|cookie| set.iter().any(|set| set == cookie)),
            "{set:?}"
        );
    } else {
        assert_eq!(set, cookies, "{id}");
    }
    if let Some(body) = expected["body"].as_object() {
        let mut answered: Value = serde_json::from_str(&received.body).unwrap();
        if id == "express/fapi-proxy-get" {
            // Section 30, row 11: the address of the connection.
            assert_eq!(answered["xff"], "127.0.0.1", "{id}");
            answered["xff"] = Value::Null;
        }
        assert_eq!(answered.as_object(), Some(body), "{id}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn axum_answers_what_express_answered() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../shared/conformance/express.vectors.jsonl");
    let Ok(text) = std::fs::read_to_string(file) else {
        println!("skipped: what Express answered is not at hand");
        return;
    };
    let backend = Backend::start(Routes::from([
        ("POST /api_keys/verify", (200, json!({
            "object": "api_key", "id": "ak_1", "name": "key", "subject": "user_9", "scopes": [], "claims": null,
            "revoked": false, "expired": false,
        }))),
        ("POST /m2m_tokens/verify", (200, json!({
            "object": "machine_to_machine_token", "id": "mt_1", "subject": "mch_1", "scopes": [], "claims": null,
            "revoked": false, "expired": false, "expiration": null, "created_at": 1, "updated_at": 1,
        }))),
    ]))
    .await;
    let mut differing = 0;
    for line in text.lines() {
        let vector: Value = serde_json::from_str(line).unwrap();
        let id = vector["id"].as_str().unwrap();
        let short = id.trim_start_matches("express/");
        let difference = DIFFERENCES.iter().find(|(known, ..)| *known == short);
        let Some(address) = serve(vector["app"].as_str().unwrap(), &backend).await else {
            assert_eq!(difference.map(|(_, status, _)| *status), Some(0), "{id}");
            differing += 1;
            continue;
        };
        let received = sent(&vector["request"]).to(address).await;
        match difference {
            Some((_, status, why)) => {
                assert_eq!(received.status, *status, "{id}: {why}: {received:?}");
                differing += 1;
            }
            None => compare(id, &received, &vector["response"]),
        }
    }
    assert_eq!(differing, DIFFERENCES.len());
}
