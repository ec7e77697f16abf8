use super::Api;

#[tokio::test]
async fn every_method_of_interstitial_hits_its_operation() {
    let api = Api::start().await;
    let interstitial = api.clerk.interstitial();
    api.check(
        "",
        "GetPublicInterstitial",
        r#"{"path_values": [], "query": [["probe", "é 1"]]}"#,
        interstitial
            .get_public_interstitial()
            .query_pair("probe", "é 1"),
    )
    .await;
}
