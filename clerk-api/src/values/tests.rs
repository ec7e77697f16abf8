#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![allow(unreachable_pub)]

use std::collections::HashSet;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, from_value, json, to_value};

use super::{Page, Patch, Timestamp, to_object};
use crate::__private::{Redacted, lenient_i64, lenient_opt_i64, null_as_default};

crate::open_enum! {
    /// A status.
    pub enum Status {
        /// All is well.
        Active = "active",
        PastDue = "past-due",
    }
}

#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
struct Update {
    #[serde(default, skip_serializing_if = "Patch::is_keep")]
    name: Patch<String>,
}

fn reads<T: DeserializeOwned>(value: Value) -> Result<T, String> {
    from_value(value).map_err(|error| error.to_string())
}

#[test]
fn a_patch_tells_absent_null_and_value_apart_both_ways() {
    for (json, patch) in [
        (json!({}), Patch::Keep),
        (json!({ "name": null }), Patch::Null),
        (json!({ "name": "Ada" }), Patch::Set("Ada".to_owned())),
    ] {
        let update: Update = reads(json.clone()).unwrap();
        assert_eq!(update.name, patch);
        assert_eq!(to_value(&update).unwrap(), json);
    }
}

#[test]
fn a_patch_that_keeps_is_not_written_as_null() {
    assert!(to_value(Patch::<u8>::Keep).is_err());
    assert!(to_value(vec![Patch::Set(1), Patch::Keep]).is_err());
}

#[test]
fn plain_values_and_arrays_make_a_patch() {
    fn set<T>(value: impl Into<Patch<T>>) -> Patch<T> {
        value.into()
    }
    assert_eq!(set::<String>("a"), Patch::Set("a".to_owned()));
    assert_eq!(set::<String>("a".to_owned()), Patch::Set("a".to_owned()));
    assert_eq!(set::<i64>(1), Patch::Set(1));
    assert_eq!(set::<Vec<String>>(["a"]), Patch::Set(vec!["a".to_owned()]));
    assert_eq!(set::<Vec<String>>(vec![]), Patch::Set(vec![]));
    assert_eq!(set::<Vec<String>>(Patch::Null), Patch::Null);
    assert_eq!(set::<bool>(Patch::set_or_keep(None)), Patch::Keep);
    assert_eq!(set::<bool>(Patch::set_or_null(None)), Patch::Null);
    assert_eq!(Patch::Set(3).as_ref().into_value(), Some(&3));
    assert_eq!(Patch::<u8>::Null.into_value(), None);
}

#[test]
fn a_timestamp_reads_integers_and_integral_floats_and_writes_integers() {
    let at = Timestamp::from_millis(1_716_883_200_000);
    for json in [json!(1_716_883_200_000_i64), json!(1_716_883_200_000.0)] {
        assert_eq!(reads(json), Ok(at));
    }
    assert_eq!(to_value(at).unwrap().to_string(), "1716883200000");
    assert_eq!(at.to_string(), "1716883200000");
    assert_eq!(reads(json!(null)), Ok(None::<Timestamp>));
    for json in [
        json!(1.5),
        json!("1"),
        json!(null),
        json!(1e300),
        json!(u64::MAX),
    ] {
        assert!(reads::<Timestamp>(json.clone()).is_err(), "{json}");
    }
    assert_eq!(Timestamp::from_secs(2), Timestamp::from(2000));
    assert_eq!(Timestamp::from_secs(i64::MAX).as_millis(), i64::MAX);
    assert_eq!(i64::from(at), at.as_millis());
}

#[test]
fn a_timestamp_converts_to_and_from_system_time() {
    for millis in [0, 1, -1, 1_716_883_200_123, -1_716_883_200_123] {
        let timestamp = Timestamp::from_millis(millis);
        let time = SystemTime::try_from(timestamp).unwrap();
        assert_eq!(Timestamp::try_from(time), Ok(timestamp));
    }
    let before = UNIX_EPOCH - Duration::from_micros(1);
    assert_eq!(Timestamp::try_from(before), Ok(Timestamp::from_millis(-1)));
    let after = UNIX_EPOCH + Duration::from_micros(1999);
    assert_eq!(Timestamp::try_from(after), Ok(Timestamp::from_millis(1)));
}

#[cfg(feature = "jiff")]
#[test]
fn a_timestamp_converts_to_and_from_jiff() {
    let timestamp = Timestamp::from_millis(1_716_883_200_123);
    let time = jiff::Timestamp::try_from(timestamp).unwrap();
    assert_eq!(time.to_string(), "2024-05-28T08:00:00.123Z");
    assert_eq!(Timestamp::from(time), timestamp);
    assert!(jiff::Timestamp::try_from(Timestamp::from_millis(i64::MAX)).is_err());
}

#[cfg(feature = "chrono")]
#[test]
fn a_timestamp_converts_to_and_from_chrono() {
    let timestamp = Timestamp::from_millis(1_716_883_200_123);
    let time = chrono::DateTime::<chrono::Utc>::try_from(timestamp).unwrap();
    assert_eq!(time.timestamp(), 1_716_883_200);
    assert_eq!(Timestamp::from(time), timestamp);
    assert!(chrono::DateTime::<chrono::Utc>::try_from(Timestamp::from_millis(i64::MAX)).is_err());
}

#[test]
fn a_list_reads_pages_and_bare_arrays() {
    for (json, expected) in [
        (json!([1, 2]), Page::new(vec![1, 2], None)),
        (
            json!({ "data": [1], "total_count": 5, "new": {} }),
            Page::new(vec![1], Some(5)),
        ),
        (
            json!({ "total_count": 5.0, "data": [] }),
            Page::new(vec![], Some(5)),
        ),
        (json!({ "data": null }), Page::new(vec![], None)),
        (json!(null), Page::new(vec![], None)),
        (
            json!({ "data": [1], "total_count": null }),
            Page::new(vec![1], None),
        ),
    ] {
        assert_eq!(reads::<Page<u8>>(json), Ok(expected));
    }
    for json in [
        json!({}),
        json!({ "total_count": 1 }),
        json!("a"),
        json!({ "data": {} }),
    ] {
        assert!(reads::<Page<u8>>(json.clone()).is_err(), "{json}");
    }
}

#[test]
fn an_error_inside_a_list_keeps_its_place_and_message() {
    #[derive(Debug, Deserialize)]
    struct Item {
        #[expect(dead_code, reason = "never read")]
        id: String,
    }
    for (text, place) in [
        (r#"{"data":[{"id":"1"},{"id":2}]}"#, "data[1].id"),
        (r#"[{"id":2}]"#, "[0].id"),
    ] {
        let mut json = serde_json::Deserializer::from_str(text);
        let error = serde_path_to_error::deserialize::<_, Page<Item>>(&mut json).unwrap_err();
        assert_eq!(error.path().to_string(), place);
        assert!(
            error.inner().to_string().contains("expected a string"),
            "{error}"
        );
    }
}

#[test]
fn a_list_is_a_slice_and_is_written_as_a_page() {
    let mut list = Page::new(vec![3, 1, 2], Some(9));
    list.sort_unstable();
    assert_eq!(
        (list.len(), list.is_empty(), list.first()),
        (3, false, Some(&1))
    );
    assert_eq!((&list).into_iter().sum::<i32>(), 6);
    assert_eq!(
        to_value(&list).unwrap(),
        json!({ "data": [1, 2, 3], "total_count": 9 })
    );
    assert_eq!(list.into_iter().collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(
        to_value(Page::<u8>::default()).unwrap(),
        json!({ "data": [] })
    );
}

#[test]
fn an_open_enum_keeps_what_it_does_not_know() {
    for (text, value) in [
        ("active", Status::Active),
        ("past-due", Status::PastDue),
        ("new", Status::Unknown("new".to_owned())),
        ("", Status::Unknown(String::new())),
    ] {
        assert_eq!(reads::<Status>(json!(text)).unwrap(), value);
        assert_eq!(
            serde_json::from_str::<Status>(&format!("\"{text}\"")).unwrap(),
            value
        );
        assert_eq!(to_value(&value).unwrap(), json!(text));
        assert_eq!(value.is_unknown(), matches!(value, Status::Unknown(_)));
        assert_eq!(
            (value.as_str(), value.to_string().as_str(), value.as_ref()),
            (text, text, text)
        );
        for read in [
            Status::from(text),
            Status::from(text.to_owned()),
            Status::from(&text.to_owned()),
        ] {
            assert_eq!(read, value);
        }
        assert_eq!(text.parse::<Status>(), Ok(value.clone()));
        assert!(value == text && value == *text);
    }
    // A text with an escape cannot be borrowed from the input.
    assert_eq!(
        serde_json::from_str::<Status>(r#""\u0061ctive""#).unwrap(),
        Status::Active
    );
    assert!(reads::<Status>(json!(null)).is_err());
    assert!(reads::<Status>(json!(1)).is_err());
    assert_eq!(
        HashSet::from([Status::Active, Status::Active, Status::PastDue]).len(),
        2
    );
    assert_eq!(format!("{:>8}|", Status::Active), "  active|");
}

#[test]
fn null_is_an_empty_collection_and_floats_may_be_integers() {
    #[derive(Debug, PartialEq, Deserialize)]
    struct Lenient {
        #[serde(deserialize_with = "null_as_default")]
        tags: Vec<String>,
        #[serde(deserialize_with = "lenient_i64")]
        count: i64,
        #[serde(default, deserialize_with = "lenient_opt_i64")]
        limit: Option<i64>,
    }
    let read = reads::<Lenient>;
    let (tags, count) = (vec![], 3);
    assert_eq!(
        read(json!({ "tags": null, "count": 3.0 })),
        Ok(Lenient {
            tags: tags.clone(),
            count,
            limit: None
        })
    );
    assert_eq!(
        read(json!({ "tags": [], "count": 3, "limit": null })),
        Ok(Lenient {
            tags: tags.clone(),
            count,
            limit: None
        })
    );
    assert_eq!(
        read(json!({ "tags": [], "count": 3, "limit": -4.0 })),
        Ok(Lenient {
            tags,
            count,
            limit: Some(-4)
        })
    );
    for count in [
        json!("3"),
        json!(3.5),
        json!(null),
        json!(true),
        json!(9.3e18),
        json!(u64::MAX),
    ] {
        assert!(
            read(json!({ "tags": [], "count": count })).is_err(),
            "{count}"
        );
    }
    assert!(read(json!({ "count": 3 })).unwrap_err().contains("tags"));
    assert!(read(json!({ "tags": [], "count": 3, "limit": "4" })).is_err());
}

#[test]
fn only_objects_are_objects() {
    #[derive(Serialize)]
    struct Plan {
        plan: &'static str,
    }
    assert_eq!(
        Value::Object(to_object(Plan { plan: "gold" }).unwrap()),
        json!({ "plan": "gold" })
    );
    let error = to_object("hunter2").unwrap_err().to_string();
    assert!(
        error.contains("a string") && !error.contains("hunter2"),
        "{error}"
    );
}

#[test]
fn redacted_prints_nothing_else() {
    assert_eq!(
        format!("{:?} {:#?}", Some(Redacted), Redacted),
        "Some([redacted]) [redacted]"
    );
}

#[cfg(feature = "schemars")]
#[test]
fn schemas_describe_what_is_written() {
    let schema = |schema: schemars::Schema| schema.to_value();
    assert_eq!(schema(schemars::schema_for!(Status))["type"], "string");
    assert_eq!(
        schema(schemars::schema_for!(Status))["examples"],
        json!(["active", "past-due"])
    );
    assert_eq!(schema(schemars::schema_for!(Timestamp))["type"], "integer");
    assert_eq!(
        schema(schemars::schema_for!(Patch<String>))["type"],
        json!(["string", "null"])
    );
    let list = schema(schemars::schema_for!(Page<Status>));
    assert_eq!(list["required"], json!(["data"]));
    assert_eq!(list["properties"]["data"]["type"], "array");
}
