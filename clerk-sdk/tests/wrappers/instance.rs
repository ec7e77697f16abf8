use super::Api;

#[tokio::test]
async fn every_method_of_instance_hits_its_operation() {
    let api = Api::start().await;
    let instance = api.clerk.instance();
    api.check(
        "instance.get",
        "GetInstance",
        r#"{"path_values": [], "query": [["probe", "é 1"]]}"#,
        instance.get().query_pair("probe", "é 1"),
    )
    .await;
    api.check(
        "instance.update",
        "UpdateInstance",
        r#"{"path_values": [], "query": [["probe", "é 1"]], "body": {"probe": [1]}}"#,
        instance
            .update()
            .query_pair("probe", "é 1")
            .body_field("probe", [1]),
    )
    .await;
    api.check(
        "instance.updateRestrictions",
        "UpdateInstanceRestrictions",
        r#"{"path_values": [], "query": [["probe", "é 1"]], "body": {"probe": [1]}}"#,
        instance
            .update_restrictions()
            .query_pair("probe", "é 1")
            .body_field("probe", [1]),
    )
    .await;
    api.check(
        "instance.getOrganizationSettings",
        "GetInstanceOrganizationSettings",
        r#"{"path_values": [], "query": [["probe", "é 1"]]}"#,
        instance
            .get_organization_settings()
            .query_pair("probe", "é 1"),
    )
    .await;
    api.check(
        "instance.updateOrganizationSettings",
        "UpdateInstanceOrganizationSettings",
        r#"{"path_values": [], "query": [["probe", "é 1"]], "body": {"probe": [1]}}"#,
        instance
            .update_organization_settings()
            .query_pair("probe", "é 1")
            .body_field("probe", [1]),
    )
    .await;
    api.check(
        "",
        "ChangeProductionInstanceDomain",
        r#"{"path_values": [], "query": [["probe", "é 1"]], "body": {"probe": [1]}}"#,
        instance
            .change_domain()
            .query_pair("probe", "é 1")
            .body_field("probe", [1]),
    )
    .await;
    api.check(
        "",
        "GetInstanceCommunication",
        r#"{"path_values": [], "query": [["probe", "é 1"]]}"#,
        instance.get_communication().query_pair("probe", "é 1"),
    )
    .await;
    api.check(
        "",
        "UpdateInstanceCommunication",
        r#"{"path_values": [], "query": [["probe", "é 1"]], "body": {"probe": [1]}}"#,
        instance
            .update_communication()
            .query_pair("probe", "é 1")
            .body_field("probe", [1]),
    )
    .await;
    api.check(
        "",
        "GetInstanceOAuthApplicationSettings",
        r#"{"path_values": [], "query": [["probe", "é 1"]]}"#,
        instance
            .get_oauth_application_settings()
            .query_pair("probe", "é 1"),
    )
    .await;
    api.check(
        "",
        "UpdateInstanceOAuthApplicationSettings",
        r#"{"path_values": [], "query": [["probe", "é 1"]], "body": {"probe": [1]}}"#,
        instance
            .update_oauth_application_settings()
            .query_pair("probe", "é 1")
            .body_field("probe", [1]),
    )
    .await;
    api.check(
        "",
        "GetInstanceProtect",
        r#"{"path_values": [], "query": [["probe", "é 1"]]}"#,
        instance.get_protect().query_pair("probe", "é 1"),
    )
    .await;
    api.check(
        "",
        "UpdateInstanceProtect",
        r#"{"path_values": [], "query": [["probe", "é 1"]], "body": {"probe": [1]}}"#,
        instance
            .update_protect()
            .query_pair("probe", "é 1")
            .body_field("probe", [1]),
    )
    .await;
}
