//! Signing JWTs with a key of one's own.

use aws_lc_rs::encoding::{AsDer as _, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::Value;

/// The name of the key in headers of tokens.
const KID: &str = "ins_test";

pub(super) struct SigningKey {
    pair: KeyPair,
    public_pem: String,
}

impl SigningKey {
    #[expect(
        clippy::expect_used,
        reason = "only a system without random numbers fails here, and only tests run this"
    )]
    pub(super) fn generate() -> Self {
        let pair = KeyPair::generate(KeySize::Rsa2048).expect("the system gives random numbers");
        let der: PublicKeyX509Der<'_> = pair
            .public_key()
            .as_der()
            .expect("the key that was just made can be written");
        let public_pem = format!(
            "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n",
            STANDARD.encode(der.as_ref())
        );
        Self { pair, public_pem }
    }

    pub(super) fn public_pem(&self) -> &str {
        &self.public_pem
    }

    #[expect(clippy::expect_used, reason = "as for generating")]
    pub(super) fn sign(&self, mut header: Value, claims: &Value) -> String {
        if let Some(header) = header.as_object_mut() {
            header.entry("alg").or_insert_with(|| "RS256".into());
            header.entry("kid").or_insert_with(|| KID.into());
        }
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let message = format!("{}.{}", part(&header), part(claims));
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair
            .sign(
                &RSA_PKCS1_SHA256,
                &SystemRandom::new(),
                message.as_bytes(),
                &mut signature,
            )
            .expect("the system gives random numbers");
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}
