use clerk_api::operations::{CreateSvixApp, DeleteSvixApp, GenerateSvixAuthUrl};

use super::resource;
use crate::Plain;

resource! {
    /// The Svix application behind the webhooks of the instance. Receiving webhooks is [`webhooks`](mod@crate::webhooks).
    ///
    /// ```
    /// fn handle(clerk: &clerk_sdk::Clerk) -> clerk_sdk::resources::Webhooks {
    ///     clerk.webhooks()
    /// }
    /// # let _ = handle;
    /// ```
    pub struct Webhooks;
}

impl Webhooks {
    /// Sets up webhook delivery through Svix for the instance and answers a link to its dashboard.
    ///
    /// `POST /webhooks/svix`, operation `CreateSvixApp`.
    pub fn create_svix_app(&self) -> CreateSvixApp<Plain> {
        CreateSvixApp::new(self.clerk.api())
    }

    /// Makes a fresh link that opens the Svix dashboard already signed in. Whoever has the link can manage your webhooks.
    ///
    /// `POST /webhooks/svix_url`, operation `GenerateSvixAuthURL`.
    pub fn generate_svix_auth_url(&self) -> GenerateSvixAuthUrl<Plain> {
        GenerateSvixAuthUrl::new(self.clerk.api())
    }

    /// Tears down webhook delivery through Svix: endpoints are lost and no further events are sent. Answers an empty 204.
    ///
    /// `DELETE /webhooks/svix`, operation `DeleteSvixApp`.
    pub fn delete_svix_app(&self) -> DeleteSvixApp<Plain> {
        DeleteSvixApp::new(self.clerk.api())
    }
}
