//! Sessions of browsers: which cookies count, and the list of decisions.

use serde_json::Value;
use url::{Host, Url};

use super::auth::Headers;
use super::jwt::Jwt;
use super::request::integer;
use super::rule::Rule;
use super::verify::{Fault, Kind, truthy};
use super::{Model, Thrown};

impl Model<'_> {
    fn suffixed(&self, name: &str) -> Option<&str> {
        self.request
            .cookie(&format!("{name}_{}", self.instance.suffix))
    }

    /// A cookie in the form that counts.
    pub(super) fn chosen(&self, name: &str) -> Option<&str> {
        if self.uses_suffixed() {
            self.suffixed(name)
        } else {
            self.request.cookie(name)
        }
    }

    pub(super) fn refresh_token(&self) -> Option<&str> {
        self.suffixed("__refresh")
    }

    pub(super) fn uses_suffixed(&self) -> bool {
        let decode = |token: Option<&str>| Jwt::of(token?, &self.rules);
        let (plain, suffixed) = (self.request.cookie("__session"), self.suffixed("__session"));
        let (plain_jwt, suffixed_jwt) = (decode(plain), decode(suffixed));
        if plain.is_some() {
            let issuer = plain_jwt
                .as_ref()
                .and_then(|jwt| jwt.payload.get("iss"))
                .filter(|iss| truthy(iss));
            let Some(issuer) = issuer else {
                return false;
            };
            if issuer.as_str().map(without_schemes).as_deref()
                != Some(self.instance.issuer.as_str())
            {
                return true;
            }
        }
        let (suffixed_uat, plain_uat) = (
            self.suffixed("__client_uat"),
            self.request.cookie("__client_uat"),
        );
        if suffixed_uat.is_none() && suffixed.is_none() {
            return false;
        }
        let number = |jwt: &Option<Jwt>, name: &str| {
            jwt.as_ref().and_then(|jwt| jwt.payload.get(name)?.as_f64())
        };
        let iat = |jwt| number(jwt, "iat").unwrap_or(0.0);
        let is_out = suffixed_uat == Some("0");
        let is_plain_out = plain_uat == Some("0");
        if !is_out && !is_plain_out && iat(&plain_jwt) > iat(&suffixed_jwt) {
            return false;
        }
        if is_out && !is_plain_out {
            return false;
        }
        let now = (self.now as f64 / 1000.0).floor();
        let has_expired = number(&suffixed_jwt, "exp").is_some_and(|exp| exp <= now);
        if !self.instance.is_production && !is_out && is_plain_out && has_expired {
            return false;
        }
        suffixed_uat.is_some() || suffixed.is_none()
    }

    /// Whether choosing the cookies reads a claim of a payload that is `null`.
    pub(super) fn reads_null(&self) -> bool {
        let decode = |token: Option<&str>| Jwt::of(token?, &self.rules);
        let plain = self.request.cookie("__session");
        let suffixed = self.suffixed("__session");
        let is_null = |jwt: &Option<Jwt>| jwt.as_ref().is_some_and(|jwt| jwt.payload.is_null());
        let plain_jwt = decode(plain);
        if is_null(&plain_jwt) {
            return true;
        }
        let issuer = plain_jwt.as_ref().and_then(|jwt| jwt.claim("iss"));
        let is_own = issuer.is_some_and(|issuer| without_schemes(issuer) == self.instance.issuer);
        (plain.is_none() || is_own) && is_null(&decode(suffixed))
    }

    pub(super) fn dev_browser(&self) -> Option<String> {
        let query = self
            .request
            .query("__clerk_db_jwt")
            .filter(|token| !token.is_empty());
        query.or_else(|| self.chosen("__clerk_db_jwt").map(str::to_owned))
    }

    pub(super) fn session_token(&self) -> Option<String> {
        self.chosen("__session")
            .or_else(|| self.request.token())
            .map(str::to_owned)
    }

    pub(super) fn session_in_cookie(&mut self) -> Result<Value, Thrown> {
        if let Some(state) = self.resolve_handshake()? {
            return Ok(state);
        }
        let uat = self.chosen("__client_uat").and_then(integer).unwrap_or(0.0);
        let token = self.chosen("__session").map(str::to_owned);
        if let Some(state) = self.satellites(token.is_some() || uat != 0.0)? {
            return Ok(state);
        }
        if !self.instance.is_production {
            if self.request.query("__clerk_db_jwt").is_some() {
                return Ok(self.handshake("dev-browser-sync"));
            }
            if self.dev_browser().is_none() {
                return Ok(self.handshake("dev-browser-missing"));
            }
        }
        let token = match (token, uat != 0.0) {
            (None, false) => return Ok(self.signed_out("session-token-and-uat-missing")),
            (Some(_), false) => return Ok(self.handshake("session-token-but-no-client-uat")),
            (None, true) => return Ok(self.handshake("client-uat-but-no-session-token")),
            (Some(token), true) => token,
        };
        let Some(jwt) = Jwt::of(&token, &self.rules) else {
            return self.after_fault(Fault::Reason("token-invalid".to_owned()));
        };
        let is_machine = super::jwt::is_shaped(&token) && (jwt.is_of_machine() || jwt.is_oauth());
        if is_machine || jwt.is_of_other_category() {
            return Ok(self.signed_out("token-type-mismatch"));
        }
        if self.issued_before(&jwt, uat) {
            return Ok(self.handshake("session-token-iat-before-client-uat"));
        }
        if jwt.header.is_null() && !self.rules.has(Rule::NoThrow) {
            // What verifying throws is caught there.
            return Ok(self.signed_out("unexpected-error"));
        }
        let jwt = match self.verify(&token, Kind::Session, self.skew()) {
            Ok(jwt) => jwt,
            Err(fault) => return self.after_fault(fault),
        };
        if self.comes_from_elsewhere() {
            return Ok(self.handshake("primary-domain-cross-origin-sync"));
        }
        let state = self.signed_in(&token, &jwt, Headers::new());
        if state["auth"]["threw"] == true {
            return Ok(self.signed_out("unexpected-error"));
        }
        Ok(self.organization(&state).unwrap_or(state))
    }

    fn issued_before(&self, jwt: &Jwt, uat: f64) -> bool {
        let iat = match jwt.payload.get("iat") {
            Some(Value::Number(number)) => number.as_f64(),
            _ if self.rules.has(Rule::Types) => None,
            Some(Value::Null) => Some(0.0),
            Some(Value::Bool(is)) => Some(f64::from(u8::from(*is))),
            Some(Value::String(text)) if text.trim().is_empty() => Some(0.0),
            Some(Value::String(text)) => text.trim().parse().ok(),
            _ => None,
        };
        iat.is_some_and(|iat| iat < uat)
    }

    fn satellites(&mut self, has_cookies: bool) -> Result<Option<Value>, Thrown> {
        let is_production = self.instance.is_production;
        if !self.instance.is_satellite {
            return if is_production {
                Ok(None)
            } else {
                self.back_to_satellite()
            };
        }
        let synced = self.request.query("__clerk_synced");
        if !self.request.is_document() || synced.as_deref() == Some("true") {
            return Ok(None);
        }
        let needs_sync = synced.as_deref() == Some("false");
        if self.options["satelliteAutoSync"] != true && !has_cookies && !needs_sync {
            return Ok(Some(self.signed_out("session-token-and-uat-missing")));
        }
        if has_cookies && !needs_sync {
            return Ok(None);
        }
        if is_production {
            return Ok(Some(self.handshake("satellite-needs-syncing")));
        }
        let mut url = match Url::parse(&self.option("signInUrl")) {
            Ok(url) => url,
            Err(_) if self.rules.has(Rule::NoThrow) => {
                return Ok(Some(self.signed_out("satellite-needs-syncing")));
            }
            Err(_) => return Err("unforeseen-TypeError".to_owned()),
        };
        url.query_pairs_mut()
            .append_pair("__clerk_redirect_url", self.request.url.as_str());
        Ok(Some(
            self.handshake_to("satellite-needs-syncing", Some(url)),
        ))
    }

    fn back_to_satellite(&mut self) -> Result<Option<Value>, Thrown> {
        let Some(back) = self
            .request
            .query("__clerk_redirect_url")
            .filter(|url| !url.is_empty())
        else {
            return Ok(None);
        };
        let mut url = match Url::parse(&back) {
            Ok(url) => url,
            Err(_) if self.rules.has(Rule::PrimaryRedirect) => return Ok(None),
            Err(_) => return Err("unforeseen-TypeError".to_owned()),
        };
        if self.rules.has(Rule::PrimaryRedirect) {
            let is_page = matches!(url.scheme(), "http" | "https");
            let is_own = url.origin() == self.request.url.origin();
            if !is_page || !(is_own || is_loopback(&url)) {
                return Ok(None);
            }
        }
        if let Some(token) = self.dev_browser() {
            url.query_pairs_mut().append_pair("__clerk_db_jwt", &token);
        }
        let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
        let mut is_set = false;
        url.query_pairs_mut().clear();
        for (name, value) in pairs {
            if name != "__clerk_synced" {
                url.query_pairs_mut().append_pair(&name, &value);
            } else if !is_set {
                is_set = true;
                url.query_pairs_mut().append_pair(&name, "true");
            }
        }
        if !is_set {
            url.query_pairs_mut().append_pair("__clerk_synced", "true");
        }
        Ok(Some(
            self.handshake_to("primary-responds-to-syncing", Some(url)),
        ))
    }

    /// Whether the visit comes from another site.
    fn comes_from_elsewhere(&self) -> bool {
        if self.instance.is_satellite || !self.request.is_document() || self.redirect_count() != 0.0
        {
            return false;
        }
        let referrer = self
            .request
            .header("referer")
            .and_then(|text| Url::parse(text).ok());
        let Some(referrer) = referrer else {
            return false;
        };
        if referrer.origin().ascii_serialization()
            == self.request.url.origin().ascii_serialization()
        {
            return false;
        }
        let host = referrer.host_str().unwrap_or_default();
        let api = &self.instance.frontend_api;
        let url = if api.starts_with("http") {
            Url::parse(api)
        } else {
            Url::parse(&format!("https://{api}"))
        };
        if url.is_ok_and(|url| url.host_str() == Some(host)) {
            return false;
        }
        if !self.instance.is_production && is_portal(host) {
            return false;
        }
        let accounts = Url::parse(&portal(api));
        !accounts.is_ok_and(|url| url.origin() == referrer.origin())
    }
}

fn is_portal(host: &str) -> bool {
    let ends = |list: &[&str]| list.iter().any(|end| host.ends_with(end));
    let is_local =
        host.starts_with("accounts.") && ends(&[".lcl.dev", ".lclstage.dev", ".lclclerk.com"]);
    let hosted = [
        ".accounts.dev",
        ".accountsstage.dev",
        ".accounts.lclclerk.com",
    ];
    is_local
        || hosted
            .iter()
            .any(|end| host.ends_with(end) && !host.ends_with(&format!(".clerk{end}")))
}

fn portal(api: &str) -> String {
    let host = api.replacen("clerk.accountsstage.", "accountsstage.", 1);
    let host = match (host.find("clerk.accounts."), host.find("clerk.")) {
        (Some(long), Some(short)) if long == short => {
            host.replacen("clerk.accounts.", "accounts.", 1)
        }
        _ => host.replacen("clerk.", "accounts.", 1),
    };
    format!("https://{host}")
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Without every `http://` and `https://`.
fn without_schemes(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(char) = rest.chars().next() {
        let lower = rest
            .get(..8)
            .or_else(|| rest.get(..7))
            .unwrap_or(rest)
            .to_ascii_lowercase();
        let skip = if lower.starts_with("https://") {
            8
        } else if lower.starts_with("http://") {
            7
        } else {
            out.push(char);
            char.len_utf8()
        };
        rest = &rest[skip..];
    }
    out
}
