use clerk_api::{Patch, types};

use super::{Tour, id, ok};

pub async fn all(tour: &Tour) {
    let clerk = &tour.clerk;
    let connection = ok(clerk
        .create_enterprise_connection()
        .domains(["acme.example"])
        .name("Acme")
        .provider(types::CreateEnterpriseConnectionProvider::from(
            "saml_custom",
        )))
    .await;
    let connection = id(&connection);
    ok(clerk.list_enterprise_connections()).await;
    ok(clerk.get_enterprise_connection(&connection)).await;
    ok(clerk
        .update_enterprise_connection(&connection)
        .active(Patch::Set(true)))
    .await;
    ok(clerk.create_enterprise_connection_test_run(&connection)).await;
    ok(clerk.list_enterprise_connection_test_runs(&connection)).await;

    let saml = ok(clerk
        .create_saml_connection()
        .name("Acme")
        .domain("acme.example")
        .provider(types::CreateSamlConnectionProvider::from("saml_okta")))
    .await;
    let saml = id(&saml);
    ok(clerk.list_saml_connections()).await;
    ok(clerk.get_saml_connection(&saml)).await;
    ok(clerk.update_saml_connection(&saml).active(Patch::Set(true))).await;
    ok(clerk.delete_saml_connection(&saml)).await;

    directories(tour, &connection).await;
    scim_directories(tour, &connection).await;
    ok(clerk.delete_enterprise_connection(&connection)).await;

    let link = id(&ok(clerk.create_admin_portal_link_token()).await);
    ok(clerk.revoke_admin_portal_link_token(&link)).await;
}

async fn directories(tour: &Tour, connection: &str) {
    let clerk = &tour.clerk;
    let directory = id(&ok(clerk
        .create_directory()
        .enterprise_connection_id(connection)
        .provider("okta"))
    .await);
    ok(clerk.list_directories()).await;
    ok(clerk.get_directory(&directory)).await;
    ok(clerk.update_directory(&directory).enabled(true)).await;
    ok(clerk.rotate_directory_api_key(&directory)).await;
    let mapping = ok(clerk
        .create_directory_group_role_mapping(&directory)
        .role_id("role_1")
        .directory_group_id("group"))
    .await;
    ok(clerk.list_directory_group_role_mappings(&directory)).await;
    ok(clerk.delete_directory_group_role_mapping(&directory, id(&mapping))).await;
    let mappings = [
        types::ReplaceDirectoryGroupRoleMappingsMappingsItem::new("role_2")
            .directory_group_id("group"),
    ];
    ok(clerk
        .replace_directory_group_role_mappings(&directory)
        .mappings(mappings))
    .await;
    ok(clerk.delete_directory(&directory)).await;
}

async fn scim_directories(tour: &Tour, connection: &str) {
    let clerk = &tour.clerk;
    let scim = id(&ok(clerk
        .create_scim_directory()
        .enterprise_connection_id(connection)
        .provider("okta"))
    .await);
    ok(clerk.list_scim_directories()).await;
    ok(clerk.get_scim_directory(&scim)).await;
    ok(clerk.update_scim_directory(&scim).name("people")).await;
    ok(clerk.rotate_scim_directory_api_key(&scim)).await;
    let mapping = ok(clerk
        .create_scim_group_role_mapping(&scim)
        .role_id("role_1")
        .scim_group_id("group"))
    .await;
    ok(clerk.list_scim_group_role_mappings(&scim)).await;
    ok(clerk.delete_scim_group_role_mapping(&scim, id(&mapping))).await;
    let mappings = [types::ReplaceScimGroupRoleMappingsMappingsItem::new(
        "role_2", "group",
    )];
    ok(clerk
        .replace_scim_group_role_mappings(&scim)
        .mappings(mappings))
    .await;
    ok(clerk.delete_scim_directory(&scim)).await;
}
