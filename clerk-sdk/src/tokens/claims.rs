use std::fmt;
use std::sync::Arc;

use clerk_api::JsonObject;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::skim::{Json, View};

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
#[derive(Clone)]
pub struct Claims(Arc<Json>);

impl Claims {
    /// Returns `None` if it is not an object.
    pub(super) fn from_json(read: Json) -> Option<Self> {
        read.view().is_object().then(|| Self(Arc::new(read)))
    }

    /// Returns how many bytes they hold on the heap.
    pub(super) fn heap_bytes(&self) -> usize {
        size_of::<Json>() + self.0.heap_bytes()
    }

    /// Returns a payload as verifying reads it, without a signature.
    #[cfg(fuzzing)]
    #[doc(hidden)]
    pub fn read_for_fuzzing(payload: Vec<u8>) -> Option<Self> {
        Json::read(&payload).and_then(Self::from_json)
    }

    pub(crate) fn view(&self) -> View<'_> {
        self.0.view()
    }

    /// Claims from a JSON object, for tests of an application; nothing is verified. Returns `None` if it is not an object.
    pub fn from_value(value: Value) -> Option<Self> {
        Self::from_json(Json::Value(value))
    }

    /// Returns a claim by its name, copied. For one that is text, [`get_str`](Self::get_str) copies nothing.
    pub fn get(&self, name: &str) -> Option<Value> {
        self.view().get(name).map(View::to_value)
    }

    /// Returns a claim that is text, by its name.
    ///
    /// ```
    /// use clerk_sdk::tokens::Claims;
    ///
    /// let claims = Claims::from_value(serde_json::json!({ "plan": "pro", "seats": 3 })).unwrap();
    /// assert_eq!(claims.get_str("plan"), Some("pro"));
    /// assert_eq!(claims.get_str("seats"), None);
    /// ```
    pub fn get_str(&self, name: &str) -> Option<&str> {
        self.view().get(name).and_then(View::as_str)
    }

    /// Returns a copy of all claims.
    pub fn to_object(&self) -> JsonObject {
        match self.view().to_value() {
            Value::Object(claims) => claims,
            _ => JsonObject::new(),
        }
    }

    /// Returns all claims as a type of yours.
    ///
    /// # Errors
    ///
    /// If they do not have its form.
    pub fn deserialize<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        serde_json::from_value(Value::Object(self.to_object()))
    }

    /// `sub`: whom the token is about. In a session token, the id of the user.
    pub fn sub(&self) -> Option<&str> {
        self.get_str("sub")
    }

    /// `sid`: the id of the session.
    pub fn sid(&self) -> Option<&str> {
        self.get_str("sid")
    }

    /// `iss`: who issued the token, the URL of the instance's Frontend API.
    pub fn iss(&self) -> Option<&str> {
        self.get_str("iss")
    }

    /// `azp`: the origin that the token was issued to.
    pub fn azp(&self) -> Option<&str> {
        self.get_str("azp")
    }

    /// `jti`: the id of the token.
    pub fn jti(&self) -> Option<&str> {
        self.get_str("jti")
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

    /// `org_id` of version 1, or `o.id` of version 2: the ID of the organization that is active.
    pub fn org_id(&self) -> Option<&str> {
        match self.active_organization() {
            Some(organization) => organization.get("id").and_then(View::as_str),
            None if self.is_version_2() => None,
            None => self.get_str("org_id"),
        }
    }

    /// Returns whether these are session claims of version 2: the number, not the text.
    pub(crate) fn is_version_2(&self) -> bool {
        self.view().get("v").and_then(View::as_f64) == Some(2.0)
    }

    /// `o` of version 2, when there is one.
    pub(crate) fn active_organization(&self) -> Option<View<'_>> {
        if !self.is_version_2() {
            return None;
        }
        self.view()
            .get("o")
            .filter(|organization| organization.is_truthy())
    }

    fn seconds(&self, name: &str) -> Option<i64> {
        let number = self.view().get(name)?.as_f64()?.trunc();
        // A float beyond the range of the integer is cut to it.
        (number.abs() <= MAX_SECONDS).then_some(number as i64)
    }
}

impl Default for Claims {
    /// None.
    fn default() -> Self {
        Self(Arc::new(Json::Value(Value::Object(JsonObject::new()))))
    }
}

impl PartialEq for Claims {
    fn eq(&self, other: &Self) -> bool {
        self.to_object() == other.to_object()
    }
}

/// The last second that a date can have in JavaScript, which issued or will read the token.
pub(super) const MAX_SECONDS: f64 = 8.64e12;

// Claims are personal, and custom ones may be anything: only their names are printed.
impl fmt::Debug for Claims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Claims")
            .field(&self.to_object().keys().collect::<Vec<_>>())
            .finish()
    }
}
