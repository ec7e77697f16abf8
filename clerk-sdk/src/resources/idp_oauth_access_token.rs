use clerk_api::operations::VerifyOauthAccessToken;

use super::resource;
use crate::Plain;

resource! {
    /// Access tokens that Clerk issues as an OAuth provider.
    ///
    /// ```
    /// fn handle(clerk: &clerk_sdk::Clerk) -> clerk_sdk::resources::IdpOauthAccessToken {
    ///     clerk.idp_oauth_access_token()
    /// }
    /// # let _ = handle;
    /// ```
    pub struct IdpOauthAccessToken;
}

impl IdpOauthAccessToken {
    /// Checks an OAuth access token that a client presented and answers whom it acts for. An expired JWT answers only `active: false`.
    ///
    /// `POST /oauth_applications/access_tokens/verify`, operation `verifyOAuthAccessToken`.
    pub fn verify(&self) -> VerifyOauthAccessToken<Plain> {
        VerifyOauthAccessToken::new(self.clerk.api())
    }
}
