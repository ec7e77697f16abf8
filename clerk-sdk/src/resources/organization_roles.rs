use clerk_api::operations::{
    AssignPermissionToOrganizationRole, CreateOrganizationRole, DeleteOrganizationRole,
    GetOrganizationRole, ListOrganizationRoles, RemovePermissionFromOrganizationRole,
    UpdateOrganizationRole,
};

use super::resource;
use crate::{Paged, Plain};

resource! {
    /// Roles of members of organizations.
    ///
    /// ```
    /// fn handle(clerk: &clerk_sdk::Clerk) -> clerk_sdk::resources::OrganizationRoles {
    ///     clerk.organization_roles()
    /// }
    /// # let _ = handle;
    /// ```
    pub struct OrganizationRoles;
}

impl OrganizationRoles {
    /// Lists the roles members can have in organizations, latest created first, with the permissions of each.
    ///
    /// `GET /organization_roles`, operation `ListOrganizationRoles`.
    pub fn get_organization_role_list(&self) -> ListOrganizationRoles<Paged> {
        ListOrganizationRoles::new(self.clerk.api())
    }

    /// Reads one organization role with its permissions, looked up by ID.
    ///
    /// `GET /organization_roles/{organization_role_id}`, operation `GetOrganizationRole`.
    pub fn get_organization_role(
        &self,
        organization_role_id: impl Into<String>,
    ) -> GetOrganizationRole<Plain> {
        GetOrganizationRole::new(self.clerk.api(), organization_role_id)
    }

    /// Creates a role with a unique key such as `org:editor` and an optional set of permissions. May need a paid plan (402).
    ///
    /// `POST /organization_roles`, operation `CreateOrganizationRole`.
    pub fn create_organization_role(&self) -> CreateOrganizationRole<Plain> {
        CreateOrganizationRole::new(self.clerk.api())
    }

    /// Changes name, key, description or permissions of a role. A new key is carried over into the settings that name this role.
    ///
    /// `PATCH /organization_roles/{organization_role_id}`, operation `UpdateOrganizationRole`.
    pub fn update_organization_role(
        &self,
        organization_role_id: impl Into<String>,
    ) -> UpdateOrganizationRole<Plain> {
        UpdateOrganizationRole::new(self.clerk.api(), organization_role_id)
    }

    /// Deletes a role that nothing depends on. It is refused while members or invitations hold it or it is one of the defaults.
    ///
    /// `DELETE /organization_roles/{organization_role_id}`, operation `DeleteOrganizationRole`.
    pub fn delete_organization_role(
        &self,
        organization_role_id: impl Into<String>,
    ) -> DeleteOrganizationRole<Plain> {
        DeleteOrganizationRole::new(self.clerk.api(), organization_role_id)
    }

    /// Grants one permission to a role, and so to everyone who holds it. Granting it twice answers 409.
    ///
    /// `POST /organization_roles/{organization_role_id}/permissions/{permission_id}`, operation `AssignPermissionToOrganizationRole`.
    pub fn assign_permission_to_organization_role(
        &self,
        organization_role_id: impl Into<String>,
        permission_id: impl Into<String>,
    ) -> AssignPermissionToOrganizationRole<Plain> {
        AssignPermissionToOrganizationRole::new(
            self.clerk.api(),
            organization_role_id,
            permission_id,
        )
    }

    /// Takes one permission away from a role; session tokens drop it as they are renewed.
    ///
    /// `DELETE /organization_roles/{organization_role_id}/permissions/{permission_id}`, operation `RemovePermissionFromOrganizationRole`.
    pub fn remove_permission_from_organization_role(
        &self,
        organization_role_id: impl Into<String>,
        permission_id: impl Into<String>,
    ) -> RemovePermissionFromOrganizationRole<Plain> {
        RemovePermissionFromOrganizationRole::new(
            self.clerk.api(),
            organization_role_id,
            permission_id,
        )
    }
}
