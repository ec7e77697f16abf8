use clerk_api::{JsonObject, Method};

use super::resource;
use crate::request::Request;

resource! {
    /// Applications made before there is an account, as Clerk's own tools do it. Experimental, and in no published document.
    ///
    /// ```
    /// fn handle(clerk: &clerk_sdk::Clerk) -> clerk_sdk::resources::AccountlessApplications {
    ///     clerk.accountless_applications()
    /// }
    /// # let _ = handle;
    /// ```
    pub struct AccountlessApplications;
}

impl AccountlessApplications {
    /// Makes an application that nobody owns yet. Experimental.
    ///
    /// `POST /accountless_applications`, which is in no published document.
    pub fn create_accountless_application(&self) -> Request<JsonObject> {
        let request = self
            .clerk
            .api()
            .request(Method::POST, "/accountless_applications");
        Request::new("CreateAccountlessApplication", request)
    }

    /// Says that the application has been claimed. Experimental.
    ///
    /// `POST /accountless_applications/complete`, which is in no published document.
    pub fn complete_accountless_application_onboarding(&self) -> Request<JsonObject> {
        let path = "/accountless_applications/complete";
        let request = self.clerk.api().request(Method::POST, path);
        Request::new("CompleteAccountlessApplicationOnboarding", request)
    }
}
