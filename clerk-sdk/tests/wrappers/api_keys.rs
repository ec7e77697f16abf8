use super::Api;

#[tokio::test]
async fn every_method_of_api_keys_hits_its_operation() {
    let api = Api::start().await;
    let api_keys = api.clerk.api_keys();
    api.check(
        "apiKeys.list",
        "getApiKeys",
        r#"{"path_values": [], "query": [["subject", "subject é/1"], ["probe", "é 1"]]}"#,
        api_keys
            .list()
            .subject("subject é/1")
            .query_pair("probe", "é 1"),
    )
    .await;
    api.check("apiKeys.create", "createApiKey", r#"{"body": {"name": "name é/1", "subject": "subject é/1", "probe": [1]}, "path_values": [], "query": [["probe", "é 1"]]}"#, api_keys.create().name("name é/1").subject("subject é/1").query_pair("probe", "é 1").body_field("probe", [1])).await;
    api.check(
        "apiKeys.get",
        "getApiKey",
        r#"{"path_values": ["api_key_id é/1"], "query": [["probe", "é 1"]]}"#,
        api_keys.get("api_key_id é/1").query_pair("probe", "é 1"),
    )
    .await;
    api.check("apiKeys.update", "updateApiKey", r#"{"body": {"probe": [1]}, "path_values": ["api_key_id é/1"], "query": [["probe", "é 1"]]}"#, api_keys.update("api_key_id é/1").query_pair("probe", "é 1").body_field("probe", [1])).await;
    api.check(
        "apiKeys.delete",
        "deleteApiKey",
        r#"{"path_values": ["api_key_id é/1"], "query": [["probe", "é 1"]]}"#,
        api_keys.delete("api_key_id é/1").query_pair("probe", "é 1"),
    )
    .await;
    api.check("apiKeys.revoke", "revokeApiKey", r#"{"body": {"probe": [1]}, "path_values": ["api_key_id é/1"], "query": [["probe", "é 1"]]}"#, api_keys.revoke("api_key_id é/1").query_pair("probe", "é 1").body_field("probe", [1])).await;
    api.check(
        "apiKeys.getSecret",
        "getApiKeySecret",
        r#"{"path_values": ["api_key_id é/1"], "query": [["probe", "é 1"]]}"#,
        api_keys
            .get_secret("api_key_id é/1")
            .query_pair("probe", "é 1"),
    )
    .await;
    api.check("apiKeys.verify", "verifyApiKey", r#"{"body": {"secret": "secret é/1", "probe": [1]}, "path_values": [], "query": [["probe", "é 1"]]}"#, api_keys.verify().secret("secret é/1").query_pair("probe", "é 1").body_field("probe", [1])).await;
}
