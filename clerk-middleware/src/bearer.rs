//! Writes the challenge of the scheme `Bearer` (RFC 6750, section 3).

use http::HeaderValue;

/// Returns a challenge with these parameters, and the scopes that are scopes.
pub(crate) fn bearer(parameters: &[(&str, &str)], scopes: &[String]) -> Option<HeaderValue> {
    // What is no scope by RFC 6749, section 3.3, no client could ask for.
    let scopes: Vec<&str> = scopes
        .iter()
        .map(String::as_str)
        .filter(|scope| is_scope(scope))
        .collect();
    let scopes = scopes.join(" ");
    let scope = [("scope", scopes.as_str())];
    let scope = scope.iter().filter(|(_, value)| !value.is_empty());
    let parameters: Vec<String> = parameters
        .iter()
        .chain(scope)
        .map(|(name, value)| format!("{name}=\"{}\"", escaped(value)))
        .collect();
    HeaderValue::try_from(format!("Bearer {}", parameters.join(", "))).ok()
}

pub(crate) fn is_scope(text: &str) -> bool {
    let is_allowed = |byte| matches!(byte, 0x21 | 0x23..=0x5B | 0x5D..=0x7E);
    !text.is_empty() && text.bytes().all(is_allowed)
}

/// Returns the inside of a quoted string (RFC 9110, section 5.6.4). RFC 6750 allows fewer characters, and we write none of the
/// others.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '"' | '\\' => escaped.extend(['\\', char]),
            ' '..='~' => escaped.push(char),
            _ => escaped.push('?'),
        }
    }
    escaped
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn nothing_breaks_out_of_its_quotes() {
        let parameters = [("error", "a\"b\\c\r\nd é")];
        let value = bearer(
            &parameters,
            &["a", "b\"c", "d e", "", "f:g/h"].map(str::to_owned),
        )
        .unwrap();
        assert_eq!(value, r#"Bearer error="a\"b\\c??d ?", scope="a f:g/h""#);
    }
}
