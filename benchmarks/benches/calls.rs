//! One call that returns 100 users, from a server on loopback.

#![recursion_limit = "256"]

use std::fmt::Write as _;

use clerk_sdk::{Clerk, ClerkOptions, Environment};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

fn user(number: usize) -> Value {
    let id = format!("user_2abcdefghijklmnopqrst{number:05}");
    json!({
        "id": id, "object": "user", "username": null, "first_name": "Ada", "last_name": "Lovelace", "locale": "en-GB",
        "image_url": "https://img.example.com/eyJ0eXBlIjoiZGVmYXVsdCJ9", "has_image": false,
        "primary_email_address_id": format!("idn_{number}"), "primary_phone_number_id": null,
        "primary_web3_wallet_id": null, "password_enabled": true, "two_factor_enabled": false, "totp_enabled": false,
        "backup_code_enabled": false, "mfa_enabled_at": null, "mfa_disabled_at": null, "password_last_updated_at": null,
        "email_addresses": [{
            "id": format!("idn_{number}"), "object": "email_address", "email_address": format!("ada{number}@example.com"),
            "reserved": false, "verification": {
                "object": "verification_otp", "status": "verified", "strategy": "email_code", "attempts": 1, "expire_at": 1_700_000_000_000_i64,
            },
            "linked_to": [], "matches_sso_connection": false, "created_at": 1_700_000_000_000_i64, "updated_at": 1_700_000_000_000_i64,
        }],
        "phone_numbers": [], "web3_wallets": [], "passkeys": [], "external_accounts": [], "saml_accounts": [],
        "enterprise_accounts": [], "organization_memberships": null, "password_hash": null,
        "public_metadata": { "plan": "pro" }, "private_metadata": {}, "unsafe_metadata": {},
        "external_id": null, "last_sign_in_at": 1_700_000_000_000_i64, "banned": false, "locked": false,
        "lockout_expires_in_seconds": null, "verification_attempts_remaining": 100, "created_at": 1_700_000_000_000_i64,
        "updated_at": 1_700_000_000_000_i64, "delete_self_enabled": true, "create_organization_enabled": true,
        "create_organizations_limit": null, "last_active_at": 1_700_000_000_000_i64, "legal_accepted_at": null,
        "bypass_client_trust": false,
    })
}

/// What a patient person would write by hand: every field of the answer, the nested ones that a user has typed too.
#[derive(Deserialize)]
#[allow(dead_code)]
struct User {
    id: String,
    object: String,
    username: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
    locale: Option<String>,
    image_url: Option<String>,
    has_image: bool,
    primary_email_address_id: Option<String>,
    primary_phone_number_id: Option<String>,
    primary_web3_wallet_id: Option<String>,
    password_enabled: bool,
    two_factor_enabled: bool,
    totp_enabled: bool,
    backup_code_enabled: bool,
    mfa_enabled_at: Option<i64>,
    mfa_disabled_at: Option<i64>,
    password_last_updated_at: Option<i64>,
    email_addresses: Vec<EmailAddress>,
    phone_numbers: Vec<Value>,
    web3_wallets: Vec<Value>,
    passkeys: Vec<Value>,
    external_accounts: Vec<Value>,
    saml_accounts: Vec<Value>,
    enterprise_accounts: Vec<Value>,
    organization_memberships: Option<Vec<Value>>,
    public_metadata: Map<String, Value>,
    private_metadata: Option<Map<String, Value>>,
    unsafe_metadata: Map<String, Value>,
    external_id: Option<String>,
    last_sign_in_at: Option<i64>,
    banned: bool,
    locked: bool,
    lockout_expires_in_seconds: Option<i64>,
    verification_attempts_remaining: Option<i64>,
    created_at: i64,
    updated_at: i64,
    delete_self_enabled: bool,
    create_organization_enabled: bool,
    create_organizations_limit: Option<i64>,
    last_active_at: Option<i64>,
    legal_accepted_at: Option<i64>,
    bypass_client_trust: Option<bool>,
}

#[derive(Deserialize)]
#[allow(dead_code)]
struct EmailAddress {
    id: String,
    object: String,
    email_address: String,
    reserved: bool,
    verification: Option<Verification>,
    linked_to: Vec<Value>,
    matches_sso_connection: bool,
    created_at: i64,
    updated_at: i64,
}

#[derive(Deserialize)]
#[allow(dead_code)]
struct Verification {
    object: String,
    status: String,
    strategy: String,
    attempts: Option<i64>,
    expire_at: Option<i64>,
}

/// Responds to every request on a kept connection with this body.
async fn serve(listener: TcpListener, answer: Vec<u8>) {
    loop {
        let (mut stream, _) = listener.accept().await.unwrap();
        let answer = answer.clone();
        tokio::spawn(async move {
            stream.set_nodelay(true).unwrap();
            let mut request = Vec::new();
            loop {
                request.clear();
                while !request.ends_with(b"\r\n\r\n") {
                    if stream.read_buf(&mut request).await.unwrap_or(0) == 0 {
                        return;
                    }
                }
                if stream.write_all(&answer).await.is_err() {
                    return;
                }
            }
        });
    }
}

fn calls(criterion: &mut Criterion) {
    let body = Value::from((0..100).map(user).collect::<Vec<_>>()).to_string();
    let mut answer = String::from("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n");
    write!(answer, "content-length: {}\r\n\r\n{body}", body.len()).unwrap();

    // The server has a thread of its own, so that what is measured is the client and the loopback.
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            sender.send(listener.local_addr().unwrap()).unwrap();
            serve(listener, answer.into_bytes()).await;
        });
    });
    let url = format!("http://{}", receiver.recv().unwrap());

    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let mut group = criterion.benchmark_group("100 users");
    group.throughput(Throughput::Bytes(body.len() as u64));

    let http = reqwest::Client::new();
    let address = format!("{url}/v1/users?limit=100");
    group.bench_function("reqwest, a hand-written struct", |bencher| {
        bencher.to_async(&runtime).iter(|| async {
            let request = http.get(&address).bearer_auth("sk_test_1");
            let users: Vec<User> = request.send().await.unwrap().json().await.unwrap();
            assert_eq!(users.len(), 100);
        });
    });

    let api = clerk_api::Client::new(clerk_api::Config::new("sk_test_1").server_api_url(&url));
    group.bench_function("clerk-api", |bencher| {
        bencher.to_async(&runtime).iter(|| async {
            assert_eq!(api.get_user_list().limit(100).await.unwrap().len(), 100);
        });
    });

    let options = ClerkOptions::new()
        .secret_key("sk_test_1")
        .server_api_url(&url);
    let clerk = Clerk::with_environment(options, Environment::empty()).unwrap();
    group.bench_function("clerk-sdk", |bencher| {
        bencher.to_async(&runtime).iter(|| async {
            assert_eq!(
                clerk
                    .users()
                    .get_user_list()
                    .limit(100)
                    .await
                    .unwrap()
                    .len(),
                100
            );
        });
    });
    group.finish();
}

criterion_group!(benches, calls);
criterion_main!(benches);
