// Clerk deprecates some of these operations; whoever calls them is told.
#![allow(deprecated)]

mod update_organization;

use clerk_api::operations::{
    CreateOrganization, CreateOrganizationDomain, CreateOrganizationInvitation,
    CreateOrganizationInvitationBulk, CreateOrganizationMembership, DeleteOrganization,
    DeleteOrganizationDomain, DeleteOrganizationLogo, DeleteOrganizationMembership,
    GetOrganization, GetOrganizationInvitation, InstanceGetOrganizationMemberships,
    ListAllOrganizationDomains, ListInstanceOrganizationInvitations, ListOrganizationDomains,
    ListOrganizationInvitations, ListOrganizationMemberships, ListOrganizations,
    ListPendingOrganizationInvitations, MergeOrganizationMetadata, ReplaceOrganizationMetadata,
    RevokeOrganizationInvitation, UpdateOrganizationDomain, UpdateOrganizationMembership,
    UpdateOrganizationMembershipMetadata, UploadOrganizationLogo,
    VerifyOrganizationDomainOwnership,
};

pub use update_organization::UpdateOrganization;

use super::resource;
use crate::{Paged, Plain};

resource! {
    /// Organizations, with their memberships, invitations and domains.
    ///
    /// ```
    /// fn handle(clerk: &clerk_sdk::Clerk) -> clerk_sdk::resources::Organizations {
    ///     clerk.organizations()
    /// }
    /// # let _ = handle;
    /// ```
    pub struct Organizations;
}

impl Organizations {
    /// Lists organizations, latest created first, filtered by text, member or ID. Member counts come only on request.
    ///
    /// `GET /organizations`, operation `ListOrganizations`.
    pub fn get_organization_list(&self) -> ListOrganizations<Paged> {
        ListOrganizations::new(self.clerk.api())
    }

    /// Creates an organization; the user in `created_by` becomes its administrator. A taken slug is refused.
    ///
    /// `POST /organizations`, operation `CreateOrganization`.
    pub fn create_organization(&self) -> CreateOrganization<Plain> {
        CreateOrganization::new(self.clerk.api())
    }

    /// Reads one organization by its ID or its slug, private metadata included.
    ///
    /// `GET /organizations/{organization_id}`, operation `GetOrganization`.
    pub fn get_organization(&self, organization_id: impl Into<String>) -> GetOrganization<Plain> {
        GetOrganization::new(self.clerk.api(), organization_id)
    }

    /// Merges the given metadata deeply into that of the organization; a key set to `null` is dropped.
    ///
    /// `PATCH /organizations/{organization_id}/metadata`, operation `MergeOrganizationMetadata`.
    pub fn update_organization_metadata(
        &self,
        organization_id: impl Into<String>,
    ) -> MergeOrganizationMetadata<Plain> {
        MergeOrganizationMetadata::new(self.clerk.api(), organization_id)
    }

    /// Deletes an organization with all its memberships and invitations, and clears it from running sessions. There is no undo.
    ///
    /// `DELETE /organizations/{organization_id}`, operation `DeleteOrganization`.
    pub fn delete_organization(
        &self,
        organization_id: impl Into<String>,
    ) -> DeleteOrganization<Plain> {
        DeleteOrganization::new(self.clerk.api(), organization_id)
    }

    /// Lists the members of an organization, filtered by role, identifiers or activity, with roles and public user data.
    ///
    /// `GET /organizations/{organization_id}/memberships`, operation `ListOrganizationMemberships`.
    pub fn get_organization_membership_list(
        &self,
        organization_id: impl Into<String>,
    ) -> ListOrganizationMemberships<Paged> {
        ListOrganizationMemberships::new(self.clerk.api(), organization_id)
    }

    /// Makes an existing user a member of an organization at once, without an invitation. It becomes their active organization at next sign-in.
    ///
    /// `POST /organizations/{organization_id}/memberships`, operation `CreateOrganizationMembership`.
    pub fn create_organization_membership(
        &self,
        organization_id: impl Into<String>,
    ) -> CreateOrganizationMembership<Plain> {
        CreateOrganizationMembership::new(self.clerk.api(), organization_id)
    }

    /// Gives a member another role. It reaches their session token with its next refresh.
    ///
    /// `PATCH /organizations/{organization_id}/memberships/{user_id}`, operation `UpdateOrganizationMembership`.
    pub fn update_organization_membership(
        &self,
        organization_id: impl Into<String>,
        user_id: impl Into<String>,
    ) -> UpdateOrganizationMembership<Plain> {
        UpdateOrganizationMembership::new(self.clerk.api(), organization_id, user_id)
    }

    /// Merges the given metadata deeply into that of a membership; a key set to `null` is dropped.
    ///
    /// `PATCH /organizations/{organization_id}/memberships/{user_id}/metadata`, operation `UpdateOrganizationMembershipMetadata`.
    pub fn update_organization_membership_metadata(
        &self,
        organization_id: impl Into<String>,
        user_id: impl Into<String>,
    ) -> UpdateOrganizationMembershipMetadata<Plain> {
        UpdateOrganizationMembershipMetadata::new(self.clerk.api(), organization_id, user_id)
    }

    /// Removes a user from an organization and answers the membership as it was. The user account itself stays.
    ///
    /// `DELETE /organizations/{organization_id}/memberships/{user_id}`, operation `DeleteOrganizationMembership`.
    pub fn delete_organization_membership(
        &self,
        organization_id: impl Into<String>,
        user_id: impl Into<String>,
    ) -> DeleteOrganizationMembership<Plain> {
        DeleteOrganizationMembership::new(self.clerk.api(), organization_id, user_id)
    }

    /// Lists the invitations of an organization that wait for an answer. Deprecated: filter the ordinary list by `pending`.
    ///
    /// `GET /organizations/{organization_id}/invitations/pending`, operation `ListPendingOrganizationInvitations`.
    #[deprecated(note = "the API's document deprecates this operation")]
    pub fn get_pending_organization_invitation_list(
        &self,
        organization_id: impl Into<String>,
    ) -> ListPendingOrganizationInvitations<Paged> {
        ListPendingOrganizationInvitations::new(self.clerk.api(), organization_id)
    }

    /// Invites an email address to an organization with a role and mails the link. Its metadata moves to the membership once accepted.
    ///
    /// `POST /organizations/{organization_id}/invitations`, operation `CreateOrganizationInvitation`.
    pub fn create_organization_invitation(
        &self,
        organization_id: impl Into<String>,
    ) -> CreateOrganizationInvitation<Plain> {
        CreateOrganizationInvitation::new(self.clerk.api(), organization_id)
    }

    /// Withdraws a pending organization invitation, so that its link no longer lets anyone join. Any other status is refused.
    ///
    /// `POST /organizations/{organization_id}/invitations/{invitation_id}/revoke`, operation `RevokeOrganizationInvitation`.
    pub fn revoke_organization_invitation(
        &self,
        organization_id: impl Into<String>,
        invitation_id: impl Into<String>,
    ) -> RevokeOrganizationInvitation<Plain> {
        RevokeOrganizationInvitation::new(self.clerk.api(), organization_id, invitation_id)
    }

    /// Uploads a JPEG, PNG, GIF or WebP picture of at most 10 MB as the logo, replacing the former one.
    ///
    /// `PUT /organizations/{organization_id}/logo`, operation `UploadOrganizationLogo`.
    pub fn update_organization_logo(
        &self,
        organization_id: impl Into<String>,
    ) -> UploadOrganizationLogo<Plain> {
        UploadOrganizationLogo::new(self.clerk.api(), organization_id)
    }

    /// Removes the logo of an organization, which then shows a generated picture.
    ///
    /// `DELETE /organizations/{organization_id}/logo`, operation `DeleteOrganizationLogo`.
    pub fn delete_organization_logo(
        &self,
        organization_id: impl Into<String>,
    ) -> DeleteOrganizationLogo<Plain> {
        DeleteOrganizationLogo::new(self.clerk.api(), organization_id)
    }

    /// Overwrites each metadata object you send as a whole; one that you leave out keeps its contents.
    ///
    /// `PUT /organizations/{organization_id}/metadata`, operation `ReplaceOrganizationMetadata`.
    pub fn replace_organization_metadata(
        &self,
        organization_id: impl Into<String>,
    ) -> ReplaceOrganizationMetadata<Plain> {
        ReplaceOrganizationMetadata::new(self.clerk.api(), organization_id)
    }

    /// Lists the memberships of all organizations of the instance, page by page.
    ///
    /// `GET /organization_memberships`, operation `InstanceGetOrganizationMemberships`.
    pub fn get_instance_organization_membership_list(
        &self,
    ) -> InstanceGetOrganizationMemberships<Paged> {
        InstanceGetOrganizationMemberships::new(self.clerk.api())
    }

    /// Lists the invitations of one organization, latest first; those that came from a verified domain are left out.
    ///
    /// `GET /organizations/{organization_id}/invitations`, operation `ListOrganizationInvitations`.
    pub fn get_organization_invitation_list(
        &self,
        organization_id: impl Into<String>,
    ) -> ListOrganizationInvitations<Paged> {
        ListOrganizationInvitations::new(self.clerk.api(), organization_id)
    }

    /// Sends up to 10 invitations to one organization, each with its own role, inviter and redirect.
    ///
    /// `POST /organizations/{organization_id}/invitations/bulk`, operation `CreateOrganizationInvitationBulk`.
    pub fn create_organization_invitation_bulk(
        &self,
        organization_id: impl Into<String>,
    ) -> CreateOrganizationInvitationBulk<Paged> {
        CreateOrganizationInvitationBulk::new(self.clerk.api(), organization_id)
    }

    /// Reads one invitation of an organization, whatever its status.
    ///
    /// `GET /organizations/{organization_id}/invitations/{invitation_id}`, operation `GetOrganizationInvitation`.
    pub fn get_organization_invitation(
        &self,
        organization_id: impl Into<String>,
        invitation_id: impl Into<String>,
    ) -> GetOrganizationInvitation<Plain> {
        GetOrganizationInvitation::new(self.clerk.api(), organization_id, invitation_id)
    }

    /// Lists the email domains of one organization, filtered by verification or enrollment mode.
    ///
    /// `GET /organizations/{organization_id}/domains`, operation `ListOrganizationDomains`.
    pub fn get_organization_domain_list(
        &self,
        organization_id: impl Into<String>,
    ) -> ListOrganizationDomains<Paged> {
        ListOrganizationDomains::new(self.clerk.api(), organization_id)
    }

    /// Adds an email domain to an organization, verified at once unless you say otherwise, and sets how people with such an address may join.
    ///
    /// `POST /organizations/{organization_id}/domains`, operation `CreateOrganizationDomain`.
    pub fn create_organization_domain(
        &self,
        organization_id: impl Into<String>,
    ) -> CreateOrganizationDomain<Plain> {
        CreateOrganizationDomain::new(self.clerk.api(), organization_id)
    }

    /// Changes the enrollment mode of an organization domain or whether it counts as verified.
    ///
    /// `PATCH /organizations/{organization_id}/domains/{domain_id}`, operation `UpdateOrganizationDomain`.
    pub fn update_organization_domain(
        &self,
        organization_id: impl Into<String>,
        domain_id: impl Into<String>,
    ) -> UpdateOrganizationDomain<Plain> {
        UpdateOrganizationDomain::new(self.clerk.api(), organization_id, domain_id)
    }

    /// Removes an email domain from an organization, which stops anyone from joining automatically through it.
    ///
    /// `DELETE /organizations/{organization_id}/domains/{domain_id}`, operation `DeleteOrganizationDomain`.
    pub fn delete_organization_domain(
        &self,
        organization_id: impl Into<String>,
        domain_id: impl Into<String>,
    ) -> DeleteOrganizationDomain<Plain> {
        DeleteOrganizationDomain::new(self.clerk.api(), organization_id, domain_id)
    }

    /// Lists the email domains of all organizations, filtered by organization, exact name, verification or enrollment mode.
    ///
    /// `GET /organization_domains`, operation `ListAllOrganizationDomains`.
    pub fn get_instance_organization_domain_list(&self) -> ListAllOrganizationDomains<Paged> {
        ListAllOrganizationDomains::new(self.clerk.api())
    }

    /// Declares a domain owned by the organization without the DNS proof. Doing it again changes nothing; the override is kept in the audit log.
    ///
    /// `POST /organizations/{organization_id}/domains/{domain_id}/verify_ownership`, operation `VerifyOrganizationDomainOwnership`.
    pub fn verify_organization_domain_ownership(
        &self,
        organization_id: impl Into<String>,
        domain_id: impl Into<String>,
    ) -> VerifyOrganizationDomainOwnership<Plain> {
        VerifyOrganizationDomainOwnership::new(self.clerk.api(), organization_id, domain_id)
    }

    /// Lists organization invitations across all organizations of the instance, latest first, with public data of each organization.
    ///
    /// `GET /organization_invitations`, operation `ListInstanceOrganizationInvitations`.
    pub fn get_instance_organization_invitation_list(
        &self,
    ) -> ListInstanceOrganizationInvitations<Paged> {
        ListInstanceOrganizationInvitations::new(self.clerk.api())
    }

    /// Changes an organization; see [`UpdateOrganization`]. What is set of the fields is changed, what is set of the
    /// metadata is replaced.
    ///
    /// `PATCH /organizations/{organization_id}` (operation `UpdateOrganization`), and
    /// `PUT /organizations/{organization_id}/metadata` (operation `ReplaceOrganizationMetadata`) when metadata is set.
    pub fn update_organization(&self, organization_id: impl Into<String>) -> UpdateOrganization {
        UpdateOrganization::new(self.clerk.api(), organization_id.into())
    }
}
