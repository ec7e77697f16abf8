#![allow(clippy::unwrap_used)]

use super::*;
use serde_json::json;

#[test]
fn skimming_reads_what_parsing_reads() {
    let texts: [&[u8]; 16] = [
        br#"{"sub":"user_1","exp":1750000060,"o":{"id":"org_1","per":"a,b"},"fva":[3,-1],"x":1.5,"n":null,"t":true}"#,
        br#" { "a" : [ { "b" : "c" } , [ ] ] } "#,
        br#"{"a":[[],[[1]],{}],"sub":"x","o":{"exp":{"a":"\n"},"\n":0},"exp":-3}"#,
        br#"{"a":18446744073709551615,"sub":-9223372036854775808,"exp":1.5}"#,
        br#"{"a":1,"a":2}"#,
        br#"{"a":"\u0041"}"#,
        br#"{"\u0061":1}"#,
        br#"{"a":"\ud800"}"#,
        b"{\"a\":\"\xFF\"}",
        b"\xEF\xBB\xBF{\"a\":3}",
        br#""text""#,
        b"5",
        b"null",
        b"[]",
        "{\"é\":\"ü\"}".as_bytes(),
        b"1e20",
    ];
    for bytes in texts {
        let read = Json::read(bytes).unwrap();
        let shown = String::from_utf8_lossy(bytes);
        assert_eq!(Some(read.view().to_value()), json::parse(bytes), "{shown}");
        let whole = json::parse(bytes).unwrap();
        for name in ["a", "sub", "exp", "o", "fva", "é"] {
            let (view, value) = (read.view().get(name), whole.get(name));
            assert_eq!(view.is_some(), value.is_some(), "{shown}");
            let (Some(view), Some(value)) = (view, value) else {
                continue;
            };
            assert_eq!(view.as_str(), value.as_str(), "{shown}");
            assert_eq!(view.as_f64(), value.as_f64(), "{shown}");
            assert_eq!(view.is_truthy(), View::Value(value).is_truthy(), "{shown}");
            assert_eq!(
                view.as_list().map(|list| list.len()),
                value.as_array().map(Vec::len)
            );
        }
    }
    assert_eq!(
        Json::read(br#"{"a":[1,"x",{"b":null}]}"#)
            .unwrap()
            .view()
            .to_value(),
        json!({ "a": [1, "x", { "b": null }] })
    );
}

#[test]
fn what_is_no_json_is_rejected() {
    for bytes in [
        &b""[..],
        b"{",
        b"{}x",
        b"{\"a\":1e999}",
        b"{\"a\":01}",
        b"[1,]",
    ] {
        assert!(Json::read(bytes).is_none(), "{bytes:?}");
    }
    assert!(Json::read(&vec![b'['; 100_000]).is_none());
}
