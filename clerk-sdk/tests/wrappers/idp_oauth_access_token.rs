use super::Api;

#[tokio::test]
async fn every_method_of_idp_oauth_access_token_hits_its_operation() {
    let api = Api::start().await;
    let idp_oauth_access_token = api.clerk.idp_oauth_access_token();
    api.check(
        "idPOAuthAccessToken.verify",
        "verifyOAuthAccessToken",
        r#"{"body": {"probe": [1]}, "path_values": [], "query": [["probe", "é 1"]]}"#,
        idp_oauth_access_token
            .verify()
            .query_pair("probe", "é 1")
            .body_field("probe", [1]),
    )
    .await;
}
