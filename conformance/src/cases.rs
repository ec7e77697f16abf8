//! Files of cases and of what was recorded: one JSON object a line.

use anyhow::{Context as _, Result};
use serde::Deserialize as _;
use serde_json::Value;

/// Returns the cases of a file, or what was recorded of them.
///
/// Lines may hold lone surrogates, which no Rust text can hold; they are read as U+FFFD, as `clerk-sdk` reads tokens.
///
/// # Errors
///
/// The file cannot be read, or a line is not JSON.
///
/// ```no_run
/// let cases = clerk_conformance::read("has.cases.jsonl")?;
/// println!("{} cases", cases.len());
/// # Ok::<(), anyhow::Error>(())
/// ```
pub fn read(path: &str) -> Result<Vec<Value>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {path}"))?;
    let lines = text.lines().enumerate();
    lines
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(index, line)| parse(line).with_context(|| format!("{path}, line {}", index + 1)))
        .collect()
}

/// One line, however deeply it is nested.
pub(crate) fn parse(line: &str) -> Result<Value> {
    let text = without_lone_surrogates(line);
    let mut reader = serde_json::Deserializer::from_str(&text);
    reader.disable_recursion_limit();
    let value = Value::deserialize(&mut reader).context("not JSON")?;
    reader.end().context("not JSON")?;
    Ok(value)
}

/// Returns the line with U+FFFD in place of escapes of half a surrogate pair.
fn without_lone_surrogates(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        out.push_str(before);
        let unit = |text: &str| {
            let digits = text.strip_prefix("\\u")?.get(..4)?;
            u16::from_str_radix(digits, 16).ok()
        };
        let taken = match unit(escape) {
            Some(0xD800..=0xDBFF) => match escape.get(6..).and_then(unit) {
                Some(0xDC00..=0xDFFF) => 12,
                _ => 0,
            },
            Some(0xDC00..=0xDFFF) => 0,
            Some(_) => 6,
            None => 2,
        };
        if taken == 0 {
            out.push_str("\\ufffd");
            rest = &escape[6..];
        } else {
            let end = escape
                .char_indices()
                .nth(taken)
                .map_or(escape.len(), |(end, _)| end);
            out.push_str(&escape[..end]);
            rest = &escape[end..];
        }
    }
    out.push_str(rest);
    out
}

/// Returns a text of an object; empty when there is none.
pub(crate) fn text(value: &Value, name: &str) -> String {
    value
        .get(name)
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn half_a_pair_reads_as_a_replacement() {
        let read = parse(r#"["\ud83d","\udca9x","\ud83d\udca9","\\ud83d","\"\u0041é"]"#);
        let expected = json!(["\u{fffd}", "\u{fffd}x", "\u{1f4a9}", "\\ud83d", "\"Aé"]);
        assert_eq!(read.ok(), Some(expected));
    }
}
