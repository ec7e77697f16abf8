use super::Api;

#[tokio::test]
async fn every_method_of_jwks_hits_its_operation() {
    let api = Api::start().await;
    let jwks = api.clerk.jwks();
    api.check(
        "jwks.getJwks",
        "GetJWKS",
        r#"{"path_values": [], "query": [["probe", "é 1"]]}"#,
        jwks.get_jwks().query_pair("probe", "é 1"),
    )
    .await;
}
