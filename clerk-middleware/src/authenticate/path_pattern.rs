//! Patterns of paths, such as `/orgs/:slug/(.*)`, in the syntax of path-to-regexp 6, which Clerk's other SDKs use.

use fancy_regex::{CompileError, Error, Regex, RegexBuilder, escape};

/// A pattern that paths are compared with.
#[derive(Debug)]
pub(super) struct PathPattern {
    regex: Regex,
    /// The names of the groups, in order.
    names: Vec<String>,
}

/// The characters that separate the segments of a path. A parameter contains them only if its own expression allows it.
const DELIMITERS: &str = "/#?";
/// The longest pattern, in bytes.
const MAX_LENGTH: usize = 1024;
/// The most memory for a compiled pattern, in bytes, and the most steps in its program.
const MAX_COMPILED: usize = 1 << 20;
const MAX_STEPS: usize = 10_000;
/// How often a comparison may backtrack. Only patterns with lookaround, or with a parameter after several characters without
/// a slash, backtrack at all. A path that needs more does not match.
const MAX_BACKTRACKS: usize = 20_000;

impl PathPattern {
    /// # Errors
    ///
    /// A description of what is wrong with the pattern.
    pub(super) fn new(pattern: &str) -> Result<Self, String> {
        if pattern.len() > MAX_LENGTH {
            return Err(format!("it is longer than {MAX_LENGTH} bytes"));
        }
        let (expression, names) = expression(&parse(pattern)?);
        let regex = RegexBuilder::new(&expression)
            .case_insensitive(true)
            .backtrack_limit(MAX_BACKTRACKS)
            .delegate_size_limit(MAX_COMPILED)
            .delegate_dfa_size_limit(MAX_COMPILED)
            .max_prog_size(MAX_STEPS)
            .build()
            .map_err(|error| match error {
                Error::CompileError(error) if is_size(&error) => "it is too large".to_owned(),
                _ => "one of its groups is not a regular expression".to_owned(),
            })?;
        Ok(Self { regex, names })
    }

    /// Returns the parameters of a path as they are written in it, or `None` if the path does not match.
    pub(super) fn parameters<'p>(&'p self, path: &'p str) -> Option<Parameters<'p>> {
        let captures = self.regex.captures(path).ok().flatten()?;
        let mut parameters = Vec::new();
        for (index, name) in self.names.iter().enumerate() {
            if let Some(group) = captures.get(index + 1) {
                parameters.push((name.as_str(), group.as_str()));
            }
        }
        Some(Parameters(parameters))
    }
}

fn is_size(error: &CompileError) -> bool {
    match error {
        CompileError::PatternTooComplex => true,
        CompileError::InnerError(error) => error.size_limit().is_some(),
        _ => false,
    }
}

/// The parameters that were found in a path.
pub(super) struct Parameters<'p>(Vec<(&'p str, &'p str)>);

impl<'p> Parameters<'p> {
    /// Returns the value of a parameter. An empty parameter counts as missing.
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

/// A parser of one pattern.
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
                // A slash or a dot before a parameter belongs to it: with `?`, both may be missing.
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
                reader.group(name, prefix, expression, String::new(), modifier)?;
            }
            '{' => {
                reader.skip();
                let prefix = reader.plain_text()?;
                let (name, expression) = match reader.rest.chars().next() {
                    Some(':' | '(') => reader.name_and_expression()?,
                    _ => (String::new(), Some(String::new())),
                };
                let suffix = reader.plain_text()?;
                if !reader.rest.starts_with('}') {
                    return Err("a { is not closed".to_owned());
                }
                reader.skip();
                let modifier = reader.modifier();
                reader.group(name, prefix, expression, suffix, modifier)?;
            }
            '}' => return Err("a } was not opened".to_owned()),
            '?' | '*' | '+' => return Err(format!("there is nothing before {char} to repeat")),
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

    /// Reads one character of plain text, which may be escaped.
    fn plain_char(&mut self) -> Result<char, String> {
        let mut chars = self.rest.chars();
        let char = match chars.next() {
            Some('\\') => chars.next(),
            char => char,
        };
        self.rest = chars.as_str();
        char.ok_or_else(|| "it ends with a \\ that escapes nothing".to_owned())
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

    /// Reads the name of a parameter, and its own expression if it has one.
    fn name_and_expression(&mut self) -> Result<(String, Option<String>), String> {
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
        let mut expression = None;
        if self.rest.starts_with('(') {
            self.skip();
            expression = Some(self.expression()?);
        }
        if name.is_empty() {
            name = self.unnamed.to_string();
            self.unnamed += 1;
        }
        Ok((name, expression))
    }

    /// Reads a regular expression up to the closing parenthesis.
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
                        return Err("a group contains another group".to_owned());
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
        expression: Option<String>,
        suffix: String,
        modifier: Option<char>,
    ) -> Result<(), String> {
        self.flush();
        let expression = match expression {
            Some(expression) => expression,
            None => self.anything_after(&prefix)?,
        };
        self.parts.push(Part::Group {
            name,
            prefix,
            expression,
            suffix,
            modifier,
        });
        Ok(())
    }

    /// Returns the expression of a parameter that has no expression of its own. If the text before it does not end the
    /// previous segment, the parameter does not contain this text. A path can then be divided in one way only, which is
    /// found quickly.
    fn anything_after(&self, prefix: &str) -> Result<String, String> {
        let text = match self.parts.last() {
            _ if !prefix.is_empty() => prefix,
            Some(Part::Text(text)) => text,
            Some(Part::Group { name, .. }) => {
                return Err(format!(
                    "there is no text between the parameter {name} and the one after it"
                ));
            }
            None => "",
        };
        let mut chars = text.chars();
        Ok(match (chars.next(), chars.next()) {
            (None, _) => format!("[^{DELIMITERS}]+?"),
            _ if text.contains(|char| DELIMITERS.contains(char)) => format!("[^{DELIMITERS}]+?"),
            (Some(char), None) => format!("[^{DELIMITERS}\\x{{{:X}}}]+?", u32::from(char)),
            _ => format!("(?:(?!{})[^{DELIMITERS}])+?", escape(text)),
        })
    }
}

/// Returns the regular expression of a pattern, and the names of its groups.
fn expression(parts: &[Part]) -> (String, Vec<String>) {
    let mut out = "^".to_owned();
    let mut names = Vec::new();
    for part in parts {
        match part {
            Part::Text(text) => out.push_str(&escape(text)),
            Part::Group {
                name,
                prefix,
                expression,
                suffix,
                modifier,
            } => {
                let (prefix, suffix) = (escape(prefix), escape(suffix));
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
    fn what_is_no_pattern_is_rejected() {
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
            "/o/([a)",
            "/o\\",
            "/{:a:b}",
            "/:a:b",
            "/(.*):slug",
            "/{a}:slug",
            "/:slug((?!new)",
        ] {
            assert!(PathPattern::new(pattern).is_err(), "{pattern}");
        }
    }

    #[test]
    fn parameter_after_text_without_slash_excludes_that_text() {
        for (pattern, path, slug, other) in [
            ("/o/:slug.:b", "/o/acme.tar.gz", "acme.tar", "gz"),
            ("/o/:slug.{:b}", "/o/acme.tar.gz", "acme.tar", "gz"),
            ("/:slug--:b", "/x--y--z", "x--y", "z"),
            ("/:slug--:b", "/x---z", "x", "-z"),
            ("/:slug-(.*)", "/x-y-z", "x", ""),
            ("/:slug{-:b}?", "/x-y-z", "x-y", "z"),
            ("/:slugs{-:slug}*", "/x-y-z", "y-z", ""),
            ("/:slug^:b", "/x^y^z", "x^y", "z"),
            ("/@:slug", "/@a@b", "a@b", ""),
        ] {
            let compiled = PathPattern::new(pattern).unwrap();
            let found = compiled.parameters(path).unwrap();
            assert_eq!(found.get("slug"), Some(slug), "{pattern} {path}");
            assert_eq!(
                found.get("b").unwrap_or_default(),
                other,
                "{pattern} {path}"
            );
        }
        for (pattern, path) in [("/o{-:slug}", "/o-a-b"), ("/:slug--:b-x", "/p--q--x")] {
            let pattern = PathPattern::new(pattern).unwrap();
            assert!(pattern.parameters(path).is_none(), "{path}");
        }
    }

    #[test]
    fn lookaround_in_expressions_works() {
        let pattern = PathPattern::new("/orgs/:slug((?!new)[^/]+)").unwrap();
        assert!(pattern.parameters("/orgs/new").is_none());
        assert_eq!(
            pattern.parameters("/orgs/acme").unwrap().get("slug"),
            Some("acme")
        );
    }

    #[test]
    fn patterns_and_comparisons_are_bounded() {
        for (pattern, reason) in [
            (format!("/{}", "a".repeat(MAX_LENGTH)), "longer than 1024"),
            ("/:slug((?:a{1000}){1000})".to_owned(), "too large"),
            ("/:slug((?!b)(?:a{1000}){1000})".to_owned(), "too large"),
        ] {
            let error = PathPattern::new(&pattern).unwrap_err();
            assert!(error.contains(reason), "{error}");
        }
        // Without a limit it would backtrack 2^5000 times.
        let pattern = PathPattern::new("/:slug((?:(?!b)a+)+)x").unwrap();
        assert!(pattern.parameters("/ax").is_some());
        let path = format!("/{}", "a".repeat(5000));
        assert!(pattern.parameters(&path).is_none());
    }
}
