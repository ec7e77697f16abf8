//! Ids, secrets and codes that look like Clerk's.

use std::sync::{Mutex, MutexGuard, PoisonError};

use aws_lc_rs::rand;

const BASE62: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// RFC 4648's, as authenticator apps read secrets.
const BASE32: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const HEX: &[u8] = b"0123456789abcdef";

/// Makes ids: random ones, or the same ones in each run.
#[derive(Debug)]
pub(crate) struct Ids {
    state: Mutex<u64>,
    /// An id that was chosen for what is made next.
    chosen: Mutex<Option<String>>,
}

impl Ids {
    /// Makes the same ids in each run if there is a seed.
    pub(crate) fn new(seed: Option<u64>) -> Self {
        let seed = seed.unwrap_or_else(|| {
            let mut bytes = [0; 8];
            // Without randomness the ids are merely the same in each run.
            let _ = rand::fill(&mut bytes);
            u64::from_le_bytes(bytes)
        });
        Self {
            state: Mutex::new(seed),
            chosen: Mutex::default(),
        }
    }

    /// Returns the position from which ids continue.
    pub(crate) fn position(&self) -> u64 {
        *self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Continues from a position.
    pub(crate) fn continue_from(&self, position: u64) {
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) = position;
    }

    /// Makes this the next id of its kind.
    pub(crate) fn choose(&self, id: &str) {
        *self.chosen() = Some(id.to_owned());
    }

    /// Forgets a chosen id; returns whether nothing has taken it.
    pub(crate) fn take_unused(&self) -> bool {
        self.chosen().take().is_some()
    }

    fn chosen(&self) -> MutexGuard<'_, Option<String>> {
        self.chosen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn chosen_of(&self, prefix: &str) -> Option<String> {
        self.chosen().take_if(|id| has_prefix(id, prefix))
    }

    /// `{prefix}_` and 27 characters, as `user_3…`.
    pub(crate) fn id(&self, prefix: &str) -> String {
        self.chosen_of(prefix)
            .unwrap_or_else(|| format!("{prefix}_3{}", self.random_text(BASE62, 26)))
    }

    /// `{prefix}_` and 32 hexadecimal digits, as API keys and machine tokens have.
    pub(crate) fn hex_id(&self, prefix: &str) -> String {
        self.chosen_of(prefix)
            .unwrap_or_else(|| format!("{prefix}_{}", self.hex(32)))
    }

    /// `{prefix}_` and 43 characters, to be kept secret.
    pub(crate) fn secret(&self, prefix: &str) -> String {
        format!("{prefix}_{}", self.random_text(BASE62, 43))
    }

    /// Returns this many hexadecimal digits.
    pub(crate) fn hex(&self, length: usize) -> String {
        self.random_text(HEX, length)
    }

    /// Returns this many letters and digits.
    pub(crate) fn letters(&self, length: usize) -> String {
        self.random_text(BASE62, length)
    }

    /// Returns this many characters of Base32.
    pub(crate) fn base32(&self, length: usize) -> String {
        self.random_text(BASE32, length)
    }

    fn random_text(&self, alphabet: &[u8], length: usize) -> String {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        (0..length)
            .map(|_| {
                let index = next(&mut state) % alphabet.len() as u64;
                char::from(alphabet[index as usize])
            })
            .collect()
    }
}

/// Returns the next number, by SplitMix64: a test double's ids need to be different, not secret.
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// Whether a text may be `{prefix}_` and letters and digits.
pub(crate) fn has_prefix(text: &str, prefix: &str) -> bool {
    text.strip_prefix(prefix)
        .is_some_and(|rest| rest.starts_with('_'))
}
