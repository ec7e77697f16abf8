use std::time::Duration;

use clerk_api::JsonObject;
use serde_json::{Value, json};

use super::{HOST, TestInstance};

/// The category that Clerk puts into the header of machine-to-machine tokens.
const CATEGORY: &str = "cl_B7d4PD333AAA";
/// How long a token lasts by default, in seconds.
const HOUR: i64 = 3600;

/// A machine-to-machine token, before it is signed. By default it has no scopes and lasts for an hour.
///
/// ```
/// use clerk_sdk::testing::TestInstance;
/// use clerk_sdk::tokens::TokenType;
///
/// let token = TestInstance::new().m2m_token("mch_1").scopes(["mch_2"]).sign();
/// assert_eq!(TokenType::of_machine_token(&token), Some(TokenType::M2m));
/// ```
#[derive(Clone, Debug)]
#[must_use = "`sign` returns the token"]
pub struct M2mToken<'a>(Machine<'a>);

/// An OAuth access token, before it is signed. By default it has no scopes and lasts for an hour.
///
/// ```
/// use clerk_sdk::testing::TestInstance;
/// use clerk_sdk::tokens::TokenType;
///
/// let token = TestInstance::new().oauth_token("user_1", "client_1").scopes(["email", "profile"]).sign();
/// assert_eq!(TokenType::of_machine_token(&token), Some(TokenType::OAuth));
/// ```
#[derive(Clone, Debug)]
#[must_use = "`sign` returns the token"]
pub struct OAuthToken<'a>(Machine<'a>);

#[derive(Clone, Debug)]
struct Machine<'a> {
    instance: &'a TestInstance,
    claims: JsonObject,
    lifetime: i64,
}

impl<'a> Machine<'a> {
    fn new(instance: &'a TestInstance, id: &str, subject: &str) -> Self {
        let mut claims = JsonObject::new();
        claims.insert("iss".into(), format!("https://{HOST}").into());
        claims.insert("sub".into(), subject.into());
        claims.insert("jti".into(), instance.next_id(id).into());
        Self {
            instance,
            claims,
            lifetime: HOUR,
        }
    }

    fn set(&mut self, name: &str, value: Value) {
        self.claims.insert(name.to_owned(), value);
    }

    fn sign(self, header: Value) -> String {
        let now = self.instance.now();
        let mut claims =
            json!({ "iat": now, "nbf": now, "exp": now.saturating_add(self.lifetime) });
        if let Some(all) = claims.as_object_mut() {
            all.extend(self.claims);
        }
        self.instance.sign(header, &claims)
    }
}

fn joined<S: AsRef<str>>(scopes: impl IntoIterator<Item = S>) -> Value {
    let scopes = scopes.into_iter();
    let scopes: Vec<String> = scopes.map(|scope| scope.as_ref().to_owned()).collect();
    scopes.join(" ").into()
}

fn seconds(lifetime: Duration) -> i64 {
    i64::try_from(lifetime.as_secs()).unwrap_or(i64::MAX)
}

impl<'a> M2mToken<'a> {
    pub(super) fn new(instance: &'a TestInstance, machine_id: &str) -> Self {
        Self(Machine::new(instance, "mt", machine_id))
    }

    /// Sets the scopes: the machines that the token may be presented to.
    pub fn scopes<S: AsRef<str>>(mut self, scopes: impl IntoIterator<Item = S>) -> Self {
        self.0.set("scopes", joined(scopes));
        self
    }

    /// Sets how long the token lasts. Default: an hour.
    pub fn expires_in(mut self, lifetime: Duration) -> Self {
        self.0.lifetime = seconds(lifetime);
        self
    }

    /// Sets any claim.
    pub fn claim(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.set(name, value.into());
        self
    }

    /// Returns the token.
    pub fn sign(self) -> String {
        self.0.sign(json!({ "typ": "JWT", "cat": CATEGORY }))
    }
}

impl<'a> OAuthToken<'a> {
    pub(super) fn new(instance: &'a TestInstance, user_id: &str, client_id: &str) -> Self {
        let mut machine = Machine::new(instance, "oat", user_id);
        machine.set("client_id", client_id.into());
        Self(machine)
    }

    /// Sets the scopes that the user granted.
    pub fn scopes<S: AsRef<str>>(mut self, scopes: impl IntoIterator<Item = S>) -> Self {
        self.0.set("scope", joined(scopes));
        self
    }

    /// Sets how long the token lasts. Default: an hour.
    pub fn expires_in(mut self, lifetime: Duration) -> Self {
        self.0.lifetime = seconds(lifetime);
        self
    }

    /// Sets any claim.
    pub fn claim(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.set(name, value.into());
        self
    }

    /// Returns the token.
    pub fn sign(self) -> String {
        self.0.sign(json!({ "typ": "at+jwt" }))
    }
}
