//! Endpoints that are in no published document of Clerk's, or no longer.

use clerk_api::{JsonObject, Method};
use serde::Serialize;
use serde_json::json;

use super::{
    AccountlessApplications, BetaFeatures, Emails, Interstitial, LEGACY_API_VERSION, SmsMessages,
};
use crate::request::Request;

impl AccountlessApplications {
    /// Creates an application that has no owner yet. Experimental.
    ///
    /// `POST /accountless_applications`, which is in no published document.
    pub fn create_accountless_application(&self) -> Request<JsonObject> {
        let path = "/accountless_applications";
        let request = self.api().request(Method::POST, path);
        Request::new("CreateAccountlessApplication", request)
    }

    /// Says that the application has been claimed. Experimental.
    ///
    /// `POST /accountless_applications/complete`, which is in no published document.
    pub fn complete_accountless_application_onboarding(&self) -> Request<JsonObject> {
        let path = "/accountless_applications/complete";
        let request = self.api().request(Method::POST, path);
        Request::new("CompleteAccountlessApplicationOnboarding", request)
    }
}

impl BetaFeatures {
    /// Moves a production instance to another domain, at the address that Clerk's JavaScript SDK uses.
    ///
    /// `POST /beta_features/change_domain`, which is in no published document. The body is any value that serializes to JSON;
    /// Clerk's SDK sends `home_url` and `is_secondary`.
    #[deprecated(note = "use `instance().change_domain()`")]
    pub fn change_domain(&self, body: impl Serialize) -> Request<()> {
        let path = "/beta_features/change_domain";
        let request = self.api().request(Method::POST, path);
        Request::new("ChangeDomain", request).json(body)
    }
}

impl Emails {
    /// Sends an email to the address of a user.
    ///
    /// `POST /emails`, which is in no published document: it is sent with `Clerk-API-Version: 2021-02-05`. The body is any
    /// value that serializes to JSON; Clerk's SDKs sent `from_email_name`, `email_address_id`, `subject` and `body`.
    #[deprecated(note = "Clerk no longer documents this endpoint")]
    pub fn create_email(&self, body: impl Serialize) -> Request<JsonObject> {
        let request = self.api().request(Method::POST, "/emails");
        Request::new("CreateEmail", request.clerk_api_version(LEGACY_API_VERSION)).json(body)
    }

    /// Sends an email to any address. Experimental.
    ///
    /// `POST /email`, which is in no published document. The body is any value that serializes to JSON; Clerk's SDK sends
    /// `to`, `from`, `reply_to`, `subject`, `html` and `text`.
    pub fn create(&self, body: impl Serialize) -> Request<JsonObject> {
        let request = self.api().request(Method::POST, "/email");
        Request::new("CreateEmail", request).json(body)
    }
}

impl Interstitial {
    /// Fetches the HTML of the interstitial page, unchanged.
    ///
    /// `GET /internal/interstitial`, which is in no published document: it is sent with `Clerk-API-Version: 2021-02-05`.
    #[deprecated(note = "browsers are sent through the handshake instead")]
    pub fn get_interstitial(&self) -> Request<String> {
        let path = "/internal/interstitial";
        let request = self.api().request(Method::GET, path);
        Request::new(
            "GetInterstitial",
            request.clerk_api_version(LEGACY_API_VERSION),
        )
        .text()
    }
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
        let request = self.api().request(Method::POST, "/sms_messages");
        let body = json!({ "phone_number_id": phone_number_id.into(), "message": message.into() });
        let request = request.clerk_api_version(LEGACY_API_VERSION);
        Request::new("CreateSmsMessage", request).json(body)
    }
}
