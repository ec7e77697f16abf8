//! Tokens of machines.

use serde_json::{Map, Value, json};

use super::Model;
use super::jwt::{Jwt, is_shaped, machine_kind};
use super::rule::Rule;
use super::verify::{Fault, Kind, texts};

const FAILED: &str = "token-verification-failed";

/// A machine token that was verified, or the kind and the reason for which not.
pub(super) type Verified = Result<(&'static str, Value), (&'static str, String)>;

impl Model<'_> {
    /// Verifies a machine token. `None`: it looks like none, or the JavaScript SDK throws.
    pub(super) fn machine(&mut self, token: &str) -> Option<Verified> {
        if is_shaped(token) {
            let verified = self.machine_jwt(token);
            let has_thrown = matches!(&verified, Ok((_, data)) if data["threw"] == true);
            let is_null = Jwt::of(token, &self.rules).is_some_and(|jwt| jwt.header.is_null());
            return Some(verified)
                .filter(|_| !has_thrown && (self.rules.has(Rule::NoThrow) || !is_null));
        }
        let kind = machine_kind(token, &self.rules)?;
        Some(
            self.opaque(token, kind)
                .map(|data| (kind, data))
                .map_err(|reason| (kind, reason)),
        )
    }

    fn machine_jwt(&mut self, token: &str) -> Verified {
        let Some(jwt) = Jwt::of(token, &self.rules) else {
            return Err(("m2m_token", "token-invalid".to_owned()));
        };
        let (kind, class) = if jwt.is_of_machine() {
            ("m2m_token", Kind::M2m)
        } else if jwt.is_oauth() {
            ("oauth_token", Kind::OAuth)
        } else {
            return Err(("oauth_token", FAILED.to_owned()));
        };
        let verified = self.verify(token, class, self.skew());
        let reason = |fault: Fault| match fault {
            Fault::Reason(reason)
                if class == Kind::M2m && reason == "token-invalid" && has_other_category(&jwt) =>
            {
                reason
            }
            _ => FAILED.to_owned(),
        };
        verified.map_err(|fault| (kind, reason(fault)))?;
        let data = if class == Kind::M2m {
            self.m2m_claims(&jwt)
        } else {
            self.oauth_claims(&jwt)
        };
        match data {
            Some(data) => Ok((kind, data)),
            None => Err((kind, FAILED.to_owned())),
        }
    }

    fn m2m_claims(&self, jwt: &Jwt) -> Option<Value> {
        let claims = jwt.payload.as_object().cloned().unwrap_or_default();
        let mut own = claims.clone();
        for name in ["iss", "sub", "exp", "nbf", "iat", "jti"] {
            own.remove(name);
        }
        let aud = claims.get("aud").cloned().unwrap_or_default();
        let aud = if self.rules.has(Rule::MachineClaims) {
            texts(&aud).into()
        } else if aud.is_null() {
            json!([])
        } else {
            aud
        };
        let scopes = match claims.get("scopes") {
            None | Some(Value::Null) => aud,
            Some(Value::String(text)) if text.is_empty() && self.rules.has(Rule::MachineClaims) => {
                json!([])
            }
            Some(Value::String(text)) => text.split(' ').collect(),
            Some(_) if self.rules.has(Rule::MachineClaims) => return None,
            Some(_) => return Some(json!({ "threw": true })),
        };
        Some(json!({
            "id": jwt.claim("jti").unwrap_or_default(),
            "subject": jwt.claim("sub"),
            "machineId": jwt.claim("sub"),
            "scopes": scopes,
            "claims": (!own.is_empty()).then_some(Value::Object(own)),
        }))
    }

    fn oauth_claims(&self, jwt: &Jwt) -> Option<Value> {
        let is_ours = self.rules.has(Rule::MachineClaims);
        let own = jwt.payload.get("scp").filter(|scp| !scp.is_null());
        let scope = jwt.payload.get("scope");
        let is_odd = scope.is_some_and(|scope| !scope.is_null() && !scope.is_string());
        if own.is_none() && !is_ours && is_odd {
            return Some(json!({ "threw": true }));
        }
        let given = own.or(scope).cloned();
        let scopes = match given.unwrap_or_default() {
            Value::String(text) if own.is_some() && !self.rules.has(Rule::MachineClaims) => {
                text.into()
            }
            Value::String(text) if text.is_empty() && is_ours => json!([]),
            Value::String(text) => text.split(' ').collect(),
            other if self.rules.has(Rule::MachineClaims) => texts(&other).into(),
            Value::Null => json!([]),
            other => other,
        };
        Some(json!({
            "id": jwt.claim("jti").unwrap_or_default(),
            "subject": jwt.claim("sub"),
            "userId": jwt.claim("sub"),
            "clientId": jwt.claim("client_id").or((!self.rules.has(Rule::MachineClaims)).then_some("")),
            "scopes": scopes,
        }))
    }

    fn opaque(&mut self, token: &str, kind: &str) -> Result<Value, String> {
        let (path, field) = match kind {
            "api_key" => ("/api_keys/verify", "secret"),
            "m2m_token" => ("/m2m_tokens/verify", "token"),
            _ => ("/oauth_applications/access_tokens/verify", "access_token"),
        };
        let machine_key = self.option("machineSecretKey");
        let key = if kind == "m2m_token" && !machine_key.is_empty() {
            machine_key
        } else {
            self.option("secretKey")
        };
        let is_bare = matches!(token, "ak_" | "mt_" | "oat_") && self.rules.has(Rule::Once);
        if is_bare || !self.may_be_clerks(token, 1024) {
            return Err("token-invalid".to_owned());
        }
        let reply = self.ask("POST", path, json!([]), &key, json!({ field: token }));
        let reply = reply.ok_or("unexpected-error")?;
        let body = match reply.status {
            401 => return Err("secret-key-invalid".to_owned()),
            404 => return Err("token-invalid".to_owned()),
            200..300 => reply.json().unwrap_or_default(),
            _ => return Err("unexpected-error".to_owned()),
        };
        if self.rules.has(Rule::MachineReplies) {
            is_accepted(&body).map_err(str::to_owned)?;
        }
        let is_json =
            reply.header("content-type") == Some("application/json") && reply.json().is_some();
        if !is_json && !self.rules.has(Rule::MachineReplies) {
            return Ok(json!({ "threw": true }));
        }
        if kind == "oauth_token" && !self.has_audience(body.get("aud"), true) {
            return Err(FAILED.to_owned());
        }
        Ok(self.data(kind, &body))
    }

    fn data(&self, kind: &str, body: &Value) -> Value {
        let is_ours = self.rules.has(Rule::MachineReplies);
        let text = |name: &str| match &body[name] {
            value if value.is_string() || !is_ours => value.clone(),
            _ => Value::Null,
        };
        let scopes = if is_ours {
            texts(&body["scopes"]).into()
        } else {
            body["scopes"].clone()
        };
        let mut data = json!({ "id": text("id"), "subject": text("subject"), "scopes": scopes });
        let subject = body["subject"].as_str().unwrap_or_default();
        match kind {
            "api_key" => {
                data["name"] = text("name");
                data["claims"] = body["claims"].clone();
                let owner = if subject.starts_with("user_") {
                    "userId"
                } else {
                    "orgId"
                };
                if subject.starts_with("user_") || subject.starts_with("org_") {
                    data[owner] = subject.into();
                }
            }
            "m2m_token" => {
                data["claims"] = body["claims"].clone();
                data["machineId"] = text("subject");
            }
            _ => {
                data["userId"] = text("subject");
                data["clientId"] = text("client_id");
            }
        }
        data
    }
}

fn has_other_category(jwt: &Jwt) -> bool {
    jwt.header
        .get("cat")
        .is_some_and(|cat| cat != "cl_B7d4PD333AAA")
}

/// What we accept of a reply about a token.
fn is_accepted(body: &Value) -> Result<(), &'static str> {
    let empty = Map::new();
    let object = body.as_object().unwrap_or(&empty);
    if object.get("active") == Some(&Value::Bool(false)) {
        return Err("token-invalid");
    }
    for flag in ["revoked", "expired"] {
        match object.get(flag) {
            Some(Value::Bool(false)) => {}
            Some(Value::Bool(true)) => return Err("token-invalid"),
            _ => return Err("unexpected-error"),
        }
    }
    if object.get("id").is_some_and(Value::is_string)
        && object.get("subject").is_some_and(Value::is_string)
    {
        Ok(())
    } else {
        Err("unexpected-error")
    }
}
