use super::Api;

#[tokio::test]
async fn every_method_of_oauth_applications_hits_its_operation() {
    let api = Api::start().await;
    let oauth_applications = api.clerk.oauth_applications();
    api.check(
        "oauthApplications.list",
        "ListOAuthApplications",
        r#"{"path_values": [], "query": [["probe", "é 1"]]}"#,
        oauth_applications.list().query_pair("probe", "é 1"),
    )
    .await;
    api.check(
        "oauthApplications.get",
        "GetOAuthApplication",
        r#"{"path_values": ["oauth_application_id é/1"], "query": [["probe", "é 1"]]}"#,
        oauth_applications
            .get("oauth_application_id é/1")
            .query_pair("probe", "é 1"),
    )
    .await;
    api.check("oauthApplications.create", "CreateOAuthApplication", r#"{"body": {"name": "name é/1", "probe": [1]}, "path_values": [], "query": [["probe", "é 1"]]}"#, oauth_applications.create().name("name é/1").query_pair("probe", "é 1").body_field("probe", [1])).await;
    api.check("oauthApplications.update", "UpdateOAuthApplication", r#"{"body": {"probe": [1]}, "path_values": ["oauth_application_id é/1"], "query": [["probe", "é 1"]]}"#, oauth_applications.update("oauth_application_id é/1").query_pair("probe", "é 1").body_field("probe", [1])).await;
    api.check(
        "oauthApplications.delete",
        "DeleteOAuthApplication",
        r#"{"path_values": ["oauth_application_id é/1"], "query": [["probe", "é 1"]]}"#,
        oauth_applications
            .delete("oauth_application_id é/1")
            .query_pair("probe", "é 1"),
    )
    .await;
    api.check(
        "oauthApplications.rotateSecret",
        "RotateOAuthApplicationSecret",
        r#"{"path_values": ["oauth_application_id é/1"], "query": [["probe", "é 1"]]}"#,
        oauth_applications
            .rotate_secret("oauth_application_id é/1")
            .query_pair("probe", "é 1"),
    )
    .await;
    api.check("oauthApplications.revokeToken", "RevokeOAuthApplicationToken", r#"{"body": {"token": "token é/1", "probe": [1]}, "path_values": ["oauth_application_id é/1"], "query": [["probe", "é 1"]]}"#, oauth_applications.revoke_token("oauth_application_id é/1").token("token é/1").query_pair("probe", "é 1").body_field("probe", [1])).await;
    api.check("", "UploadOAuthApplicationLogo", r#"{"parts": {"file": "bytes of a file"}, "path_values": ["oauth_application_id é/1"], "query": [["probe", "é 1"]]}"#, oauth_applications.upload_logo("oauth_application_id é/1").file(b"bytes of a file".to_vec()).query_pair("probe", "é 1")).await;
}
