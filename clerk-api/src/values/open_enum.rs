//! Enums that keep the values they do not know.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserializer, Error, Visitor};

/// What every enum made by [`open_enum!`](crate::open_enum) can do; the shared work hangs on it.
pub trait OpenEnum: Sized {
    /// The values this version knows, as they are sent.
    const KNOWN: &'static [&'static str];

    /// Returns the variant of a known value.
    fn known(value: &str) -> Option<Self>;

    /// Returns the variant of any other value.
    fn unknown(value: String) -> Self;
}

/// Reads any text.
pub fn from_str<T: OpenEnum>(value: &str) -> T {
    T::known(value).unwrap_or_else(|| T::unknown(value.to_owned()))
}

/// Reads any text, keeping the allocation of an unknown value.
pub fn from_string<T: OpenEnum>(value: String) -> T {
    T::known(&value).unwrap_or_else(|| T::unknown(value))
}

/// Reads a string.
///
/// # Errors
///
/// Anything that is not a string.
pub fn deserialize<'de, T: OpenEnum, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    struct Text;

    // Not `Cow<str>`: that always copies, and nearly every value is known.
    impl<'de> Visitor<'de> for Text {
        type Value = Cow<'de, str>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a string")
        }

        fn visit_borrowed_str<E: Error>(self, value: &'de str) -> Result<Self::Value, E> {
            Ok(Cow::Borrowed(value))
        }

        fn visit_str<E: Error>(self, value: &str) -> Result<Self::Value, E> {
            Ok(Cow::Owned(value.to_owned()))
        }

        fn visit_string<E: Error>(self, value: String) -> Result<Self::Value, E> {
            Ok(Cow::Owned(value))
        }
    }

    Ok(match deserializer.deserialize_str(Text)? {
        Cow::Borrowed(value) => from_str(value),
        Cow::Owned(value) => from_string(value),
    })
}

/// Returns a string, with the known values as examples: the set is open.
#[cfg(feature = "schemars")]
pub fn schema<T: OpenEnum>() -> schemars::Schema {
    schemars::json_schema!({ "type": "string", "examples": T::KNOWN })
}

/// Makes an enum of strings that keeps a string it does not know instead of failing.
#[doc(hidden)]
#[macro_export]
macro_rules! open_enum {
    (
        $(#[$meta:meta])*
        pub enum $name:ident { $( $(#[$variant_meta:meta])* $variant:ident = $text:literal ),* $(,)? }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum $name {
            $(
                $(#[$variant_meta])*
                #[doc = ""]
                #[doc = concat!("Written `", $text, "`.")]
                $variant,
            )*
            /// A value that this version of the crate does not know.
            Unknown(::std::string::String),
        }

        impl $name {
            /// Returns the value as it is sent.
            pub fn as_str(&self) -> &str {
                match self {
                    $( Self::$variant => $text, )*
                    Self::Unknown(value) => value,
                }
            }

            /// Returns whether this version of the crate does not know the value.
            pub fn is_unknown(&self) -> bool {
                ::std::matches!(self, Self::Unknown(_))
            }
        }

        impl $crate::__private::open_enum::OpenEnum for $name {
            const KNOWN: &'static [&'static str] = &[$($text),*];

            fn known(value: &str) -> ::std::option::Option<Self> {
                ::std::option::Option::Some(match value {
                    $( $text => Self::$variant, )*
                    _ => return ::std::option::Option::None,
                })
            }

            fn unknown(value: ::std::string::String) -> Self {
                Self::Unknown(value)
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                ::std::fmt::Display::fmt(self.as_str(), f)
            }
        }

        impl ::std::convert::From<&str> for $name {
            fn from(value: &str) -> Self {
                $crate::__private::open_enum::from_str(value)
            }
        }

        impl ::std::convert::From<&::std::string::String> for $name {
            fn from(value: &::std::string::String) -> Self {
                $crate::__private::open_enum::from_str(value)
            }
        }

        impl ::std::convert::From<::std::string::String> for $name {
            fn from(value: ::std::string::String) -> Self {
                $crate::__private::open_enum::from_string(value)
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = ::std::convert::Infallible;

            fn from_str(value: &str) -> ::std::result::Result<Self, Self::Err> {
                ::std::result::Result::Ok($crate::__private::open_enum::from_str(value))
            }
        }

        impl ::std::convert::AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        impl ::std::cmp::PartialEq<str> for $name {
            fn eq(&self, other: &str) -> bool {
                self.as_str() == other
            }
        }

        impl ::std::cmp::PartialEq<&str> for $name {
            fn eq(&self, other: &&str) -> bool {
                self.as_str() == *other
            }
        }

        impl $crate::__private::serde::Serialize for $name {
            fn serialize<S: $crate::__private::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::std::result::Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> $crate::__private::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::__private::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::std::result::Result<Self, D::Error> {
                $crate::__private::open_enum::deserialize(deserializer)
            }
        }

        $crate::__open_enum_schema! { $name }
    };
}

// Two definitions rather than a `cfg` inside one: a `cfg` in an expansion asks the features of the crate it expands in.
#[cfg(feature = "schemars")]
#[doc(hidden)]
#[macro_export]
macro_rules! __open_enum_schema {
    ($name:ident) => {
        impl $crate::__private::schemars::JsonSchema for $name {
            fn schema_name() -> ::std::borrow::Cow<'static, str> {
                ::std::borrow::Cow::Borrowed(::std::stringify!($name))
            }

            fn schema_id() -> ::std::borrow::Cow<'static, str> {
                ::std::borrow::Cow::Borrowed(::std::concat!(
                    ::std::module_path!(),
                    "::",
                    ::std::stringify!($name)
                ))
            }

            fn json_schema(
                _: &mut $crate::__private::schemars::SchemaGenerator,
            ) -> $crate::__private::schemars::Schema {
                $crate::__private::open_enum::schema::<Self>()
            }
        }
    };
}

#[cfg(not(feature = "schemars"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __open_enum_schema {
    ($name:ident) => {};
}
