use serde::de::{Deserialize, Deserializer};
use serde::ser::{Error as _, Serialize, Serializer};

/// What an update does to one field: leave it, clear it, or set it.
///
/// `Option` cannot say these three things, and Clerk's API tells them apart: a field that is absent stays as it is,
/// a field that is `null` is cleared. Setters of generated requests take `impl Into<Patch<T>>`, so a plain value sets.
///
/// There is no `From<Option<T>>`, because `None` could mean either of two things: say which with
/// [`set_or_keep`](Self::set_or_keep) or [`set_or_null`](Self::set_or_null).
///
/// ```
/// use clerk_api::Patch;
///
/// let set: Patch<String> = "Ada".into();
/// assert_eq!(set, Patch::Set("Ada".to_owned()));
/// assert!(Patch::<String>::default().is_keep());
/// assert_eq!(Patch::set_or_null(None::<String>), Patch::Null);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Patch<T> {
    /// Leave the field as it is; nothing is sent.
    #[default]
    Keep,
    /// Clear the field; `null` is sent.
    Null,
    /// Set the field to this value.
    Set(T),
}

impl<T> Patch<T> {
    /// Returns whether the field is left as it is.
    pub const fn is_keep(&self) -> bool {
        matches!(self, Self::Keep)
    }

    /// Returns whether the field is cleared.
    pub const fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Returns the same patch, borrowing its value.
    pub const fn as_ref(&self) -> Patch<&T> {
        match self {
            Self::Keep => Patch::Keep,
            Self::Null => Patch::Null,
            Self::Set(value) => Patch::Set(value),
        }
    }

    /// Returns the value to set, if there is one.
    pub fn into_value(self) -> Option<T> {
        match self {
            Self::Set(value) => Some(value),
            Self::Keep | Self::Null => None,
        }
    }

    /// `Some` sets the field, `None` leaves it as it is.
    pub fn set_or_keep(value: Option<T>) -> Self {
        value.map_or(Self::Keep, Self::Set)
    }

    /// `Some` sets the field, `None` clears it.
    pub fn set_or_null(value: Option<T>) -> Self {
        value.map_or(Self::Null, Self::Set)
    }
}

impl<T> From<T> for Patch<T> {
    fn from(value: T) -> Self {
        Self::Set(value)
    }
}

impl From<&str> for Patch<String> {
    fn from(value: &str) -> Self {
        Self::Set(value.to_owned())
    }
}

impl<T, U: Into<T>, const N: usize> From<[U; N]> for Patch<Vec<T>> {
    fn from(values: [U; N]) -> Self {
        Self::Set(values.into_iter().map(Into::into).collect())
    }
}

impl<T: Serialize> Serialize for Patch<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Set(value) => value.serialize(serializer),
            Self::Null => serializer.serialize_unit(),
            // `null` here would clear a field that the caller asked to leave alone.
            Self::Keep => Err(S::Error::custom(
                "`Patch::Keep` has no JSON form; skip the field with `skip_serializing_if = \"Patch::is_keep\"`",
            )),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Patch<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::deserialize(deserializer).map(Self::set_or_null)
    }
}

#[cfg(feature = "schemars")]
impl<T: schemars::JsonSchema> schemars::JsonSchema for Patch<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        Option::<T>::schema_name()
    }

    fn schema_id() -> std::borrow::Cow<'static, str> {
        Option::<T>::schema_id()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        Option::<T>::json_schema(generator)
    }
}
