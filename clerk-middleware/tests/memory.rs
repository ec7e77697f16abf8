//! How much memory strangers can make the layer hold. An allocator counts, so nothing else may run beside these tests.
#![allow(clippy::unwrap_used)]

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use clerk_middleware::{AuthenticateOptions, Authenticator, ClerkLayer, authenticate_request};
use clerk_sdk::{Clerk, ClerkOptions, Clock, Environment, HttpOptions, RetryPolicy};
use futures_util::FutureExt as _;
use futures_util::future::join_all;
use http::{Request, Response, StatusCode};
use http_body_util::Empty;
use jsonwebtoken::{Algorithm, EncodingKey};
use peak_alloc::PeakAlloc;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::sync::{Mutex, Notify};
use tower::{Layer as _, ServiceExt as _, service_fn};

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// Held by each test, so that only one measures at a time.
static ALONE: Mutex<()> = Mutex::const_new(());

const MIB: usize = 1024 * 1024;
const NOW: i64 = 1_750_000_000;
const PRIVATE_KEY: &str = include_str!("../../clerk-sdk/tests/keys/main.private.pem");
const PUBLIC_KEY: &str = include_str!("../../clerk-sdk/tests/keys/main.public.pem");
const MODULUS: &str = include_str!("../../clerk-sdk/tests/keys/main.modulus.txt");

fn options() -> ClerkOptions {
    ClerkOptions::new()
        .secret_key("sk_live_1")
        .publishable_key("pk_live_Y2xlcmsuZXhhbXBsZS5jb20k")
        .http_options(HttpOptions::new().retry(RetryPolicy::none()))
        .clock(Clock::from_fn(|| NOW * 1000))
}

fn clerk(options: ClerkOptions) -> Clerk {
    Clerk::with_environment(options, Environment::empty()).unwrap()
}

/// A Backend API that reports when the keys are `asked` for, and returns them once `released`.
struct SlowKeys {
    address: SocketAddr,
    asked: Arc<Notify>,
    released: Arc<Notify>,
}

impl SlowKeys {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let keys = Self {
            address: listener.local_addr().unwrap(),
            asked: Arc::default(),
            released: Arc::default(),
        };
        let (asked, released) = (Arc::clone(&keys.asked), Arc::clone(&keys.released));
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                assert!(stream.read_buf(&mut head).await.unwrap() > 0);
            }
            asked.notify_one();
            released.notified().await;
            let jwk = json!({ "kty": "RSA", "kid": "ins_1", "alg": "RS256", "n": MODULUS.trim(), "e": "AQAB" });
            let body = json!({ "keys": [jwk] }).to_string();
            let length = body.len();
            let response = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
            );
            stream.write_all(response.as_bytes()).await.unwrap();
        });
        keys
    }
}

/// Signs session tokens of the maximum accepted length, with as many values as fit.
struct Signer {
    key: EncodingKey,
    header: String,
    /// The claims from `sid` on.
    claims: String,
}

impl Signer {
    fn new() -> Self {
        let rest = json!({
            "sid": "sess_1", "iss": "https://clerk.example.com", "iat": NOW - 10, "nbf": NOW - 20, "exp": NOW + 50,
            // Two bytes each, which no parser can store in less.
            "x": vec![0; 5_870],
        });
        let header = json!({ "alg": "RS256", "typ": "JWT", "kid": "ins_1" });
        Self {
            key: EncodingKey::from_rsa_der(&test_support::pem::der(PRIVATE_KEY).unwrap()),
            header: URL_SAFE_NO_PAD.encode(header.to_string()),
            claims: rest.to_string().split_off(1),
        }
    }

    fn token(&self, user: usize) -> String {
        let claims = format!(r#"{{"sub":"user_{user}",{}"#, self.claims);
        let signed = format!("{}.{}", self.header, URL_SAFE_NO_PAD.encode(claims));
        let signature = jsonwebtoken::crypto::sign(signed.as_bytes(), &self.key, Algorithm::RS256);
        let token = format!("{signed}.{}", signature.unwrap());
        assert!(
            (16_000..=16 * 1024).contains(&token.len()),
            "{}",
            token.len()
        );
        token
    }
}

fn with_token(token: &str, in_a_cookie: bool) -> Request<Empty<Bytes>> {
    let request = Request::get("https://app.example.com/");
    let request = match in_a_cookie {
        true => request.header("cookie", format!("__client_uat=1; __session={token}")),
        false => request.header("authorization", format!("Bearer {token}")),
    };
    request.body(Empty::new()).unwrap()
}

/// Returns how much memory is held while these requests wait for the keys, and their outcomes once the keys arrive.
async fn held_for(
    keys: &SlowKeys,
    requests: Vec<Request<Empty<Bytes>>>,
) -> (usize, Vec<StatusCode>) {
    let clerk = clerk(options().server_api_url(format!("http://{}", keys.address)));
    let service = ClerkLayer::new(Authenticator::new(clerk).reject_signed_out()).layer(service_fn(
        async |_: Request<Empty<Bytes>>| Ok::<_, Infallible>(Response::new(Empty::<Bytes>::new())),
    ));
    // An HTTP client holds some memory of its own.
    ALLOCATOR.reset_peak_usage();
    let before = ALLOCATOR.current_usage();
    let mut waiting: Vec<_> = requests
        .into_iter()
        .map(|request| Box::pin(service.clone().oneshot(request)))
        .collect();
    let mut responses = Vec::new();
    waiting.retain_mut(|request| match request.now_or_never() {
        None => true,
        Some(response) => {
            responses.push(response.unwrap().status());
            false
        }
    });
    let waiting = join_all(waiting);
    let (waiting, held) = tokio::join!(waiting, async {
        if responses.is_empty() {
            keys.asked.notified().await;
        }
        let held = ALLOCATOR.peak_usage().saturating_sub(before);
        keys.released.notify_one();
        held
    });
    responses.extend(
        waiting
            .into_iter()
            .map(|response| response.unwrap().status()),
    );
    (held, responses)
}

#[tokio::test]
async fn a_thousand_tokens_of_256_kib_are_rejected_unread() {
    let _alone = ALONE.lock().await;
    for in_a_cookie in [false, true] {
        let keys = SlowKeys::start().await;
        let part = "eyJ9".repeat(85 * 1024 / 4);
        let token = format!("{part}.{part}.{part}");
        let requests = (0..1000).map(|_| with_token(&token, in_a_cookie)).collect();
        let (held, statuses) = held_for(&keys, requests).await;
        assert_eq!(statuses, [StatusCode::UNAUTHORIZED; 1000]);
        assert!(held < 32 * MIB, "{} KiB", held / 1024);
    }
}

/// Sends tokens of one form, and checks the responses once the keys arrive.
async fn held_for_a_thousand(tokens: &[String], expected: StatusCode) {
    for in_a_cookie in [false, true] {
        let keys = SlowKeys::start().await;
        let requests = tokens.iter().map(|token| with_token(token, in_a_cookie));
        let (held, statuses) = held_for(&keys, requests.collect()).await;
        assert_eq!(statuses, [expected; 1000]);
        assert!(held < 32 * MIB, "{} KiB", held / 1024);
    }
}

#[tokio::test]
async fn a_thousand_tokens_of_16_kib_take_little_more_than_their_text_until_the_keys_are_there() {
    let _alone = ALONE.lock().await;
    let signer = Signer::new();
    let tokens: Vec<String> = (0..1000).map(|user| signer.token(user)).collect();
    held_for_a_thousand(&tokens, StatusCode::OK).await;
}

#[tokio::test]
async fn a_thousand_forged_tokens_take_little_whichever_part_is_long() {
    let _alone = ALONE.lock().await;
    let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"RS256","typ":"JWT","kid":"ins_1"}"#);
    let claims = |filler: &str| {
        let claims = format!(
            r#"{{"sub":"user_1","exp":{},"iat":{NOW},"x":[{filler}0]}}"#,
            NOW + 50
        );
        URL_SAFE_NO_PAD.encode(claims)
    };
    // The longest payload that is read before the signature is verified, with as many values as fit, and the longest
    // signature.
    let small = claims(&"0,".repeat(980));
    let long_signature = format!("{header}.{}.{}", claims(""), "AAAA".repeat(4000));
    for token in [format!("{header}.{small}.AAAA"), long_signature] {
        assert!(token.len() <= 16 * 1024);
        held_for_a_thousand(&vec![token; 1000], StatusCode::UNAUTHORIZED).await;
    }
}

#[tokio::test]
async fn the_cache_of_verified_tokens_takes_the_64_mib_that_it_may() {
    let _alone = ALONE.lock().await;
    let signer = Signer::new();
    let clerk = clerk(options().jwt_key(PUBLIC_KEY));
    let before = ALLOCATOR.current_usage();
    for user in 0..4096 {
        let bearer = format!("Bearer {}", signer.token(user));
        let request = Request::get("/").header("authorization", bearer);
        let (parts, ()) = request.body(()).unwrap().into_parts();
        let state = authenticate_request(&clerk, &parts, &AuthenticateOptions::new()).await;
        assert!(state.is_signed_in());
    }
    let held = ALLOCATOR.current_usage().saturating_sub(before);
    assert!(held <= 64 * MIB, "{} KiB", held / 1024);
    // Even at this size, several hundred tokens fit.
    assert!(held >= 16 * MIB, "{} KiB", held / 1024);
}
