use std::fmt;
use std::time::Duration;

use clerk_api::operations::{ReplaceOrganizationMetadata, UpdateOrganization as Fields};
use clerk_api::{Client, Patch, types};
use futures_util::future::BoxFuture;
use serde::Serialize;

use crate::error::Error;
use crate::reply::Plain;

/// Changes an organization: only what is set is changed.
///
/// Fields go by `PATCH /organizations/{organization_id}` (operation `UpdateOrganization`). Metadata, where it is set, follows by
/// `PUT /organizations/{organization_id}/metadata` (operation `ReplaceOrganizationMetadata`) and replaces what was there; the API takes no metadata with
/// the fields any more. So one call may be two requests: when the second fails, the fields are changed already. With metadata
/// alone there is only the second.
/// [`update_organization_metadata`](crate::resources::Organizations::update_organization_metadata) merges instead of replacing.
///
/// ```no_run
/// # async fn run(clerk: clerk_sdk::Clerk) -> Result<(), clerk_sdk::Error> {
/// use clerk_sdk::Patch;
///
/// let request = clerk.organizations().update_organization("org_123").name("Analytical Engines").slug(Patch::Null);
/// let organization = request.public_metadata(serde_json::json!({ "tier": 2 })).await?;
/// println!("{}", organization.name);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "a request is sent when it is awaited"]
pub struct UpdateOrganization {
    fields: Fields<Plain>,
    has_fields: bool,
    metadata: ReplaceOrganizationMetadata<Plain>,
    has_metadata: bool,
}

impl UpdateOrganization {
    pub(crate) fn new(api: &Client, organization_id: String) -> Self {
        Self {
            fields: Fields::new(api, organization_id.clone()),
            has_fields: false,
            metadata: ReplaceOrganizationMetadata::new(api, organization_id),
            has_metadata: false,
        }
    }

    /// Whether its admins may delete the organization from the frontend. [`Patch::Null`] sends `null`.
    pub fn admin_delete_enabled(mut self, value: impl Into<Patch<bool>>) -> Self {
        self.fields = self.fields.admin_delete_enabled(value);
        self.has_fields = true;
        self
    }

    /// When the organization came to be, as an RFC 3339 text; for imports. [`Patch::Null`] sends `null`.
    pub fn created_at(mut self, value: impl Into<Patch<String>>) -> Self {
        self.fields = self.fields.created_at(value);
        self.has_fields = true;
        self
    }

    /// How many members the organization may have from now on. At least 0. [`Patch::Null`] sends `null`.
    pub fn max_allowed_memberships(mut self, value: impl Into<Patch<i64>>) -> Self {
        self.fields = self.fields.max_allowed_memberships(value);
        self.has_fields = true;
        self
    }

    /// The new name: at most 256 characters, no HTML and no links. [`Patch::Null`] sends `null`.
    pub fn name(mut self, value: impl Into<Patch<String>>) -> Self {
        self.fields = self.fields.name(value);
        self.has_fields = true;
        self
    }

    /// The role set whose roles members can have from now on. [`Patch::Null`] sends `null`.
    pub fn role_set_key(mut self, value: impl Into<Patch<String>>) -> Self {
        self.fields = self.fields.role_set_key(value);
        self.has_fields = true;
        self
    }

    /// The new unique name for addresses; links with the old one break. [`Patch::Null`] sends `null`.
    pub fn slug(mut self, value: impl Into<Patch<String>>) -> Self {
        self.fields = self.fields.slug(value);
        self.has_fields = true;
        self
    }

    /// Replaces the metadata that frontends may read.
    pub fn public_metadata(mut self, value: impl Serialize) -> Self {
        self.metadata = self.metadata.public_metadata(value);
        self.has_metadata = true;
        self
    }

    /// Replaces the metadata that only backends may read.
    pub fn private_metadata(mut self, value: impl Serialize) -> Self {
        self.metadata = self.metadata.private_metadata(value);
        self.has_metadata = true;
        self
    }

    /// Sends a field that this version of the crate does not know. It wins over a setter's value.
    pub fn body_field(mut self, name: impl Into<String>, value: impl Serialize) -> Self {
        self.fields = self.fields.body_field(name, value);
        self.has_fields = true;
        self
    }

    /// Bounds each of the two requests, with all its tries, in place of the time-outs of the configuration.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.fields = self.fields.timeout(timeout);
        self.metadata = self.metadata.timeout(timeout);
        self
    }

    /// Sends the request, or both; awaiting the value itself does the same. Answers the organization as the last of them did.
    ///
    /// # Errors
    ///
    /// Those of a call to the API; see [`Error`].
    pub async fn send(self) -> Result<types::Organization, Error> {
        if !self.has_metadata {
            return self.fields.await;
        }
        if self.has_fields {
            self.fields.await?;
        }
        self.metadata.await
    }
}

impl IntoFuture for UpdateOrganization {
    type Output = Result<types::Organization, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

// What the request holds stays out: values may be personal or secret.
impl fmt::Debug for UpdateOrganization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UpdateOrganization")
            .field("has_fields", &self.has_fields)
            .field("has_metadata", &self.has_metadata)
            .finish_non_exhaustive()
    }
}
