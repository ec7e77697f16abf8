use clerk_api::operations::{
    CreateJwtTemplate, DeleteJwtTemplate, GetJwtTemplate, ListJwtTemplates, UpdateJwtTemplate,
};

use super::resource;
use crate::{Paged, Plain};

resource! {
    /// JWT templates: which claims a token made from a session has.
    ///
    /// ```
    /// fn handle(clerk: &clerk_sdk::Clerk) -> clerk_sdk::resources::JwtTemplates {
    ///     clerk.jwt_templates()
    /// }
    /// # let _ = handle;
    /// ```
    pub struct JwtTemplates;
}

impl JwtTemplates {
    /// Lists the JWT templates that shape tokens for third-party services.
    ///
    /// `GET /jwt_templates`, operation `ListJWTTemplates`.
    pub fn list(&self) -> ListJwtTemplates<Paged> {
        ListJwtTemplates::new(self.clerk.api())
    }

    /// Reads one JWT template by its ID; a custom signing key is not given back.
    ///
    /// `GET /jwt_templates/{template_id}`, operation `GetJWTTemplate`.
    pub fn get(&self, template_id: impl Into<String>) -> GetJwtTemplate<Plain> {
        GetJwtTemplate::new(self.clerk.api(), template_id)
    }

    /// Creates a JWT template from a name and claims, optionally with a lifetime and a signing key of your own.
    ///
    /// `POST /jwt_templates`, operation `CreateJWTTemplate`.
    pub fn create(&self) -> CreateJwtTemplate<Plain> {
        CreateJwtTemplate::new(self.clerk.api())
    }

    /// Changes a JWT template; name and claims must both be sent again. Tokens that are already out keep their old claims.
    ///
    /// `PATCH /jwt_templates/{template_id}`, operation `UpdateJWTTemplate`.
    pub fn update(&self, template_id: impl Into<String>) -> UpdateJwtTemplate<Plain> {
        UpdateJwtTemplate::new(self.clerk.api(), template_id)
    }

    /// Deletes a JWT template; from then on no tokens can be minted under its name.
    ///
    /// `DELETE /jwt_templates/{template_id}`, operation `DeleteJWTTemplate`.
    pub fn delete(&self, template_id: impl Into<String>) -> DeleteJwtTemplate<Plain> {
        DeleteJwtTemplate::new(self.clerk.api(), template_id)
    }
}
