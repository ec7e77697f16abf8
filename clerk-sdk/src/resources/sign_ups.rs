use clerk_api::operations::{GetSignUp, UpdateSignUp};

use super::resource;
use crate::Plain;

resource! {
    /// Sign-ups that are under way.
    ///
    /// ```
    /// fn handle(clerk: &clerk_sdk::Clerk) -> clerk_sdk::resources::SignUps {
    ///     clerk.sign_ups()
    /// }
    /// # let _ = handle;
    /// ```
    pub struct SignUps;
}

impl SignUps {
    /// Reads a sign-up attempt: what it has collected, what is missing and which user came of it.
    ///
    /// `GET /sign_ups/{id}`, operation `GetSignUp`.
    pub fn get(&self, id: impl Into<String>) -> GetSignUp<Plain> {
        GetSignUp::new(self.clerk.api(), id)
    }

    /// Sets the external ID of a running sign-up, which the new user inherits, or flags the attempt as a custom action.
    ///
    /// `PATCH /sign_ups/{id}`, operation `UpdateSignUp`.
    pub fn update(&self, id: impl Into<String>) -> UpdateSignUp<Plain> {
        UpdateSignUp::new(self.clerk.api(), id)
    }
}
