use clerk_sdk::types;

use super::Api;

#[tokio::test]
async fn every_method_of_directories_hits_its_operation() {
    let api = Api::start().await;
    let directories = api.clerk.directories();
    api.check(
        "",
        "ListDirectories",
        r#"{"path_values": [], "query": [["probe", "é 1"]]}"#,
        directories.list().query_pair("probe", "é 1"),
    )
    .await;
    api.check("", "CreateDirectory", r#"{"body": {"enterprise_connection_id": "enterprise_connection_id é/1", "provider": "provider é/1", "probe": [1]}, "path_values": [], "query": [["probe", "é 1"]]}"#, directories.create().enterprise_connection_id("enterprise_connection_id é/1").provider("provider é/1").query_pair("probe", "é 1").body_field("probe", [1])).await;
    api.check(
        "",
        "GetDirectory",
        r#"{"path_values": ["directory_id é/1"], "query": [["probe", "é 1"]]}"#,
        directories
            .get("directory_id é/1")
            .query_pair("probe", "é 1"),
    )
    .await;
    api.check("", "UpdateDirectory", r#"{"path_values": ["directory_id é/1"], "query": [["probe", "é 1"]], "body": {"probe": [1]}}"#, directories.update("directory_id é/1").query_pair("probe", "é 1").body_field("probe", [1])).await;
    api.check(
        "",
        "DeleteDirectory",
        r#"{"path_values": ["directory_id é/1"], "query": [["probe", "é 1"]]}"#,
        directories
            .delete("directory_id é/1")
            .query_pair("probe", "é 1"),
    )
    .await;
    api.check(
        "",
        "RotateDirectoryAPIKey",
        r#"{"path_values": ["directory_id é/1"], "query": [["probe", "é 1"]]}"#,
        directories
            .rotate_api_key("directory_id é/1")
            .query_pair("probe", "é 1"),
    )
    .await;
    api.check(
        "",
        "ListDirectoryGroupRoleMappings",
        r#"{"path_values": ["directory_id é/1"], "query": [["probe", "é 1"]]}"#,
        directories
            .list_group_role_mappings("directory_id é/1")
            .query_pair("probe", "é 1"),
    )
    .await;
    api.check("", "CreateDirectoryGroupRoleMapping", r#"{"body": {"role_id": "role_id é/1", "probe": [1]}, "path_values": ["directory_id é/1"], "query": [["probe", "é 1"]]}"#, directories.create_group_role_mapping("directory_id é/1").role_id("role_id é/1").query_pair("probe", "é 1").body_field("probe", [1])).await;
    api.check("", "ReplaceDirectoryGroupRoleMappings", r#"{"body": {"mappings": [{"directory_group_id": "directory_group_id é/1", "role_id": "role_id é/1", "scim_group_id": "scim_group_id é/1"}, {"directory_group_id": "directory_group_id é/1", "role_id": "role_id é/1", "scim_group_id": "scim_group_id é/1"}], "probe": [1]}, "path_values": ["directory_id é/1"], "query": [["probe", "é 1"]]}"#, directories.replace_group_role_mappings("directory_id é/1").mappings([types::ReplaceDirectoryGroupRoleMappingsMappingsItem::new("role_id é/1").directory_group_id("directory_group_id é/1").scim_group_id("scim_group_id é/1"), types::ReplaceDirectoryGroupRoleMappingsMappingsItem::new("role_id é/1").directory_group_id("directory_group_id é/1").scim_group_id("scim_group_id é/1")]).query_pair("probe", "é 1").body_field("probe", [1])).await;
    api.check(
        "",
        "DeleteDirectoryGroupRoleMapping",
        r#"{"path_values": ["directory_id é/1", "mapping_id é/1"], "query": [["probe", "é 1"]]}"#,
        directories
            .delete_group_role_mapping("directory_id é/1", "mapping_id é/1")
            .query_pair("probe", "é 1"),
    )
    .await;
}
