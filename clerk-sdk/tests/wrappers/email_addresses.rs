use super::Api;

#[tokio::test]
async fn every_method_of_email_addresses_hits_its_operation() {
    let api = Api::start().await;
    let email_addresses = api.clerk.email_addresses();
    api.check(
        "emailAddresses.getEmailAddress",
        "GetEmailAddress",
        r#"{"path_values": ["email_address_id é/1"], "query": [["probe", "é 1"]]}"#,
        email_addresses
            .get_email_address("email_address_id é/1")
            .query_pair("probe", "é 1"),
    )
    .await;
    api.check("emailAddresses.createEmailAddress", "CreateEmailAddress", r#"{"body": {"email_address": "email_address é/1", "user_id": "user_id é/1", "probe": [1]}, "path_values": [], "query": [["probe", "é 1"]]}"#, email_addresses.create_email_address().email_address("email_address é/1").user_id("user_id é/1").query_pair("probe", "é 1").body_field("probe", [1])).await;
    api.check("emailAddresses.updateEmailAddress", "UpdateEmailAddress", r#"{"path_values": ["email_address_id é/1"], "query": [["probe", "é 1"]], "body": {"probe": [1]}}"#, email_addresses.update_email_address("email_address_id é/1").query_pair("probe", "é 1").body_field("probe", [1])).await;
    api.check(
        "emailAddresses.deleteEmailAddress",
        "DeleteEmailAddress",
        r#"{"path_values": ["email_address_id é/1"], "query": [["probe", "é 1"]]}"#,
        email_addresses
            .delete_email_address("email_address_id é/1")
            .query_pair("probe", "é 1"),
    )
    .await;
    api.check(
        "",
        "PrepareEmailAddressVerification",
        r#"{"path_values": ["email_address_id é/1"], "query": [["probe", "é 1"]]}"#,
        email_addresses
            .prepare_verification("email_address_id é/1")
            .query_pair("probe", "é 1"),
    )
    .await;
    api.check("", "AttemptEmailAddressVerification", r#"{"body": {"code": "code é/1", "verification_id": "verification_id é/1", "probe": [1]}, "path_values": ["email_address_id é/1"], "query": [["probe", "é 1"]]}"#, email_addresses.attempt_verification("email_address_id é/1").code("code é/1").verification_id("verification_id é/1").query_pair("probe", "é 1").body_field("probe", [1])).await;
}
