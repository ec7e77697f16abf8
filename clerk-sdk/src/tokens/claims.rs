use std::fmt;
use std::sync::Arc;

use clerk_api::JsonObject;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// The claims of a token. Clones are cheap: they share the claims.
///
/// What Clerk puts into every session token has a method; everything else is reached by [`get`](Self::get), or all of it
/// at once as a type of yours by [`deserialize`](Self::deserialize). A claim of an unexpected type reads as `None` by its
/// method and is still there by `get`.
///
/// ```
/// use clerk_sdk::tokens::Claims;
/// use serde_json::json;
///
/// let claims = Claims::from_value(json!({ "sub": "user_1", "sid": "sess_1", "exp": 1750000060, "plan": "pro" })).unwrap();
/// assert_eq!(claims.sub(), Some("user_1"));
/// assert_eq!(claims.sid(), Some("sess_1"));
/// assert_eq!(claims.get("plan").unwrap(), "pro");
///
/// #[derive(serde::Deserialize)]
/// struct Mine {
///     plan: String,
/// }
/// assert_eq!(claims.deserialize::<Mine>()?.plan, "pro");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Default, PartialEq)]
pub struct Claims(Arc<JsonObject>);

impl Claims {
    /// Claims from a JSON object, for tests of an application; nothing is verified. `None` when it is no object.
    pub fn from_value(value: Value) -> Option<Self> {
        match value {
            Value::Object(claims) => Some(Self(Arc::new(claims))),
            _ => None,
        }
    }

    /// A claim by its name.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// All claims.
    pub fn as_object(&self) -> &JsonObject {
        &self.0
    }

    /// All claims as a type of yours.
    ///
    /// # Errors
    ///
    /// When they do not have its form.
    pub fn deserialize<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        T::deserialize(&*self.0)
    }

    /// `sub`: whom the token is about. In a session token, the id of the user.
    pub fn sub(&self) -> Option<&str> {
        self.text("sub")
    }

    /// `sid`: the id of the session.
    pub fn sid(&self) -> Option<&str> {
        self.text("sid")
    }

    /// `iss`: who issued the token, the URL of the instance's Frontend API.
    pub fn iss(&self) -> Option<&str> {
        self.text("iss")
    }

    /// `azp`: the origin that the token was issued to.
    pub fn azp(&self) -> Option<&str> {
        self.text("azp")
    }

    /// `jti`: the id of the token.
    pub fn jti(&self) -> Option<&str> {
        self.text("jti")
    }

    /// `exp`: when the token stops being valid, in whole seconds since 1970.
    pub fn exp(&self) -> Option<i64> {
        self.seconds("exp")
    }

    /// `nbf`: when the token starts being valid, in whole seconds since 1970.
    pub fn nbf(&self) -> Option<i64> {
        self.seconds("nbf")
    }

    /// `iat`: when the token was issued, in whole seconds since 1970.
    pub fn iat(&self) -> Option<i64> {
        self.seconds("iat")
    }

    /// `org_id` of version 1, or `o.id` of version 2: the id of the active organization.
    pub fn org_id(&self) -> Option<&str> {
        match self.active_organization() {
            Some(organization) => organization.get("id").and_then(Value::as_str),
            None if self.is_version_2() => None,
            None => self.text("org_id"),
        }
    }

    /// Whether these are session claims of version 2: the number, not the text.
    pub(crate) fn is_version_2(&self) -> bool {
        self.get("v").and_then(Value::as_f64) == Some(2.0)
    }

    /// `o` of version 2, when there is one.
    pub(crate) fn active_organization(&self) -> Option<&Value> {
        if !self.is_version_2() {
            return None;
        }
        self.get("o").filter(|organization| is_truthy(organization))
    }

    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Value::as_str)
    }

    fn seconds(&self, name: &str) -> Option<i64> {
        let number = self.get(name)?.as_f64()?.trunc();
        // A float beyond the range of the integer is cut to it.
        (number.abs() <= MAX_SECONDS).then_some(number as i64)
    }
}

/// The last second that a date can have in JavaScript, which issued or will read the token.
pub(super) const MAX_SECONDS: f64 = 8.64e12;

/// What JavaScript takes for true.
pub(crate) fn is_truthy(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(value) => *value,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(_) | Value::Object(_) => true,
    }
}

// Claims are personal, and custom ones may be anything: only their names are printed.
impl fmt::Debug for Claims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Claims")
            .field(&self.0.keys().collect::<Vec<_>>())
            .finish()
    }
}
