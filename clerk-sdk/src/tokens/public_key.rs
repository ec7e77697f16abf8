use std::fmt;
use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rsa;
use aws_lc_rs::signature::{
    ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384,
    RSA_PKCS1_2048_8192_SHA512, RsaParameters,
};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use serde_json::Value;

/// The algorithms that Clerk's tokens may name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Algorithm {
    Rs256,
    Rs384,
    Rs512,
}

impl Algorithm {
    pub(super) const ALL: [Self; 3] = [Self::Rs256, Self::Rs384, Self::Rs512];

    pub(super) fn named(name: &str) -> Option<Self> {
        match name {
            "RS256" => Some(Self::Rs256),
            "RS384" => Some(Self::Rs384),
            "RS512" => Some(Self::Rs512),
            _ => None,
        }
    }

    fn parameters(self) -> &'static RsaParameters {
        match self {
            Self::Rs256 => &RSA_PKCS1_2048_8192_SHA256,
            Self::Rs384 => &RSA_PKCS1_2048_8192_SHA384,
            Self::Rs512 => &RSA_PKCS1_2048_8192_SHA512,
        }
    }
}

/// A public key that tokens are verified with, parsed once. RSA of 2048 to 8192 bits.
///
/// It comes from the PEM on the API keys page of the Clerk Dashboard (`CLERK_JWT_KEY`), or from a JSON Web Key. Clones
/// share the key.
///
/// ```
/// use clerk_sdk::tokens::PublicKey;
///
/// # let pem = include_str!("../../tests/keys/main.public.pem");
/// let key = PublicKey::from_pem(pem)?;
/// // Environment variables often hold the line breaks as `\n`; that works too.
/// assert_eq!(key, PublicKey::from_pem(&pem.replace('\n', "\\n"))?);
/// # Ok::<(), clerk_sdk::tokens::KeyError>(())
/// ```
#[derive(Clone)]
pub struct PublicKey(Arc<Inner>);

struct Inner {
    /// The key for each algorithm that it may be used with.
    parsed: Vec<(Algorithm, ParsedPublicKey)>,
    /// As PKCS #1 has it, to tell keys apart.
    der: Vec<u8>,
}

/// The SHA-256 of the emulator's test key, as PKCS #1 has it.
const EMULATOR: &[u8] = &[
    0xb7, 0x86, 0xea, 0x4d, 0x64, 0x23, 0xb2, 0x9e, 0x7b, 0x3d, 0xea, 0x61, 0x69, 0x80, 0x12, 0xd7,
    0xf3, 0xba, 0xfc, 0x8e, 0x5f, 0x26, 0x67, 0xdd, 0xa2, 0x38, 0x61, 0x96, 0xa9, 0x05, 0xa7, 0x44,
];

/// What became of checking a signature.
#[derive(Debug, PartialEq)]
pub(super) enum Checked {
    Good,
    Bad,
    /// The key is not for this algorithm.
    WrongAlgorithm,
}

impl PublicKey {
    /// Reads a PEM of a public key (`PUBLIC KEY` or `RSA PUBLIC KEY`), for RS256.
    ///
    /// Line breaks may be real, `\n` in two characters, blanks, or missing; the two marker lines may be missing as well.
    ///
    /// # Errors
    ///
    /// [`KeyError`], which says what was given instead.
    pub fn from_pem(pem: &str) -> Result<Self, KeyError> {
        let text = pem.replace("\\r", "").replace("\\n", "\n");
        let text = text.trim().trim_matches(['"', '\'']);
        if text.is_empty() {
            return Err(KeyError::Empty);
        }
        let body = match text.split_once("-----BEGIN ") {
            None => text,
            Some((_, after)) => {
                let (label, body) = after.split_once("-----").ok_or(KeyError::NotBase64)?;
                match label {
                    "PUBLIC KEY" | "RSA PUBLIC KEY" => {}
                    _ if label.ends_with("PRIVATE KEY") => return Err(KeyError::PrivateKey),
                    _ => return Err(KeyError::OtherKind),
                }
                body.split("-----").next().unwrap_or_default()
            }
        };
        let base64: String = body.chars().filter(|char| !char.is_whitespace()).collect();
        let der = STANDARD_NO_PAD
            .decode(base64.trim_end_matches('='))
            .map_err(|_| KeyError::NotBase64)?;
        Self::from_der(&der, &[Algorithm::Rs256])
    }

    /// Returns whether it is the test key of `clerk-emulator`, whose private half is in its source.
    pub(crate) fn is_emulators(&self) -> bool {
        digest(&SHA256, &self.0.der).as_ref() == EMULATOR
    }

    /// Reads a JSON Web Key.
    ///
    /// # Errors
    ///
    /// [`KeyError`] when it is not a public RSA key that is meant for verifying signatures.
    pub fn from_jwk(jwk: &Value) -> Result<Self, KeyError> {
        let text = |name: &str| jwk.get(name).and_then(Value::as_str);
        if text("kty") != Some("RSA") {
            return Err(KeyError::OtherKind);
        }
        if ["d", "p", "q", "dp", "dq", "qi"]
            .iter()
            .any(|name| jwk.get(name).is_some())
        {
            return Err(KeyError::PrivateKey);
        }
        let for_signatures = jwk.get("use").is_none_or(|usage| usage == "sig")
            && jwk.get("key_ops").is_none_or(|operations| {
                operations
                    .as_array()
                    .is_some_and(|operations| operations.iter().any(|one| one == "verify"))
            });
        if !for_signatures {
            return Err(KeyError::OtherUse);
        }
        let algorithms = match jwk.get("alg") {
            None => Algorithm::ALL.to_vec(),
            Some(name) => vec![
                name.as_str()
                    .and_then(Algorithm::named)
                    .ok_or(KeyError::OtherUse)?,
            ],
        };
        // Some who publish keys pad them; it changes nothing.
        let decode = |text: &str| URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok();
        let number = |name| text(name).and_then(decode).ok_or(KeyError::NotBase64);
        Self::from_der(&rsa_public_key(&number("n")?, &number("e")?), &algorithms)
    }

    /// `der` is a `SubjectPublicKeyInfo` or PKCS #1's `RSAPublicKey`.
    fn from_der(der: &[u8], algorithms: &[Algorithm]) -> Result<Self, KeyError> {
        let key = rsa::PublicKey::from_der(der).map_err(|_| KeyError::Rejected)?;
        let der = key.as_ref().to_vec();
        let bits = RsaParameters::public_modulus_len(&der).map_err(|_| KeyError::Rejected)?;
        let parsed = algorithms
            .iter()
            .map(|&algorithm| {
                let parameters = algorithm.parameters();
                // Parsing does not look at the size; only verifying would, as if the signature were wrong.
                if !(parameters.min_modulus_len()..=parameters.max_modulus_len()).contains(&bits) {
                    return Err(KeyError::Rejected);
                }
                let key = ParsedPublicKey::new(parameters, &der).map_err(|_| KeyError::Rejected)?;
                Ok((algorithm, key))
            })
            .collect::<Result<_, _>>()?;
        Ok(Self(Arc::new(Inner { parsed, der })))
    }

    pub(super) fn check(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> Checked {
        match self.0.parsed.iter().find(|(of, _)| *of == algorithm) {
            None => Checked::WrongAlgorithm,
            Some((_, key)) if key.verify_sig(message, signature).is_ok() => Checked::Good,
            Some(_) => Checked::Bad,
        }
    }
}

/// Equal are keys of the same bytes that serve the same algorithms.
impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        let algorithms = |key: &Self| key.0.parsed.iter().map(|(of, _)| *of).collect::<Vec<_>>();
        Arc::ptr_eq(&self.0, &other.0)
            || (self.0.der == other.0.der && algorithms(self) == algorithms(other))
    }
}

impl Eq for PublicKey {}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PublicKey").finish_non_exhaustive()
    }
}

/// Returns the DER of PKCS #1's `RSAPublicKey`: two integers in a sequence.
fn rsa_public_key(modulus: &[u8], exponent: &[u8]) -> Vec<u8> {
    let mut numbers = Vec::with_capacity(modulus.len() + exponent.len() + 16);
    for number in [modulus, exponent] {
        let zeros = number.iter().take_while(|byte| **byte == 0).count();
        let mut number = number.get(zeros..).unwrap_or_default().to_vec();
        // The first bit is the sign.
        if number.first().is_none_or(|byte| byte & 0x80 != 0) {
            number.insert(0, 0);
        }
        push_element(&mut numbers, 0x02, &number);
    }
    let mut der = Vec::with_capacity(numbers.len() + 6);
    push_element(&mut der, 0x30, &numbers);
    der
}

fn push_element(out: &mut Vec<u8>, tag: u8, content: &[u8]) {
    out.push(tag);
    let length = content.len().to_be_bytes();
    let zeros = length.iter().take_while(|byte| **byte == 0).count();
    match length.get(zeros..).unwrap_or_default() {
        [] => out.push(0),
        [short] if *short < 0x80 => out.push(*short),
        // At most eight bytes, so the count fits beside the flag.
        long => {
            out.push(0x80 | u8::try_from(long.len()).unwrap_or(8));
            out.extend_from_slice(long);
        }
    }
    out.extend_from_slice(content);
}

/// Why a text is not a key that tokens can be verified with.
///
/// ```
/// use clerk_sdk::tokens::{KeyError, PublicKey};
///
/// assert_eq!(PublicKey::from_pem("").unwrap_err(), KeyError::Empty);
/// assert!(KeyError::Empty.to_string().contains("CLERK_JWT_KEY"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyError {
    /// There is nothing.
    Empty,
    /// It is not the base64 of a key.
    NotBase64,
    /// It is a private key.
    PrivateKey,
    /// It is a certificate, or a key that is not RSA.
    OtherKind,
    /// It is a key for something else than RS256, RS384 or RS512 signatures.
    OtherUse,
    /// It is not an RSA key of 2048 to 8192 bits.
    Rejected,
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "the key is empty: set CLERK_JWT_KEY to the PEM on the API keys page of the Clerk Dashboard",
            Self::NotBase64 => "the key is not PEM: copy all of it, from BEGIN PUBLIC KEY to END PUBLIC KEY",
            Self::PrivateKey => "this is a private key, which belongs nowhere near an application: use the public one",
            Self::OtherKind => "this is not an RSA public key: copy the one on the API keys page of the Clerk Dashboard",
            Self::OtherUse => "the key is not for RS256, RS384 or RS512 signatures",
            Self::Rejected => "the key is not an RSA public key of 2048 to 8192 bits; is it complete?",
        })
    }
}

impl std::error::Error for KeyError {}
