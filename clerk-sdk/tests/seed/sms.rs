//! Text messages, which Clerk no longer documents.
#![allow(deprecated)]

use clerk_sdk::Error;
use serde_json::json;

use crate::samples;
use crate::server::Server;

#[tokio::test]
async fn c18_a_text_message_is_posted_as_it_always_was() {
    let answer = json!({ "object": "sms_message", "id": "sms_1", "status": "queued" });
    let server = Server::answering(200, answer.clone()).await;
    let sms = samples::clerk(&server).sms_messages();
    let message = sms.create_sms_message("idn_1", "Hello").await.unwrap();
    assert_eq!(serde_json::Value::Object(message), answer);
    let request = server.request();
    assert_eq!(request.line(), "POST /v1/sms_messages");
    assert_eq!(
        request.json(),
        json!({ "message": "Hello", "phone_number_id": "idn_1" })
    );
    assert_eq!(
        request.header("authorization").as_deref(),
        Some("Bearer sk_test_1")
    );
    assert_eq!(
        request.header("clerk-api-version").as_deref(),
        Some("2021-02-05")
    );
}

#[tokio::test]
async fn c18_an_endpoint_that_is_gone_is_an_error_of_the_api_with_its_status() {
    for status in [404, 410] {
        let server = Server::answering(status, samples::rejection("gone")).await;
        let sms = samples::clerk(&server).sms_messages();
        let error = sms.create_sms_message("idn_1", "Hello").await.unwrap_err();
        assert!(matches!(&error, Error::Api(_)), "{error:?}");
        assert_eq!(error.status().unwrap().as_u16(), status);
        assert_eq!(error.code(), Some("gone"));
        assert!(
            error.to_string().starts_with("CreateSmsMessage returned"),
            "{error}"
        );
        assert_eq!(error.is_not_found(), status == 404);
        assert_eq!(server.requests().len(), 1);
    }
}
