use clerk_api::operations::{
    CreateDirectory, CreateDirectoryGroupRoleMapping, DeleteDirectory,
    DeleteDirectoryGroupRoleMapping, GetDirectory, ListDirectories, ListDirectoryGroupRoleMappings,
    ReplaceDirectoryGroupRoleMappings, RotateDirectoryApiKey, UpdateDirectory,
};

use super::resource;
use crate::{Paged, Plain};

resource! {
    /// Directories: users and groups provisioned by an identity provider.
    ///
    /// ```
    /// fn handle(clerk: &clerk_sdk::Clerk) -> clerk_sdk::resources::Directories {
    ///     clerk.directories()
    /// }
    /// # let _ = handle;
    /// ```
    pub struct Directories;
}

impl Directories {
    /// Lists the directories through which identity providers create and remove users, whatever their protocol.
    ///
    /// `GET /directories`, operation `ListDirectories`.
    pub fn list(&self) -> ListDirectories<Paged> {
        ListDirectories::new(self.clerk.api())
    }

    /// Creates a directory for an enterprise connection. Store the API key in the answer: it is not shown again.
    ///
    /// `POST /directories`, operation `CreateDirectory`.
    pub fn create(&self) -> CreateDirectory<Plain> {
        CreateDirectory::new(self.clerk.api())
    }

    /// Reads one directory; its API key is never part of this answer.
    ///
    /// `GET /directories/{directory_id}`, operation `GetDirectory`.
    pub fn get(&self, directory_id: impl Into<String>) -> GetDirectory<Plain> {
        GetDirectory::new(self.clerk.api(), directory_id)
    }

    /// Changes a directory: name, provider, attribute mapping, group mapping, or whether it is enabled.
    ///
    /// `PATCH /directories/{directory_id}`, operation `UpdateDirectory`.
    pub fn update(&self, directory_id: impl Into<String>) -> UpdateDirectory<Plain> {
        UpdateDirectory::new(self.clerk.api(), directory_id)
    }

    /// Deletes a directory. The identity provider is refused from then on and its changes no longer arrive.
    ///
    /// `DELETE /directories/{directory_id}`, operation `DeleteDirectory`.
    pub fn delete(&self, directory_id: impl Into<String>) -> DeleteDirectory<Plain> {
        DeleteDirectory::new(self.clerk.api(), directory_id)
    }

    /// Issues a new API key for a directory, shown only in this answer. The old key works for a short while longer.
    ///
    /// `POST /directories/{directory_id}/rotate_api_key`, operation `RotateDirectoryAPIKey`.
    pub fn rotate_api_key(&self, directory_id: impl Into<String>) -> RotateDirectoryApiKey<Plain> {
        RotateDirectoryApiKey::new(self.clerk.api(), directory_id)
    }

    /// Lists which group of the identity provider gives which organization role, in order of precedence.
    ///
    /// `GET /directories/{directory_id}/group_role_mappings`, operation `ListDirectoryGroupRoleMappings`.
    pub fn list_group_role_mappings(
        &self,
        directory_id: impl Into<String>,
    ) -> ListDirectoryGroupRoleMappings<Paged> {
        ListDirectoryGroupRoleMappings::new(self.clerk.api(), directory_id)
    }

    /// Ties a group of the identity provider to an organization role, last in order unless you give a precedence. Group mapping must be on.
    ///
    /// `POST /directories/{directory_id}/group_role_mappings`, operation `CreateDirectoryGroupRoleMapping`.
    pub fn create_group_role_mapping(
        &self,
        directory_id: impl Into<String>,
    ) -> CreateDirectoryGroupRoleMapping<Plain> {
        CreateDirectoryGroupRoleMapping::new(self.clerk.api(), directory_id)
    }

    /// Sets all group mappings of a directory at once; their order is their precedence, and an empty list clears them.
    ///
    /// `PUT /directories/{directory_id}/group_role_mappings`, operation `ReplaceDirectoryGroupRoleMappings`.
    pub fn replace_group_role_mappings(
        &self,
        directory_id: impl Into<String>,
    ) -> ReplaceDirectoryGroupRoleMappings<Paged> {
        ReplaceDirectoryGroupRoleMappings::new(self.clerk.api(), directory_id)
    }

    /// Deletes one group mapping, so that the group no longer gives its role. Group mapping must be on.
    ///
    /// `DELETE /directories/{directory_id}/group_role_mappings/{mapping_id}`, operation `DeleteDirectoryGroupRoleMapping`.
    pub fn delete_group_role_mapping(
        &self,
        directory_id: impl Into<String>,
        mapping_id: impl Into<String>,
    ) -> DeleteDirectoryGroupRoleMapping<Plain> {
        DeleteDirectoryGroupRoleMapping::new(self.clerk.api(), directory_id, mapping_id)
    }
}
