//! Handshakes, and refreshing a session.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value, json};
use url::Url;

use super::api::first_code;
use super::auth::Headers;
use super::instance::base;
use super::jwt::Jwt;
use super::request::{number, without};
use super::rule::Rule;
use super::verify::{Fault, Kind, fault, truthy};
use super::{Model, Thrown};

const DAY: i64 = 24 * 3600 * 1000;
/// What stands for itself in a segment of a path.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

impl Model<'_> {
    pub(super) fn redirect_count(&self) -> f64 {
        let count = self
            .request
            .cookie("__clerk_redirect_count")
            .map_or(0.0, number);
        if self.rules.has(Rule::LoopLimit) {
            count.clamp(0.0, 255.0).floor()
        } else {
            count
        }
    }

    /// A handshake at the Frontend API, or signed out where a handshake cannot help.
    pub(super) fn handshake(&self, reason: &str) -> Value {
        self.handshake_to(reason, self.handshake_url(reason))
    }

    pub(super) fn handshake_to(&self, reason: &str, location: Option<Url>) -> Value {
        let count = self.redirect_count();
        let is_over = if self.rules.has(Rule::LoopLimit) {
            count >= 3.0
        } else {
            count == 3.0
        };
        let Some(location) = location.filter(|_| self.request.loads_a_page() && !is_over) else {
            return self.signed_out(reason);
        };
        let path = if self.rules.has(Rule::LoopCookie) {
            " Path=/;"
        } else {
            ""
        };
        let cookie = format!(
            "__clerk_redirect_count={};{path} SameSite=Lax; HttpOnly; Max-Age=2",
            count + 1.0
        );
        let mut headers = Headers::new();
        headers.insert("cache-control".to_owned(), "no-store".into());
        headers.insert("set-cookie".to_owned(), json!([cookie]));
        let mut state = self.with_headers("handshake", Some("session_token"), reason, headers);
        state["location"] = place(&location);
        state
    }

    fn handshake_url(&self, reason: &str) -> Option<Url> {
        let mut url = base(&self.instance.frontend_api)?
            .join("v1/client/handshake")
            .ok()?;
        let back = without(&self.request.url, &["__clerk_db_jwt", "__dev_session"]);
        let mut query = url.query_pairs_mut();
        query.append_pair("redirect_url", back.as_str());
        query.append_pair("__clerk_api_version", "2026-05-12");
        query.append_pair("suffixed_cookies", &self.uses_suffixed().to_string());
        query.append_pair("__clerk_hs_reason", reason);
        query.append_pair("format", "nonce");
        if let Some(token) = self.session_token() {
            query.append_pair("__session", &token);
        }
        if let Some(token) = self.dev_browser().filter(|_| !self.instance.is_production) {
            query.append_pair("__clerk_db_jwt", &token);
        }
        if let Some(target) = self.organization_target() {
            query.append_pair("organization_id", target.name());
        }
        drop(query);
        Some(url)
    }

    /// What a handshake brings, where the request comes from one and what it brings is accepted.
    pub(super) fn resolve_handshake(&mut self) -> Result<Option<Value>, Thrown> {
        let nonce = self.request.query_or_cookie("__clerk_handshake_nonce");
        let token = self.request.query_or_cookie("__clerk_handshake");
        let directives = match (nonce, token) {
            (Some(nonce), _) => self.by_nonce(&nonce),
            (None, Some(token)) => match self.by_token(&token) {
                Ok(directives) => directives,
                Err(Fault::Reason(reason)) if !self.instance.is_production => {
                    if self.rules.has(Rule::NoThrow) {
                        return Ok(Some(self.signed_out(&reason)));
                    }
                    return Err(format!("handshake-{reason}"));
                }
                Err(_) => return Ok(None),
            },
            (None, None) => return Ok(None),
        };
        Ok(self.directives(&directives))
    }

    fn by_nonce(&mut self, nonce: &str) -> Vec<String> {
        if self.case["noApiClient"] == true && !self.rules.has(Rule::ApiClient) {
            return Vec::new();
        }
        if !self.may_be_clerks(nonce, 512) {
            return Vec::new();
        }
        let key = self.option("secretKey");
        let reply = self.ask(
            "GET",
            "/clients/handshake_payload",
            json!([["nonce", nonce]]),
            &key,
            Value::Null,
        );
        let body = reply
            .filter(|reply| (200..300).contains(&reply.status))
            .and_then(|reply| reply.json());
        match &body.unwrap_or_default()["directives"] {
            // JavaScript walks a text letter by letter.
            Value::String(text) if !self.rules.has(Rule::Types) => {
                text.chars().map(String::from).collect()
            }
            list => strings(list),
        }
    }

    fn by_token(&mut self, token: &str) -> Result<Vec<String>, Fault> {
        let is_ours = self.rules.has(Rule::NoThrow);
        let jwt = Jwt::of(token, &self.rules);
        let is_other = jwt.as_ref().is_some_and(Jwt::is_of_other_category);
        if !is_ours
            && is_other
            && jwt.is_some_and(|jwt| {
                jwt.header["alg"]
                    .as_str()
                    .is_some_and(|alg| alg.starts_with("RS"))
            })
        {
            // Its category is looked at before its signature.
            match self.verify(token, Kind::Handshake, 0) {
                Err(Fault::Reason(reason)) if reason != "token-invalid-signature" => {
                    return fault(&reason);
                }
                _ => return fault("token-invalid"),
            }
        }
        let jwt = self.verify(token, Kind::Handshake, 0)?;
        if jwt.is_of_other_category() {
            return fault("token-invalid");
        }
        if self.rules.has(Rule::HandshakeToken) {
            if jwt.payload.get("sub").is_some() || !jwt.payload["handshake"].is_array() {
                return fault("token-invalid");
            }
            self.times_if_any(&jwt, self.skew() as f64)?;
        }
        Ok(strings(&jwt.payload["handshake"]))
    }

    fn directives(&mut self, directives: &[String]) -> Option<Value> {
        let mut headers = self.setting(directives);
        if !directives.is_empty() || !self.rules.has(Rule::Cors) {
            headers.insert("access-control-allow-origin".to_owned(), "null".into());
            headers.insert("access-control-allow-credentials".to_owned(), "true".into());
        }
        let mut location = Value::Null;
        if !self.instance.is_production {
            let names = [
                "__clerk_handshake",
                "__clerk_help",
                "__clerk_db_jwt",
                "__clerk_handshake_nonce",
            ];
            location = place(&without(&self.request.url, &names));
            headers.insert("cache-control".to_owned(), "no-store".into());
        }
        let token = session_of(directives);
        let mut state = if token.is_empty() {
            self.with_headers(
                "signed-out",
                Some("session_token"),
                "session-token-missing",
                headers,
            )
        } else {
            let mut verified = self.verify(&token, Kind::Session, self.skew());
            let is_about_time = matches!(&verified, Err(Fault::Reason(reason)) if matches!(
                reason.as_str(),
                "token-expired" | "token-not-active-yet" | "token-iat-in-the-future"
            ));
            if is_about_time && !self.instance.is_production {
                verified = self.verify(&token, Kind::Session, DAY);
            }
            let jwt = verified.ok()?;
            self.signed_in(&token, &jwt, headers)
        };
        if !location.is_null() {
            state["location"] = location;
        }
        Some(state)
    }

    /// The headers that set cookies.
    fn setting(&self, cookies: &[String]) -> Headers {
        let mut headers = Headers::new();
        if !cookies.is_empty() {
            headers.insert("set-cookie".to_owned(), json!(cookies));
            if self.rules.has(Rule::NoStore) {
                headers.insert("cache-control".to_owned(), "no-store".into());
                headers.insert("vary".to_owned(), "cookie".into());
            }
        }
        headers
    }

    /// What follows when a session token is not accepted.
    pub(super) fn after_fault(&mut self, fault: Fault) -> Result<Value, Thrown> {
        let Fault::Reason(reason) = fault else {
            return Ok(self.signed_out("unexpected-error"));
        };
        let reason = match reason.as_str() {
            "token-expired" => match self.refresh() {
                Ok(state) => return Ok(state),
                Err(failure) => format!("session-token-expired-refresh-{failure}"),
            },
            "token-not-active-yet" => "session-token-nbf".to_owned(),
            "token-iat-in-the-future" => "session-token-iat-in-the-future".to_owned(),
            other => return Ok(self.signed_out(other)),
        };
        Ok(self.handshake(&reason))
    }

    fn refresh(&mut self) -> Result<Value, String> {
        if !self.request.is_get() {
            return Err("non-eligible-non-get".to_owned());
        }
        let refresh = self
            .refresh_token()
            .filter(|token| self.may_be_clerks(token, 4096))
            .ok_or("non-eligible-no-refresh-cookie")?
            .to_owned();
        if self.case["noApiClient"] == true && !self.rules.has(Rule::ApiClient) {
            return Err("missing-api-client".to_owned());
        }
        let expired = self.session_token().ok_or("missing-session-token")?;
        let jwt = Jwt::of(&expired, &self.rules).ok_or("expired-session-token-decode-failed")?;
        let sid = jwt.payload.get("sid").filter(|sid| truthy(sid));
        let sid = match sid {
            Some(Value::String(sid)) => sid.clone(),
            Some(other) if !self.rules.has(Rule::Types) => other.to_string(),
            _ => return Err("expired-session-token-missing-sid-claim".to_owned()),
        };
        let is_id = sid.strip_prefix("sess_").is_some_and(|id| {
            let is_known = |char: char| char.is_ascii_alphanumeric() || "-_".contains(char);
            !id.is_empty() && sid.len() <= 128 && id.chars().all(is_known)
        });
        if !is_id && self.rules.has(Rule::Once) {
            return Err("expired-session-token-missing-sid-claim".to_owned());
        }
        let sid = match self.rules.has(Rule::BackendApi) {
            true if matches!(sid.as_str(), "." | "..") => {
                return Err("expired-session-token-missing-sid-claim".to_owned());
            }
            true => utf8_percent_encode(&sid, SEGMENT).to_string(),
            false => sid,
        };
        let query = if self.uses_suffixed() {
            json!([["suffixed_cookies", "true"]])
        } else {
            json!([])
        };
        let headers: Map<String, Value> = self
            .request
            .headers
            .iter()
            .map(|(name, value)| (name.clone(), json!([value])))
            .collect();
        let body = json!({
            "format": "cookie",
            "expired_token": expired,
            "refresh_token": refresh,
            "request_origin": self.request.url.origin().ascii_serialization(),
            "request_headers": headers,
        });
        let key = self.option("secretKey");
        let reply = self.ask(
            "POST",
            &format!("/sessions/{sid}/refresh"),
            query,
            &key,
            body,
        );
        let reply = reply.ok_or("fetch-error")?;
        if !(200..300).contains(&reply.status) {
            return Err(first_code(&reply).unwrap_or_else(|| "unexpected-bapi-error".to_owned()));
        }
        let cookies = strings(&reply.json().unwrap_or_default()["cookies"]);
        if cookies.is_empty() {
            return Err("unexpected-sdk-error".to_owned());
        }
        let token = session_of(&cookies);
        let jwt = self
            .verify(&token, Kind::Session, self.skew())
            .map_err(|_| "invalid-session-token")?;
        Ok(self.signed_in(&token, &jwt, self.setting(&cookies)))
    }
}

/// A URL as it is recorded.
pub(super) fn place(url: &Url) -> Value {
    json!({
        "origin": url.origin().ascii_serialization(),
        "path": url.path(),
        "query": url.query_pairs().collect::<Vec<_>>(),
    })
}

fn strings(list: &Value) -> Vec<String> {
    let list = list.as_array().into_iter().flatten();
    list.filter_map(Value::as_str).map(str::to_owned).collect()
}

/// The session token among cookies.
fn session_of(cookies: &[String]) -> String {
    let mut token = "";
    for cookie in cookies {
        let pair = cookie.split(';').next().unwrap_or_default();
        if pair.starts_with("__session") {
            token = pair.split('=').nth(1).unwrap_or_default();
        }
    }
    token.to_owned()
}
