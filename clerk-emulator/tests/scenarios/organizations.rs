use clerk_emulator::{Emulator, SignedIn, TokenVersion};
use clerk_sdk::Clerk;
use clerk_sdk::auth::{Permission, Requirement, Role};

use crate::application::{authenticate, rejection, start_with, token};

/// Ada, who owns the organization, Alan, who is a member, and a role that may read invoices.
struct Company {
    emulator: Emulator,
    clerk: Clerk,
    organization_id: String,
    alan: SignedIn,
    alan_id: String,
}

async fn company(version: TokenVersion) -> Company {
    let (emulator, clerk) = start_with(Emulator::builder().token_version(version)).await;
    let users = clerk.users();
    let ada = users
        .create_user()
        .email_address(["ada@example.com"])
        .await
        .unwrap();
    let alan = users
        .create_user()
        .email_address(["alan@example.com"])
        .await
        .unwrap();
    for (key, name) in [
        ("org:invoices:read", "Read invoices"),
        ("org:invoices:send", "Send invoices"),
    ] {
        let permissions = clerk.organization_permissions();
        permissions
            .create_organization_permission()
            .key(key)
            .name(name)
            .await
            .unwrap();
    }
    let permissions = clerk
        .organization_permissions()
        .get_organization_permission_list();
    let permissions = permissions.limit(100).await.unwrap();
    let read = permissions
        .iter()
        .find(|p| p.key == "org:invoices:read")
        .unwrap();
    let roles = clerk.organization_roles();
    let role = roles
        .create_organization_role()
        .key("org:clerk")
        .name("Clerk");
    let role = role.permissions(vec![read.id.clone()]).await.unwrap();
    assert_eq!(role.permissions[0].key, "org:invoices:read");

    let organizations = clerk.organizations();
    let engines = organizations
        .create_organization()
        .name("Analytical Engines")
        .created_by(&*ada.id);
    let engines = engines.await.unwrap();
    let member = organizations.create_organization_membership(&engines.id);
    member.user_id(&alan.id).role("org:member").await.unwrap();
    let signed_in = emulator.sign_in_to(&alan.id, &engines.id).unwrap();
    Company {
        emulator,
        clerk,
        organization_id: engines.id,
        alan: signed_in,
        alan_id: alan.id,
    }
}

/// The story is one whatever the form of the tokens.
async fn roles_and_permissions_are_in_the_token(version: TokenVersion) {
    let Company {
        emulator: _emulator,
        clerk,
        organization_id,
        alan,
        alan_id,
    } = company(version).await;
    let auth = authenticate(&clerk, &alan.token).await;
    let claims = auth.claims.as_ref().unwrap();
    assert_eq!(claims.get("o").is_some(), version == TokenVersion::V2);
    assert_eq!(claims.get("org_id").is_some(), version == TokenVersion::V1);
    assert_eq!(auth.org_id.as_deref(), Some(&*organization_id));
    assert_eq!(auth.org_slug.as_deref(), Some("analytical-engines"));
    assert!(auth.has(Role("org:member")));
    assert!(!auth.has(Permission("org:invoices:read")));

    // Another role: seen in the next token, not in the one that is out.
    let organizations = clerk.organizations();
    let promote = organizations.update_organization_membership(&organization_id, &alan_id);
    assert_eq!(promote.role("org:clerk").await.unwrap().role, "org:clerk");
    assert!(
        authenticate(&clerk, &alan.token)
            .await
            .has(Role("org:member"))
    );
    let auth = authenticate(&clerk, &token(&clerk, &alan.session_id).await).await;
    assert!(auth.has(Role("org:clerk")) && auth.has(Permission("org:invoices:read")));
    assert!(!auth.has(Permission("org:invoices:send")));
    assert!(
        !auth.has(
            Requirement::new()
                .role("org:admin")
                .permission("org:invoices:read")
        )
    );

    // Another permission of the role.
    let permissions = clerk
        .organization_permissions()
        .get_organization_permission_list();
    let permissions = permissions.limit(100).await.unwrap();
    let send = permissions
        .iter()
        .find(|p| p.key == "org:invoices:send")
        .unwrap();
    let roles = clerk
        .organization_roles()
        .get_organization_role_list()
        .await
        .unwrap();
    let role = roles.iter().find(|role| role.key == "org:clerk").unwrap();
    let roles = clerk.organization_roles();
    roles
        .assign_permission_to_organization_role(&role.id, &send.id)
        .await
        .unwrap();
    let auth = authenticate(&clerk, &token(&clerk, &alan.session_id).await).await;
    assert!(auth.has(Permission("org:invoices:read")) && auth.has(Permission("org:invoices:send")));
    roles
        .remove_permission_from_organization_role(&role.id, &send.id)
        .await
        .unwrap();
    let auth = authenticate(&clerk, &token(&clerk, &alan.session_id).await).await;
    assert!(!auth.has(Permission("org:invoices:send")));

    // No member any more: the session goes on without an organization.
    organizations
        .delete_organization_membership(&organization_id, &alan_id)
        .await
        .unwrap();
    let auth = authenticate(&clerk, &token(&clerk, &alan.session_id).await).await;
    assert!(auth.is_signed_in());
    assert_eq!((&auth.org_id, &auth.org_role), (&None, &None));
    assert!(!auth.has(Role("org:clerk")) && !auth.has(Permission("org:invoices:read")));
}

#[tokio::test]
async fn roles_and_permissions_are_in_tokens_of_version_2() {
    roles_and_permissions_are_in_the_token(TokenVersion::V2).await;
}

#[tokio::test]
async fn roles_and_permissions_are_in_tokens_of_version_1() {
    roles_and_permissions_are_in_the_token(TokenVersion::V1).await;
}

#[tokio::test]
async fn an_organization_invites_keeps_an_admin_and_ends() {
    let Company {
        emulator: _emulator,
        clerk,
        organization_id,
        alan,
        alan_id,
    } = company(TokenVersion::V2).await;
    let organizations = clerk.organizations();
    let invite = organizations.create_organization_invitation(&organization_id);
    let invite = invite
        .email_address("grace@example.com")
        .role("org:member")
        .await
        .unwrap();
    assert_eq!(invite.status.as_deref(), Some("pending"));
    let revoke = organizations.revoke_organization_invitation(&organization_id, &invite.id);
    assert_eq!(revoke.await.unwrap().status.as_deref(), Some("revoked"));

    let members = organizations.get_organization_membership_list(&organization_id);
    let members = members.role(["org:member"]).await.unwrap();
    assert_eq!((members.len(), members.total_count), (1, Some(1)));
    let user = members[0].public_user_data.as_ref().unwrap();
    assert_eq!(user.user_id, alan_id);
    let twice = organizations.create_organization_membership(&organization_id);
    let twice = twice.user_id(&alan_id).role("org:member").await;
    assert_eq!(rejection(twice).1, "already_a_member_in_organization");
    let mine = clerk
        .users()
        .get_organization_membership_list(&alan_id)
        .await
        .unwrap();
    assert_eq!(mine[0].organization.id, organization_id);

    organizations
        .delete_organization(&organization_id)
        .await
        .unwrap();
    let gone = organizations
        .get_organization(&organization_id)
        .await
        .unwrap_err();
    assert!(gone.is_not_found());
    let auth = authenticate(&clerk, &token(&clerk, &alan.session_id).await).await;
    assert!(auth.is_signed_in() && auth.org_id.is_none());
}
