use std::time::Duration;

use clerk_api::JsonObject;
use serde_json::{Value, json};

use super::{HOST, TestInstance};

/// The category that Clerk puts into the header of machine-to-machine tokens.
const CATEGORY: &str = "cl_B7d4PD333AAA";
/// How long a token lasts by default, in seconds.
const HOUR: i64 = 3600;

/// A machine-to-machine token or an OAuth access token, before it is signed. By default it has no scopes and lasts for an hour.
///
/// ```
/// use clerk_sdk::testing::TestInstance;
/// use clerk_sdk::tokens::TokenType;
///
/// let instance = TestInstance::new();
/// let m2m = instance.m2m_token("mch_1").scopes(["mch_2"]).sign();
/// assert_eq!(TokenType::of_machine_token(&m2m), Some(TokenType::M2m));
/// let oauth = instance.oauth_token("user_1", "client_1").scopes(["email", "profile"]).sign();
/// assert_eq!(TokenType::of_machine_token(&oauth), Some(TokenType::OAuth));
/// ```
#[derive(Clone, Debug)]
#[must_use = "`sign` returns the token"]
pub struct MachineToken<'a> {
    instance: &'a TestInstance,
    header: Value,
    claims: JsonObject,
    /// The claim with the scopes.
    scopes: &'static str,
    lifetime: i64,
}

impl<'a> MachineToken<'a> {
    pub(super) fn m2m(instance: &'a TestInstance, machine_id: &str) -> Self {
        let header = json!({ "typ": "JWT", "cat": CATEGORY });
        Self::new(instance, header, "scopes")
            .claim("sub", machine_id)
            .claim("jti", instance.next_id("mt"))
    }

    pub(super) fn oauth(instance: &'a TestInstance, user_id: &str, client_id: &str) -> Self {
        Self::new(instance, json!({ "typ": "at+jwt" }), "scope")
            .claim("sub", user_id)
            .claim("client_id", client_id)
            .claim("jti", instance.next_id("oat"))
    }

    fn new(instance: &'a TestInstance, header: Value, scopes: &'static str) -> Self {
        let new = Self {
            instance,
            header,
            claims: JsonObject::new(),
            scopes,
            lifetime: HOUR,
        };
        new.claim("iss", format!("https://{HOST}"))
    }

    /// Sets the scopes: of a machine-to-machine token the machines that it may be presented to, of an OAuth token what the user
    /// granted.
    pub fn scopes<S: AsRef<str>>(self, scopes: impl IntoIterator<Item = S>) -> Self {
        let scopes = scopes.into_iter();
        let scopes: Vec<String> = scopes.map(|scope| scope.as_ref().to_owned()).collect();
        let name = self.scopes;
        self.claim(name, scopes.join(" "))
    }

    /// Sets how long the token lasts. Default: an hour.
    pub fn expires_in(mut self, lifetime: Duration) -> Self {
        self.lifetime = i64::try_from(lifetime.as_secs()).unwrap_or(i64::MAX);
        self
    }

    /// Sets any claim.
    pub fn claim(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.claims.insert(name.to_owned(), value.into());
        self
    }

    /// Returns the token.
    pub fn sign(self) -> String {
        let now = self.instance.now();
        let mut claims =
            json!({ "iat": now, "nbf": now, "exp": now.saturating_add(self.lifetime) });
        if let Some(all) = claims.as_object_mut() {
            all.extend(self.claims);
        }
        self.instance.sign(self.header, &claims)
    }
}
