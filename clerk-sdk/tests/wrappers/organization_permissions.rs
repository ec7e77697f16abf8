use super::Api;

#[tokio::test]
async fn every_method_of_organization_permissions_hits_its_operation() {
    let api = Api::start().await;
    let organization_permissions = api.clerk.organization_permissions();
    api.check(
        "organizationPermissions.getOrganizationPermissionList",
        "ListOrganizationPermissions",
        r#"{"path_values": [], "query": [["probe", "é 1"]]}"#,
        organization_permissions
            .get_organization_permission_list()
            .query_pair("probe", "é 1"),
    )
    .await;
    api.check(
        "organizationPermissions.getOrganizationPermission",
        "GetOrganizationPermission",
        r#"{"path_values": ["permission_id é/1"], "query": [["probe", "é 1"]]}"#,
        organization_permissions
            .get_organization_permission("permission_id é/1")
            .query_pair("probe", "é 1"),
    )
    .await;
    api.check("organizationPermissions.createOrganizationPermission", "CreateOrganizationPermission", r#"{"body": {"key": "key é/1", "name": "name é/1", "probe": [1]}, "path_values": [], "query": [["probe", "é 1"]]}"#, organization_permissions.create_organization_permission().key("key é/1").name("name é/1").query_pair("probe", "é 1").body_field("probe", [1])).await;
    api.check("organizationPermissions.updateOrganizationPermission", "UpdateOrganizationPermission", r#"{"body": {"probe": [1]}, "path_values": ["permission_id é/1"], "query": [["probe", "é 1"]]}"#, organization_permissions.update_organization_permission("permission_id é/1").query_pair("probe", "é 1").body_field("probe", [1])).await;
    api.check(
        "organizationPermissions.deleteOrganizationPermission",
        "DeleteOrganizationPermission",
        r#"{"path_values": ["permission_id é/1"], "query": [["probe", "é 1"]]}"#,
        organization_permissions
            .delete_organization_permission("permission_id é/1")
            .query_pair("probe", "é 1"),
    )
    .await;
}
