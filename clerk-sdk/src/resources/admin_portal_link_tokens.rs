use clerk_api::operations::{CreateAdminPortalLinkToken, RevokeAdminPortalLinkToken};

use super::resource;
use crate::Plain;

resource! {
    /// Links with which customers set up their own enterprise connection.
    ///
    /// ```
    /// fn handle(clerk: &clerk_sdk::Clerk) -> clerk_sdk::resources::AdminPortalLinkTokens {
    ///     clerk.admin_portal_link_tokens()
    /// }
    /// # let _ = handle;
    /// ```
    pub struct AdminPortalLinkTokens;
}

impl AdminPortalLinkTokens {
    /// Issues a single-use token for the admin portal, where a customer's IT staff set up single sign-on. It is shown once; treat it as a secret.
    ///
    /// `POST /admin_portal_link_tokens`, operation `createAdminPortalLinkToken`.
    pub fn create(&self) -> CreateAdminPortalLinkToken<Plain> {
        CreateAdminPortalLinkToken::new(self.clerk.api())
    }

    /// Revokes an admin portal token, so that its link opens nothing. A reason can be kept with it.
    ///
    /// `POST /admin_portal_link_tokens/{adminPortalLinkTokenID}/revoke`, operation `revokeAdminPortalLinkToken`.
    pub fn revoke(
        &self,
        admin_portal_link_token_id: impl Into<String>,
    ) -> RevokeAdminPortalLinkToken<Plain> {
        RevokeAdminPortalLinkToken::new(self.clerk.api(), admin_portal_link_token_id)
    }
}
