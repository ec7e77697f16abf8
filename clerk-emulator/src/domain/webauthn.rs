//! What authenticators send (W3C's Web Authentication, level 3): read and verified.
//!
//! Attestation is not judged: any authenticator will do.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};
use base64::Engine;
use base64::alphabet::URL_SAFE;
use base64::engine::DecodePaddingMode::Indifferent;
use base64::engine::{GeneralPurpose, GeneralPurposeConfig};
use serde::Deserialize;
use serde_json::{Value, json};

/// Base64 as URLs have it; what comes with padding is read too.
pub(super) const BASE64URL: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new()
        .with_encode_padding(false)
        .with_decode_padding_mode(Indifferent),
);

/// ECDSA on P-256 with SHA-256, as COSE numbers it.
pub(super) const ES256: i64 = -7;
/// RSASSA-PKCS1-v1_5 with SHA-256.
pub(super) const RS256: i64 = -257;

/// The longest id that an authenticator may give to a credential.
const MAX_CREDENTIAL_ID: usize = 1023;

/// Why something is no proof; the text ends an error's.
type Refused = &'static str;

/// A credential as a browser's page sends it, in JSON.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Credential {
    pub(super) id: String,
    #[serde(rename = "type")]
    kind: String,
    response: CredentialResponse,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct CredentialResponse {
    #[serde(rename = "clientDataJSON")]
    client_data: String,
    attestation_object: Option<String>,
    authenticator_data: Option<String>,
    signature: Option<String>,
}

/// What the browser says that it was asked for.
#[derive(Debug, Deserialize)]
struct ClientData {
    #[serde(rename = "type")]
    kind: String,
    challenge: String,
    origin: String,
}

/// What a credential has to answer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Expected<'a> {
    pub(super) challenge: &'a str,
    pub(super) origin: &'a str,
    pub(super) rp_id: &'a str,
}

/// A new credential.
#[derive(Debug)]
pub(super) struct Registered {
    /// In Base64, as URLs have it.
    pub(super) credential_id: String,
    pub(super) public_key: Value,
    pub(super) sign_count: u32,
}

impl Credential {
    /// Reads a credential in JSON.
    pub(super) fn read(text: &str) -> Result<Self, Refused> {
        let read: Self = serde_json::from_str(text).map_err(|_| "is no credential in JSON")?;
        if read.kind != "public-key" {
            return Err("is of another type than public-key");
        }
        Ok(read)
    }

    /// Verifies what the browser says; returns it as it was signed.
    fn client_data(&self, kind: &str, expected: Expected<'_>) -> Result<Vec<u8>, Refused> {
        let bytes = decoded(&self.response.client_data)?;
        let data: ClientData =
            serde_json::from_slice(&bytes).map_err(|_| "has a clientDataJSON that is none")?;
        if data.kind != kind {
            return Err("is of another ceremony");
        }
        if data.challenge.trim_end_matches('=') != expected.challenge {
            return Err("answers another challenge");
        }
        if data.origin != expected.origin {
            return Err("is of another origin");
        }
        Ok(bytes)
    }

    /// Verifies a new credential.
    pub(super) fn registered(&self, expected: Expected<'_>) -> Result<Registered, Refused> {
        self.client_data("webauthn.create", expected)?;
        let object = self.response.attestation_object.as_deref();
        let object = decoded(object.ok_or("has no attestationObject")?)?;
        let object = cbor::read_all(&object).ok_or("has an attestationObject that is no CBOR")?;
        let data = object.get_text("authData").and_then(cbor::Item::bytes);
        let data = AuthenticatorData::read(data.ok_or("has no authData")?, expected.rp_id)?;
        let attested = data.attested.ok_or("has no new key")?;
        let credential_id = BASE64URL.encode(attested.credential_id);
        if credential_id != self.id.trim_end_matches('=') {
            return Err("has another id than its authData says");
        }
        Ok(Registered {
            credential_id,
            public_key: public_key(&attested.key)
                .ok_or("has a key that is neither ES256 nor RS256")?,
            sign_count: data.sign_count,
        })
    }

    /// Verifies that a known credential signed; returns its new count of signatures, and whether the device verified
    /// its user.
    pub(super) fn asserted(
        &self,
        expected: Expected<'_>,
        public_key: &Value,
    ) -> Result<(u32, bool), Refused> {
        let client_data = self.client_data("webauthn.get", expected)?;
        let given = self.response.authenticator_data.as_deref();
        let mut signed = decoded(given.ok_or("has no authenticatorData")?)?;
        let data = AuthenticatorData::read(&signed, expected.rp_id)?;
        let read = (data.sign_count, data.is_user_verified);
        let signature = self.response.signature.as_deref();
        let signature = decoded(signature.ok_or("has no signature")?)?;
        signed.extend_from_slice(digest(&SHA256, &client_data).as_ref());
        if !is_signed(public_key, &signed, &signature) {
            return Err("has a signature that is not the passkey's");
        }
        Ok(read)
    }
}

fn decoded(text: &str) -> Result<Vec<u8>, Refused> {
    BASE64URL
        .decode(text)
        .map_err(|_| "has a part that is not encoded in Base64, as URLs have it")
}

/// Whether a kept key made the signature.
fn is_signed(public_key: &Value, message: &[u8], signature: &[u8]) -> bool {
    let part = |name: &str| BASE64URL.decode(public_key[name].as_str()?).ok();
    match public_key["alg"].as_i64() {
        Some(ES256) => part("point").is_some_and(|point| {
            let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point);
            key.verify(message, signature).is_ok()
        }),
        Some(RS256) => part("n").zip(part("e")).is_some_and(|(n, e)| {
            let key = RsaPublicKeyComponents { n, e };
            key.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature)
                .is_ok()
        }),
        _ => false,
    }
}

/// Returns a point of P-256 as SEC 1 has it, uncompressed.
pub(super) fn point(x: &[u8], y: &[u8]) -> Option<Vec<u8>> {
    (x.len() == 32 && y.len() == 32).then(|| [&[4][..], x, y].concat())
}

/// Returns a COSE key in the form in which it is kept.
fn public_key(key: &cbor::Item<'_>) -> Option<Value> {
    let bytes = |label: i64| key.get_int(label).and_then(cbor::Item::bytes);
    let number = |label: i64| key.get_int(label).and_then(cbor::Item::int);
    match (number(1)?, number(3)?) {
        // The curve 1 is P-256.
        (2, ES256) if number(-1) == Some(1) => {
            let point = point(bytes(-2)?, bytes(-3)?)?;
            Some(json!({"alg": ES256, "point": BASE64URL.encode(point)}))
        }
        (3, RS256) => {
            let (n, e) = (bytes(-1)?, bytes(-2)?);
            Some(json!({"alg": RS256, "n": BASE64URL.encode(n), "e": BASE64URL.encode(e)}))
        }
        _ => None,
    }
}

struct AuthenticatorData<'a> {
    is_user_verified: bool,
    sign_count: u32,
    attested: Option<Attested<'a>>,
}

struct Attested<'a> {
    credential_id: &'a [u8],
    key: cbor::Item<'a>,
}

/// The user was there.
const PRESENT: u8 = 1;
/// A finger, a face or a PIN was asked for.
const USER_VERIFIED: u8 = 4;
/// A new key follows.
const ATTESTED: u8 = 0x40;

impl<'a> AuthenticatorData<'a> {
    fn read(bytes: &'a [u8], rp_id: &str) -> Result<Self, Refused> {
        const SHORT: Refused = "has authenticator data that is too short";
        let (hash, rest) = bytes.split_at_checked(32).ok_or(SHORT)?;
        let (flags, rest) = rest.split_first().ok_or(SHORT)?;
        let (count, rest) = rest.split_first_chunk::<4>().ok_or(SHORT)?;
        if hash != digest(&SHA256, rp_id.as_bytes()).as_ref() {
            return Err("is for another site");
        }
        if flags & PRESENT == 0 {
            return Err("was made without its user");
        }
        let attested = if flags & ATTESTED == 0 {
            None
        } else {
            // Before the id stands what model the authenticator is of.
            let (_, rest) = rest.split_at_checked(16).ok_or(SHORT)?;
            let (length, rest) = rest.split_first_chunk::<2>().ok_or(SHORT)?;
            let length = usize::from(u16::from_be_bytes(*length));
            if length == 0 || length > MAX_CREDENTIAL_ID {
                return Err("has an id of an impossible length");
            }
            let (credential_id, rest) = rest.split_at_checked(length).ok_or(SHORT)?;
            // Extensions may follow the key.
            let key = cbor::read_first(rest).ok_or("has a key that is no CBOR")?;
            Some(Attested { credential_id, key })
        };
        Ok(Self {
            is_user_verified: flags & USER_VERIFIED != 0,
            sign_count: u32::from_be_bytes(*count),
            attested,
        })
    }
}

/// As much of CBOR (RFC 8949) as authenticators use: items of known length.
mod cbor {
    /// Deeper ones are rejected.
    const MAX_DEPTH: usize = 8;

    #[derive(Debug, PartialEq)]
    pub(super) enum Item<'a> {
        Int(i64),
        Bytes(&'a [u8]),
        Text(&'a str),
        List(Vec<Item<'a>>),
        Map(Vec<(Item<'a>, Item<'a>)>),
        /// Truth values, null, and numbers with fractions.
        Other,
    }

    impl<'a> Item<'a> {
        pub(super) fn int(&self) -> Option<i64> {
            match self {
                Self::Int(number) => Some(*number),
                _ => None,
            }
        }

        pub(super) fn bytes(&self) -> Option<&'a [u8]> {
            match self {
                Self::Bytes(bytes) => Some(bytes),
                _ => None,
            }
        }

        fn get(&self, is_key: impl Fn(&Item<'_>) -> bool) -> Option<&Item<'a>> {
            let Self::Map(pairs) = self else {
                return None;
            };
            pairs
                .iter()
                .find(|(key, _)| is_key(key))
                .map(|(_, value)| value)
        }

        pub(super) fn get_text(&self, name: &str) -> Option<&Item<'a>> {
            self.get(|key| matches!(key, Item::Text(text) if *text == name))
        }

        pub(super) fn get_int(&self, label: i64) -> Option<&Item<'a>> {
            self.get(|key| *key == Item::Int(label))
        }
    }

    /// Reads one item that is all there is.
    pub(super) fn read_all(bytes: &[u8]) -> Option<Item<'_>> {
        let (item, rest) = read(bytes, 0)?;
        rest.is_empty().then_some(item)
    }

    /// Reads one item, whatever follows it.
    pub(super) fn read_first(bytes: &[u8]) -> Option<Item<'_>> {
        read(bytes, 0).map(|(item, _)| item)
    }

    fn read(bytes: &[u8], depth: usize) -> Option<(Item<'_>, &[u8])> {
        if depth > MAX_DEPTH {
            return None;
        }
        let (first, rest) = bytes.split_first()?;
        let (number, rest) = argument(first & 0x1f, rest)?;
        let length = usize::try_from(number).ok();
        Some(match first >> 5 {
            0 => (Item::Int(i64::try_from(number).ok()?), rest),
            1 => (Item::Int(-1 - i64::try_from(number).ok()?), rest),
            2 => {
                let (bytes, rest) = rest.split_at_checked(length?)?;
                (Item::Bytes(bytes), rest)
            }
            3 => {
                let (text, rest) = rest.split_at_checked(length?)?;
                (Item::Text(std::str::from_utf8(text).ok()?), rest)
            }
            4 => list(number, rest, depth)?,
            5 => map(number, rest, depth)?,
            7 => (Item::Other, rest),
            _ => return None,
        })
    }

    /// Reads the number that is in an item's first byte or follows it.
    fn argument(info: u8, rest: &[u8]) -> Option<(u64, &[u8])> {
        let length = match info {
            0..=23 => return Some((u64::from(info), rest)),
            24 => 1,
            25 => 2,
            26 => 4,
            27 => 8,
            _ => return None,
        };
        let (bytes, rest) = rest.split_at_checked(length)?;
        let number = bytes
            .iter()
            .fold(0, |number: u64, byte| (number << 8) | u64::from(*byte));
        Some((number, rest))
    }

    // Nothing is reserved for the length that is claimed: each item takes a byte at least, so that the input bounds it.
    fn list(length: u64, mut rest: &[u8], depth: usize) -> Option<(Item<'_>, &[u8])> {
        let mut items = Vec::new();
        for _ in 0..length {
            let (item, after) = read(rest, depth + 1)?;
            items.push(item);
            rest = after;
        }
        Some((Item::List(items), rest))
    }

    fn map(length: u64, mut rest: &[u8], depth: usize) -> Option<(Item<'_>, &[u8])> {
        let mut pairs = Vec::new();
        for _ in 0..length {
            let (key, after) = read(rest, depth + 1)?;
            let (value, after) = read(after, depth + 1)?;
            pairs.push((key, value));
            rest = after;
        }
        Some((Item::Map(pairs), rest))
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn items_are_read() {
            let bytes = [
                0xa3, 0x01, 0x02, 0x03, 0x26, 0x61, b'a', 0x82, 0x42, 1, 2, 0xf6,
            ];
            let item = read_all(&bytes);
            let item = item.as_ref();
            assert_eq!(item.and_then(|item| item.get_int(1)?.int()), Some(2));
            assert_eq!(item.and_then(|item| item.get_int(3)?.int()), Some(-7));
            let list = item.and_then(|item| item.get_text("a"));
            assert_eq!(
                list,
                Some(&Item::List(vec![Item::Bytes(&[1, 2]), Item::Other]))
            );
        }

        #[test]
        fn what_claims_more_than_there_is_or_is_too_deep_is_rejected() {
            for bytes in [
                &[][..],
                &[0x58][..],
                &[0x42, 1],
                &[0x9b, 255, 255, 255, 255, 255, 255, 255, 255],
                &[0xbf, 0xff],
                &[0x5b, 255, 255, 255, 255, 255, 255, 255, 255, 1],
                &[0x3b, 255, 255, 255, 255, 255, 255, 255, 255],
                &[0x81; 40],
            ] {
                assert_eq!(read_first(bytes), None, "{bytes:x?}");
            }
            assert_eq!(read_all(&[1, 1]), None);
        }
    }
}
