use super::Api;

#[tokio::test]
async fn every_method_of_role_sets_hits_its_operation() {
    let api = Api::start().await;
    let role_sets = api.clerk.role_sets();
    api.check(
        "roleSets.getRoleSetList",
        "ListRoleSets",
        r#"{"path_values": [], "query": [["probe", "é 1"]]}"#,
        role_sets.get_role_set_list().query_pair("probe", "é 1"),
    )
    .await;
    api.check(
        "roleSets.getRoleSet",
        "GetRoleSet",
        r#"{"path_values": ["role_set_key_or_id é/1"], "query": [["probe", "é 1"]]}"#,
        role_sets
            .get_role_set("role_set_key_or_id é/1")
            .query_pair("probe", "é 1"),
    )
    .await;
    api.check("roleSets.createRoleSet", "CreateRoleSet", r#"{"body": {"creator_role_key": "creator_role_key é/1", "default_role_key": "default_role_key é/1", "name": "name é/1", "roles": ["roles é/1", "roles again é/1"], "probe": [1]}, "path_values": [], "query": [["probe", "é 1"]]}"#, role_sets.create_role_set().creator_role_key("creator_role_key é/1").default_role_key("default_role_key é/1").name("name é/1").roles(["roles é/1", "roles again é/1"]).query_pair("probe", "é 1").body_field("probe", [1])).await;
    api.check("roleSets.updateRoleSet", "UpdateRoleSet", r#"{"body": {"probe": [1]}, "path_values": ["role_set_key_or_id é/1"], "query": [["probe", "é 1"]]}"#, role_sets.update_role_set("role_set_key_or_id é/1").query_pair("probe", "é 1").body_field("probe", [1])).await;
    api.check("roleSets.addRolesToRoleSet", "AddRolesToRoleSet", r#"{"body": {"role_keys": ["role_keys é/1", "role_keys again é/1"], "probe": [1]}, "path_values": ["role_set_key_or_id é/1"], "query": [["probe", "é 1"]]}"#, role_sets.add_roles_to_role_set("role_set_key_or_id é/1").role_keys(["role_keys é/1", "role_keys again é/1"]).query_pair("probe", "é 1").body_field("probe", [1])).await;
    api.check("roleSets.replaceRoleInRoleSet", "ReplaceRoleInRoleSet", r#"{"body": {"role_key": "role_key é/1", "to_role_key": "to_role_key é/1", "probe": [1]}, "path_values": ["role_set_key_or_id é/1"], "query": [["probe", "é 1"]]}"#, role_sets.replace_role_in_role_set("role_set_key_or_id é/1").role_key("role_key é/1").to_role_key("to_role_key é/1").query_pair("probe", "é 1").body_field("probe", [1])).await;
    api.check("roleSets.replaceRoleSet", "ReplaceRoleSet", r#"{"body": {"dest_role_set_key": "dest_role_set_key é/1", "probe": [1]}, "path_values": ["role_set_key_or_id é/1"], "query": [["probe", "é 1"]]}"#, role_sets.replace_role_set("role_set_key_or_id é/1").dest_role_set_key("dest_role_set_key é/1").query_pair("probe", "é 1").body_field("probe", [1])).await;
}
