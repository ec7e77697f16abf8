//! The form of what Clerk hands out, as far as it decides whether a call is made: text without this form is not sent to Clerk.

/// How long an opaque token of a machine may be.
pub(crate) const MACHINE_TOKEN_BYTES: usize = 1024;
/// How long the nonce of a handshake may be.
pub const NONCE_BYTES: usize = 512;
/// How long the refresh token or the opaque session token of a browser may be.
pub const BROWSER_TOKEN_BYTES: usize = 4096;
/// How long the id of a session may be.
const ID_BYTES: usize = 128;

/// Returns whether a text may be a credential of Clerk's: letters, digits and what base64 and JWTs have besides, and no longer than
/// this.
pub fn may_be_credential(text: &str, max_bytes: usize) -> bool {
    let is_of_alphabet = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~+/=".contains(&byte);
    !text.is_empty() && text.len() <= max_bytes && text.bytes().all(is_of_alphabet)
}

/// Returns whether a text may be the id of a session.
pub fn may_be_session_id(text: &str) -> bool {
    text.len() <= ID_BYTES
        && text.strip_prefix("sess_").is_some_and(|id| {
            !id.is_empty()
                && id
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
        })
}

/// Returns whether a text may be an opaque token with this prefix.
pub(crate) fn may_be_machine_token(text: &str, prefix: &str) -> bool {
    text.len() > prefix.len()
        && text.starts_with(prefix)
        && may_be_credential(text, MACHINE_TOKEN_BYTES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn made_up_forms_are_told_from_clerks() {
        for token in ["ak_1", "ak_0123456789abcdefABCDEF", "ak_a-b_c.d~e+f/g="] {
            assert!(may_be_machine_token(token, "ak_"), "{token}");
        }
        let long = format!("ak_{}", "a".repeat(MACHINE_TOKEN_BYTES));
        for token in [
            "ak_",
            "mt_1",
            "ak_a b",
            "ak_\u{e9}",
            "ak_a\n",
            "ak_;",
            &long,
        ] {
            assert!(!may_be_machine_token(token, "ak_"), "{token}");
        }
        for id in ["sess_1", "sess_2GbDB4enNdCa5vS1zpC3Xzg9tK9"] {
            assert!(may_be_session_id(id), "{id}");
        }
        let long = format!("sess_{}", "a".repeat(ID_BYTES));
        for id in [
            "",
            "sess_",
            "user_1",
            "sess_../x",
            "sess_a/b",
            "sess_.",
            &long,
        ] {
            assert!(!may_be_session_id(id), "{id}");
        }
        assert!(!may_be_credential("", 10) && !may_be_credential("abc", 2));
    }
}
