use super::Api;

#[tokio::test]
async fn every_method_of_admin_portal_link_tokens_hits_its_operation() {
    let api = Api::start().await;
    let admin_portal_link_tokens = api.clerk.admin_portal_link_tokens();
    api.check(
        "",
        "createAdminPortalLinkToken",
        r#"{"body": {"probe": [1]}, "path_values": [], "query": [["probe", "é 1"]]}"#,
        admin_portal_link_tokens
            .create()
            .query_pair("probe", "é 1")
            .body_field("probe", [1]),
    )
    .await;
    api.check("", "revokeAdminPortalLinkToken", r#"{"body": {"probe": [1]}, "path_values": ["admin_portal_link_token_id é/1"], "query": [["probe", "é 1"]]}"#, admin_portal_link_tokens.revoke("admin_portal_link_token_id é/1").query_pair("probe", "é 1").body_field("probe", [1])).await;
}
