use super::Api;
use super::sample;

#[tokio::test]
async fn every_method_of_jwt_templates_hits_its_operation() {
    let api = Api::start().await;
    let jwt_templates = api.clerk.jwt_templates();
    api.check(
        "jwtTemplates.list",
        "ListJWTTemplates",
        r#"{"path_values": [], "query": [["paginated", "true"], ["probe", "é 1"]]}"#,
        jwt_templates.list().query_pair("probe", "é 1"),
    )
    .await;
    api.check(
        "jwtTemplates.get",
        "GetJWTTemplate",
        r#"{"path_values": ["template_id é/1"], "query": [["probe", "é 1"]]}"#,
        jwt_templates
            .get("template_id é/1")
            .query_pair("probe", "é 1"),
    )
    .await;
    api.check("jwtTemplates.create", "CreateJWTTemplate", r#"{"body": {"claims": {"free": {"form": [1, null, "claims é/1"]}}, "name": "name é/1", "probe": [1]}, "path_values": [], "query": [["probe", "é 1"]]}"#, jwt_templates.create().claims(sample::<serde_json::Value>(r#"{"free":{"form":[1,null,"claims é/1"]}}"#)).name("name é/1").query_pair("probe", "é 1").body_field("probe", [1])).await;
    api.check("jwtTemplates.update", "UpdateJWTTemplate", r#"{"body": {"claims": {"free": {"form": [1, null, "claims é/1"]}}, "name": "name é/1", "probe": [1]}, "path_values": ["template_id é/1"], "query": [["probe", "é 1"]]}"#, jwt_templates.update("template_id é/1").claims(sample::<serde_json::Value>(r#"{"free":{"form":[1,null,"claims é/1"]}}"#)).name("name é/1").query_pair("probe", "é 1").body_field("probe", [1])).await;
    api.check(
        "jwtTemplates.delete",
        "DeleteJWTTemplate",
        r#"{"path_values": ["template_id é/1"], "query": [["probe", "é 1"]]}"#,
        jwt_templates
            .delete("template_id é/1")
            .query_pair("probe", "é 1"),
    )
    .await;
}
