use super::Api;

#[tokio::test]
async fn every_method_of_webhooks_hits_its_operation() {
    let api = Api::start().await;
    let webhooks = api.clerk.webhooks();
    api.check(
        "webhooks.createSvixApp",
        "CreateSvixApp",
        r#"{"path_values": [], "query": [["probe", "é 1"]]}"#,
        webhooks.create_svix_app().query_pair("probe", "é 1"),
    )
    .await;
    api.check(
        "webhooks.generateSvixAuthURL",
        "GenerateSvixAuthURL",
        r#"{"path_values": [], "query": [["probe", "é 1"]]}"#,
        webhooks.generate_svix_auth_url().query_pair("probe", "é 1"),
    )
    .await;
    api.check(
        "webhooks.deleteSvixApp",
        "DeleteSvixApp",
        r#"{"path_values": [], "query": [["probe", "é 1"]]}"#,
        webhooks.delete_svix_app().query_pair("probe", "é 1"),
    )
    .await;
}
