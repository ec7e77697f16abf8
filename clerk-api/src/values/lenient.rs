//! Reading what the live API really sends where its document promises something narrower.

use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Unexpected, Visitor};

/// Reads `null` as the empty value: a collection that is `null` holds nothing.
///
/// # Errors
///
/// Those of `T`.
pub fn null_as_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// Reads an integer, also one that is written as a float (`10.0`).
///
/// # Errors
///
/// A fraction, a string, or anything else that is not an integer.
pub fn lenient_i64<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    // Not `deserialize_i64`: with serde_json's feature `arbitrary_precision` a `Value` rejects `10.0` there.
    deserializer.deserialize_any(Integer)
}

/// Reads an integer as [`lenient_i64`] does, or `null` as `None`.
///
/// # Errors
///
/// Those of [`lenient_i64`].
pub fn lenient_opt_i64<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<i64>, D::Error> {
    struct Lenient(i64);
    impl<'de> Deserialize<'de> for Lenient {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            lenient_i64(deserializer).map(Self)
        }
    }
    Ok(Option::<Lenient>::deserialize(deserializer)?.map(|lenient| lenient.0))
}

struct Integer;

impl<'de> Visitor<'de> for Integer {
    type Value = i64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an integer")
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<i64, E> {
        Ok(value)
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<i64, E> {
        i64::try_from(value).map_err(|_| E::invalid_value(Unexpected::Unsigned(value), &self))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<i64, E> {
        // -2^63 has an exact float, 2^63 is the first that is too large.
        const LIMIT: f64 = 9_223_372_036_854_775_808.0;
        if value.fract() == 0.0 && (-LIMIT..LIMIT).contains(&value) {
            Ok(value as i64)
        } else {
            Err(E::invalid_value(Unexpected::Float(value), &self))
        }
    }

    /// With `arbitrary_precision`, which any crate of an application may switch on, numbers come as a map.
    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<i64, A::Error> {
        let number = serde_json::Number::deserialize(MapAccessDeserializer::new(map))?;
        match (number.as_i64(), number.as_f64()) {
            (Some(integer), _) => Ok(integer),
            (None, Some(float)) => self.visit_f64(float),
            (None, None) => Err(A::Error::invalid_type(Unexpected::Other("number"), &self)),
        }
    }
}
