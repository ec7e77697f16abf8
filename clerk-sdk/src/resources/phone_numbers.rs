use clerk_api::operations::{
    AttemptPhoneNumberVerification, CreatePhoneNumber, DeletePhoneNumber, GetPhoneNumber,
    PreparePhoneNumberVerification, UpdatePhoneNumber,
};

use super::resource;
use crate::Plain;

resource! {
    /// Phone numbers of users.
    ///
    /// ```
    /// fn handle(clerk: &clerk_sdk::Clerk) -> clerk_sdk::resources::PhoneNumbers {
    ///     clerk.phone_numbers()
    /// }
    /// # let _ = handle;
    /// ```
    pub struct PhoneNumbers;
}

impl PhoneNumbers {
    /// Reads one phone number by its ID, including its verification and its role as a second factor.
    ///
    /// `GET /phone_numbers/{phone_number_id}`, operation `GetPhoneNumber`.
    pub fn get_phone_number(&self, phone_number_id: impl Into<String>) -> GetPhoneNumber<Plain> {
        GetPhoneNumber::new(self.clerk.api(), phone_number_id)
    }

    /// Adds an E.164 phone number to an existing user, optionally verified, primary, or kept for the second factor only.
    ///
    /// `POST /phone_numbers`, operation `CreatePhoneNumber`.
    pub fn create_phone_number(&self) -> CreatePhoneNumber<Plain> {
        CreatePhoneNumber::new(self.clerk.api())
    }

    /// Changes whether a phone number is verified, primary, or set aside for the second factor. Setting it verified asks nothing of the user.
    ///
    /// `PATCH /phone_numbers/{phone_number_id}`, operation `UpdatePhoneNumber`.
    pub fn update_phone_number(
        &self,
        phone_number_id: impl Into<String>,
    ) -> UpdatePhoneNumber<Plain> {
        UpdatePhoneNumber::new(self.clerk.api(), phone_number_id)
    }

    /// Removes a phone number from its user for good, which also takes away any second factor that relied on it.
    ///
    /// `DELETE /phone_numbers/{phone_number_id}`, operation `DeletePhoneNumber`.
    pub fn delete_phone_number(
        &self,
        phone_number_id: impl Into<String>,
    ) -> DeletePhoneNumber<Plain> {
        DeletePhoneNumber::new(self.clerk.api(), phone_number_id)
    }

    /// Texts a one-time code to this number and answers the verification to check it against. Too many sends are refused with 429.
    ///
    /// `POST /phone_numbers/{phone_number_id}/prepare_verification`, operation `PreparePhoneNumberVerification`.
    pub fn prepare_verification(
        &self,
        phone_number_id: impl Into<String>,
    ) -> PreparePhoneNumberVerification<Plain> {
        PreparePhoneNumberVerification::new(self.clerk.api(), phone_number_id)
    }

    /// Checks a texted code. A wrong or stale code shows in `status` rather than as an error; success verifies the number but starts no session.
    ///
    /// `POST /phone_numbers/{phone_number_id}/attempt_verification`, operation `AttemptPhoneNumberVerification`.
    pub fn attempt_verification(
        &self,
        phone_number_id: impl Into<String>,
    ) -> AttemptPhoneNumberVerification<Plain> {
        AttemptPhoneNumberVerification::new(self.clerk.api(), phone_number_id)
    }
}
