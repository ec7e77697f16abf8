//! Passwords and one-time codes.

use std::num::NonZeroU32;

use aws_lc_rs::{constant_time, hmac, pbkdf2};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

/// Few: this is a test double, and tests sign in often.
const ROUNDS: NonZeroU32 = match NonZeroU32::new(64) {
    Some(rounds) => rounds,
    None => NonZeroU32::MIN,
};

/// A hashed password.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Password {
    kept: Kept,
    pub(crate) updated_at: i64,
    pub(crate) compromised: bool,
}

#[derive(Clone, PartialEq, Serialize, Deserialize)]
enum Kept {
    /// Hashed by the emulator.
    Hash { salt: [u8; 16], hash: [u8; 32] },
    /// Hashed elsewhere, in Django's format.
    Pbkdf2Sha256 {
        rounds: NonZeroU32,
        salt: String,
        hash: Vec<u8>,
    },
    /// By a method that the emulator does not know.
    Foreign { hasher: String },
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password([redacted])")
    }
}

impl Password {
    pub(crate) fn new(password: &str, now: i64) -> Self {
        let mut salt = [0; 16];
        // Without randomness the password is unsalted, which is good enough for tests.
        let _ = aws_lc_rs::rand::fill(&mut salt);
        let mut hash = [0; 32];
        pbkdf2::derive(
            pbkdf2::PBKDF2_HMAC_SHA256,
            ROUNDS,
            &salt,
            password.as_bytes(),
            &mut hash,
        );
        Self::keeping(Kept::Hash { salt, hash }, now)
    }

    /// Reads a digest that was made elsewhere; `None` if it does not have the hasher's form.
    pub(crate) fn from_digest(digest: &str, hasher: &str, now: i64) -> Option<Self> {
        let kept = if hasher == "pbkdf2_sha256" {
            let mut parts = digest.strip_prefix("pbkdf2_sha256$")?.splitn(3, '$');
            let rounds = parts.next()?.parse().ok()?;
            let salt = parts.next()?.to_owned();
            let hash = STANDARD.decode(parts.next()?).ok()?;
            Kept::Pbkdf2Sha256 { rounds, salt, hash }
        } else {
            Kept::Foreign {
                hasher: hasher.to_owned(),
            }
        };
        Some(Self::keeping(kept, now))
    }

    fn keeping(kept: Kept, now: i64) -> Self {
        Self {
            kept,
            updated_at: now,
            compromised: false,
        }
    }

    /// Whether this is the password; the hasher's name if the emulator does not know the method.
    pub(crate) fn verify(&self, password: &str) -> Result<bool, &str> {
        match &self.kept {
            Kept::Hash { salt, hash } => Ok(pbkdf2::verify(
                pbkdf2::PBKDF2_HMAC_SHA256,
                ROUNDS,
                salt,
                password.as_bytes(),
                hash,
            )
            .is_ok()),
            Kept::Pbkdf2Sha256 { rounds, salt, hash } => Ok(pbkdf2::verify(
                pbkdf2::PBKDF2_HMAC_SHA256,
                *rounds,
                salt.as_bytes(),
                password.as_bytes(),
                hash,
            )
            .is_ok()),
            Kept::Foreign { hasher } => Err(hasher),
        }
    }
}

/// Whether this is the code of now, or of the half minute before or after (RFC 6238, SHA-1, six digits).
pub(crate) fn verify_totp(secret: &str, code: &str, now: i64) -> bool {
    let Some(key) = base32(secret) else {
        return false;
    };
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &key);
    let step = now.div_euclid(30_000);
    (step - 1..=step + 1).any(|step| {
        let tag = hmac::sign(&key, &step.to_be_bytes());
        let bytes = tag.as_ref();
        let start = usize::from(bytes.last().copied().unwrap_or(0) & 0xf);
        let number = bytes
            .iter()
            .skip(start)
            .take(4)
            .fold(0_u32, |number, byte| (number << 8) | u32::from(*byte));
        let expected = format!("{:06}", (number & 0x7fff_ffff) % 1_000_000);
        constant_time::verify_slices_are_equal(expected.as_bytes(), code.as_bytes()).is_ok()
    })
}

fn base32(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let (mut bits, mut have) = (0_u32, 0);
    for c in text
        .trim_end_matches('=')
        .chars()
        .filter(|c| !c.is_whitespace())
    {
        let value = match c.to_ascii_uppercase() {
            c @ 'A'..='Z' => c as u32 - 'A' as u32,
            c @ '2'..='7' => c as u32 - '2' as u32 + 26,
            _ => return None,
        };
        bits = (bits << 5) | value;
        have += 5;
        if have >= 8 {
            have -= 8;
            bytes.push((bits >> have) as u8);
            bits &= (1 << have) - 1;
        }
    }
    (!bytes.is_empty()).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_the_rfc() {
        // RFC 6238, appendix B: the last six of the eight digits.
        let secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
        assert!(verify_totp(secret, "287082", 59_000));
        assert!(verify_totp(secret, "081804", 1_111_111_109_000));
        assert!(!verify_totp(secret, "287082", 200_000));
    }

    #[test]
    fn a_password_verifies_and_another_does_not() {
        let password = Password::new("correct horse", 0);
        assert_eq!(password.verify("correct horse"), Ok(true));
        assert_eq!(password.verify("battery staple"), Ok(false));
        assert_eq!(
            Password::from_digest("$2b$10$x", "bcrypt", 0)
                .unwrap_or(password)
                .verify("x"),
            Err("bcrypt")
        );
    }
}
