use clerk_api::operations::{
    CreateOrganizationPermission, DeleteOrganizationPermission, GetOrganizationPermission,
    ListOrganizationPermissions, UpdateOrganizationPermission,
};

use super::resource;
use crate::{Paged, Plain};

resource! {
    /// Permissions that roles of organizations can have.
    ///
    /// ```
    /// fn handle(clerk: &clerk_sdk::Clerk) -> clerk_sdk::resources::OrganizationPermissions {
    ///     clerk.organization_permissions()
    /// }
    /// # let _ = handle;
    /// ```
    pub struct OrganizationPermissions;
}

impl OrganizationPermissions {
    /// Lists the permissions that roles can grant, both Clerk's system ones and your own.
    ///
    /// `GET /organization_permissions`, operation `ListOrganizationPermissions`.
    pub fn get_organization_permission_list(&self) -> ListOrganizationPermissions<Paged> {
        ListOrganizationPermissions::new(self.clerk.api())
    }

    /// Reads one organization permission, a system one or your own, looked up by ID.
    ///
    /// `GET /organization_permissions/{permission_id}`, operation `GetOrganizationPermission`.
    pub fn get_organization_permission(
        &self,
        permission_id: impl Into<String>,
    ) -> GetOrganizationPermission<Plain> {
        GetOrganizationPermission::new(self.clerk.api(), permission_id)
    }

    /// Creates a permission of your own with a unique key such as `org:invoices:create`, to be granted through roles.
    ///
    /// `POST /organization_permissions`, operation `CreateOrganizationPermission`.
    pub fn create_organization_permission(&self) -> CreateOrganizationPermission<Plain> {
        CreateOrganizationPermission::new(self.clerk.api())
    }

    /// Changes name, key or description of a permission of your own; system permissions are fixed.
    ///
    /// `PATCH /organization_permissions/{permission_id}`, operation `UpdateOrganizationPermission`.
    pub fn update_organization_permission(
        &self,
        permission_id: impl Into<String>,
    ) -> UpdateOrganizationPermission<Plain> {
        UpdateOrganizationPermission::new(self.clerk.api(), permission_id)
    }

    /// Deletes a permission of your own, which drops out of every role. System permissions cannot go.
    ///
    /// `DELETE /organization_permissions/{permission_id}`, operation `DeleteOrganizationPermission`.
    pub fn delete_organization_permission(
        &self,
        permission_id: impl Into<String>,
    ) -> DeleteOrganizationPermission<Plain> {
        DeleteOrganizationPermission::new(self.clerk.api(), permission_id)
    }
}
