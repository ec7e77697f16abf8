//! Keys and signatures.

use aws_lc_rs::signature::{
    RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY, RSA_PKCS1_2048_8192_SHA384,
    RSA_PKCS1_2048_8192_SHA512, RsaPublicKeyComponents,
};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use serde_json::Value;

/// An RSA key.
#[derive(Clone, Debug)]
pub(super) struct Key {
    n: Vec<u8>,
    e: Vec<u8>,
    /// The one algorithm that it is for, if it names one.
    alg: Option<String>,
    /// Whether an import fails.
    pub(super) is_broken: bool,
}

/// A signature that was checked.
#[derive(PartialEq)]
pub(super) enum Checked {
    Good,
    Bad,
    /// The key cannot be used for it.
    Fails,
}

const USUAL_BEGIN: &str = "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA";
const USUAL_END: &str = "IDAQAB";

impl Key {
    /// The key that the JavaScript SDK takes a PEM for: it knows one form, and takes anything else for a modulus.
    pub(super) fn of_pem_in_javascript(pem: &str) -> Self {
        let text = pem
            .replace("-----BEGIN PUBLIC KEY-----", "")
            .replace("-----END PUBLIC KEY-----", "");
        let text: String = text.chars().filter(|char| !char.is_whitespace()).collect();
        let modulus = text.replacen(USUAL_BEGIN, "", 1).replacen(USUAL_END, "", 1);
        let is_usual = text.starts_with(USUAL_BEGIN) && text.ends_with(USUAL_END);
        Self {
            n: STANDARD_NO_PAD
                .decode(modulus.trim_end_matches('='))
                .ok()
                .filter(|_| is_usual)
                .unwrap_or_default(),
            e: vec![1, 0, 1],
            alg: Some("RS256".to_owned()),
            is_broken: false,
        }
    }

    /// The key of a PEM, with or without its lines, as SubjectPublicKeyInfo or PKCS#1.
    pub(super) fn of_pem(pem: &str) -> Option<Self> {
        let pem = pem.replace("\\r", "").replace("\\n", "\n");
        let pem = pem.trim().trim_matches(['"', '\'']);
        let body = match pem.split_once("-----BEGIN ") {
            None => pem,
            Some((_, rest)) => {
                let (label, body) = rest.split_once("-----")?;
                if !matches!(label, "PUBLIC KEY" | "RSA PUBLIC KEY") {
                    return None;
                }
                body.split("-----").next()?
            }
        };
        let text: String = body.chars().filter(|char| !char.is_whitespace()).collect();
        let der = STANDARD_NO_PAD.decode(text.trim_end_matches('=')).ok()?;
        let (n, e) = numbers(&der)?;
        let key = Self {
            n,
            e,
            alg: Some("RS256".to_owned()),
            is_broken: false,
        };
        (key.bits() >= 2048).then_some(key)
    }

    pub(super) fn of_jwk(jwk: &Value) -> Self {
        let text = |name: &str| jwk.get(name).and_then(Value::as_str);
        let number = |name: &str| {
            let text = text(name).unwrap_or_default().trim_end_matches('=');
            let bytes = URL_SAFE_NO_PAD.decode(text).unwrap_or_default();
            bytes
                .into_iter()
                .skip_while(|byte| *byte == 0)
                .collect::<Vec<u8>>()
        };
        let is_private = ["d", "p", "q", "dp", "dq", "qi"]
            .iter()
            .any(|name| jwk.get(name).is_some());
        let is_for_signatures = jwk.get("use").is_none_or(|usage| usage == "sig")
            && jwk.get("key_ops").is_none_or(|list| {
                list.as_array()
                    .is_some_and(|list| list.iter().any(|one| one == "verify"))
            });
        let (n, e) = (number("n"), number("e"));
        let is_broken = text("kty") != Some("RSA")
            || is_private
            || !is_for_signatures
            || n.is_empty()
            || e.is_empty();
        Self {
            n,
            e,
            alg: jwk
                .get("alg")
                .map(|alg| alg.as_str().unwrap_or_default().to_owned()),
            is_broken,
        }
    }

    pub(super) fn bits(&self) -> usize {
        let first = self.n.first().copied().unwrap_or_default();
        (self.n.len() * 8).saturating_sub(first.leading_zeros() as usize)
    }

    pub(super) fn check(&self, alg: &str, signed: &str, signature: &[u8]) -> Checked {
        if self.is_broken || self.alg.as_deref().is_some_and(|own| own != alg) {
            return Checked::Fails;
        }
        let parameters = match alg {
            "RS256" => &RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY,
            "RS384" => &RSA_PKCS1_2048_8192_SHA384,
            _ => &RSA_PKCS1_2048_8192_SHA512,
        };
        let key = RsaPublicKeyComponents {
            n: &self.n,
            e: &self.e,
        };
        match key.verify(parameters, signed.as_bytes(), signature) {
            Ok(()) => Checked::Good,
            Err(_) => Checked::Bad,
        }
    }
}

/// Modulus and exponent of a key in DER: the two numbers at its end.
fn numbers(der: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    let (tag, inner) = element(der)?.0;
    if tag != 0x30 {
        return None;
    }
    let ((tag, first), rest) = element(inner)?;
    if tag == 0x02 {
        let ((_, second), _) = element(rest)?;
        let strip = |number: &[u8]| {
            number
                .iter()
                .copied()
                .skip_while(|byte| *byte == 0)
                .collect()
        };
        return Some((strip(first), strip(second)));
    }
    let ((tag, bits), _) = element(rest)?;
    if tag != 0x03 {
        return None;
    }
    numbers(bits.get(1..)?)
}

/// An element of DER, as tag and content, and what follows it.
type Element<'d> = ((u8, &'d [u8]), &'d [u8]);

/// The first element.
fn element(der: &[u8]) -> Option<Element<'_>> {
    let (&tag, rest) = der.split_first()?;
    let (&first, mut rest) = rest.split_first()?;
    let length = if first < 0x80 {
        usize::from(first)
    } else {
        let (bytes, after) = rest.split_at_checked(usize::from(first & 0x7f))?;
        rest = after;
        bytes.iter().try_fold(0usize, |sum, byte| {
            sum.checked_mul(256)?.checked_add(usize::from(*byte))
        })?
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some(((tag, content), rest))
}
