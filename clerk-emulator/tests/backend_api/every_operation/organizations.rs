use clerk_api::{Patch, types};
use serde_json::json;

use super::{Tour, id, ok};

pub async fn all(tour: &Tour) {
    let clerk = &tour.clerk;
    let owner = id(&ok(clerk.create_user().email_address(["owner@example.com"])).await);
    let member = id(&ok(clerk.create_user().email_address(["member@example.com"])).await);
    let organization = ok(clerk
        .create_organization()
        .name("Acme Inc")
        .created_by(Patch::Set(owner.clone())))
    .await;
    let organization = id(&organization);
    ok(clerk.list_organizations().include_members_count(true)).await;
    ok(clerk.get_organization(&organization)).await;
    ok(clerk
        .update_organization(&organization)
        .name(Patch::Set("Acme".to_owned())))
    .await;
    ok(clerk
        .merge_organization_metadata(&organization)
        .public_metadata(json!({"a": 1})))
    .await;
    ok(clerk
        .replace_organization_metadata(&organization)
        .private_metadata(json!({"b": 1})))
    .await;
    ok(clerk
        .upload_organization_logo(&organization)
        .file(b"a logo".to_vec()))
    .await;
    ok(clerk.delete_organization_logo(&organization)).await;

    ok(clerk
        .create_organization_membership(&organization)
        .role("org:member")
        .user_id(&member))
    .await;
    ok(clerk
        .update_organization_membership(&organization, &member)
        .role("org:admin"))
    .await;
    ok(clerk
        .update_organization_membership_metadata(&organization, &member)
        .public_metadata(json!({"c": 1})))
    .await;
    ok(clerk.list_organization_memberships(&organization)).await;
    ok(clerk.instance_get_organization_memberships()).await;
    ok(clerk.users_get_organization_memberships(&member)).await;
    ok(clerk.delete_organization_membership(&organization, &member)).await;

    invitations(tour, &organization, &owner, &member).await;
    domains(tour, &organization).await;
    roles(tour).await;
    ok(clerk.delete_organization(&organization)).await;
}

async fn invitations(tour: &Tour, organization: &str, owner: &str, member: &str) {
    let clerk = &tour.clerk;
    let invitation = ok(clerk
        .create_organization_invitation(organization)
        .email_address("guest@example.com")
        .role("org:member")
        .inviter_user_id(Patch::Set(owner.to_owned())))
    .await;
    let invitation = id(&invitation);
    let items = [types::CreateOrganizationInvitationBulkItem::new(
        "member@example.com",
        "org:member",
    )];
    ok(clerk
        .create_organization_invitation_bulk(organization)
        .items(items))
    .await;
    ok(clerk.list_organization_invitations(organization)).await;
    ok(clerk.list_pending_organization_invitations(organization)).await;
    ok(clerk.list_instance_organization_invitations()).await;
    ok(clerk.users_get_organization_invitations(member)).await;
    ok(clerk.get_organization_invitation(organization, &invitation)).await;
    ok(clerk.revoke_organization_invitation(organization, &invitation)).await;
}

async fn domains(tour: &Tour, organization: &str) {
    let clerk = &tour.clerk;
    let domain = ok(clerk
        .create_organization_domain(organization)
        .name("acme.example")
        .enrollment_mode("automatic_suggestion"))
    .await;
    let domain = id(&domain);
    ok(clerk.list_organization_domains(organization)).await;
    ok(clerk.list_all_organization_domains()).await;
    ok(clerk
        .update_organization_domain(organization, &domain)
        .verified(Patch::Set(true)))
    .await;
    ok(clerk.verify_organization_domain_ownership(organization, &domain)).await;
    ok(clerk.delete_organization_domain(organization, &domain)).await;
}

async fn roles(tour: &Tour) {
    let clerk = &tour.clerk;
    let permission = ok(clerk
        .create_organization_permission()
        .key("org:invoices:create")
        .name("Create invoices"))
    .await;
    let permission = id(&permission);
    ok(clerk.list_organization_permissions()).await;
    ok(clerk.get_organization_permission(&permission)).await;
    ok(clerk
        .update_organization_permission(&permission)
        .name("Make invoices"))
    .await;
    let role = id(&ok(clerk
        .create_organization_role()
        .key("org:billing")
        .name("Billing"))
    .await);
    ok(clerk.list_organization_roles()).await;
    ok(clerk.get_organization_role(&role)).await;
    ok(clerk
        .update_organization_role(&role)
        .name(Patch::Set("Accounting".to_owned())))
    .await;
    ok(clerk.assign_permission_to_organization_role(&role, &permission)).await;
    ok(clerk.remove_permission_from_organization_role(&role, &permission)).await;
    ok(clerk.delete_organization_permission(&permission)).await;

    let set = |name: &str| {
        clerk
            .create_role_set()
            .creator_role_key("org:admin")
            .default_role_key("org:member")
            .name(name)
            .roles(["org:admin", "org:member"])
    };
    let small = id(&ok(set("Small")).await);
    let large = id(&ok(set("Large")).await);
    ok(clerk.list_role_sets()).await;
    ok(clerk.get_role_set(&small)).await;
    ok(clerk
        .update_role_set(&small)
        .name(Patch::Set("Tiny".to_owned())))
    .await;
    ok(clerk
        .add_roles_to_role_set(&small)
        .role_keys(["org:billing"]))
    .await;
    ok(clerk
        .replace_role_in_role_set(&small)
        .role_key("org:billing")
        .to_role_key("org:member"))
    .await;
    ok(clerk.replace_role_set(&small).dest_role_set_key(&large)).await;
    ok(clerk.delete_organization_role(&role)).await;
}
