use super::Api;

#[tokio::test]
async fn every_method_of_blocklist_identifiers_hits_its_operation() {
    let api = Api::start().await;
    let blocklist_identifiers = api.clerk.blocklist_identifiers();
    api.check(
        "blocklistIdentifiers.getBlocklistIdentifierList",
        "ListBlocklistIdentifiers",
        r#"{"path_values": [], "query": [["probe", "é 1"]]}"#,
        blocklist_identifiers
            .get_blocklist_identifier_list()
            .query_pair("probe", "é 1"),
    )
    .await;
    api.check("blocklistIdentifiers.createBlocklistIdentifier", "CreateBlocklistIdentifier", r#"{"body": {"identifier": "identifier é/1", "probe": [1]}, "path_values": [], "query": [["probe", "é 1"]]}"#, blocklist_identifiers.create_blocklist_identifier().identifier("identifier é/1").query_pair("probe", "é 1").body_field("probe", [1])).await;
    api.check(
        "blocklistIdentifiers.deleteBlocklistIdentifier",
        "DeleteBlocklistIdentifier",
        r#"{"path_values": ["identifier_id é/1"], "query": [["probe", "é 1"]]}"#,
        blocklist_identifiers
            .delete_blocklist_identifier("identifier_id é/1")
            .query_pair("probe", "é 1"),
    )
    .await;
}
