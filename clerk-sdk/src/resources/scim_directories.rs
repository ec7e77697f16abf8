use clerk_api::operations::{
    CreateScimDirectory, CreateScimGroupRoleMapping, DeleteScimDirectory,
    DeleteScimGroupRoleMapping, GetScimDirectory, ListScimDirectories, ListScimGroupRoleMappings,
    ReplaceScimGroupRoleMappings, RotateScimDirectoryApiKey, UpdateScimDirectory,
};

use super::resource;
use crate::{Paged, Plain};

resource! {
    /// Directories provisioned over SCIM.
    ///
    /// ```
    /// fn handle(clerk: &clerk_sdk::Clerk) -> clerk_sdk::resources::ScimDirectories {
    ///     clerk.scim_directories()
    /// }
    /// # let _ = handle;
    /// ```
    pub struct ScimDirectories;
}

impl ScimDirectories {
    /// Lists the SCIM directories through which identity providers create and remove users.
    ///
    /// `GET /scim_directories`, operation `ListSCIMDirectories`.
    pub fn list(&self) -> ListScimDirectories<Paged> {
        ListScimDirectories::new(self.clerk.api())
    }

    /// Creates a SCIM directory for an enterprise connection. Store the API key in the answer: it is not shown again.
    ///
    /// `POST /scim_directories`, operation `CreateSCIMDirectory`.
    pub fn create(&self) -> CreateScimDirectory<Plain> {
        CreateScimDirectory::new(self.clerk.api())
    }

    /// Reads one SCIM directory; its API key is never part of this answer.
    ///
    /// `GET /scim_directories/{scim_directory_id}`, operation `GetSCIMDirectory`.
    pub fn get(&self, scim_directory_id: impl Into<String>) -> GetScimDirectory<Plain> {
        GetScimDirectory::new(self.clerk.api(), scim_directory_id)
    }

    /// Changes a SCIM directory: name, provider, attribute mapping, group mapping, or whether it is enabled.
    ///
    /// `PATCH /scim_directories/{scim_directory_id}`, operation `UpdateSCIMDirectory`.
    pub fn update(&self, scim_directory_id: impl Into<String>) -> UpdateScimDirectory<Plain> {
        UpdateScimDirectory::new(self.clerk.api(), scim_directory_id)
    }

    /// Deletes a SCIM directory. The identity provider is refused from then on and its changes no longer arrive.
    ///
    /// `DELETE /scim_directories/{scim_directory_id}`, operation `DeleteSCIMDirectory`.
    pub fn delete(&self, scim_directory_id: impl Into<String>) -> DeleteScimDirectory<Plain> {
        DeleteScimDirectory::new(self.clerk.api(), scim_directory_id)
    }

    /// Issues a new API key for a SCIM directory, shown only in this answer. The old key works for a short while longer.
    ///
    /// `POST /scim_directories/{scim_directory_id}/rotate_api_key`, operation `RotateSCIMDirectoryAPIKey`.
    pub fn rotate_api_key(
        &self,
        scim_directory_id: impl Into<String>,
    ) -> RotateScimDirectoryApiKey<Plain> {
        RotateScimDirectoryApiKey::new(self.clerk.api(), scim_directory_id)
    }

    /// Lists which SCIM group gives which organization role, in order of precedence.
    ///
    /// `GET /scim_directories/{scim_directory_id}/group_role_mappings`, operation `ListSCIMGroupRoleMappings`.
    pub fn list_group_role_mappings(
        &self,
        scim_directory_id: impl Into<String>,
    ) -> ListScimGroupRoleMappings<Paged> {
        ListScimGroupRoleMappings::new(self.clerk.api(), scim_directory_id)
    }

    /// Ties a SCIM group to a role in the organization, last in order unless you give a precedence. Group mapping must be on.
    ///
    /// `POST /scim_directories/{scim_directory_id}/group_role_mappings`, operation `CreateSCIMGroupRoleMapping`.
    pub fn create_group_role_mapping(
        &self,
        scim_directory_id: impl Into<String>,
    ) -> CreateScimGroupRoleMapping<Plain> {
        CreateScimGroupRoleMapping::new(self.clerk.api(), scim_directory_id)
    }

    /// Sets all SCIM group mappings of a directory at once; their order is their precedence, and an empty list clears them.
    ///
    /// `PUT /scim_directories/{scim_directory_id}/group_role_mappings`, operation `ReplaceSCIMGroupRoleMappings`.
    pub fn replace_group_role_mappings(
        &self,
        scim_directory_id: impl Into<String>,
    ) -> ReplaceScimGroupRoleMappings<Paged> {
        ReplaceScimGroupRoleMappings::new(self.clerk.api(), scim_directory_id)
    }

    /// Deletes one SCIM group mapping, so that the group no longer gives its role. Group mapping must be on.
    ///
    /// `DELETE /scim_directories/{scim_directory_id}/group_role_mappings/{mapping_id}`, operation `DeleteSCIMGroupRoleMapping`.
    pub fn delete_group_role_mapping(
        &self,
        scim_directory_id: impl Into<String>,
        mapping_id: impl Into<String>,
    ) -> DeleteScimGroupRoleMapping<Plain> {
        DeleteScimGroupRoleMapping::new(self.clerk.api(), scim_directory_id, mapping_id)
    }
}
