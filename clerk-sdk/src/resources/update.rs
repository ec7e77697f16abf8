//! Requests that change the fields of something by one operation and replace its metadata by another: the API takes no
//! metadata with the fields any more, and Clerk's JavaScript SDK still does.

use std::fmt;
use std::time::Duration;

use clerk_api::{Client, types};
use futures_util::future::BoxFuture;
use serde::Serialize;

use super::{Organizations, Users};
use crate::error::Error;
use crate::reply::BodyOnly;

/// Makes such a request. Its setters are those of both operations, with their documentation.
macro_rules! update {
    (
        $(#[$doc:meta])*
        pub struct $name:ident: $Fields:ident then $Metadata:ident -> $Output:ty;
    ) => {
        $(#[$doc])*
        #[derive(Clone)]
        #[must_use = "a request is sent when it is awaited"]
        pub struct $name {
            fields: clerk_api::operations::$Fields<BodyOnly>,
            has_fields: bool,
            metadata: clerk_api::operations::$Metadata<BodyOnly>,
            has_metadata: bool,
        }

        impl $name {
            fn new(api: &Client, id: String) -> Self {
                Self {
                    fields: clerk_api::operations::$Fields::new(api, id.clone()),
                    has_fields: false,
                    metadata: clerk_api::operations::$Metadata::new(api, id),
                    has_metadata: false,
                }
            }

            clerk_api::__setters! { $Fields forward fields has_fields }
            clerk_api::__setters! { $Metadata forward metadata has_metadata }

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

            /// Sends the request, or both, and returns the body of the last response; awaiting the value itself does the
            /// same.
            ///
            /// # Errors
            ///
            /// Those of a call to the API; see [`Error`].
            pub async fn send(self) -> Result<$Output, Error> {
                if !self.has_metadata {
                    return self.fields.await;
                }
                if self.has_fields {
                    self.fields.await?;
                }
                self.metadata.await
            }
        }

        impl IntoFuture for $name {
            type Output = Result<$Output, Error>;
            type IntoFuture = BoxFuture<'static, Self::Output>;

            fn into_future(self) -> Self::IntoFuture {
                Box::pin(self.send())
            }
        }

        // What the request holds stays out: values may be personal or secret.
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name))
                    .field("has_fields", &self.has_fields)
                    .field("has_metadata", &self.has_metadata)
                    .finish_non_exhaustive()
            }
        }
    };
}

/// Makes setters that hand their value to one of the two requests.
macro_rules! forward {
    ($request:ident $is_set:ident $( $(#[$doc:meta])* $setter:ident: $argument:ty; )*) => {$(
        $(#[$doc])*
        pub fn $setter(mut self, value: $argument) -> Self {
            self.$request = self.$request.$setter(value);
            self.$is_set = true;
            self
        }
    )*};
}

update! {
    /// Changes a user: only what is set is changed.
    ///
    /// Fields are sent by `PATCH /users/{user_id}` (operation `UpdateUser`). Metadata, where it is set, follows by
    /// `PUT /users/{user_id}/metadata` (operation `ReplaceUserMetadata`) and replaces what was there; the API takes no
    /// metadata with the fields any more. So one call may be two requests: when the second fails, the fields are changed
    /// already. With metadata alone there is only the second.
    /// [`update_user_metadata`](crate::resources::Users::update_user_metadata) merges instead of replacing.
    ///
    /// ```no_run
    /// # async fn run(clerk: clerk_sdk::Clerk) -> Result<(), clerk_sdk::Error> {
    /// use clerk_sdk::Patch;
    ///
    /// let request = clerk.users().update_user("user_123").first_name(Patch::Null).last_name("Lovelace");
    /// let user = request.public_metadata(serde_json::json!({ "plan": "pro" })).await?;
    /// println!("{:?}", user.last_name);
    /// # Ok(())
    /// # }
    /// ```
    pub struct UpdateUser: UpdateUser then ReplaceUserMetadata -> types::User;
}

update! {
    /// Changes an organization: only what is set is changed.
    ///
    /// Fields are sent by `PATCH /organizations/{organization_id}` (operation `UpdateOrganization`). Metadata, where it is
    /// set, follows by `PUT /organizations/{organization_id}/metadata` (operation `ReplaceOrganizationMetadata`) and replaces
    /// what was there; the API takes no metadata with the fields any more. So one call may be two requests: when the second
    /// fails, the fields are changed already. With metadata alone there is only the second.
    /// [`update_organization_metadata`](crate::resources::Organizations::update_organization_metadata) merges instead of
    /// replacing.
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
    pub struct UpdateOrganization: UpdateOrganization then ReplaceOrganizationMetadata -> types::Organization;
}

impl Users {
    /// Changes a user; see [`UpdateUser`]. The fields that are set are changed, the metadata that is set is replaced.
    ///
    /// `PATCH /users/{user_id}` (operation `UpdateUser`), and `PUT /users/{user_id}/metadata` (operation
    /// `ReplaceUserMetadata`) when metadata is set.
    pub fn update_user(&self, user_id: impl Into<String>) -> UpdateUser {
        UpdateUser::new(self.api(), user_id.into())
    }
}

impl Organizations {
    /// Changes an organization; see [`UpdateOrganization`]. The fields that are set are changed, the metadata that is set is
    /// replaced.
    ///
    /// `PATCH /organizations/{organization_id}` (operation `UpdateOrganization`), and
    /// `PUT /organizations/{organization_id}/metadata` (operation `ReplaceOrganizationMetadata`) when metadata is set.
    pub fn update_organization(&self, organization_id: impl Into<String>) -> UpdateOrganization {
        UpdateOrganization::new(self.api(), organization_id.into())
    }
}
