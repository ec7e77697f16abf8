use super::Api;

#[tokio::test]
async fn every_method_of_allowlist_identifiers_hits_its_operation() {
    let api = Api::start().await;
    let allowlist_identifiers = api.clerk.allowlist_identifiers();
    api.check(
        "allowlistIdentifiers.getAllowlistIdentifierList",
        "ListAllowlistIdentifiers",
        r#"{"path_values": [], "query": [["paginated", "true"], ["probe", "é 1"]]}"#,
        allowlist_identifiers
            .get_allowlist_identifier_list()
            .query_pair("probe", "é 1"),
    )
    .await;
    api.check("allowlistIdentifiers.createAllowlistIdentifier", "CreateAllowlistIdentifier", r#"{"body": {"identifier": "identifier é/1", "probe": [1]}, "path_values": [], "query": [["probe", "é 1"]]}"#, allowlist_identifiers.create_allowlist_identifier().identifier("identifier é/1").query_pair("probe", "é 1").body_field("probe", [1])).await;
    api.check(
        "allowlistIdentifiers.deleteAllowlistIdentifier",
        "DeleteAllowlistIdentifier",
        r#"{"path_values": ["identifier_id é/1"], "query": [["probe", "é 1"]]}"#,
        allowlist_identifiers
            .delete_allowlist_identifier("identifier_id é/1")
            .query_pair("probe", "é 1"),
    )
    .await;
}
