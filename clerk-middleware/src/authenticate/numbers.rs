//! Parses numbers as JavaScript does, because JavaScript wrote the cookies.

/// Parses the integer at the beginning of a text: white space, a sign, then decimal digits, or `0x` and hexadecimal digits.
pub(super) fn js_integer(text: &str) -> Option<f64> {
    let text = text.trim_start();
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    let hexadecimal = digits
        .strip_prefix("0x")
        .or_else(|| digits.strip_prefix("0X"));
    let (digits, radix) = hexadecimal.map_or((digits, 10), |digits| (digits, 16));
    leading_digits(digits, radix).map(|(value, _)| sign * value)
}

/// Parses the whole text as a number. An empty text is 0; a text that is not a number is NaN.
pub(super) fn js_number(text: &str) -> f64 {
    let text = text.trim();
    if text.is_empty() {
        return 0.0;
    }
    for (prefixes, radix) in [(["0x", "0X"], 16), (["0o", "0O"], 8), (["0b", "0B"], 2)] {
        if let Some(digits) = prefixes.iter().find_map(|prefix| text.strip_prefix(prefix)) {
            return match leading_digits(digits, radix) {
                Some((value, "")) => value,
                _ => f64::NAN,
            };
        }
    }
    // Rust also accepts `inf`, `infinity` and `nan` in any case.
    let unsigned = text.trim_start_matches(['+', '-']);
    let is_plain = unsigned.starts_with(|char: char| char.is_ascii_digit() || char == '.');
    if is_plain || unsigned == "Infinity" {
        text.parse().unwrap_or(f64::NAN)
    } else {
        f64::NAN
    }
}

/// Returns the value of the digits at the beginning of a text, and the rest of the text.
fn leading_digits(text: &str, radix: u32) -> Option<(f64, &str)> {
    let end = text
        .find(|char: char| !char.is_digit(radix))
        .unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    let value = digits
        .chars()
        .filter_map(|char| char.to_digit(radix))
        .fold(0.0, |value, digit| {
            value * f64::from(radix) + f64::from(digit)
        });
    (!digits.is_empty()).then_some((value, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_read_as_far_as_they_go() {
        for (text, number) in [
            ("123abc", Some(123.0)),
            (" -5", Some(-5.0)),
            ("+7.9", Some(7.0)),
            ("0x10", Some(16.0)),
            ("abc", None),
            ("", None),
            ("-", None),
        ] {
            assert_eq!(js_integer(text), number, "{text}");
        }
        assert!(js_integer(&"9".repeat(400)).is_some_and(f64::is_infinite));
    }

    #[test]
    fn numbers_are_read_as_a_whole() {
        for (text, number) in [
            ("3", 3.0),
            (" 3 ", 3.0),
            ("3.0", 3.0),
            ("0x3", 3.0),
            ("0b11", 3.0),
            ("3e0", 3.0),
            (".5", 0.5),
            ("", 0.0),
            ("-1", -1.0),
            ("-Infinity", f64::NEG_INFINITY),
        ] {
            assert!(js_number(text) == number, "{text}");
        }
        for text in ["abc", "3a", "0x", "inf", "nan", "--1", "1_0"] {
            assert!(js_number(text).is_nan(), "{text}");
        }
    }
}
