use clerk_api::operations::{
    CreateOauthApplication, DeleteOauthApplication, GetOauthApplication, ListOauthApplications,
    RevokeOauthApplicationToken, RotateOauthApplicationSecret, UpdateOauthApplication,
    UploadOauthApplicationLogo,
};

use super::resource;
use crate::{Paged, Plain};

resource! {
    /// Applications that use Clerk as their OAuth provider.
    ///
    /// ```
    /// fn handle(clerk: &clerk_sdk::Clerk) -> clerk_sdk::resources::OauthApplications {
    ///     clerk.oauth_applications()
    /// }
    /// # let _ = handle;
    /// ```
    pub struct OauthApplications;
}

impl OauthApplications {
    /// Lists the OAuth applications that use this instance as their identity provider. The secrets are left out.
    ///
    /// `GET /oauth_applications`, operation `ListOAuthApplications`.
    pub fn list(&self) -> ListOauthApplications<Paged> {
        ListOauthApplications::new(self.clerk.api())
    }

    /// Reads one OAuth application by its ID, without the client secret.
    ///
    /// `GET /oauth_applications/{oauth_application_id}`, operation `GetOAuthApplication`.
    pub fn get(&self, oauth_application_id: impl Into<String>) -> GetOauthApplication<Plain> {
        GetOauthApplication::new(self.clerk.api(), oauth_application_id)
    }

    /// Registers an OAuth application and answers it with its client secret, which is not shown again (public clients have none).
    ///
    /// `POST /oauth_applications`, operation `CreateOAuthApplication`.
    pub fn create(&self) -> CreateOauthApplication<Plain> {
        CreateOauthApplication::new(self.clerk.api())
    }

    /// Changes the fields you send of an OAuth application, such as redirect addresses, scopes or the consent screen.
    ///
    /// `PATCH /oauth_applications/{oauth_application_id}`, operation `UpdateOAuthApplication`.
    pub fn update(&self, oauth_application_id: impl Into<String>) -> UpdateOauthApplication<Plain> {
        UpdateOauthApplication::new(self.clerk.api(), oauth_application_id)
    }

    /// Deletes an OAuth application; its clients can no longer sign anybody in. There is no undo.
    ///
    /// `DELETE /oauth_applications/{oauth_application_id}`, operation `DeleteOAuthApplication`.
    pub fn delete(&self, oauth_application_id: impl Into<String>) -> DeleteOauthApplication<Plain> {
        DeleteOauthApplication::new(self.clerk.api(), oauth_application_id)
    }

    /// Gives an OAuth application a new client secret and answers it. Clients that use the old one must be updated.
    ///
    /// `POST /oauth_applications/{oauth_application_id}/rotate_secret`, operation `RotateOAuthApplicationSecret`.
    pub fn rotate_secret(
        &self,
        oauth_application_id: impl Into<String>,
    ) -> RotateOauthApplicationSecret<Plain> {
        RotateOauthApplicationSecret::new(self.clerk.api(), oauth_application_id)
    }

    /// Revokes an OAuth grant by its access or refresh token; both die together. JWT access tokens live on until they expire.
    ///
    /// `POST /oauth_applications/{oauth_application_id}/revoke_token`, operation `RevokeOAuthApplicationToken`.
    pub fn revoke_token(
        &self,
        oauth_application_id: impl Into<String>,
    ) -> RevokeOauthApplicationToken<Plain> {
        RevokeOauthApplicationToken::new(self.clerk.api(), oauth_application_id)
    }

    /// Uploads a JPEG, PNG, GIF or WebP picture of at most 10 MB that the consent screen shows for this application.
    ///
    /// `PUT /oauth_applications/{oauth_application_id}/logo`, operation `UploadOAuthApplicationLogo`.
    pub fn upload_logo(
        &self,
        oauth_application_id: impl Into<String>,
    ) -> UploadOauthApplicationLogo<Plain> {
        UploadOauthApplicationLogo::new(self.clerk.api(), oauth_application_id)
    }
}
