use super::Api;

#[tokio::test]
async fn every_method_of_organization_roles_hits_its_operation() {
    let api = Api::start().await;
    let organization_roles = api.clerk.organization_roles();
    api.check(
        "organizationRoles.getOrganizationRoleList",
        "ListOrganizationRoles",
        r#"{"path_values": [], "query": [["probe", "é 1"]]}"#,
        organization_roles
            .get_organization_role_list()
            .query_pair("probe", "é 1"),
    )
    .await;
    api.check(
        "organizationRoles.getOrganizationRole",
        "GetOrganizationRole",
        r#"{"path_values": ["organization_role_id é/1"], "query": [["probe", "é 1"]]}"#,
        organization_roles
            .get_organization_role("organization_role_id é/1")
            .query_pair("probe", "é 1"),
    )
    .await;
    api.check("organizationRoles.createOrganizationRole", "CreateOrganizationRole", r#"{"body": {"key": "key é/1", "name": "name é/1", "probe": [1]}, "path_values": [], "query": [["probe", "é 1"]]}"#, organization_roles.create_organization_role().key("key é/1").name("name é/1").query_pair("probe", "é 1").body_field("probe", [1])).await;
    api.check("organizationRoles.updateOrganizationRole", "UpdateOrganizationRole", r#"{"body": {"probe": [1]}, "path_values": ["organization_role_id é/1"], "query": [["probe", "é 1"]]}"#, organization_roles.update_organization_role("organization_role_id é/1").query_pair("probe", "é 1").body_field("probe", [1])).await;
    api.check(
        "organizationRoles.deleteOrganizationRole",
        "DeleteOrganizationRole",
        r#"{"path_values": ["organization_role_id é/1"], "query": [["probe", "é 1"]]}"#,
        organization_roles
            .delete_organization_role("organization_role_id é/1")
            .query_pair("probe", "é 1"),
    )
    .await;
    api.check("organizationRoles.assignPermissionToOrganizationRole", "AssignPermissionToOrganizationRole", r#"{"path_values": ["organization_role_id é/1", "permission_id é/1"], "query": [["probe", "é 1"]]}"#, organization_roles.assign_permission_to_organization_role("organization_role_id é/1", "permission_id é/1").query_pair("probe", "é 1")).await;
    api.check("organizationRoles.removePermissionFromOrganizationRole", "RemovePermissionFromOrganizationRole", r#"{"path_values": ["organization_role_id é/1", "permission_id é/1"], "query": [["probe", "é 1"]]}"#, organization_roles.remove_permission_from_organization_role("organization_role_id é/1", "permission_id é/1").query_pair("probe", "é 1")).await;
}
