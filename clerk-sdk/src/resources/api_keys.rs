use clerk_api::operations::{
    CreateApiKey, DeleteApiKey, GetApiKey, GetApiKeySecret, GetApiKeys, RevokeApiKey, UpdateApiKey,
    VerifyApiKey,
};

use super::resource;
use crate::{Paged, Plain};

resource! {
    /// API keys of users and organizations.
    ///
    /// ```
    /// fn handle(clerk: &clerk_sdk::Clerk) -> clerk_sdk::resources::ApiKeys {
    ///     clerk.api_keys()
    /// }
    /// # let _ = handle;
    /// ```
    pub struct ApiKeys;
}

impl ApiKeys {
    /// Lists the API keys of one user, organization or machine; revoked and expired ones only on request. Secrets are left out.
    ///
    /// `GET /api_keys`, operation `getApiKeys`.
    pub fn list(&self) -> GetApiKeys<Paged> {
        GetApiKeys::new(self.clerk.api())
    }

    /// Creates an API key that acts for a user or an organization. The answer holds its secret; store it safely.
    ///
    /// `POST /api_keys`, operation `createApiKey`.
    pub fn create(&self) -> CreateApiKey<Plain> {
        CreateApiKey::new(self.clerk.api())
    }

    /// Reads one API key without its secret, including when it was last used.
    ///
    /// `GET /api_keys/{apiKeyID}`, operation `getApiKey`.
    pub fn get(&self, api_key_id: impl Into<String>) -> GetApiKey<Plain> {
        GetApiKey::new(self.clerk.api(), api_key_id)
    }

    /// Changes claims, scopes, description, subject or expiry of an API key. Its secret stays the same.
    ///
    /// `PATCH /api_keys/{apiKeyID}`, operation `updateApiKey`.
    pub fn update(&self, api_key_id: impl Into<String>) -> UpdateApiKey<Plain> {
        UpdateApiKey::new(self.clerk.api(), api_key_id)
    }

    /// Deletes an API key for good, record included. Revoke it instead if you need to keep a trace.
    ///
    /// `DELETE /api_keys/{apiKeyID}`, operation `deleteApiKey`.
    pub fn delete(&self, api_key_id: impl Into<String>) -> DeleteApiKey<Plain> {
        DeleteApiKey::new(self.clerk.api(), api_key_id)
    }

    /// Revokes an API key, which then fails verification. The record stays, with the reason you give.
    ///
    /// `POST /api_keys/{apiKeyID}/revoke`, operation `revokeApiKey`.
    pub fn revoke(&self, api_key_id: impl Into<String>) -> RevokeApiKey<Plain> {
        RevokeApiKey::new(self.clerk.api(), api_key_id)
    }

    /// Reads the secret of an existing API key. Whoever has it can act as the subject of the key.
    ///
    /// `GET /api_keys/{apiKeyID}/secret`, operation `getApiKeySecret`.
    pub fn get_secret(&self, api_key_id: impl Into<String>) -> GetApiKeySecret<Plain> {
        GetApiKeySecret::new(self.clerk.api(), api_key_id)
    }

    /// Checks the secret that a caller presented and answers the API key it belongs to. Check `revoked` and `expired` in the answer as well.
    ///
    /// `POST /api_keys/verify`, operation `verifyApiKey`.
    pub fn verify(&self) -> VerifyApiKey<Plain> {
        VerifyApiKey::new(self.clerk.api())
    }
}
