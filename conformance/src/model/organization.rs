//! The organization that a path names.

use regex::{Regex, RegexBuilder};
use serde_json::Value;

use super::Model;
use super::verify::truthy;

/// What should be active on a path.
pub(super) enum Target {
    Id(String),
    Slug(String),
    Personal,
}

impl Target {
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Id(name) | Self::Slug(name) => name,
            Self::Personal => "",
        }
    }
}

/// A pattern of paths: names, groups and optional parts, as path-to-regexp 6 reads them.
pub(super) struct Pattern {
    regex: Regex,
    names: Vec<String>,
}

impl Pattern {
    /// `None` if it is not one.
    pub(super) fn new(pattern: &str) -> Option<Self> {
        let mut reader = Reader {
            rest: pattern,
            names: Vec::new(),
        };
        let body = reader.all(false)?;
        let regex = RegexBuilder::new(&format!("^{body}[/#?]?$"))
            .case_insensitive(true)
            .build()
            .ok()?;
        Some(Self {
            regex,
            names: reader.names,
        })
    }

    /// The value of a parameter on a path that matches; the outer `None` where it does not match.
    fn parameter(&self, path: &str, name: &str) -> Option<Option<String>> {
        let captures = self.regex.captures(path)?;
        let index = self.names.iter().rposition(|own| own == name);
        Some(
            index
                .and_then(|index| captures.get(index + 1))
                .map(|found| found.as_str().to_owned()),
        )
    }
}

struct Reader<'p> {
    rest: &'p str,
    names: Vec<String>,
}

impl Reader<'_> {
    fn all(&mut self, is_group: bool) -> Option<String> {
        let mut out = String::new();
        loop {
            let Some(char) = self.rest.chars().next() else {
                return (!is_group).then_some(out);
            };
            match char {
                '}' => {
                    self.rest = &self.rest[1..];
                    return is_group.then_some(out);
                }
                '{' => {
                    self.rest = &self.rest[1..];
                    let inner = self.all(true)?;
                    out.push_str(&format!("(?:{inner}){}", self.modifier()));
                }
                ':' | '(' => {
                    let prefix = match out.chars().last() {
                        Some(last @ ('/' | '.')) if !is_group || out.len() == 1 => {
                            let keep = if last == '.' {
                                out.len() - 2
                            } else {
                                out.len() - 1
                            };
                            out.truncate(keep);
                            last.to_string()
                        }
                        _ => String::new(),
                    };
                    let expression = self.parameter()?;
                    let modifier = self.modifier();
                    let prefix = regex::escape(&prefix);
                    out.push_str(&match modifier {
                        "" => format!("{prefix}({expression})"),
                        "?" => format!("(?:{prefix}({expression}))?"),
                        _ => format!(
                            "(?:{prefix}((?:{expression})(?:{prefix}(?:{expression}))*)){}",
                            if modifier == "*" { "?" } else { "" }
                        ),
                    });
                }
                '*' | '+' | '?' => return None,
                '\\' => {
                    let escaped = self.rest[1..].chars().next()?;
                    out.push_str(&regex::escape(&escaped.to_string()));
                    self.rest = &self.rest[1 + escaped.len_utf8()..];
                }
                char => {
                    out.push_str(&regex::escape(&char.to_string()));
                    self.rest = &self.rest[char.len_utf8()..];
                }
            }
        }
    }

    fn parameter(&mut self) -> Option<String> {
        let mut name = String::new();
        if let Some(rest) = self.rest.strip_prefix(':') {
            let end = rest
                .find(|char: char| !char.is_ascii_alphanumeric() && char != '_')
                .unwrap_or(rest.len());
            if end == 0 {
                return None;
            }
            name = rest[..end].to_owned();
            self.rest = &rest[end..];
        }
        let mut expression = "[^/#?]+?".to_owned();
        if let Some(rest) = self.rest.strip_prefix('(') {
            let mut depth = 1;
            let end = rest.char_indices().find(|(_, char)| {
                depth += match char {
                    '(' => 1,
                    ')' => -1,
                    _ => 0,
                };
                depth == 0
            });
            let (end, _) = end?;
            expression = rest[..end].to_owned();
            self.rest = &rest[end + 1..];
            if expression.is_empty() || expression.starts_with('?') {
                return None;
            }
        }
        self.names.push(name);
        Some(expression)
    }

    fn modifier(&mut self) -> &'static str {
        for modifier in ["?", "*", "+"] {
            if let Some(rest) = self.rest.strip_prefix(modifier) {
                self.rest = rest;
                return modifier;
            }
        }
        ""
    }
}

impl Model<'_> {
    pub(super) fn organization_target(&self) -> Option<Target> {
        let sync = self.options.get("organizationSyncOptions")?;
        let patterns = |name: &str| -> Option<Vec<Pattern>> {
            let list = sync[name].as_array()?;
            if list.is_empty() {
                return Some(Pattern::new("(.*)").into_iter().collect());
            }
            Some(
                list.iter()
                    .filter_map(Value::as_str)
                    .filter_map(Pattern::new)
                    .collect(),
            )
        };
        let path = self.request.url.path();
        for pattern in patterns("organizationPatterns").into_iter().flatten() {
            let Some(id) = pattern.parameter(path, "id") else {
                continue;
            };
            if let Some(id) = id {
                return Some(Target::Id(id));
            }
            if let Some(Some(slug)) = pattern.parameter(path, "slug") {
                return Some(Target::Slug(slug));
            }
            break;
        }
        let is_personal = patterns("personalAccountPatterns")
            .into_iter()
            .flatten()
            .any(|pattern| pattern.parameter(path, "").is_some());
        is_personal.then_some(Target::Personal)
    }

    /// A handshake where the active organization is not that of the path.
    pub(super) fn organization(&self, state: &Value) -> Option<Value> {
        let auth = &state["auth"];
        if !truthy(&auth["userId"]) {
            return None;
        }
        let is_active = match self.organization_target()? {
            Target::Id(id) => auth["orgId"] == id.as_str(),
            Target::Slug(slug) => auth["orgSlug"] == slug.as_str(),
            Target::Personal => auth["orgId"].is_null() || auth["orgId"] == "",
        };
        if is_active || self.redirect_count() >= 3.0 {
            return None;
        }
        let handshake = self.handshake("active-organization-mismatch");
        (handshake["status"] == "handshake").then_some(handshake)
    }
}
