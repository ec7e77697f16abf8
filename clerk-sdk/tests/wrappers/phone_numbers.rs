use super::Api;

#[tokio::test]
async fn every_method_of_phone_numbers_hits_its_operation() {
    let api = Api::start().await;
    let phone_numbers = api.clerk.phone_numbers();
    api.check(
        "phoneNumbers.getPhoneNumber",
        "GetPhoneNumber",
        r#"{"path_values": ["phone_number_id é/1"], "query": [["probe", "é 1"]]}"#,
        phone_numbers
            .get_phone_number("phone_number_id é/1")
            .query_pair("probe", "é 1"),
    )
    .await;
    api.check("phoneNumbers.createPhoneNumber", "CreatePhoneNumber", r#"{"body": {"phone_number": "phone_number é/1", "user_id": "user_id é/1", "probe": [1]}, "path_values": [], "query": [["probe", "é 1"]]}"#, phone_numbers.create_phone_number().phone_number("phone_number é/1").user_id("user_id é/1").query_pair("probe", "é 1").body_field("probe", [1])).await;
    api.check("phoneNumbers.updatePhoneNumber", "UpdatePhoneNumber", r#"{"path_values": ["phone_number_id é/1"], "query": [["probe", "é 1"]], "body": {"probe": [1]}}"#, phone_numbers.update_phone_number("phone_number_id é/1").query_pair("probe", "é 1").body_field("probe", [1])).await;
    api.check(
        "phoneNumbers.deletePhoneNumber",
        "DeletePhoneNumber",
        r#"{"path_values": ["phone_number_id é/1"], "query": [["probe", "é 1"]]}"#,
        phone_numbers
            .delete_phone_number("phone_number_id é/1")
            .query_pair("probe", "é 1"),
    )
    .await;
    api.check(
        "",
        "PreparePhoneNumberVerification",
        r#"{"path_values": ["phone_number_id é/1"], "query": [["probe", "é 1"]]}"#,
        phone_numbers
            .prepare_verification("phone_number_id é/1")
            .query_pair("probe", "é 1"),
    )
    .await;
    api.check("", "AttemptPhoneNumberVerification", r#"{"body": {"code": "code é/1", "verification_id": "verification_id é/1", "probe": [1]}, "path_values": ["phone_number_id é/1"], "query": [["probe", "é 1"]]}"#, phone_numbers.attempt_verification("phone_number_id é/1").code("code é/1").verification_id("verification_id é/1").query_pair("probe", "é 1").body_field("probe", [1])).await;
}
