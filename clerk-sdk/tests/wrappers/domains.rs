#![allow(deprecated)]

use super::Api;

#[tokio::test]
async fn every_method_of_domains_hits_its_operation() {
    let api = Api::start().await;
    let domains = api.clerk.domains();
    api.check(
        "domains.deleteDomain",
        "DeleteDomain",
        r#"{"path_values": ["domain_id é/1"], "query": [["probe", "é 1"]]}"#,
        domains
            .delete_domain("domain_id é/1")
            .query_pair("probe", "é 1"),
    )
    .await;
    api.check(
        "domains.list",
        "ListDomains",
        r#"{"path_values": [], "query": [["probe", "é 1"]]}"#,
        domains.list().query_pair("probe", "é 1"),
    )
    .await;
    api.check("domains.add", "AddDomain", r#"{"body": {"is_satellite": true, "name": "name é/1", "probe": [1]}, "path_values": [], "query": [["probe", "é 1"]]}"#, domains.add().is_satellite(true).name("name é/1").query_pair("probe", "é 1").body_field("probe", [1])).await;
    api.check("domains.update", "UpdateDomain", r#"{"body": {"probe": [1]}, "path_values": ["domain_id é/1"], "query": [["probe", "é 1"]]}"#, domains.update("domain_id é/1").query_pair("probe", "é 1").body_field("probe", [1])).await;
    api.check(
        "domains.delete",
        "DeleteDomain",
        r#"{"path_values": ["domain_id é/1"], "query": [["probe", "é 1"]]}"#,
        domains.delete("domain_id é/1").query_pair("probe", "é 1"),
    )
    .await;
}
