use super::Api;

#[tokio::test]
async fn every_method_of_testing_tokens_hits_its_operation() {
    let api = Api::start().await;
    let testing_tokens = api.clerk.testing_tokens();
    api.check(
        "testingTokens.createTestingToken",
        "CreateTestingToken",
        r#"{"path_values": [], "query": [["probe", "é 1"]]}"#,
        testing_tokens
            .create_testing_token()
            .query_pair("probe", "é 1"),
    )
    .await;
}
