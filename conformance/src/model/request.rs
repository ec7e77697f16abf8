//! What a request says: its URL, its cookies, its token.

use percent_encoding::percent_decode_str;
use serde_json::Value;
use url::{Url, form_urlencoded};

use super::rule::{Rule, Rules};
use crate::cases::text;

/// A request.
pub(crate) struct Request {
    pub(super) method: String,
    own_url: Option<Url>,
    pub(super) headers: Vec<(String, String)>,
    pub(super) url: Url,
    pub(super) cookies: Vec<(String, String)>,
}

impl Request {
    pub(crate) fn new(given: &Value, rules: Rules) -> Self {
        let mut headers: Vec<(String, String)> = Vec::new();
        for pair in given["headers"].as_array().into_iter().flatten() {
            let name = pair[0].as_str().unwrap_or_default().to_ascii_lowercase();
            let value = pair[1]
                .as_str()
                .unwrap_or_default()
                .trim_matches([' ', '\t', '\r', '\n']);
            let separator = if name == "cookie" { "; " } else { ", " };
            match headers.iter_mut().find(|(own, _)| *own == name) {
                Some((_, all)) => all.push_str(&format!("{separator}{value}")),
                None => headers.push((name, value.to_owned())),
            }
        }
        let method = Some(text(given, "method")).filter(|method| !method.is_empty());
        let own_url = Url::parse(&text(given, "url")).ok();
        let mut request = Self {
            method: method.unwrap_or_else(|| "GET".to_owned()),
            own_url,
            headers,
            url: LOCAL.clone(),
            cookies: Vec::new(),
        };
        request.url = request.public_url(rules).unwrap_or_else(|| LOCAL.clone());
        request.cookies = cookies(request.present("cookie").unwrap_or_default());
        request
    }

    /// The URL as its sender sees it.
    pub(crate) fn url(&self) -> &Url {
        &self.url
    }

    /// A header, which may be empty.
    pub(super) fn present(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(own, _)| own == name)?;
        Some(&found.1)
    }

    /// A header that is not empty.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.present(name).filter(|value| !value.is_empty())
    }

    pub(super) fn is_get(&self) -> bool {
        self.method == "GET"
    }

    /// Whether it is one that can be sent elsewhere and come back.
    pub(super) fn loads_a_page(&self) -> bool {
        self.is_get()
            && match self.header("sec-fetch-dest") {
                Some(destination) => matches!(destination, "document" | "iframe"),
                None => self
                    .header("accept")
                    .is_some_and(|accept| accept.starts_with("text/html")),
            }
    }

    pub(super) fn is_document(&self) -> bool {
        self.is_get() && self.header("sec-fetch-dest") == Some("document")
    }

    /// The first value of a query parameter.
    pub(super) fn query(&self, name: &str) -> Option<String> {
        let query = self.own_url.as_ref()?.query()?;
        let mut pairs = form_urlencoded::parse(query.as_bytes());
        pairs
            .find(|(own, _)| own == name)
            .map(|(_, value)| value.into_owned())
    }

    /// A cookie that is not empty.
    pub(super) fn cookie(&self, name: &str) -> Option<&str> {
        let found = self.cookies.iter().find(|(own, _)| own == name)?;
        Some(found.1.as_str()).filter(|value| !value.is_empty())
    }

    pub(super) fn query_or_cookie(&self, name: &str) -> Option<String> {
        let query = self.query(name).filter(|value| !value.is_empty());
        query.or_else(|| self.cookie(name).map(str::to_owned))
    }

    /// The token of the header.
    pub(super) fn token(&self) -> Option<&str> {
        let header = self.header("authorization")?;
        let mut words = header.split(' ');
        let (first, second) = (words.next()?, words.next());
        match second {
            None | Some("") => Some(first),
            Some(second) if first == "Bearer" => Some(second),
            Some(_) => None,
        }
    }

    fn public_url(&self, rules: Rules) -> Option<Url> {
        let own = self.own_url.as_ref()?;
        let first = |name: &str| Some(self.present(name)?.split(',').next().unwrap_or_default());
        let host = first("x-forwarded-host").or_else(|| self.present("host"));
        let scheme = first("x-forwarded-proto").unwrap_or(own.scheme());
        if rules.has(Rule::Origin) {
            return Some(self.safe_url(own, scheme, host, rules));
        }
        let own_origin = own.origin().ascii_serialization();
        let origin = match host {
            Some(host) if !host.is_empty() && !scheme.is_empty() => format!("{scheme}://{host}"),
            _ => own_origin.clone(),
        };
        if origin == own_origin {
            return Some(own.clone());
        }
        let base = Url::parse(&origin).ok();
        let target = target(own);
        // Any number of slashes begins a host.
        let hostless = target.trim_start_matches('/');
        let is_host = target.len() >= hostless.len() + 2;
        let target = if is_host {
            format!("//{hostless}")
        } else {
            target
        };
        let url = base.and_then(|base| base.join(&target).ok());
        Some(url.unwrap_or_else(|| own.clone()))
    }

    /// Ours: the origin is one of the web, and the target stays a target.
    fn safe_url(&self, own: &Url, scheme: &str, host: Option<&str>, rules: Rules) -> Url {
        let own_host = &own[url::Position::BeforeHost..url::Position::AfterPort];
        let origin = if rules.has(Rule::Forwarded) {
            let scheme = web(scheme.trim()).unwrap_or(own.scheme());
            let forwarded = self.present("x-forwarded-host").and(host);
            forwarded
                .and_then(|host| origin(scheme, host.trim()))
                .or_else(|| origin(scheme, self.present("host")?))
                .or_else(|| origin(scheme, own_host))
        } else {
            let asked = host.and_then(|host| origin(scheme.trim(), host.trim()));
            asked.or_else(|| origin(own.scheme(), own_host))
        };
        let origin = origin.unwrap_or_else(|| own.clone());
        let text = format!("{}{}", origin.as_str().trim_end_matches('/'), target(own));
        Url::parse(&text).unwrap_or(origin)
    }
}

static LOCAL: std::sync::LazyLock<Url> = std::sync::LazyLock::new(|| {
    #[allow(clippy::expect_used, reason = "the text is a constant")]
    Url::parse("http://localhost/").expect("a URL")
});

/// Path and query.
fn target(url: &Url) -> String {
    url[url::Position::BeforePath..url::Position::AfterQuery].to_owned()
}

fn web(scheme: &str) -> Option<&'static str> {
    match scheme.to_ascii_lowercase().as_str() {
        "http" | "ws" => Some("http"),
        "https" | "wss" => Some("https"),
        _ => None,
    }
}

fn origin(scheme: &str, host: &str) -> Option<Url> {
    let is_web = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    if !is_web || host.is_empty() || host.starts_with(['/', '\\']) || host.contains('@') {
        return None;
    }
    let mut url = Url::parse(&format!("{scheme}://{host}")).ok()?;
    url.set_path("/");
    url.set_query(None);
    url.set_fragment(None);
    Some(url)
}

/// The cookies of a header: of several of a name the first counts.
fn cookies(header: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for (name, value) in header.split(';').filter_map(|pair| pair.split_once('=')) {
        let trim = |text: &str| text.trim_matches([' ', '\t']).to_owned();
        let (name, value) = (trim(name), trim(value));
        if found.iter().all(|(own, _)| *own != name) {
            found.push((name, decoded(&value)));
        }
    }
    found
}

/// Percent-decoded, or as it is where that is not possible.
fn decoded(value: &str) -> String {
    let is_escape = |rest: &str| {
        rest.get(1..3)
            .is_some_and(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
    };
    let is_right = value
        .match_indices('%')
        .all(|(at, _)| is_escape(&value[at..]));
    match percent_decode_str(value).decode_utf8() {
        Ok(text) if is_right => text.into_owned(),
        _ => value.to_owned(),
    }
}

/// A URL without these query parameters; the others are written anew.
pub(super) fn without(url: &Url, names: &[&str]) -> Url {
    let mut url = url.clone();
    if let Some(query) = url.query() {
        let mut kept = form_urlencoded::Serializer::new(String::new());
        kept.extend_pairs(
            form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| !names.contains(&&**name)),
        );
        let kept = kept.finish();
        url.set_query(Some(kept.as_str()).filter(|query| !query.is_empty()));
    }
    url
}

/// The whole number that a text begins with, as `parseInt` reads it.
pub(crate) fn integer(text: &str) -> Option<f64> {
    let text = text.trim_start();
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    let (digits, radix) = match rest.strip_prefix("0x").or_else(|| rest.strip_prefix("0X")) {
        Some(digits) => (digits, 16),
        None => (rest, 10),
    };
    let digits: Vec<u32> = digits
        .chars()
        .map_while(|char| char.to_digit(radix))
        .collect();
    let value = digits
        .iter()
        .fold(0.0, |sum, digit| sum * f64::from(radix) + f64::from(*digit));
    (!digits.is_empty()).then_some(sign * value)
}

/// The number that a text is, as `Number` reads it; 0 if it is not a number.
pub(super) fn number(text: &str) -> f64 {
    let text = text.trim();
    for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] {
        if let Some(digits) = text.to_ascii_lowercase().strip_prefix(prefix) {
            return u64::from_str_radix(digits, radix).map_or(0.0, |number| number as f64);
        }
    }
    let is_plain =
        |char: char| char.is_ascii_digit() || matches!(char, '.' | 'e' | 'E' | '+' | '-');
    match text {
        "Infinity" | "+Infinity" => f64::INFINITY,
        "-Infinity" => f64::NEG_INFINITY,
        _ if text.chars().all(is_plain) => text.parse().unwrap_or(0.0),
        _ => 0.0,
    }
}
