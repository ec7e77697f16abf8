//! A model of the specification: what an SDK makes of a case, with each of our differences as a switch.
//!
//! It shares no code with the crates that it is compared with. With every switch off it is the JavaScript SDK, which the
//! recorded files and random runs check; with every switch on it is what we have to do.

mod api;
mod auth;
mod claims;
mod cookies;
mod handshake;
mod instance;
mod jwt;
mod keys;
mod machine;
mod organization;
mod request;
mod rule;
mod sequence;
mod verify;

use serde_json::{Value, json};

use self::api::Api;
use self::instance::Instance;
use self::verify::{Jwks, texts, truthy};
use crate::cases::text;

pub(crate) use self::claims::session;
pub(crate) use self::jwt::depth;
use self::jwt::{Jwt, machine_kind};
pub(crate) use self::request::{Request, integer};
pub(crate) use self::rule::{Rule, Rules};
pub(crate) use self::sequence::sequence;
use self::verify::{Fault, Kind as JwtKind};

/// One call of an SDK.
pub(crate) struct Model<'c> {
    case: &'c Value,
    options: &'c Value,
    rules: Rules,
    now: i64,
    request: Request,
    api: Api,
    jwks: Jwks,
    /// Whether the last fetch of keys failed because Clerk could not be reached.
    is_outage: bool,
    /// Whether Clerk rejected a call with 429: there is no other one.
    is_closed: bool,
    instance: Instance,
}

/// An error that leaves the SDK: its name.
type Thrown = String;

impl<'c> Model<'c> {
    pub(crate) fn new(case: &'c Value, rules: Rules) -> Self {
        Self::with(case, &case["options"], &case["request"], rules)
    }

    fn with(case: &'c Value, options: &'c Value, request: &Value, rules: Rules) -> Self {
        Self {
            case,
            options,
            rules,
            now: case["clock"].as_i64().unwrap_or_default(),
            request: Request::new(request, rules),
            api: Api::new(case, rules),
            jwks: Jwks::default(),
            is_outage: false,
            is_closed: false,
            instance: Instance::default(),
        }
    }

    /// An option of the call, else of the client; empty when neither has it.
    fn option(&self, name: &str) -> String {
        let own = text(self.options, name);
        if own.is_empty() {
            text(&self.case["clientOptions"], name)
        } else {
            own
        }
    }

    fn is_option(&self, name: &str) -> bool {
        truthy(&self.options[name]) || truthy(&self.case["clientOptions"][name])
    }

    fn audience(&self) -> Vec<String> {
        let own = &self.options["audience"];
        texts(if truthy(own) {
            own
        } else {
            &self.case["clientOptions"]["audience"]
        })
    }

    fn skew(&self) -> i64 {
        self.options["clockSkewInMs"].as_i64().unwrap_or(5000)
    }

    /// A call that a request causes.
    fn ask(
        &mut self,
        method: &str,
        path: &str,
        query: Value,
        key: &str,
        body: Value,
    ) -> Option<crate::routes::Reply> {
        let is_repeated = |status: u64| match status {
            429 => true,
            500 | 502 | 503 | 504 => method == "GET",
            _ => false,
        };
        let tries = if self.rules.has(Rule::Retries) && !self.rules.has(Rule::Once) {
            4
        } else {
            1
        };
        if self.is_closed && self.rules.has(Rule::Once) {
            return None;
        }
        let mut reply = None;
        for _ in 0..tries {
            reply = self
                .api
                .call(method, path, query.clone(), key, body.clone());
            if !reply
                .as_ref()
                .is_some_and(|reply| is_repeated(reply.status))
            {
                break;
            }
        }
        self.is_closed = reply.as_ref().is_some_and(|reply| reply.status == 429);
        reply
    }

    /// Whether Clerk is asked about a text that a visitor sent.
    fn may_be_clerks(&self, text: &str, longest: usize) -> bool {
        let is_known = |char: char| char.is_ascii_alphanumeric() || "-_.~+/=".contains(char);
        !self.rules.has(Rule::Once)
            || ((1..=longest).contains(&text.len()) && text.chars().all(is_known))
    }

    pub(crate) fn calls(&self) -> Value {
        self.api.calls.clone().into()
    }
}

/// What an SDK makes of a request.
pub(crate) fn authenticate(case: &Value, rules: Rules) -> Value {
    let mut model = Model::new(case, rules);
    let mut outcome = match model.authenticate() {
        Ok(state) => state,
        Err(error) => json!({ "kind": "throw", "error": error }),
    };
    if let Some(filters) = case["accepts"]
        .as_array()
        .filter(|_| outcome["kind"] == "state")
    {
        let auth = &outcome["auth"];
        let filtered = filters
            .iter()
            .map(|filter| (filter.to_string(), auth::accepted(auth, filter)));
        outcome["getAuth"] = match outcome["status"] == "handshake" {
            // Such a request is answered with a redirect: we have no auth object for it.
            true if rules.has(Rule::NoThrow) => Value::Null,
            true => json!({ "threw": true }),
            false if auth["threw"] == true => json!({ "threw": true }),
            false => Value::Object(filtered.collect()),
        };
    }
    outcome["calls"] = model.calls();
    outcome
}

/// What an SDK makes of a session token.
pub(crate) fn verify_token(case: &Value, rules: Rules) -> Value {
    let mut model = Model::new(case, rules);
    if let Some(error) = model.unusable_key() {
        return json!({ "kind": "throw", "error": error, "calls": [] });
    }
    let skew = model.skew();
    let mut outcome = match model.verify(&text(case, "token"), JwtKind::Session, skew) {
        Ok(jwt) => json!({ "kind": "ok", "claims": jwt.payload }),
        Err(Fault::Reason(reason)) => json!({ "kind": "throw", "reason": reason }),
        Err(Fault::Unforeseen) => json!({ "kind": "throw", "reason": "unexpected-error" }),
    };
    outcome["calls"] = model.calls();
    outcome
}

/// What an SDK makes of a machine's token.
pub(crate) fn verify_machine(case: &Value, rules: Rules) -> Value {
    let mut model = Model::new(case, rules);
    if let Some(error) = model.unusable_key() {
        return json!({ "kind": "throw", "error": error, "calls": [] });
    }
    let mut outcome = match model.machine(&text(case, "token")) {
        Some(Ok((kind, mut data))) => {
            if let Some(data) = data.as_object_mut() {
                for name in ["userId", "orgId", "machineId"] {
                    data.remove(name);
                }
            }
            json!({ "kind": "ok", "tokenType": kind, "data": data })
        }
        Some(Err((kind, reason))) => json!({ "kind": "ok", "tokenType": kind, "code": reason }),
        None => json!({ "kind": "throw" }),
    };
    outcome["calls"] = model.calls();
    outcome
}

/// What an SDK decodes of a token.
pub(crate) fn decode(case: &Value, rules: Rules) -> Value {
    let token = text(case, "token");
    let is_machine = machine_kind(&token, &rules).is_some();
    match Jwt::of(&token, &rules) {
        Some(jwt) => json!({
            "kind": "ok", "header": jwt.header, "payload": jwt.payload, "isMachineToken": is_machine,
        }),
        None => json!({ "kind": "throw", "reason": "token-invalid", "isMachineToken": is_machine }),
    }
}
