//! Verifying one session token.

use aws_lc_rs::signature::{ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clerk_benchmarks::{PUBLIC, der, session_token};
use clerk_sdk::tokens::{PublicKey, TokenVerifier, VerifyTokenOptions};
use criterion::{Criterion, criterion_group, criterion_main};
use serde::Deserialize;
use serde_json::Value;

/// What an application that uses `jsonwebtoken` would read.
#[derive(Deserialize)]
#[allow(dead_code)]
struct Claims {
    sub: String,
    sid: String,
    azp: Option<String>,
    exp: u64,
}

fn verify_token(criterion: &mut Criterion) {
    let token = session_token();
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
