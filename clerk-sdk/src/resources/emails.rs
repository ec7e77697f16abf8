use clerk_api::{JsonObject, Method};
use serde::Serialize;

use super::{LEGACY_API_VERSION, resource};
use crate::request::Request;

resource! {
    /// Emails sent through Clerk. None of these calls is in the published document any more.
    ///
    /// ```
    /// fn handle(clerk: &clerk_sdk::Clerk) -> clerk_sdk::resources::Emails {
    ///     clerk.emails()
    /// }
    /// # let _ = handle;
    /// ```
    pub struct Emails;
}

impl Emails {
    /// Sends an email to the address of a user.
    ///
    /// `POST /emails`, which is in no published document: it is sent with `Clerk-API-Version: 2021-02-05`. A body is any
    /// serialisable value; Clerk's SDKs sent `from_email_name`, `email_address_id`, `subject` and `body`.
    #[deprecated(note = "Clerk no longer documents this endpoint")]
    pub fn create_email(&self, body: impl Serialize) -> Request<JsonObject> {
        let request = self.clerk.api().request(Method::POST, "/emails");
        Request::new("CreateEmail", request.clerk_api_version(LEGACY_API_VERSION)).json(body)
    }

    /// Sends an email to any address. Experimental.
    ///
    /// `POST /email`, which is in no published document. A body is any serialisable value; Clerk's SDK sends `to`, `from`,
    /// `reply_to`, `subject`, `html` and `text`.
    pub fn create(&self, body: impl Serialize) -> Request<JsonObject> {
        let request = self.clerk.api().request(Method::POST, "/email");
        Request::new("CreateEmail", request).json(body)
    }
}
