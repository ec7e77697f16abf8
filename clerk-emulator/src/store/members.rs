//! Who belongs to which organization.

use std::collections::HashMap;

use indexmap::IndexMap;

use super::Metadata;

/// A user in an organization.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    pub(crate) id: String,
    pub(crate) organization_id: String,
    pub(crate) user_id: String,
    /// The role's key, as `org:admin`.
    pub(crate) role: String,
    pub(crate) public_metadata: Metadata,
    pub(crate) private_metadata: Metadata,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
}

/// All memberships, by organization and by user.
#[derive(Debug, Default)]
pub(crate) struct Members {
    by_organization: IndexMap<String, IndexMap<String, Member>>,
    by_user: HashMap<String, Vec<String>>,
}

impl Members {
    pub(crate) fn get(&self, organization_id: &str, user_id: &str) -> Option<&Member> {
        self.by_organization.get(organization_id)?.get(user_id)
    }

    pub(crate) fn get_mut(&mut self, organization_id: &str, user_id: &str) -> Option<&mut Member> {
        self.by_organization
            .get_mut(organization_id)?
            .get_mut(user_id)
    }

    pub(crate) fn of_organization(&self, id: &str) -> impl DoubleEndedIterator<Item = &Member> {
        self.by_organization
            .get(id)
            .into_iter()
            .flat_map(IndexMap::values)
    }

    pub(crate) fn of_user<'a>(
        &'a self,
        id: &str,
    ) -> impl DoubleEndedIterator<Item = &'a Member> + use<'a> {
        let user = id.to_owned();
        let organizations = self.by_user.get(id).into_iter().flatten();
        organizations.filter_map(move |organization| self.get(organization, &user))
    }

    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &Member> {
        self.by_organization.values().flat_map(IndexMap::values)
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Member> {
        self.by_organization
            .values_mut()
            .flat_map(IndexMap::values_mut)
    }

    pub(crate) fn count(&self, organization_id: &str) -> usize {
        self.by_organization
            .get(organization_id)
            .map_or(0, IndexMap::len)
    }

    pub(crate) fn insert(&mut self, member: Member) {
        self.by_user
            .entry(member.user_id.clone())
            .or_default()
            .push(member.organization_id.clone());
        self.by_organization
            .entry(member.organization_id.clone())
            .or_default()
            .insert(member.user_id.clone(), member);
    }

    pub(crate) fn remove(&mut self, organization_id: &str, user_id: &str) -> Option<Member> {
        if let Some(organizations) = self.by_user.get_mut(user_id) {
            organizations.retain(|id| id != organization_id);
        }
        self.by_organization
            .get_mut(organization_id)?
            .shift_remove(user_id)
    }

    pub(crate) fn remove_organization(&mut self, id: &str) {
        for user_id in self
            .by_organization
            .shift_remove(id)
            .unwrap_or_default()
            .keys()
        {
            if let Some(organizations) = self.by_user.get_mut(user_id) {
                organizations.retain(|other| other != id);
            }
        }
    }

    pub(crate) fn remove_user(&mut self, id: &str) {
        for organization in self.by_user.remove(id).unwrap_or_default() {
            if let Some(members) = self.by_organization.get_mut(&organization) {
                members.shift_remove(id);
            }
        }
    }
}
