#![allow(deprecated)]

use super::Api;
use super::sample;
use clerk_sdk::types;

#[tokio::test]
async fn every_method_of_organizations_hits_its_operation() {
    let api = Api::start().await;
    let organizations = api.clerk.organizations();
    api.check(
        "organizations.getOrganizationList",
        "ListOrganizations",
        r#"{"path_values": [], "query": [["probe", "é 1"]]}"#,
        organizations
            .get_organization_list()
            .query_pair("probe", "é 1"),
    )
    .await;
    api.check("organizations.createOrganization", "CreateOrganization", r#"{"body": {"name": "name é/1", "probe": [1]}, "path_values": [], "query": [["probe", "é 1"]]}"#, organizations.create_organization().name("name é/1").query_pair("probe", "é 1").body_field("probe", [1])).await;
    api.check(
        "organizations.getOrganization",
        "GetOrganization",
        r#"{"path_values": ["organization_id é/1"], "query": [["probe", "é 1"]]}"#,
        organizations
            .get_organization("organization_id é/1")
            .query_pair("probe", "é 1"),
    )
    .await;
    api.check("organizations.updateOrganizationMetadata", "MergeOrganizationMetadata", r#"{"body": {"probe": [1]}, "path_values": ["organization_id é/1"], "query": [["probe", "é 1"]]}"#, organizations.update_organization_metadata("organization_id é/1").query_pair("probe", "é 1").body_field("probe", [1])).await;
    api.check(
        "organizations.deleteOrganization",
        "DeleteOrganization",
        r#"{"path_values": ["organization_id é/1"], "query": [["probe", "é 1"]]}"#,
        organizations
            .delete_organization("organization_id é/1")
            .query_pair("probe", "é 1"),
    )
    .await;
    api.check(
        "organizations.getOrganizationMembershipList",
        "ListOrganizationMemberships",
        r#"{"path_values": ["organization_id é/1"], "query": [["probe", "é 1"]]}"#,
        organizations
            .get_organization_membership_list("organization_id é/1")
            .query_pair("probe", "é 1"),
    )
    .await;
    api.check("organizations.createOrganizationMembership", "CreateOrganizationMembership", r#"{"body": {"role": "role é/1", "user_id": "user_id é/1", "probe": [1]}, "path_values": ["organization_id é/1"], "query": [["probe", "é 1"]]}"#, organizations.create_organization_membership("organization_id é/1").role("role é/1").user_id("user_id é/1").query_pair("probe", "é 1").body_field("probe", [1])).await;
    api.check("organizations.updateOrganizationMembership", "UpdateOrganizationMembership", r#"{"body": {"role": "role é/1", "probe": [1]}, "path_values": ["organization_id é/1", "user_id é/1"], "query": [["probe", "é 1"]]}"#, organizations.update_organization_membership("organization_id é/1", "user_id é/1").role("role é/1").query_pair("probe", "é 1").body_field("probe", [1])).await;
    api.check("organizations.updateOrganizationMembershipMetadata", "UpdateOrganizationMembershipMetadata", r#"{"path_values": ["organization_id é/1", "user_id é/1"], "query": [["probe", "é 1"]], "body": {"probe": [1]}}"#, organizations.update_organization_membership_metadata("organization_id é/1", "user_id é/1").query_pair("probe", "é 1").body_field("probe", [1])).await;
    api.check(
        "organizations.deleteOrganizationMembership",
        "DeleteOrganizationMembership",
        r#"{"path_values": ["organization_id é/1", "user_id é/1"], "query": [["probe", "é 1"]]}"#,
        organizations
            .delete_organization_membership("organization_id é/1", "user_id é/1")
            .query_pair("probe", "é 1"),
    )
    .await;
    api.check(
        "organizations.getPendingOrganizationInvitationList",
        "ListPendingOrganizationInvitations",
        r#"{"path_values": ["organization_id é/1"], "query": [["probe", "é 1"]]}"#,
        organizations
            .get_pending_organization_invitation_list("organization_id é/1")
            .query_pair("probe", "é 1"),
    )
    .await;
    api.check("organizations.createOrganizationInvitation", "CreateOrganizationInvitation", r#"{"body": {"email_address": "email_address é/1", "role": "role é/1", "probe": [1]}, "path_values": ["organization_id é/1"], "query": [["probe", "é 1"]]}"#, organizations.create_organization_invitation("organization_id é/1").email_address("email_address é/1").role("role é/1").query_pair("probe", "é 1").body_field("probe", [1])).await;
    api.check("organizations.revokeOrganizationInvitation", "RevokeOrganizationInvitation", r#"{"path_values": ["organization_id é/1", "invitation_id é/1"], "query": [["probe", "é 1"]], "body": {"probe": [1]}}"#, organizations.revoke_organization_invitation("organization_id é/1", "invitation_id é/1").query_pair("probe", "é 1").body_field("probe", [1])).await;
    api.check("organizations.updateOrganizationLogo", "UploadOrganizationLogo", r#"{"parts": {"file": "bytes of a file"}, "path_values": ["organization_id é/1"], "query": [["probe", "é 1"]]}"#, organizations.update_organization_logo("organization_id é/1").file(b"bytes of a file".to_vec()).query_pair("probe", "é 1")).await;
    api.check(
        "organizations.deleteOrganizationLogo",
        "DeleteOrganizationLogo",
        r#"{"path_values": ["organization_id é/1"], "query": [["probe", "é 1"]]}"#,
        organizations
            .delete_organization_logo("organization_id é/1")
            .query_pair("probe", "é 1"),
    )
    .await;
    api.check("organizations.replaceOrganizationMetadata", "ReplaceOrganizationMetadata", r#"{"body": {"probe": [1]}, "path_values": ["organization_id é/1"], "query": [["probe", "é 1"]]}"#, organizations.replace_organization_metadata("organization_id é/1").query_pair("probe", "é 1").body_field("probe", [1])).await;
    api.check(
        "organizations.getInstanceOrganizationMembershipList",
        "InstanceGetOrganizationMemberships",
        r#"{"path_values": [], "query": [["probe", "é 1"]]}"#,
        organizations
            .get_instance_organization_membership_list()
            .query_pair("probe", "é 1"),
    )
    .await;
    api.check(
        "organizations.getOrganizationInvitationList",
        "ListOrganizationInvitations",
        r#"{"path_values": ["organization_id é/1"], "query": [["probe", "é 1"]]}"#,
        organizations
            .get_organization_invitation_list("organization_id é/1")
            .query_pair("probe", "é 1"),
    )
    .await;
    api.check("organizations.createOrganizationInvitationBulk", "CreateOrganizationInvitationBulk", r#"{"body": [{"email_address": "email_address é/1", "expires_in_days": 1700000000123, "inviter_user_id": "inviter_user_id é/1", "notify": false, "private_metadata": {"free": {"form": [1, null, "private_metadata é/1"]}}, "public_metadata": {"free": {"form": [1, null, "public_metadata é/1"]}}, "redirect_url": "redirect_url é/1", "role": "role é/1"}, {"email_address": "email_address é/1", "expires_in_days": 1700000000123, "inviter_user_id": "inviter_user_id é/1", "notify": false, "private_metadata": {"free": {"form": [1, null, "private_metadata é/1"]}}, "public_metadata": {"free": {"form": [1, null, "public_metadata é/1"]}}, "redirect_url": "redirect_url é/1", "role": "role é/1"}], "path_values": ["organization_id é/1"], "query": [["probe", "é 1"]]}"#, organizations.create_organization_invitation_bulk("organization_id é/1").items([types::CreateOrganizationInvitationBulkItem::new("email_address é/1", "role é/1").expires_in_days(clerk_sdk::clerk_api::Patch::Set(1700000000123)).inviter_user_id(clerk_sdk::clerk_api::Patch::Set("inviter_user_id é/1".to_owned())).notify(clerk_sdk::clerk_api::Patch::Set(false)).private_metadata(clerk_sdk::clerk_api::Patch::Set(sample::<clerk_sdk::clerk_api::JsonObject>(r#"{"free":{"form":[1,null,"private_metadata é/1"]}}"#))).public_metadata(clerk_sdk::clerk_api::Patch::Set(sample::<clerk_sdk::clerk_api::JsonObject>(r#"{"free":{"form":[1,null,"public_metadata é/1"]}}"#))).redirect_url(clerk_sdk::clerk_api::Patch::Set("redirect_url é/1".to_owned())), types::CreateOrganizationInvitationBulkItem::new("email_address é/1", "role é/1").expires_in_days(clerk_sdk::clerk_api::Patch::Set(1700000000123)).inviter_user_id(clerk_sdk::clerk_api::Patch::Set("inviter_user_id é/1".to_owned())).notify(clerk_sdk::clerk_api::Patch::Set(false)).private_metadata(clerk_sdk::clerk_api::Patch::Set(sample::<clerk_sdk::clerk_api::JsonObject>(r#"{"free":{"form":[1,null,"private_metadata é/1"]}}"#))).public_metadata(clerk_sdk::clerk_api::Patch::Set(sample::<clerk_sdk::clerk_api::JsonObject>(r#"{"free":{"form":[1,null,"public_metadata é/1"]}}"#))).redirect_url(clerk_sdk::clerk_api::Patch::Set("redirect_url é/1".to_owned()))]).query_pair("probe", "é 1")).await;
    api.check("organizations.getOrganizationInvitation", "GetOrganizationInvitation", r#"{"path_values": ["organization_id é/1", "invitation_id é/1"], "query": [["probe", "é 1"]]}"#, organizations.get_organization_invitation("organization_id é/1", "invitation_id é/1").query_pair("probe", "é 1")).await;
    api.check(
        "organizations.getOrganizationDomainList",
        "ListOrganizationDomains",
        r#"{"path_values": ["organization_id é/1"], "query": [["probe", "é 1"]]}"#,
        organizations
            .get_organization_domain_list("organization_id é/1")
            .query_pair("probe", "é 1"),
    )
    .await;
    api.check("organizations.createOrganizationDomain", "CreateOrganizationDomain", r#"{"body": {"probe": [1]}, "path_values": ["organization_id é/1"], "query": [["probe", "é 1"]]}"#, organizations.create_organization_domain("organization_id é/1").query_pair("probe", "é 1").body_field("probe", [1])).await;
    api.check("organizations.updateOrganizationDomain", "UpdateOrganizationDomain", r#"{"body": {"probe": [1]}, "path_values": ["organization_id é/1", "domain_id é/1"], "query": [["probe", "é 1"]]}"#, organizations.update_organization_domain("organization_id é/1", "domain_id é/1").query_pair("probe", "é 1").body_field("probe", [1])).await;
    api.check(
        "organizations.deleteOrganizationDomain",
        "DeleteOrganizationDomain",
        r#"{"path_values": ["organization_id é/1", "domain_id é/1"], "query": [["probe", "é 1"]]}"#,
        organizations
            .delete_organization_domain("organization_id é/1", "domain_id é/1")
            .query_pair("probe", "é 1"),
    )
    .await;
    api.check(
        "",
        "ListAllOrganizationDomains",
        r#"{"path_values": [], "query": [["probe", "é 1"]]}"#,
        organizations
            .get_instance_organization_domain_list()
            .query_pair("probe", "é 1"),
    )
    .await;
    api.check(
        "",
        "VerifyOrganizationDomainOwnership",
        r#"{"path_values": ["organization_id é/1", "domain_id é/1"], "query": [["probe", "é 1"]]}"#,
        organizations
            .verify_organization_domain_ownership("organization_id é/1", "domain_id é/1")
            .query_pair("probe", "é 1"),
    )
    .await;
    api.check(
        "",
        "ListInstanceOrganizationInvitations",
        r#"{"path_values": [], "query": [["probe", "é 1"]]}"#,
        organizations
            .get_instance_organization_invitation_list()
            .query_pair("probe", "é 1"),
    )
    .await;
}
