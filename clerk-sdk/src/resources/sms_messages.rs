use clerk_api::{JsonObject, Method};
use serde_json::json;

use super::{LEGACY_API_VERSION, resource};
use crate::request::Request;

resource! {
    /// Text messages sent through Clerk. The call is in no published document any more.
    ///
    /// ```
    /// fn handle(clerk: &clerk_sdk::Clerk) -> clerk_sdk::resources::SmsMessages {
    ///     clerk.sms_messages()
    /// }
    /// # let _ = handle;
    /// ```
    pub struct SmsMessages;
}

impl SmsMessages {
    /// Sends a text message to the phone number of a user.
    ///
    /// `POST /sms_messages`, which is in no published document: it is sent with `Clerk-API-Version: 2021-02-05`.
    ///
    /// ```no_run
    /// # #![allow(deprecated)]
    /// # async fn run(clerk: clerk_sdk::Clerk) -> Result<(), clerk_sdk::Error> {
    /// let message = clerk.sms_messages().create_sms_message("idn_123", "Hello").await?;
    /// println!("{:?}", message.get("status"));
    /// # Ok(())
    /// # }
    /// ```
    #[deprecated(note = "Clerk no longer documents this endpoint")]
    pub fn create_sms_message(
        &self,
        phone_number_id: impl Into<String>,
        message: impl Into<String>,
    ) -> Request<JsonObject> {
        let request = self.clerk.api().request(Method::POST, "/sms_messages");
        let body = json!({ "phone_number_id": phone_number_id.into(), "message": message.into() });
        Request::new(
            "CreateSmsMessage",
            request.clerk_api_version(LEGACY_API_VERSION),
        )
        .json(body)
    }
}
