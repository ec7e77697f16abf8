#![allow(deprecated)]

use super::Api;

#[tokio::test]
async fn every_method_of_templates_hits_its_operation() {
    let api = Api::start().await;
    let templates = api.clerk.templates();
    api.check("", "GetTemplateList", r#"{"path_values": ["template_type é/1"], "query": [["paginated", "true"], ["probe", "é 1"]]}"#, templates.get_template_list("template_type é/1").query_pair("probe", "é 1")).await;
    api.check(
        "",
        "GetTemplate",
        r#"{"path_values": ["template_type é/1", "slug é/1"], "query": [["probe", "é 1"]]}"#,
        templates
            .get_template("template_type é/1", "slug é/1")
            .query_pair("probe", "é 1"),
    )
    .await;
    api.check("", "UpsertTemplate", r#"{"path_values": ["template_type é/1", "slug é/1"], "query": [["probe", "é 1"]], "body": {"probe": [1]}}"#, templates.upsert_template("template_type é/1", "slug é/1").query_pair("probe", "é 1").body_field("probe", [1])).await;
    api.check("", "PreviewTemplate", r#"{"path_values": ["template_type é/1", "slug é/1"], "query": [["probe", "é 1"]], "body": {"probe": [1]}}"#, templates.preview_template("template_type é/1", "slug é/1").query_pair("probe", "é 1").body_field("probe", [1])).await;
    api.check(
        "",
        "RevertTemplate",
        r#"{"path_values": ["template_type é/1", "slug é/1"], "query": [["probe", "é 1"]]}"#,
        templates
            .revert_template("template_type é/1", "slug é/1")
            .query_pair("probe", "é 1"),
    )
    .await;
    api.check("", "ToggleTemplateDelivery", r#"{"path_values": ["template_type é/1", "slug é/1"], "query": [["probe", "é 1"]], "body": {"probe": [1]}}"#, templates.toggle_template_delivery("template_type é/1", "slug é/1").query_pair("probe", "é 1").body_field("probe", [1])).await;
}
