use super::Api;

#[tokio::test]
async fn every_method_of_proxy_checks_hits_its_operation() {
    let api = Api::start().await;
    let proxy_checks = api.clerk.proxy_checks();
    api.check(
        "proxyChecks.verify",
        "VerifyDomainProxy",
        r#"{"path_values": [], "query": [["probe", "é 1"]], "body": {"probe": [1]}}"#,
        proxy_checks
            .verify()
            .query_pair("probe", "é 1")
            .body_field("probe", [1]),
    )
    .await;
}
