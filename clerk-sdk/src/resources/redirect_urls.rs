use clerk_api::operations::{
    CreateRedirectUrl, DeleteRedirectUrl, GetRedirectUrl, ListRedirectUrls,
};

use super::resource;
use crate::{Paged, Plain};

resource! {
    /// URLs that native applications may be sent back to after signing in.
    ///
    /// ```
    /// fn handle(clerk: &clerk_sdk::Clerk) -> clerk_sdk::resources::RedirectUrls {
    ///     clerk.redirect_urls()
    /// }
    /// # let _ = handle;
    /// ```
    pub struct RedirectUrls;
}

impl RedirectUrls {
    /// Lists the addresses that native apps may be sent back to after an OAuth sign-in.
    ///
    /// `GET /redirect_urls`, operation `ListRedirectURLs`.
    pub fn get_redirect_url_list(&self) -> ListRedirectUrls<Paged> {
        ListRedirectUrls::new(self.clerk.api())
    }

    /// Reads one allowed redirect address by its ID.
    ///
    /// `GET /redirect_urls/{id}`, operation `GetRedirectURL`.
    pub fn get_redirect_url(&self, id: impl Into<String>) -> GetRedirectUrl<Plain> {
        GetRedirectUrl::new(self.clerk.api(), id)
    }

    /// Allows one more address for redirects back into a native app. It has to match exactly when used.
    ///
    /// `POST /redirect_urls`, operation `CreateRedirectURL`.
    pub fn create_redirect_url(&self) -> CreateRedirectUrl<Plain> {
        CreateRedirectUrl::new(self.clerk.api())
    }

    /// Forbids a redirect address; sign-in flows that still name it will fail.
    ///
    /// `DELETE /redirect_urls/{id}`, operation `DeleteRedirectURL`.
    pub fn delete_redirect_url(&self, id: impl Into<String>) -> DeleteRedirectUrl<Plain> {
        DeleteRedirectUrl::new(self.clerk.api(), id)
    }
}
