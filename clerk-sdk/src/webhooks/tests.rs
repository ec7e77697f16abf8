#![allow(clippy::unwrap_used, clippy::panic)]

use std::time::Duration;

use clerk_api::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::json;

use super::*;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const BODY: &[u8] =
    br#"{"type":"user.deleted","data":{"id":"user_1","object":"user","deleted":true}}"#;

fn at(seconds: i64) -> Webhooks {
    Webhooks::new(SECRET)
        .unwrap()
        .clock(Clock::from_fn(move || seconds * 1000))
}

#[test]
fn what_was_signed_is_verified_from_pairs_and_from_a_header_map() {
    let webhooks = at(1_750_000_000);
    let pairs = webhooks.sign("msg_1", BODY);
    let map: HeaderMap = pairs
        .iter()
        .map(|(name, value)| {
            (
                HeaderName::from_static(name),
                HeaderValue::from_str(value).unwrap(),
            )
        })
        .collect();
    for event in [
        webhooks.verify(pairs.as_slice(), BODY),
        webhooks.verify(&map, BODY),
    ] {
        let event = event.unwrap();
        assert_eq!(
            (event.id.as_str(), event.kind.as_str()),
            ("msg_1", "user.deleted")
        );
        assert!(matches!(event.data, EventData::UserDeleted(_)));
        assert_eq!(event.decode_error, None);
    }
}

#[test]
fn any_change_of_id_time_body_or_secret_breaks_the_signature() {
    let webhooks = at(1_750_000_000);
    let signed = webhooks.sign("msg_1", BODY);
    for (header, value) in [
        (0, "msg_2"),
        (1, "1750000001"),
        (2, "v1,"),
        (2, "v1,AAAA"),
        (2, "v2,x"),
    ] {
        let mut headers = signed.clone();
        headers[header].1 = value.to_owned();
        let error = webhooks.verify(headers.as_slice(), BODY).unwrap_err();
        assert!(matches!(error, WebhookError::InvalidSignature), "{value}");
    }
    let mut body = BODY.to_vec();
    body.push(b'\n');
    assert!(webhooks.verify(signed.as_slice(), &body).is_err());
    let other = Webhooks::new("whsec_AAAA")
        .unwrap()
        .clock(Clock::from_fn(|| 1_750_000_000_000));
    assert!(other.verify(signed.as_slice(), BODY).is_err());
}

#[test]
fn five_minutes_are_the_limit_on_both_sides_and_can_be_set() {
    let signed = at(1_750_000_000).sign("msg_1", BODY);
    let verify = |seconds: i64| at(1_750_000_000 + seconds).verify(signed.as_slice(), BODY);
    assert!(verify(300).is_ok() && verify(-300).is_ok());
    assert!(matches!(verify(301), Err(WebhookError::TooOld)));
    assert!(matches!(verify(-301), Err(WebhookError::TooNew)));
    let patient = at(1_750_003_600).tolerance(Duration::from_secs(3600));
    assert!(patient.verify(signed.as_slice(), BODY).is_ok());
}

#[test]
fn times_beyond_all_numbers_are_rejected_without_overflow() {
    let webhooks = at(1_750_000_000);
    for (time, is_too_old) in [
        ("-99999999999999999999", true),
        ("99999999999999999999", false),
    ] {
        let mut headers = webhooks.sign("msg_1", BODY);
        headers[1].1 = time.to_owned();
        match webhooks.verify(headers.as_slice(), BODY) {
            Err(WebhookError::TooOld) => assert!(is_too_old),
            Err(WebhookError::TooNew) => assert!(!is_too_old),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_known_event_of_unknown_form_is_kept_and_says_so() {
    let webhooks = at(1_750_000_000);
    let body = br#"{"type":"user.created","data":{"id":5},"timestamp":7,"instance_id":"ins_1"}"#;
    let event = webhooks
        .verify(webhooks.sign("msg_1", body).as_slice(), body)
        .unwrap();
    assert_eq!(
        event.data,
        EventData::Unknown {
            kind: "user.created".into(),
            data: json!({ "id": 5 })
        }
    );
    assert!(event.decode_error.is_some());
    assert_eq!(
        (event.timestamp, event.instance_id.as_deref()),
        (Some(7), Some("ins_1"))
    );
}

#[test]
fn every_kind_of_event_that_is_known_goes_through() {
    let webhooks = at(1_750_000_000);
    assert_eq!(EventData::KINDS.len(), 45);
    for kind in EventData::KINDS {
        let body = json!({ "type": kind, "data": {} }).to_string();
        let headers = webhooks.sign("msg_1", body.as_bytes());
        let event = webhooks
            .verify(headers.as_slice(), body.as_bytes())
            .unwrap();
        assert_eq!(event.data.kind(), *kind);
    }
}

#[test]
fn debug_shows_neither_secret_nor_data() {
    let webhooks = at(1_750_000_000);
    let event = webhooks
        .verify(webhooks.sign("msg_1", BODY).as_slice(), BODY)
        .unwrap();
    let printed = format!("{webhooks:?} {event:?}");
    assert!(
        !printed.contains("MfKQ") && !printed.contains("user_1"),
        "{printed}"
    );
    assert!(printed.contains("msg_1") && printed.contains("user.deleted"));
}

#[test]
fn a_body_that_is_no_json_has_the_cause_in_its_error() {
    use std::error::Error as _;

    let webhooks = at(1_750_000_000);
    let headers = webhooks.sign("msg_1", b"{");
    let error = webhooks.verify(headers.as_slice(), b"{").unwrap_err();
    assert!(matches!(error, WebhookError::InvalidBody(_)));
    assert!(
        error
            .source()
            .is_some_and(|cause| cause.to_string().contains("EOF"))
    );
    assert!(WebhookError::TooOld.source().is_none());
}

#[test]
fn lone_surrogates_are_read_as_in_tokens() {
    let webhooks = at(1_750_000_000);
    let body = br#"{"type":"user.promoted","data":{"name":"a\ud800"}}"#;
    let headers = webhooks.sign("msg_1", body);
    let event = webhooks.verify(headers.as_slice(), body).unwrap();
    assert_eq!(event.raw["data"]["name"], "a\u{FFFD}");
}
