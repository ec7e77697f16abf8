#![allow(deprecated)]

use super::Api;

#[tokio::test]
async fn every_method_of_beta_features_hits_its_operation() {
    let api = Api::start().await;
    let beta_features = api.clerk.beta_features();
    api.check(
        "",
        "UpdateProductionInstanceDomain",
        r#"{"path_values": [], "query": [["probe", "é 1"]], "body": {"probe": [1]}}"#,
        beta_features
            .update_production_instance_domain()
            .query_pair("probe", "é 1")
            .body_field("probe", [1]),
    )
    .await;
    api.check(
        "",
        "UpdateInstanceAuthConfig",
        r#"{"path_values": [], "query": [["probe", "é 1"]], "body": {"probe": [1]}}"#,
        beta_features
            .update_instance_settings()
            .query_pair("probe", "é 1")
            .body_field("probe", [1]),
    )
    .await;
}
