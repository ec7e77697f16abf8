use super::Api;

#[tokio::test]
async fn every_method_of_redirect_urls_hits_its_operation() {
    let api = Api::start().await;
    let redirect_urls = api.clerk.redirect_urls();
    api.check(
        "redirectUrls.getRedirectUrlList",
        "ListRedirectURLs",
        r#"{"path_values": [], "query": [["paginated", "true"], ["probe", "é 1"]]}"#,
        redirect_urls
            .get_redirect_url_list()
            .query_pair("probe", "é 1"),
    )
    .await;
    api.check(
        "redirectUrls.getRedirectUrl",
        "GetRedirectURL",
        r#"{"path_values": ["id é/1"], "query": [["probe", "é 1"]]}"#,
        redirect_urls
            .get_redirect_url("id é/1")
            .query_pair("probe", "é 1"),
    )
    .await;
    api.check("redirectUrls.createRedirectUrl", "CreateRedirectURL", r#"{"body": {"url": "url é/1", "probe": [1]}, "path_values": [], "query": [["probe", "é 1"]]}"#, redirect_urls.create_redirect_url().url("url é/1").query_pair("probe", "é 1").body_field("probe", [1])).await;
    api.check(
        "redirectUrls.deleteRedirectUrl",
        "DeleteRedirectURL",
        r#"{"path_values": ["id é/1"], "query": [["probe", "é 1"]]}"#,
        redirect_urls
            .delete_redirect_url("id é/1")
            .query_pair("probe", "é 1"),
    )
    .await;
}
