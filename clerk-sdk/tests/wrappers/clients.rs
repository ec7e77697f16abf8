#![allow(deprecated)]

use super::Api;

#[tokio::test]
async fn every_method_of_clients_hits_its_operation() {
    let api = Api::start().await;
    let clients = api.clerk.clients();
    api.check(
        "clients.getClientList",
        "GetClientList",
        r#"{"path_values": [], "query": [["paginated", "true"], ["probe", "é 1"]]}"#,
        clients.get_client_list().query_pair("probe", "é 1"),
    )
    .await;
    api.check(
        "clients.getClient",
        "GetClient",
        r#"{"path_values": ["client_id é/1"], "query": [["probe", "é 1"]]}"#,
        clients
            .get_client("client_id é/1")
            .query_pair("probe", "é 1"),
    )
    .await;
    api.check("clients.verifyClient", "VerifyClient", r#"{"body": {"token": "token é/1", "probe": [1]}, "path_values": [], "query": [["probe", "é 1"]]}"#, clients.verify_client().token("token é/1").query_pair("probe", "é 1").body_field("probe", [1])).await;
}
