//! The key pair that signs tokens.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

/// A public key pair, because making a new one would take longer than starting an emulator should.
const TEST_KEY: &str = include_str!("../../test-keys/emulator-test-key.pem");

/// A key that cannot be used.
///
/// ```
/// use clerk_emulator::{Emulator, StartError};
///
/// # async fn run() {
/// let rejected = Emulator::builder().signing_key_pem("no PEM at all").start().await;
/// assert!(matches!(rejected, Err(StartError::SigningKey(_))));
/// # }
/// ```
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct KeyError(pub(crate) String);

/// An RSA key pair and its name.
pub(crate) struct SigningKey {
    pair: KeyPair,
    kid: String,
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SigningKey")
            .field("kid", &self.kid)
            .finish_non_exhaustive()
    }
}

impl SigningKey {
    /// Returns the test key, which is part of this crate.
    pub(crate) fn built_in() -> Result<Self, KeyError> {
        Self::from_pem(TEST_KEY)
    }

    /// Makes a new key, in about a tenth of a second.
    pub(crate) fn random() -> Result<Self, KeyError> {
        let pair = KeyPair::generate(KeySize::Rsa2048)
            .map_err(|_| KeyError("making an RSA key failed".into()))?;
        Self::named(pair)
    }

    /// Reads a key from PEM: `PRIVATE KEY` (PKCS#8) or `RSA PRIVATE KEY` (PKCS#1).
    pub(crate) fn from_pem(pem: &str) -> Result<Self, KeyError> {
        let body: String = pem
            .lines()
            .map(str::trim)
            .filter(|line| !line.starts_with("-----"))
            .collect();
        let der = STANDARD
            .decode(body)
            .map_err(|_| KeyError("the signing key is no PEM: its text is not base64".into()))?;
        let pair = if pem.contains("BEGIN RSA PRIVATE KEY") {
            KeyPair::from_der(&der)
        } else {
            KeyPair::from_pkcs8(&der)
        };
        Self::named(pair.map_err(|_| {
            KeyError(
                "the signing key is no RSA private key of 2048 to 8192 bits in PKCS#8 or PKCS#1"
                    .into(),
            )
        })?)
    }

    /// Derives the name from the key, so that the same key has the same name everywhere.
    fn named(pair: KeyPair) -> Result<Self, KeyError> {
        let hash = digest(&SHA256, pair.public_key().as_ref());
        let name: String = URL_SAFE_NO_PAD
            .encode(hash.as_ref())
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .chain("0".repeat(27).chars())
            .take(26)
            .collect();
        Ok(Self {
            pair,
            kid: format!("ins_3{name}"),
        })
    }

    /// Returns the key's name in tokens' headers and in the key set.
    pub(crate) fn kid(&self) -> &str {
        &self.kid
    }

    /// Returns the RS256 signature.
    pub(crate) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair
            .sign(
                &RSA_PKCS1_SHA256,
                &SystemRandom::new(),
                message,
                &mut signature,
            )
            .map_err(|_| KeyError("signing failed".into()))?;
        Ok(signature)
    }

    /// Returns the public key as `PUBLIC KEY` PEM, as Clerk's dashboard shows it.
    pub(crate) fn public_pem(&self) -> Result<String, KeyError> {
        let der: PublicKeyX509Der<'_> = self
            .pair
            .public_key()
            .as_der()
            .map_err(|_| KeyError("encoding the public key failed".into()))?;
        let text = STANDARD.encode(der.as_ref());
        let mut pem = String::from("-----BEGIN PUBLIC KEY-----\n");
        for line in text.as_bytes().chunks(64) {
            pem.push_str(&String::from_utf8_lossy(line));
            pem.push('\n');
        }
        pem.push_str("-----END PUBLIC KEY-----\n");
        Ok(pem)
    }

    /// Returns the key set, which has this key alone.
    pub(crate) fn jwks(&self) -> Value {
        let (n, e) = numbers(self.pair.public_key().as_ref()).unwrap_or_default();
        let (n, e) = (URL_SAFE_NO_PAD.encode(n), URL_SAFE_NO_PAD.encode(e));
        json!({"keys": [{"use": "sig", "kty": "RSA", "kid": self.kid, "alg": "RS256", "n": n, "e": e}]})
    }
}

/// Returns modulus and exponent of a public key in PKCS#1: a DER sequence of two integers.
fn numbers(der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (sequence, _) = element(der, 0x30)?;
    let (n, rest) = element(sequence, 0x02)?;
    let (e, _) = element(rest, 0x02)?;
    // A leading zero says that the number is positive.
    let bare = |number: &'_ [u8]| number.iter().take_while(|byte| **byte == 0).count();
    Some((&n[bare(n)..], &e[bare(e)..]))
}

/// Returns the content of a DER element, and what follows it.
fn element(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (&found, rest) = der.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0x80.. => {
            let (bytes, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            (
                bytes
                    .iter()
                    .fold(0, |length: usize, byte| (length << 8) | usize::from(*byte)),
                rest,
            )
        }
        _ => (usize::from(first), rest),
    };
    (found == tag).then(|| rest.split_at_checked(length))?
}
