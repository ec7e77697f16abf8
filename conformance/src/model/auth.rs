//! Auth objects, states and the choice of the path.

use serde_json::{Map, Value, json};

use super::claims::{nobody, session};
use super::jwt::{Jwt, machine_kind};
use super::rule::Rule;
use super::verify::{Kind, truthy};
use super::{Model, Thrown};

/// Headers of a response; `set-cookie` is a list.
pub(super) type Headers = Map<String, Value>;

/// What is left of an auth object where only one kind is accepted.
pub(super) fn accepted(auth: &Value, filter: &Value) -> Value {
    let kind = &auth["tokenType"];
    match filter {
        Value::String(any) if any == "any" => auth.clone(),
        Value::Array(list) if list.contains(kind) => auth.clone(),
        Value::Array(_) => nobody(None),
        one if one == kind => auth.clone(),
        one => nobody(one.as_str()),
    }
}

impl Model<'_> {
    pub(super) fn authenticate(&mut self) -> Result<Value, Thrown> {
        self.assert_options()?;
        if let Some(rejected) = self.satellite_signs_in_here()? {
            return Ok(rejected);
        }
        let accepts = self.options["acceptsToken"].clone();
        let accepts = if accepts.is_null() {
            json!("session_token")
        } else {
            accepts
        };
        let token = self.request.token().map(str::to_owned);
        let found = token
            .as_deref()
            .and_then(|token| machine_kind(token, &self.rules));
        if let Value::Array(list) = &accepts
            && !list.contains(&json!(found.unwrap_or("session_token")))
        {
            return Ok(self.signed_out_as(None, "token-type-mismatch"));
        }
        let is_single = accepts.as_str().filter(|kind| *kind != "any");
        match (is_single, token) {
            (Some("session_token"), Some(token)) => self.session_in_header(&token),
            (Some("session_token"), None) => self.session_in_cookie(),
            (Some(kind), Some(_)) if found != Some(kind) => {
                Ok(self.signed_out_as(Some(kind), "token-type-mismatch"))
            }
            (Some(_), Some(token)) => Ok(self.machine_in_header(&token)),
            (Some(kind), None) => Ok(self.signed_out_as(Some(kind), "No token in header")),
            (None, Some(token)) if found.is_some() => Ok(self.machine_in_header(&token)),
            (None, Some(token)) => self.any_in_header(&token),
            (None, None) => self.session_in_cookie(),
        }
    }

    fn machine_in_header(&mut self, token: &str) -> Value {
        match self.machine(token) {
            Some(Ok((kind, mut auth))) => {
                if auth["threw"] == true {
                    auth = json!({ "threw": true });
                } else {
                    auth["tokenType"] = kind.into();
                    auth["isAuthenticated"] = true.into();
                    auth["getToken"] = token.into();
                }
                json!({
                    "kind": "state", "status": "signed-in", "tokenType": kind, "token": token, "headers": {},
                    "auth": auth,
                })
            }
            Some(Err((kind, reason))) => self.signed_out_as(Some(kind), &reason),
            None => json!({ "kind": "throw", "error": "unforeseen-TypeError" }),
        }
    }

    fn session_in_header(&mut self, token: &str) -> Result<Value, Thrown> {
        if let Some(jwt) = Jwt::of(token, &self.rules) {
            let is_machine =
                super::jwt::is_shaped(token) && (jwt.is_of_machine() || jwt.is_oauth());
            if is_machine || jwt.is_of_other_category() {
                return Ok(self.signed_out("token-type-mismatch"));
            }
        }
        self.session(token)
    }

    /// Where any kind is accepted. The JavaScript SDK lets errors through here.
    fn any_in_header(&mut self, token: &str) -> Result<Value, Thrown> {
        let jwt = Jwt::of(token, &self.rules);
        if let Some(jwt) = &jwt {
            if jwt.is_of_other_category() {
                return Ok(self.signed_out("token-type-mismatch"));
            }
            if !self.rules.has(Rule::NoThrow) && (jwt.header.is_null()) {
                return Err("unforeseen-TypeError".to_owned());
            }
        }
        self.session(token)
    }

    fn session(&mut self, token: &str) -> Result<Value, Thrown> {
        match self.verify(token, Kind::Session, self.skew()) {
            Ok(jwt) => Ok(self.signed_in(token, &jwt, Headers::new())),
            Err(fault) => self.after_fault(fault),
        }
    }

    /// The session of a token that was verified.
    pub(super) fn signed_in(&self, token: &str, jwt: &Jwt, headers: Headers) -> Value {
        let names_a_session = jwt.payload["sid"]
            .as_str()
            .is_some_and(|sid| !sid.is_empty());
        if !names_a_session && self.rules.has(Rule::SessionId) {
            return self.with_headers(
                "signed-out",
                Some("session_token"),
                "session-id-missing",
                headers,
            );
        }
        let Some(found) = session(&jwt.payload, &self.rules) else {
            if self.rules.has(Rule::NoThrow) {
                return self.with_headers(
                    "signed-out",
                    Some("session_token"),
                    "unexpected-error",
                    headers,
                );
            }
            return json!({
                "kind": "state", "status": "signed-in", "tokenType": "session_token", "token": token,
                "headers": headers, "auth": { "threw": true },
            });
        };
        let mut auth = found;
        auth["tokenType"] = "session_token".into();
        auth["isAuthenticated"] = true.into();
        auth["getToken"] = if truthy(&auth["sessionId"]) {
            token.into()
        } else {
            Value::Null
        };
        let mut state = json!({
            "kind": "state", "status": "signed-in", "tokenType": "session_token", "token": token, "headers": headers,
        });
        if auth["sessionStatus"] == "pending" {
            let mut pending = nobody(Some("session_token"));
            pending["sessionStatus"] = "pending".into();
            state["auth"] = pending;
            state["authTreatPendingAsSignedIn"] = auth;
        } else {
            state["auth"] = auth;
        }
        state
    }

    pub(super) fn signed_out(&self, reason: &str) -> Value {
        self.signed_out_as(Some("session_token"), reason)
    }

    pub(super) fn signed_out_as(&self, kind: Option<&str>, reason: &str) -> Value {
        self.with_headers("signed-out", kind, reason, Headers::new())
    }

    pub(super) fn with_headers(
        &self,
        status: &str,
        kind: Option<&str>,
        reason: &str,
        mut headers: Headers,
    ) -> Value {
        headers.insert("x-clerk-auth-status".to_owned(), status.into());
        let is_legal = |char: char| (' '..='\u{ff}').contains(&char) && char != '\u{7f}';
        if !reason.is_empty() && reason.chars().all(is_legal) {
            headers.insert("x-clerk-auth-reason".to_owned(), reason.into());
        }
        let auth = if status == "handshake" {
            Value::Null
        } else {
            nobody(kind)
        };
        json!({
            "kind": "state", "status": status, "reason": reason, "tokenType": kind, "headers": headers, "auth": auth,
        })
    }
}
