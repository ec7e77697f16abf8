use std::fmt;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};

use serde::Serialize;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use super::lenient::{lenient_opt_i64, null_as_default};

/// One page of a list. It derefs to a slice and can be iterated over.
///
/// Clerk sends some lists as `{"data": […], "total_count": n}` and some as a bare array; both read as this type.
///
/// ```
/// use clerk_api::Page;
///
/// let page: Page<String> = serde_json::from_str(r#"{"data": ["a", "b"], "total_count": 12}"#)?;
/// assert_eq!(page.len(), 2);
/// assert_eq!(page.total_count, Some(12));
///
/// let bare: Page<String> = serde_json::from_str(r#"["a"]"#)?;
/// assert_eq!(bare.total_count, None);
/// for item in bare {
///     assert_eq!(item, "a");
/// }
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Page<T> {
    /// The items of this page.
    pub data: Vec<T>,
    /// How many items there are on all pages together, where Clerk tells. It does not for users, who are counted by an
    /// operation of their own, [`GetUsersCount`](crate::operations::GetUsersCount).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_count: Option<i64>,
}

impl<T> Page<T> {
    /// Returns a page of these items; for tests and stand-ins of the API.
    pub const fn new(data: Vec<T>, total_count: Option<i64>) -> Self {
        Self { data, total_count }
    }
}

impl<T> Default for Page<T> {
    fn default() -> Self {
        Self::new(Vec::new(), None)
    }
}

impl<T> Deref for Page<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.data
    }
}

impl<T> DerefMut for Page<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.data
    }
}

impl<T> IntoIterator for Page<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.data.into_iter()
    }
}

impl<'a, T> IntoIterator for &'a Page<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.data.iter()
    }
}

impl<T> From<Page<T>> for Vec<T> {
    fn from(page: Page<T>) -> Self {
        page.data
    }
}

/// The object form.
#[derive(serde::Deserialize)]
#[serde(bound = "T: Deserialize<'de>")]
struct Object<T> {
    // The list of machine-to-machine tokens has a name of its own for them.
    #[serde(alias = "m2m_tokens", deserialize_with = "null_as_default")]
    data: Vec<T>,
    #[serde(default, deserialize_with = "lenient_opt_i64")]
    total_count: Option<i64>,
}

// Not an untagged enum: that would lose the message and the JSON path of an error inside an item.
impl<'de, T: Deserialize<'de>> Deserialize<'de> for Page<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Either<T> {
            type Value = Page<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list: an array, or an object with `data`")
            }

            // What the API sends for an empty collection now and then.
            fn visit_unit<E: serde::de::Error>(self) -> Result<Page<T>, E> {
                Ok(Page::default())
            }

            fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Page<T>, A::Error> {
                Vec::deserialize(SeqAccessDeserializer::new(seq)).map(|data| Page::new(data, None))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Page<T>, A::Error> {
                Object::deserialize(MapAccessDeserializer::new(map))
                    .map(|object| Page::new(object.data, object.total_count))
            }
        }

        deserializer.deserialize_any(Either(PhantomData))
    }
}
