//! The permissions of an organization as version 2 of the session claims packs them.

use std::fmt;

use crate::tokens::View;

/// Claims that were verified and still make no sense. It happens when a JWT template or a session token customisation
/// writes claims that Clerk reserves.
///
/// ```
/// use clerk_sdk::auth::Auth;
/// use clerk_sdk::tokens::Claims;
/// use serde_json::json;
///
/// let claims = json!({ "sub": "user_1", "v": 2, "o": { "id": "org_1", "per": "read", "fpm": "1" }, "fea": "no scope" });
/// let error = Auth::from_claims(Claims::from_value(claims).unwrap()).unwrap_err();
/// assert!(error.to_string().contains("fea"));
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct ClaimsError {
    claim: &'static str,
}

impl ClaimsError {
    /// Returns the claim.
    pub fn claim(&self) -> &'static str {
        self.claim
    }
}

impl fmt::Display for ClaimsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the claim {} is malformed; check the customisation of the session token",
            self.claim
        )
    }
}

// `main` prints this if it returns an error: the sentence says more than the field.
impl fmt::Debug for ClaimsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for ClaimsError {}

/// Names by scope: those of the organization and those of the user. A scope can name both.
#[derive(Default)]
pub(super) struct Scoped<'a> {
    pub(super) organization: Vec<&'a str>,
    pub(super) user: Vec<&'a str>,
}

/// Reads `o:articles,u:search`.
pub(super) fn by_scope<'a>(text: &'a str, claim: &'static str) -> Result<Scoped<'a>, ClaimsError> {
    let mut scoped = Scoped::default();
    if text.is_empty() {
        return Ok(scoped);
    }
    for element in text.split(',') {
        let (scope, name) = element
            .trim()
            .split_once(':')
            .ok_or(ClaimsError { claim })?;
        if matches!(scope, "o" | "ou" | "uo") {
            scoped.organization.push(name);
        }
        if matches!(scope, "u" | "ou" | "uo") {
            scoped.user.push(name);
        }
    }
    Ok(scoped)
}

/// Returns the permissions that `o.per` and `o.fpm` grant for the features of the organization.
pub(super) fn unpack(
    features: Option<View<'_>>,
    organization: View<'_>,
) -> Result<Vec<String>, ClaimsError> {
    let features = by_scope(text(features, "fea")?, "fea")?;
    let names = text(organization.get("per"), "o.per")?;
    let masks = text(organization.get("fpm"), "o.fpm")?;
    if names.is_empty() || masks.is_empty() {
        return Ok(Vec::new());
    }
    let names: Vec<&str> = names.split(',').map(str::trim).collect();
    let mut permissions = Vec::new();
    for (feature, mask) in features.organization.iter().zip(masks.split(',')) {
        for (name, granted) in names.iter().zip(bits(mask.trim(), names.len())) {
            if granted {
                permissions.push(format!("org:{feature}:{name}"));
            }
        }
    }
    Ok(permissions)
}

/// Returns a claim that must be text; an absent or empty one is the empty text.
fn text<'a>(value: Option<View<'a>>, claim: &'static str) -> Result<&'a str, ClaimsError> {
    match value.map(|value| (value.as_str(), value.is_truthy())) {
        Some((Some(text), _)) => Ok(text),
        Some((None, true)) => Err(ClaimsError { claim }),
        _ => Ok(""),
    }
}

/// Returns the lowest bits of a decimal number of any length; none of what is not a number.
fn bits(decimal: &str, count: usize) -> Vec<bool> {
    if decimal.is_empty() || !decimal.bytes().all(|byte| byte.is_ascii_digit()) {
        return Vec::new();
    }
    let mut digits: Vec<u8> = decimal.bytes().map(|byte| byte - b'0').collect();
    let mut bits = Vec::with_capacity(count);
    while bits.len() < count && digits.iter().any(|digit| *digit != 0) {
        // Long division by two: what remains is the next bit.
        let mut remainder = 0;
        for digit in &mut digits {
            let value = remainder * 10 + *digit;
            *digit = value / 2;
            remainder = value % 2;
        }
        bits.push(remainder == 1);
    }
    bits
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use serde_json::json;

    fn unpacked(fea: &str, per: &str, fpm: &str) -> Vec<String> {
        let (fea, organization) = (json!(fea), json!({ "per": per, "fpm": fpm }));
        unpack(Some(View::Value(&fea)), View::Value(&organization)).unwrap()
    }

    #[test]
    fn bits_of_masks_are_permissions_by_feature_and_then_by_name() {
        let permissions = ["org:a:r", "org:a:w", "org:b:r"];
        assert_eq!(unpacked("o:a,u:x,uo:b", "r, w", "3, 1"), permissions);
    }

    #[test]
    fn masks_have_any_length_and_what_is_no_number_grants_nothing() {
        let names: Vec<String> = (0..100).map(|number| format!("p{number}")).collect();
        let mask = (1_u128 << 99) + 1;
        assert_eq!(
            unpacked("o:a", &names.join(","), &mask.to_string()),
            ["org:a:p0", "org:a:p99"]
        );
        for mask in ["x", "-1", "", "+1", "1.0", "0x1", "0"] {
            assert!(unpacked("o:a", "r", mask).is_empty(), "{mask}");
        }
    }

    #[test]
    fn claims_that_should_be_text_and_are_not_are_an_error() {
        let claim = |organization| {
            let error = unpack(None, View::Value(&organization)).unwrap_err();
            error.claim()
        };
        assert_eq!(claim(json!({ "per": 5 })), "o.per");
        assert_eq!(claim(json!({ "fpm": 5 })), "o.fpm");
        assert_eq!(
            unpack(Some(View::Value(&json!(["o:a"]))), View::Value(&json!({})))
                .unwrap_err()
                .claim(),
            "fea"
        );
        assert_eq!(
            unpack(Some(View::Value(&json!("o:a,"))), View::Value(&json!({})))
                .unwrap_err()
                .claim(),
            "fea"
        );
    }

    #[test]
    fn spare_masks_and_bits_are_ignored() {
        assert_eq!(unpacked("o:a", "r", "7,1,1"), ["org:a:r"]);
        assert_eq!(unpacked("o:a,o:b", "r", "1"), ["org:a:r"]);
    }
}
