//! Patterns of paths, such as `/orgs/:slug/(.*)`, in the syntax of path-to-regexp 6, which Clerk's other SDKs use.

use regex::bytes::{Regex, RegexBuilder};

/// A pattern that paths are compared with.
#[derive(Debug)]
pub(super) struct PathPattern {
    regex: Regex,
    /// The names of the groups, in their order.
    names: Vec<String>,
}

/// What stands between the parameters of a path.
const ANYTHING: &str = "[^/#?]+?";

impl PathPattern {
    /// # Errors
    ///
    /// What is wrong with the pattern.
    pub(super) fn new(pattern: &str) -> Result<Self, String> {
        let (expression, names) = expression(&parse(pattern)?);
        let regex = RegexBuilder::new(&expression)
            .case_insensitive(true)
            .unicode(false)
            .build()
            .map_err(|error| match error {
                regex::Error::CompiledTooBig(_) => "it is too large".to_owned(),
                _ => "one of its groups is no regular expression".to_owned(),
            })?;
        Ok(Self { regex, names })
    }

    /// Whether this is such a path, and the parameters in it, as they stand there.
    pub(super) fn parameters<'p>(&'p self, path: &'p str) -> Option<Parameters<'p>> {
        let captures = self.regex.captures(path.as_bytes())?;
        let mut parameters = Vec::new();
        for (index, name) in self.names.iter().enumerate() {
            if let Some(group) = captures.get(index + 1) {
                let value = path.get(group.range()).unwrap_or_default();
                parameters.push((name.as_str(), value));
            }
        }
        Some(Parameters(parameters))
    }
}

/// The parameters that were found in a path.
pub(super) struct Parameters<'p>(Vec<(&'p str, &'p str)>);

impl<'p> Parameters<'p> {
    /// The value of a parameter; an empty one is none.
    pub(super) fn get(&self, name: &str) -> Option<&'p str> {
        let found = self.0.iter().rev().find(|(given, _)| *given == name);
        found
            .map(|(_, value)| *value)
            .filter(|value| !value.is_empty())
    }
}

enum Part {
    Text(String),
    Group {
        name: String,
        prefix: String,
        expression: String,
        suffix: String,
        modifier: Option<char>,
    },
}

/// A pattern being read.
struct Reader<'p> {
    rest: &'p str,
    parts: Vec<Part>,
    text: String,
    unnamed: usize,
}

fn parse(pattern: &str) -> Result<Vec<Part>, String> {
    let mut reader = Reader {
        rest: pattern,
        parts: Vec::new(),
        text: String::new(),
        unnamed: 0,
    };
    while let Some(char) = reader.rest.chars().next() {
        match char {
            ':' | '(' => {
                // A slash or a dot in front of a parameter belongs to it: with `?`, both may be missing.
                let last = reader.text.pop();
                let prefix = match last {
                    Some('/' | '.') => last.map(String::from).unwrap_or_default(),
                    Some(other) => {
                        reader.text.push(other);
                        String::new()
                    }
                    None => String::new(),
                };
                let (name, expression) = reader.name_and_expression()?;
                let modifier = reader.modifier();
                reader.group(name, prefix, expression, String::new(), modifier);
            }
            '{' => {
                reader.skip();
                let prefix = reader.plain_text()?;
                let (name, expression) = match reader.rest.chars().next() {
                    Some(':' | '(') => reader.name_and_expression()?,
                    _ => (String::new(), String::new()),
                };
                let suffix = reader.plain_text()?;
                if !reader.rest.starts_with('}') {
                    return Err("a { is not closed".to_owned());
                }
                reader.skip();
                let modifier = reader.modifier();
                reader.group(name, prefix, expression, suffix, modifier);
            }
            '}' => return Err("a } was not opened".to_owned()),
            '?' | '*' | '+' => return Err(format!("nothing stands in front of {char}")),
            _ => {
                let text = reader.plain_char()?;
                reader.text.push(text);
            }
        }
    }
    reader.flush();
    Ok(reader.parts)
}

impl Reader<'_> {
    fn skip(&mut self) {
        let mut chars = self.rest.chars();
        chars.next();
        self.rest = chars.as_str();
    }

    /// One character of plain text, which may be escaped.
    fn plain_char(&mut self) -> Result<char, String> {
        let mut chars = self.rest.chars();
        let char = match chars.next() {
            Some('\\') => chars.next(),
            char => char,
        };
        self.rest = chars.as_str();
        char.ok_or_else(|| "nothing follows the \\ at its end".to_owned())
    }

    fn plain_text(&mut self) -> Result<String, String> {
        let mut text = String::new();
        while self
            .rest
            .starts_with(|char| !matches!(char, ':' | '(' | '{' | '}' | '?' | '*' | '+'))
        {
            text.push(self.plain_char()?);
        }
        Ok(text)
    }

    fn name_and_expression(&mut self) -> Result<(String, String), String> {
        let mut name = String::new();
        if self.rest.starts_with(':') {
            self.skip();
            while let Some(char) = self.rest.chars().next()
                && (char.is_ascii_alphanumeric() || char == '_')
            {
                name.push(char);
                self.skip();
            }
            if name.is_empty() {
                return Err("a : is not followed by a name".to_owned());
            }
        }
        let mut expression = ANYTHING.to_owned();
        if self.rest.starts_with('(') {
            self.skip();
            expression = self.expression()?;
        }
        if name.is_empty() {
            name = self.unnamed.to_string();
            self.unnamed += 1;
        }
        Ok((name, expression))
    }

    /// A regular expression up to the parenthesis that closes it.
    fn expression(&mut self) -> Result<String, String> {
        if self.rest.starts_with('?') {
            return Err("a group begins with ?".to_owned());
        }
        let mut expression = String::new();
        let mut depth = 1;
        while let Some(char) = self.rest.chars().next() {
            self.skip();
            match char {
                '\\' => {
                    expression.push('\\');
                    if let Some(escaped) = self.rest.chars().next() {
                        expression.push(escaped);
                        self.skip();
                    }
                    continue;
                }
                ')' => depth -= 1,
                '(' => {
                    depth += 1;
                    if !self.rest.starts_with('?') {
                        return Err("a group is in a group".to_owned());
                    }
                }
                _ => {}
            }
            if depth == 0 {
                if expression.is_empty() {
                    return Err("a group is empty".to_owned());
                }
                return Ok(expression);
            }
            expression.push(char);
        }
        Err("a ( is not closed".to_owned())
    }

    fn modifier(&mut self) -> Option<char> {
        let modifier = self
            .rest
            .chars()
            .next()
            .filter(|char| "?*+".contains(*char));
        if modifier.is_some() {
            self.skip();
        }
        modifier
    }

    fn flush(&mut self) {
        if !self.text.is_empty() {
            self.parts.push(Part::Text(std::mem::take(&mut self.text)));
        }
    }

    fn group(
        &mut self,
        name: String,
        prefix: String,
        expression: String,
        suffix: String,
        modifier: Option<char>,
    ) {
        self.flush();
        self.parts.push(Part::Group {
            name,
            prefix,
            expression,
            suffix,
            modifier,
        });
    }
}

/// The regular expression of a pattern, and the names of its groups.
fn expression(parts: &[Part]) -> (String, Vec<String>) {
    let mut out = "^".to_owned();
    let mut names = Vec::new();
    for part in parts {
        match part {
            Part::Text(text) => out.push_str(&regex::escape(text)),
            Part::Group {
                name,
                prefix,
                expression,
                suffix,
                modifier,
            } => {
                let (prefix, suffix) = (regex::escape(prefix), regex::escape(suffix));
                let modifier = modifier.map(String::from).unwrap_or_default();
                let repeats = matches!(modifier.as_str(), "*" | "+");
                if expression.is_empty() {
                    out.push_str(&format!("(?:{prefix}{suffix}){modifier}"));
                    continue;
                }
                names.push(name.clone());
                if prefix.is_empty() && suffix.is_empty() {
                    if repeats {
                        out.push_str(&format!("((?:{expression}){modifier})"));
                    } else {
                        out.push_str(&format!("({expression}){modifier}"));
                    }
                } else if repeats {
                    let optional = if modifier == "*" { "?" } else { "" };
                    out.push_str(&format!(
                        "(?:{prefix}((?:{expression})(?:{suffix}{prefix}(?:{expression}))*){suffix}){optional}"
                    ));
                } else {
                    out.push_str(&format!("(?:{prefix}({expression}){suffix}){modifier}"));
                }
            }
        }
    }
    out.push_str("[/#?]?$");
    (out, names)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn find<'p>(pattern: &str, path: &'p str, name: &str) -> Option<Option<&'p str>> {
        let pattern = PathPattern::new(pattern).unwrap();
        let value = pattern.parameters(path)?.get(name).map(str::to_owned);
        Some(value.map(|value| {
            path.get(path.find(&value).unwrap()..)
                .unwrap()
                .get(..value.len())
                .unwrap()
        }))
    }

    #[test]
    fn parameters_are_what_stands_in_their_place() {
        for (pattern, path, slug) in [
            ("/orgs/:slug", "/orgs/acme", Some(Some("acme"))),
            ("/orgs/:slug", "/ORGS/Acme/", Some(Some("Acme"))),
            ("/orgs/:slug", "/orgs/a%20b", Some(Some("a%20b"))),
            ("/orgs/:slug", "/orgs/acme/x", None),
            ("/orgs/:slug", "/orgs/", None),
            ("/orgs/:slug/(.*)", "/orgs/acme/x/y", Some(Some("acme"))),
            ("/orgs/:slug/(.*)", "/orgs/acme", None),
            ("/orgs/:slug?", "/orgs", Some(None)),
            ("/orgs{/:slug}?/x", "/orgs/x", Some(None)),
            ("/orgs{/:slug}?/x", "/orgs/acme/x", Some(Some("acme"))),
            ("/:slug(\\d+)", "/12", Some(Some("12"))),
            ("/:slug(\\d+)", "/a", None),
            ("/:slug(a|b(?:c))", "/bc", Some(Some("bc"))),
            ("/x/:slug*", "/x", Some(None)),
            ("/x/:slug+", "/x/a/b", Some(Some("a/b"))),
            ("/a.:slug", "/a.b", Some(Some("b"))),
            ("/a\\:b/:slug", "/a:b/c", Some(Some("c"))),
            ("/a.b/:slug", "/axb/c", None),
            ("(.*)", "/anything", Some(None)),
        ] {
            assert_eq!(find(pattern, path, "slug"), slug, "{pattern} {path}");
        }
    }

    #[test]
    fn what_is_no_pattern_is_refused() {
        for pattern in [
            "/o/:",
            "/o/(",
            "/o/()",
            "/o/(?:a)",
            "/o/((a))",
            "/o/{a",
            "/o/}",
            "*",
            "/o/?",
            "/o/(a{9,1})",
            "/o\\",
            "/{:a:b}",
        ] {
            assert!(PathPattern::new(pattern).is_err(), "{pattern}");
        }
    }
}
