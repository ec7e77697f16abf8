//! Verifying one session token.

use aws_lc_rs::signature::{ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use clerk_sdk::tokens::{PublicKey, TokenVerifier, VerifyTokenOptions};
use criterion::{Criterion, criterion_group, criterion_main};
use serde::Deserialize;
use serde_json::{Value, json};

const PRIVATE: &str = include_str!("../../clerk-sdk/tests/keys/main.private.pem");
const PUBLIC: &str = include_str!("../../clerk-sdk/tests/keys/main.public.pem");

/// What an application that uses `jsonwebtoken` would read.
#[derive(Deserialize)]
#[allow(dead_code)]
struct Claims {
    sub: String,
    sid: String,
    azp: Option<String>,
    exp: u64,
}

fn der(pem: &str) -> Vec<u8> {
    let body: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    STANDARD.decode(body).unwrap()
}

/// A session token as Clerk makes them, with an active organization.
fn token() -> String {
    let now = jsonwebtoken::get_current_timestamp();
    let claims: Value = json!({
        "azp": "https://app.example.com", "exp": now + 100_000, "fva": [3, -1], "iat": now, "nbf": now - 10,
        "iss": "https://clerk.example.com", "jti": "6a4e1b1c2d3e4f5a6b7c", "sid": "sess_2abcdefghijklmnopqrstuvwxyz1",
        "sts": "active", "sub": "user_2abcdefghijklmnopqrstuvwxyz1", "v": 2, "fea": "o:posts,o:billing", "pla": "o:pro",
        "o": { "id": "org_2abcdefghijklmnopqrstuvwxyz1", "slg": "acme", "rol": "admin", "per": "read,manage", "fpm": "3,2" },
    });
    let mut header = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::RS256);
    header.kid = Some("ins_2abcdefghijklmnopqrstuvwxyz1".to_owned());
    let key = jsonwebtoken::EncodingKey::from_rsa_der(&der(PRIVATE));
    jsonwebtoken::encode(&header, &claims, &key).unwrap()
}

fn verify_token(criterion: &mut Criterion) {
    let token = token();
    let mut group = criterion.benchmark_group("verify_token");
    group.sample_size(200);

    let (signed, signature) = token.rsplit_once('.').unwrap();
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    let key = ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, der(PUBLIC)).unwrap();
    group.bench_function("aws-lc-rs, the bare check", |bencher| {
        bencher.iter(|| key.verify_sig(signed.as_bytes(), &signature).unwrap());
    });

    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let options = VerifyTokenOptions::new().authorized_parties(["https://app.example.com"]);
    for (name, remembered) in [
        ("clerk-sdk, not seen before", 0),
        ("clerk-sdk, seen before", 4096),
    ] {
        let key = PublicKey::from_pem(PUBLIC).unwrap();
        let verifier = TokenVerifier::builder()
            .jwt_key(key)
            .verified_tokens(remembered)
            .build();
        group.bench_function(name, |bencher| {
            bencher
                .to_async(&runtime)
                .iter(|| async { verifier.verify(&token, &options).await.unwrap() });
        });
    }

    let key = jsonwebtoken::DecodingKey::from_rsa_pem(PUBLIC.as_bytes()).unwrap();
    let validation = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::RS256);
    group.bench_function("jsonwebtoken, into a struct of 4 claims", |bencher| {
        bencher.iter(|| jsonwebtoken::decode::<Claims>(&token, &key, &validation).unwrap());
    });
    group.bench_function("jsonwebtoken, all claims", |bencher| {
        bencher.iter(|| jsonwebtoken::decode::<Value>(&token, &key, &validation).unwrap());
    });
    group.finish();
}

criterion_group!(benches, verify_token);
criterion_main!(benches);
