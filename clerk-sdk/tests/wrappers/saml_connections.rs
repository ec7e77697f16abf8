#![allow(deprecated)]

use clerk_sdk::types;

use super::Api;

#[tokio::test]
async fn every_method_of_saml_connections_hits_its_operation() {
    let api = Api::start().await;
    let saml_connections = api.clerk.saml_connections();
    api.check(
        "samlConnections.getSamlConnectionList",
        "ListSAMLConnections",
        r#"{"path_values": [], "query": [["probe", "é 1"]]}"#,
        saml_connections
            .get_saml_connection_list()
            .query_pair("probe", "é 1"),
    )
    .await;
    api.check("samlConnections.createSamlConnection", "CreateSAMLConnection", r#"{"body": {"name": "name é/1", "provider": "saml_custom", "probe": [1]}, "path_values": [], "query": [["probe", "é 1"]]}"#, saml_connections.create_saml_connection().name("name é/1").provider(types::CreateSamlConnectionProvider::from("saml_custom")).query_pair("probe", "é 1").body_field("probe", [1])).await;
    api.check(
        "samlConnections.getSamlConnection",
        "GetSAMLConnection",
        r#"{"path_values": ["saml_connection_id é/1"], "query": [["probe", "é 1"]]}"#,
        saml_connections
            .get_saml_connection("saml_connection_id é/1")
            .query_pair("probe", "é 1"),
    )
    .await;
    api.check("samlConnections.updateSamlConnection", "UpdateSAMLConnection", r#"{"body": {"probe": [1]}, "path_values": ["saml_connection_id é/1"], "query": [["probe", "é 1"]]}"#, saml_connections.update_saml_connection("saml_connection_id é/1").query_pair("probe", "é 1").body_field("probe", [1])).await;
    api.check(
        "samlConnections.deleteSamlConnection",
        "DeleteSAMLConnection",
        r#"{"path_values": ["saml_connection_id é/1"], "query": [["probe", "é 1"]]}"#,
        saml_connections
            .delete_saml_connection("saml_connection_id é/1")
            .query_pair("probe", "é 1"),
    )
    .await;
}
