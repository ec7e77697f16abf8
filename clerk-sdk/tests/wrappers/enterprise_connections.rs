use clerk_sdk::types;

use super::Api;

#[tokio::test]
async fn every_method_of_enterprise_connections_hits_its_operation() {
    let api = Api::start().await;
    let enterprise_connections = api.clerk.enterprise_connections();
    api.check("enterpriseConnections.createEnterpriseConnection", "CreateEnterpriseConnection", r#"{"body": {"domains": ["domains é/1", "domains again é/1"], "name": "name é/1", "provider": "saml_custom", "probe": [1]}, "path_values": [], "query": [["probe", "é 1"]]}"#, enterprise_connections.create_enterprise_connection().domains(["domains é/1", "domains again é/1"]).name("name é/1").provider(types::CreateEnterpriseConnectionProvider::from("saml_custom")).query_pair("probe", "é 1").body_field("probe", [1])).await;
    api.check("enterpriseConnections.updateEnterpriseConnection", "UpdateEnterpriseConnection", r#"{"body": {"probe": [1]}, "path_values": ["enterprise_connection_id é/1"], "query": [["probe", "é 1"]]}"#, enterprise_connections.update_enterprise_connection("enterprise_connection_id é/1").query_pair("probe", "é 1").body_field("probe", [1])).await;
    api.check(
        "enterpriseConnections.getEnterpriseConnectionList",
        "ListEnterpriseConnections",
        r#"{"path_values": [], "query": [["probe", "é 1"]]}"#,
        enterprise_connections
            .get_enterprise_connection_list()
            .query_pair("probe", "é 1"),
    )
    .await;
    api.check(
        "enterpriseConnections.getEnterpriseConnection",
        "GetEnterpriseConnection",
        r#"{"path_values": ["enterprise_connection_id é/1"], "query": [["probe", "é 1"]]}"#,
        enterprise_connections
            .get_enterprise_connection("enterprise_connection_id é/1")
            .query_pair("probe", "é 1"),
    )
    .await;
    api.check(
        "enterpriseConnections.deleteEnterpriseConnection",
        "DeleteEnterpriseConnection",
        r#"{"path_values": ["enterprise_connection_id é/1"], "query": [["probe", "é 1"]]}"#,
        enterprise_connections
            .delete_enterprise_connection("enterprise_connection_id é/1")
            .query_pair("probe", "é 1"),
    )
    .await;
    api.check(
        "",
        "ListEnterpriseConnectionTestRuns",
        r#"{"path_values": ["enterprise_connection_id é/1"], "query": [["probe", "é 1"]]}"#,
        enterprise_connections
            .list_test_runs("enterprise_connection_id é/1")
            .query_pair("probe", "é 1"),
    )
    .await;
    api.check(
        "",
        "CreateEnterpriseConnectionTestRun",
        r#"{"path_values": ["enterprise_connection_id é/1"], "query": [["probe", "é 1"]]}"#,
        enterprise_connections
            .create_test_run("enterprise_connection_id é/1")
            .query_pair("probe", "é 1"),
    )
    .await;
}
