//! Every response that the document allows can be read, and so can those that it does not allow yet.

use std::collections::BTreeSet;
use std::future::IntoFuture;
use std::pin::Pin;

use clerk_api::webhooks::EventData;
use clerk_api::{Error, Response};
use serde::Serialize;
use serde_json::{Value, json};

use super::document::{self, Operation};
use super::generated::calls;
use super::samples::{self, Variant};
use super::wire;
use test_support::server::{self, Server};

/// A running call; its result is encoded again.
pub type Answered = Pin<Box<dyn Future<Output = Result<Value, Error>> + Send>>;

/// Sends the call, and encodes what was decoded.
pub fn answer<C, T>(call: C) -> Answered
where
    C: IntoFuture<Output = Result<Response<T>, Error>> + Send + 'static,
    C::IntoFuture: Send,
    T: Serialize + Send,
{
    Box::pin(async move {
        let response = call.await?;
        Ok(serde_json::to_value(&*response).unwrap())
    })
}

/// Responds to the call of an operation with this body.
pub async fn decode(id: &str, body: &Value) -> Option<Result<Value, Error>> {
    let server = Server::replying([server::json(200, body.clone())]).await;
    let call = calls::call(id, &wire::client(&server))?;
    Some(call.await)
}

fn with_json() -> Vec<(Operation, &'static Value)> {
    document::operations()
        .into_iter()
        .filter_map(|o| Some((o, o.reply()?)))
        .collect()
}

async fn every_operation_reads(variant: Variant) {
    let mut failed = Vec::new();
    let operations = with_json();
    for (operation, schema) in &operations {
        let body = samples::make(document::backend_api(), schema, variant);
        match decode(operation.id, &body).await {
            Some(Ok(_)) => {}
            Some(Err(error)) => failed.push(format!("{}: {error}", operation.id)),
            None => failed.push(format!("{}: answers JSON and is not decoded", operation.id)),
        }
    }
    assert!(
        failed.is_empty(),
        "{} of {} fail:\n{}",
        failed.len(),
        operations.len(),
        failed.join("\n")
    );
}

#[tokio::test]
async fn answers_with_all_fields_read_whatever_alternative_a_union_takes() {
    for alternative in 0..5 {
        every_operation_reads(Variant::Full(alternative)).await;
    }
}

#[tokio::test]
async fn answers_with_required_fields_only_read() {
    every_operation_reads(Variant::RequiredOnly).await;
}

#[tokio::test]
async fn answers_with_null_for_everything_nullable_read() {
    every_operation_reads(Variant::Nulls).await;
}

#[tokio::test]
async fn answers_with_an_extra_field_in_every_object_read() {
    every_operation_reads(Variant::ExtraFields).await;
}

#[tokio::test]
async fn answers_with_an_unknown_value_in_every_enum_read() {
    every_operation_reads(Variant::UnknownEnums).await;
}

#[tokio::test]
async fn answers_with_an_unknown_kind_in_every_union_read() {
    every_operation_reads(Variant::UnknownKinds).await;
}

#[tokio::test]
async fn answers_with_null_for_every_array_and_map_read() {
    every_operation_reads(Variant::NullCollections).await;
}

/// What of `sent` is not in `kept`.
fn lost(sent: &Value, kept: &Value, place: &str, out: &mut BTreeSet<String>) {
    match (sent, kept) {
        // A list is kept as an object, whichever way it came.
        (Value::Array(_), Value::Object(list)) if list.contains_key("data") => {
            lost(sent, &list["data"], place, out)
        }
        (Value::Array(sent), Value::Array(kept)) if sent.len() == kept.len() => {
            for (sent, kept) in sent.iter().zip(kept) {
                lost(sent, kept, &format!("{place}[]"), out);
            }
        }
        (Value::Object(sent), Value::Object(kept)) => {
            for (name, value) in sent {
                let place = format!("{place}.{name}");
                // A list calls its items `data`, whatever the wire does.
                let list = kept.get("data").filter(|_| name == "m2m_tokens");
                match kept.get(name).or(list) {
                    Some(kept) => lost(value, kept, &place, out),
                    None if value.is_null() => {}
                    None => drop(out.insert(place)),
                }
            }
        }
        (Value::Number(a), Value::Number(b)) if a.as_f64() == b.as_f64() => {}
        (a, b) if a == b => {}
        _ => drop(out.insert(format!("{place}: {sent} became {kept}"))),
    }
}

#[tokio::test]
async fn no_field_of_the_document_is_lost_between_the_wire_and_the_type() {
    let mut missing = BTreeSet::new();
    for (operation, schema) in with_json() {
        for alternative in 0..5 {
            let body = samples::make(document::backend_api(), schema, Variant::Full(alternative));
            let kept = decode(operation.id, &body).await.unwrap().unwrap();
            lost(&body, &kept, operation.id, &mut missing);
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

#[tokio::test]
async fn unknown_enum_values_are_kept_as_they_came() {
    let operation = document::operation("GetSession");
    let body = samples::make(
        document::backend_api(),
        operation.reply().unwrap(),
        Variant::UnknownEnums,
    );
    let kept = decode("GetSession", &body).await.unwrap().unwrap();
    assert_eq!(kept["status"], "value_of_tomorrow");
}

#[tokio::test]
async fn a_missing_required_scalar_stays_an_error_that_keeps_its_evidence() {
    let operation = document::operation("GetUser");
    let mut body = samples::make(
        document::backend_api(),
        operation.reply().unwrap(),
        Variant::Full(0),
    );
    body.as_object_mut().unwrap().remove("banned");
    let error = decode("GetUser", &body).await.unwrap().unwrap_err();
    assert!(matches!(error, Error::Decode(_)), "{error:?}");
    assert!(error.to_string().contains("banned"), "{error}");
    assert_eq!(
        serde_json::from_slice::<Value>(error.body().unwrap()).unwrap(),
        body
    );
}

#[tokio::test]
async fn lists_read_as_array_and_as_object() {
    let item = samples::make(
        document::backend_api(),
        &document::backend_api()["components"]["schemas"]["Invitation"],
        Variant::Full(0),
    );
    let array = decode("ListInvitations", &json!([item]))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(array["data"][0]["id"], item["id"]);
    let object = decode(
        "ListInvitations",
        &json!({ "data": [item], "total_count": 7 }),
    )
    .await
    .unwrap()
    .unwrap();
    assert_eq!(
        (&object["data"][0]["id"], &object["total_count"]),
        (&item["id"], &json!(7))
    );
    let error = decode("ListInvitations", &json!({ "total_count": 7 }))
        .await
        .unwrap()
        .unwrap_err();
    assert!(
        error.to_string().contains("data"),
        "a list without data is no empty list: {error}"
    );
}

#[test]
fn webhook_payloads_read_in_every_variant() {
    let events = document::webhooks()["x-webhooks"].as_object().unwrap();
    assert_eq!(EventData::KINDS.len(), events.len());
    let mut failed = Vec::new();
    for (kind, item) in events {
        let schema = &item["post"]["requestBody"]["content"]["application/json"]["schema"];
        for variant in Variant::ALL {
            let mut envelope = samples::make(document::webhooks(), schema, variant);
            // Some events do not list `data` as required; without it there is nothing to read.
            let Some(data) = envelope.get_mut("data").filter(|data| !data.is_null()) else {
                continue;
            };
            match EventData::decode(kind, data.take()) {
                Ok(event) if event.kind() == kind && EventData::KINDS.contains(&event.kind()) => {}
                Ok(event) => failed.push(format!("{kind} {variant:?}: read as {}", event.kind())),
                Err(error) => failed.push(format!("{kind} {variant:?}: {error}")),
            }
        }
    }
    assert!(failed.is_empty(), "{failed:#?}");
}
