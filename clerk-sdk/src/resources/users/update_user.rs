use std::fmt;
use std::time::Duration;

use clerk_api::operations::{ReplaceUserMetadata, UpdateUser as Fields};
use clerk_api::{Client, Patch, types};
use futures_util::future::BoxFuture;
use serde::Serialize;

use crate::error::Error;
use crate::reply::Plain;

/// Changes a user: only what is set is changed.
///
/// Fields go by `PATCH /users/{user_id}` (operation `UpdateUser`). Metadata, where it is set, follows by
/// `PUT /users/{user_id}/metadata` (operation `ReplaceUserMetadata`) and replaces what was there; the API takes no metadata with
/// the fields any more. So one call may be two requests: when the second fails, the fields are changed already. With metadata
/// alone there is only the second.
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
#[derive(Clone)]
#[must_use = "a request is sent when it is awaited"]
pub struct UpdateUser {
    fields: Fields<Plain>,
    has_fields: bool,
    metadata: ReplaceUserMetadata<Plain>,
    has_metadata: bool,
}

impl UpdateUser {
    pub(crate) fn new(api: &Client, user_id: String) -> Self {
        Self {
            fields: Fields::new(api, user_id.clone()),
            has_fields: false,
            metadata: ReplaceUserMetadata::new(api, user_id),
            has_metadata: false,
        }
    }

    /// Backup codes to import, so that the user need not generate new ones.
    pub fn backup_codes(mut self, value: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.fields = self.fields.backup_codes(value);
        self.has_fields = true;
        self
    }

    /// Whether sign-ins skip the extra check that a new device otherwise has to pass. [`Patch::Null`] sends `null`.
    pub fn bypass_client_trust(mut self, value: impl Into<Patch<bool>>) -> Self {
        self.fields = self.fields.bypass_client_trust(value);
        self.has_fields = true;
        self
    }

    /// Whether the user may create organizations from the frontend. [`Patch::Null`] sends `null`.
    pub fn create_organization_enabled(mut self, value: impl Into<Patch<bool>>) -> Self {
        self.fields = self.fields.create_organization_enabled(value);
        self.has_fields = true;
        self
    }

    /// How many organizations the user may create; `0` lifts the limit. [`Patch::Null`] sends `null`.
    pub fn create_organizations_limit(mut self, value: impl Into<Patch<i64>>) -> Self {
        self.fields = self.fields.create_organizations_limit(value);
        self.has_fields = true;
        self
    }

    /// When the user signed up, as an RFC 3339 text; for imports. [`Patch::Null`] sends `null`.
    pub fn created_at(mut self, value: impl Into<Patch<String>>) -> Self {
        self.fields = self.fields.created_at(value);
        self.has_fields = true;
        self
    }

    /// Whether users may delete their own account from the frontend. [`Patch::Null`] sends `null`.
    pub fn delete_self_enabled(mut self, value: impl Into<Patch<bool>>) -> Self {
        self.fields = self.fields.delete_self_enabled(value);
        self.has_fields = true;
        self
    }

    /// Your own ID for the user, unique in the instance. [`Patch::Null`] sends `null`.
    pub fn external_id(mut self, value: impl Into<Patch<String>>) -> Self {
        self.fields = self.fields.external_id(value);
        self.has_fields = true;
        self
    }

    /// New given name; `null` takes the old one away. [`Patch::Null`] sends `null`.
    pub fn first_name(mut self, value: impl Into<Patch<String>>) -> Self {
        self.fields = self.fields.first_name(value);
        self.has_fields = true;
        self
    }

    /// New family name; `null` takes the old one away. [`Patch::Null`] sends `null`.
    pub fn last_name(mut self, value: impl Into<Patch<String>>) -> Self {
        self.fields = self.fields.last_name(value);
        self.has_fields = true;
        self
    }

    /// When the user accepted your legal terms, as an RFC 3339 text. [`Patch::Null`] sends `null`.
    pub fn legal_accepted_at(mut self, value: impl Into<Patch<String>>) -> Self {
        self.fields = self.fields.legal_accepted_at(value);
        self.has_fields = true;
        self
    }

    /// Preferred language as a BCP 47 tag, such as `en-US`. [`Patch::Null`] sends `null`.
    pub fn locale(mut self, value: impl Into<Patch<String>>) -> Self {
        self.fields = self.fields.locale(value);
        self.has_fields = true;
        self
    }

    /// Whether the user gets a mail about a new primary address; off unless set. The server's default is `false`. [`Patch::Null`] sends `null`.
    pub fn notify_primary_email_address_changed(mut self, value: impl Into<Patch<bool>>) -> Self {
        self.fields = self.fields.notify_primary_email_address_changed(value);
        self.has_fields = true;
        self
    }

    /// A new plaintext password of at least 8 characters that appears in no known leak. Never log it. [`Patch::Null`] sends `null`.
    pub fn password(mut self, value: impl Into<Patch<String>>) -> Self {
        self.fields = self.fields.password(value);
        self.has_fields = true;
        self
    }

    /// A digest to import instead of a password; name its algorithm in `password_hasher`.
    pub fn password_digest(mut self, value: impl Into<String>) -> Self {
        self.fields = self.fields.password_digest(value);
        self.has_fields = true;
        self
    }

    /// The algorithm of `password_digest`, such as `bcrypt`; each has its own digest format.
    pub fn password_hasher(mut self, value: impl Into<String>) -> Self {
        self.fields = self.fields.password_hasher(value);
        self.has_fields = true;
        self
    }

    /// Which of the user's verified addresses becomes the primary one, by its ID. [`Patch::Null`] sends `null`.
    pub fn primary_email_address_id(mut self, value: impl Into<Patch<String>>) -> Self {
        self.fields = self.fields.primary_email_address_id(value);
        self.has_fields = true;
        self
    }

    /// Which of the user's verified numbers becomes the primary one, by its ID. [`Patch::Null`] sends `null`.
    pub fn primary_phone_number_id(mut self, value: impl Into<Patch<String>>) -> Self {
        self.fields = self.fields.primary_phone_number_id(value);
        self.has_fields = true;
        self
    }

    /// Which of the user's verified wallets becomes the primary one, by its ID. [`Patch::Null`] sends `null`.
    pub fn primary_web3_wallet_id(mut self, value: impl Into<Patch<String>>) -> Self {
        self.fields = self.fields.primary_web3_wallet_id(value);
        self.has_fields = true;
        self
    }

    /// An uploaded image to show as the profile picture, by its ID. [`Patch::Null`] sends `null`.
    pub fn profile_image_id(mut self, value: impl Into<Patch<String>>) -> Self {
        self.fields = self.fields.profile_image_id(value);
        self.has_fields = true;
        self
    }

    /// Whether all sessions of the user end with the new password; needs `password`. [`Patch::Null`] sends `null`.
    pub fn sign_out_of_other_sessions(mut self, value: impl Into<Patch<bool>>) -> Self {
        self.fields = self.fields.sign_out_of_other_sessions(value);
        self.has_fields = true;
        self
    }

    /// Whether to do without acceptance of the legal terms. [`Patch::Null`] sends `null`.
    pub fn skip_legal_checks(mut self, value: impl Into<Patch<bool>>) -> Self {
        self.fields = self.fields.skip_legal_checks(value);
        self.has_fields = true;
        self
    }

    /// Whether to accept a password that breaks the rules; needs `password`. [`Patch::Null`] sends `null`.
    pub fn skip_password_checks(mut self, value: impl Into<Patch<bool>>) -> Self {
        self.fields = self.fields.skip_password_checks(value);
        self.has_fields = true;
        self
    }

    /// An authenticator secret that the user has already set up elsewhere. [`Patch::Null`] sends `null`.
    pub fn totp_secret(mut self, value: impl Into<Patch<String>>) -> Self {
        self.fields = self.fields.totp_secret(value);
        self.has_fields = true;
        self
    }

    /// A new handle that nobody else in the instance has; `null` or an empty text removes it. [`Patch::Null`] sends `null`.
    pub fn username(mut self, value: impl Into<Patch<String>>) -> Self {
        self.fields = self.fields.username(value);
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

    /// Replaces the metadata that frontends may write.
    pub fn unsafe_metadata(mut self, value: impl Serialize) -> Self {
        self.metadata = self.metadata.unsafe_metadata(value);
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

    /// Sends the request, or both; awaiting the value itself does the same. Answers the user as the last of them did.
    ///
    /// # Errors
    ///
    /// Those of a call to the API; see [`Error`].
    pub async fn send(self) -> Result<types::User, Error> {
        if !self.has_metadata {
            return self.fields.await;
        }
        if self.has_fields {
            self.fields.await?;
        }
        self.metadata.await
    }
}

impl IntoFuture for UpdateUser {
    type Output = Result<types::User, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

// What the request holds stays out: values may be personal or secret.
impl fmt::Debug for UpdateUser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UpdateUser")
            .field("has_fields", &self.has_fields)
            .field("has_metadata", &self.has_metadata)
            .finish_non_exhaustive()
    }
}
