//! An authenticator in software: keys on P-256, as passkeys and trusted devices have them.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::browser::text;

pub const ORIGIN: &str = "http://localhost:3000";

pub struct Authenticator {
    key: EcdsaKeyPair,
    pub credential_id: Vec<u8>,
    pub sign_count: u32,
    /// What it takes its page for.
    pub origin: String,
    pub rp_id: String,
}

pub fn encoded(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

impl Authenticator {
    pub fn new(id: &str) -> Self {
        Self {
            key: EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap(),
            credential_id: id.as_bytes().to_vec(),
            sign_count: 0,
            origin: ORIGIN.to_owned(),
            rp_id: "localhost".to_owned(),
        }
    }

    fn coordinates(&self) -> (&[u8], &[u8]) {
        let point = self.key.public_key().as_ref();
        (&point[1..33], &point[33..65])
    }

    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        let signature = self.key.sign(&SystemRandom::new(), message).unwrap();
        signature.as_ref().to_vec()
    }

    pub fn jwk(&self) -> String {
        let (x, y) = self.coordinates();
        json!({"kty": "EC", "crv": "P-256", "x": encoded(x), "y": encoded(y)}).to_string()
    }

    fn client_data(&self, kind: &str, options: &Value) -> Vec<u8> {
        let challenge = text(&options["challenge"]);
        json!({"type": kind, "challenge": challenge, "origin": self.origin})
            .to_string()
            .into_bytes()
    }

    fn data(&self, flags: u8) -> Vec<u8> {
        let mut data = digest(&SHA256, self.rp_id.as_bytes()).as_ref().to_vec();
        data.push(flags);
        data.extend(self.sign_count.to_be_bytes());
        data
    }

    fn cose_key(&self) -> Vec<u8> {
        let (x, y) = self.coordinates();
        // {1: 2, 3: -7, -1: 1, -2: x, -3: y}
        let mut key = vec![0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 32];
        key.extend(x);
        key.extend([0x22, 0x58, 32]);
        key.extend(y);
        key
    }

    /// Answers the options of a registration, as clerk-js sends the answer.
    pub fn register(&self, passkey: &Value) -> String {
        let options: Value =
            serde_json::from_str(&text(&passkey["verification"]["nonce"])).unwrap();
        assert_eq!(options["rp"]["id"], "localhost");
        let mut data = self.data(0x45);
        data.extend([0; 16]);
        data.extend(
            u16::try_from(self.credential_id.len())
                .unwrap()
                .to_be_bytes(),
        );
        data.extend(&self.credential_id);
        data.extend(self.cose_key());
        // {"fmt": "none", "attStmt": {}, "authData": data}
        let mut object = vec![0xa3, 0x63];
        object.extend(b"fmt");
        object.push(0x64);
        object.extend(b"none");
        object.push(0x67);
        object.extend(b"attStmt");
        object.extend([0xa0, 0x68]);
        object.extend(b"authData");
        object.push(0x59);
        object.extend(u16::try_from(data.len()).unwrap().to_be_bytes());
        object.extend(&data);
        json!({
            "type": "public-key", "id": encoded(&self.credential_id), "rawId": encoded(&self.credential_id),
            "authenticatorAttachment": "platform",
            "response": {
                "clientDataJSON": encoded(self.client_data("webauthn.create", &options)),
                "attestationObject": encoded(object), "transports": ["internal"],
            },
        })
        .to_string()
    }

    /// Answers the options of a sign-in.
    #[allow(dead_code, reason = "tests of signing in use it")]
    pub fn assert(&mut self, options: &Value) -> String {
        self.sign_count += 1;
        let client_data = self.client_data("webauthn.get", options);
        let data = self.data(0x05);
        let signed = [&data, digest(&SHA256, &client_data).as_ref()].concat();
        json!({
            "type": "public-key", "id": encoded(&self.credential_id), "rawId": encoded(&self.credential_id),
            "authenticatorAttachment": "platform",
            "response": {
                "clientDataJSON": encoded(client_data), "authenticatorData": encoded(data),
                "signature": encoded(self.sign(&signed)), "userHandle": null,
            },
        })
        .to_string()
    }
}
