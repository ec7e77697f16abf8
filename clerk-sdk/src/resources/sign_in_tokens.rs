use clerk_api::operations::{CreateSignInToken, RevokeSignInToken};

use super::resource;
use crate::Plain;

resource! {
    /// Sign-in tokens: links that sign a user in without a password.
    ///
    /// ```
    /// fn handle(clerk: &clerk_sdk::Clerk) -> clerk_sdk::resources::SignInTokens {
    ///     clerk.sign_in_tokens()
    /// }
    /// # let _ = handle;
    /// ```
    pub struct SignInTokens;
}

impl SignInTokens {
    /// Issues a one-time token that signs a user in without further proof, valid for 30 days unless you say otherwise. Keep it secret.
    ///
    /// `POST /sign_in_tokens`, operation `CreateSignInToken`.
    pub fn create_sign_in_token(&self) -> CreateSignInToken<Plain> {
        CreateSignInToken::new(self.clerk.api())
    }

    /// Cancels a sign-in token that has not been used yet. A used one cannot be cancelled: revoke its session.
    ///
    /// `POST /sign_in_tokens/{sign_in_token_id}/revoke`, operation `RevokeSignInToken`.
    pub fn revoke_sign_in_token(
        &self,
        sign_in_token_id: impl Into<String>,
    ) -> RevokeSignInToken<Plain> {
        RevokeSignInToken::new(self.clerk.api(), sign_in_token_id)
    }
}
