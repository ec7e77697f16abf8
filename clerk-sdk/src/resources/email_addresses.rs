use clerk_api::operations::{
    AttemptEmailAddressVerification, CreateEmailAddress, DeleteEmailAddress, GetEmailAddress,
    PrepareEmailAddressVerification, UpdateEmailAddress,
};

use super::resource;
use crate::Plain;

resource! {
    /// Email addresses of users.
    ///
    /// ```
    /// fn handle(clerk: &clerk_sdk::Clerk) -> clerk_sdk::resources::EmailAddresses {
    ///     clerk.email_addresses()
    /// }
    /// # let _ = handle;
    /// ```
    pub struct EmailAddresses;
}

impl EmailAddresses {
    /// Reads one email address by its ID, including how it was verified and which accounts it is linked to.
    ///
    /// `GET /email_addresses/{email_address_id}`, operation `GetEmailAddress`.
    pub fn get_email_address(&self, email_address_id: impl Into<String>) -> GetEmailAddress<Plain> {
        GetEmailAddress::new(self.clerk.api(), email_address_id)
    }

    /// Adds an email address to an existing user, optionally already verified and as the primary one. An address that is taken is refused.
    ///
    /// `POST /email_addresses`, operation `CreateEmailAddress`.
    pub fn create_email_address(&self) -> CreateEmailAddress<Plain> {
        CreateEmailAddress::new(self.clerk.api())
    }

    /// Marks an email address as verified or makes it the primary one, on your word alone: nothing is asked of the user.
    ///
    /// `PATCH /email_addresses/{email_address_id}`, operation `UpdateEmailAddress`.
    pub fn update_email_address(
        &self,
        email_address_id: impl Into<String>,
    ) -> UpdateEmailAddress<Plain> {
        UpdateEmailAddress::new(self.clerk.api(), email_address_id)
    }

    /// Removes an email address from its user for good and answers its ID; the call can be refused with a 409 conflict.
    ///
    /// `DELETE /email_addresses/{email_address_id}`, operation `DeleteEmailAddress`.
    pub fn delete_email_address(
        &self,
        email_address_id: impl Into<String>,
    ) -> DeleteEmailAddress<Plain> {
        DeleteEmailAddress::new(self.clerk.api(), email_address_id)
    }

    /// Mails a one-time code to this address and answers the verification to check it against. Use it to build your own sign-in step on the server.
    ///
    /// `POST /email_addresses/{email_address_id}/prepare_verification`, operation `PrepareEmailAddressVerification`.
    pub fn prepare_verification(
        &self,
        email_address_id: impl Into<String>,
    ) -> PrepareEmailAddressVerification<Plain> {
        PrepareEmailAddressVerification::new(self.clerk.api(), email_address_id)
    }

    /// Checks a mailed code. Wrong or expired codes come back in `status`, not as an error; success verifies the address but opens no session.
    ///
    /// `POST /email_addresses/{email_address_id}/attempt_verification`, operation `AttemptEmailAddressVerification`.
    pub fn attempt_verification(
        &self,
        email_address_id: impl Into<String>,
    ) -> AttemptEmailAddressVerification<Plain> {
        AttemptEmailAddressVerification::new(self.clerk.api(), email_address_id)
    }
}
