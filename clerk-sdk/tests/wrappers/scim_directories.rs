use clerk_sdk::types;

use super::Api;

#[tokio::test]
async fn every_method_of_scim_directories_hits_its_operation() {
    let api = Api::start().await;
    let scim_directories = api.clerk.scim_directories();
    api.check(
        "",
        "ListSCIMDirectories",
        r#"{"path_values": [], "query": [["probe", "é 1"]]}"#,
        scim_directories.list().query_pair("probe", "é 1"),
    )
    .await;
    api.check("", "CreateSCIMDirectory", r#"{"body": {"enterprise_connection_id": "enterprise_connection_id é/1", "provider": "provider é/1", "probe": [1]}, "path_values": [], "query": [["probe", "é 1"]]}"#, scim_directories.create().enterprise_connection_id("enterprise_connection_id é/1").provider("provider é/1").query_pair("probe", "é 1").body_field("probe", [1])).await;
    api.check(
        "",
        "GetSCIMDirectory",
        r#"{"path_values": ["scim_directory_id é/1"], "query": [["probe", "é 1"]]}"#,
        scim_directories
            .get("scim_directory_id é/1")
            .query_pair("probe", "é 1"),
    )
    .await;
    api.check("", "UpdateSCIMDirectory", r#"{"path_values": ["scim_directory_id é/1"], "query": [["probe", "é 1"]], "body": {"probe": [1]}}"#, scim_directories.update("scim_directory_id é/1").query_pair("probe", "é 1").body_field("probe", [1])).await;
    api.check(
        "",
        "DeleteSCIMDirectory",
        r#"{"path_values": ["scim_directory_id é/1"], "query": [["probe", "é 1"]]}"#,
        scim_directories
            .delete("scim_directory_id é/1")
            .query_pair("probe", "é 1"),
    )
    .await;
    api.check(
        "",
        "RotateSCIMDirectoryAPIKey",
        r#"{"path_values": ["scim_directory_id é/1"], "query": [["probe", "é 1"]]}"#,
        scim_directories
            .rotate_api_key("scim_directory_id é/1")
            .query_pair("probe", "é 1"),
    )
    .await;
    api.check(
        "",
        "ListSCIMGroupRoleMappings",
        r#"{"path_values": ["scim_directory_id é/1"], "query": [["probe", "é 1"]]}"#,
        scim_directories
            .list_group_role_mappings("scim_directory_id é/1")
            .query_pair("probe", "é 1"),
    )
    .await;
    api.check("", "CreateSCIMGroupRoleMapping", r#"{"body": {"role_id": "role_id é/1", "scim_group_id": "scim_group_id é/1", "probe": [1]}, "path_values": ["scim_directory_id é/1"], "query": [["probe", "é 1"]]}"#, scim_directories.create_group_role_mapping("scim_directory_id é/1").role_id("role_id é/1").scim_group_id("scim_group_id é/1").query_pair("probe", "é 1").body_field("probe", [1])).await;
    api.check("", "ReplaceSCIMGroupRoleMappings", r#"{"body": {"mappings": [{"role_id": "role_id é/1", "scim_group_id": "scim_group_id é/1"}, {"role_id": "role_id é/1", "scim_group_id": "scim_group_id é/1"}], "probe": [1]}, "path_values": ["scim_directory_id é/1"], "query": [["probe", "é 1"]]}"#, scim_directories.replace_group_role_mappings("scim_directory_id é/1").mappings([types::ReplaceScimGroupRoleMappingsMappingsItem::new("role_id é/1", "scim_group_id é/1"), types::ReplaceScimGroupRoleMappingsMappingsItem::new("role_id é/1", "scim_group_id é/1")]).query_pair("probe", "é 1").body_field("probe", [1])).await;
    api.check("", "DeleteSCIMGroupRoleMapping", r#"{"path_values": ["scim_directory_id é/1", "mapping_id é/1"], "query": [["probe", "é 1"]]}"#, scim_directories.delete_group_role_mapping("scim_directory_id é/1", "mapping_id é/1").query_pair("probe", "é 1")).await;
}
