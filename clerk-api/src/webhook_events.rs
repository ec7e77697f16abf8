//! What the generated list of webhook events expands to.

use serde::de::{DeserializeOwned, Error as _};
use serde_json::Value;

/// Makes the enum of webhook payloads; generated code expands it once.
macro_rules! webhook_events {
    (
        $(#[$meta:meta])*
        pub enum $name:ident { $( $variant:ident($payload:ty) = $kind:literal, )* }
    ) => {
        $(#[$meta])*
        ///
        /// ```
        /// use clerk_api::webhooks::EventData;
        ///
        /// let data = serde_json::json!({ "id": "user_1", "object": "user", "deleted": true });
        /// let event = EventData::decode("user.deleted", data)?;
        /// assert!(matches!(event, EventData::UserDeleted(_)));
        ///
        /// // An event that this version does not know is kept as it came.
        /// let event = EventData::decode("user.promoted", serde_json::json!({ "id": "user_1" }))?;
        /// assert_eq!(event.kind(), "user.promoted");
        /// # Ok::<(), serde_json::Error>(())
        /// ```
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        pub enum $name {
            $(
                #[doc = concat!("`", $kind, "`.")]
                $variant(::std::boxed::Box<$payload>),
            )*
            /// An event that this version of the crate does not know.
            Unknown {
                /// Its type on the wire.
                kind: ::std::string::String,
                /// What it carries.
                data: ::serde_json::Value,
            },
        }

        impl $name {
            /// The types of all events that this version knows.
            pub const KINDS: &'static [&'static str] = &[$($kind),*];

            /// Reads the `data` of an event of this type.
            ///
            /// # Errors
            ///
            /// When the type is known and the data does not have its form.
            pub fn decode(kind: &str, data: ::serde_json::Value) -> ::std::result::Result<Self, ::serde_json::Error> {
                match kind {
                    $( $kind => $crate::webhook_events::read(data).map(Self::$variant), )*
                    _ => Ok(Self::Unknown { kind: kind.to_owned(), data }),
                }
            }

            /// Returns the type of the event on the wire, such as `user.created`.
            pub fn kind(&self) -> &str {
                match self {
                    $( Self::$variant(_) => $kind, )*
                    Self::Unknown { kind, .. } => kind,
                }
            }
        }
    };
}
pub(crate) use webhook_events;

/// Reads a payload; an error says where in it.
pub(crate) fn read<T: DeserializeOwned>(data: Value) -> Result<Box<T>, serde_json::Error> {
    serde_path_to_error::deserialize(data)
        .map(Box::new)
        .map_err(|error| {
            serde_json::Error::custom(format_args!("at `{}`: {}", error.path(), error.inner()))
        })
}
