use clerk_api::operations::CreateTestingToken;

use super::resource;
use crate::Plain;

resource! {
    /// Testing tokens: with one, automated tests pass the bot protection.
    ///
    /// ```
    /// fn handle(clerk: &clerk_sdk::Clerk) -> clerk_sdk::resources::TestingTokens {
    ///     clerk.testing_tokens()
    /// }
    /// # let _ = handle;
    /// ```
    pub struct TestingTokens;
}

impl TestingTokens {
    /// Issues a short-lived token that lets automated tests pass the bot protection of the Frontend API.
    ///
    /// `POST /testing_tokens`, operation `CreateTestingToken`.
    pub fn create_testing_token(&self) -> CreateTestingToken<Plain> {
        CreateTestingToken::new(self.clerk.api())
    }
}
