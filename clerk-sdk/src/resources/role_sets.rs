use clerk_api::operations::{
    AddRolesToRoleSet, CreateRoleSet, GetRoleSet, ListRoleSets, ReplaceRoleInRoleSet,
    ReplaceRoleSet, UpdateRoleSet,
};

use super::resource;
use crate::{Paged, Plain};

resource! {
    /// Role sets: which roles an organization has to choose from.
    ///
    /// ```
    /// fn handle(clerk: &clerk_sdk::Clerk) -> clerk_sdk::resources::RoleSets {
    ///     clerk.role_sets()
    /// }
    /// # let _ = handle;
    /// ```
    pub struct RoleSets;
}

impl RoleSets {
    /// Lists the role sets (which roles an organization may use), latest created first.
    ///
    /// `GET /role_sets`, operation `ListRoleSets`.
    pub fn get_role_set_list(&self) -> ListRoleSets<Paged> {
        ListRoleSets::new(self.clerk.api())
    }

    /// Reads one role set, found by key or by ID, including a migration that is under way.
    ///
    /// `GET /role_sets/{role_set_key_or_id}`, operation `GetRoleSet`.
    pub fn get_role_set(&self, role_set_key_or_id: impl Into<String>) -> GetRoleSet<Plain> {
        GetRoleSet::new(self.clerk.api(), role_set_key_or_id)
    }

    /// Creates a role set with a unique key such as `role_set:partners`, at least one role, and its default and creator roles.
    ///
    /// `POST /role_sets`, operation `CreateRoleSet`.
    pub fn create_role_set(&self) -> CreateRoleSet<Plain> {
        CreateRoleSet::new(self.clerk.api())
    }

    /// Changes a role set: name, key, description, type, or which of its roles is the default and which the creator's.
    ///
    /// `PATCH /role_sets/{role_set_key_or_id}`, operation `UpdateRoleSet`.
    pub fn update_role_set(&self, role_set_key_or_id: impl Into<String>) -> UpdateRoleSet<Plain> {
        UpdateRoleSet::new(self.clerk.api(), role_set_key_or_id)
    }

    /// Adds roles to a role set, and on request makes one of them the default or the creator's role.
    ///
    /// `POST /role_sets/{role_set_key_or_id}/roles`, operation `AddRolesToRoleSet`.
    pub fn add_roles_to_role_set(
        &self,
        role_set_key_or_id: impl Into<String>,
    ) -> AddRolesToRoleSet<Plain> {
        AddRolesToRoleSet::new(self.clerk.api(), role_set_key_or_id)
    }

    /// Drops a role from a role set and moves the members who hold it to another role, in one step.
    ///
    /// `POST /role_sets/{role_set_key_or_id}/roles/replace`, operation `ReplaceRoleInRoleSet`.
    pub fn replace_role_in_role_set(
        &self,
        role_set_key_or_id: impl Into<String>,
    ) -> ReplaceRoleInRoleSet<Plain> {
        ReplaceRoleInRoleSet::new(self.clerk.api(), role_set_key_or_id)
    }

    /// Deletes a role set and moves its organizations to another one. Roles missing in the target need a mapping.
    ///
    /// `POST /role_sets/{role_set_key_or_id}/replace`, operation `ReplaceRoleSet`.
    pub fn replace_role_set(&self, role_set_key_or_id: impl Into<String>) -> ReplaceRoleSet<Plain> {
        ReplaceRoleSet::new(self.clerk.api(), role_set_key_or_id)
    }
}
