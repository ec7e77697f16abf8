use clerk_api::operations::{CreateActorToken, RevokeActorToken};

use super::resource;
use crate::Plain;

resource! {
    /// Actor tokens: with one, somebody signs in as another user.
    ///
    /// ```
    /// fn handle(clerk: &clerk_sdk::Clerk) -> clerk_sdk::resources::ActorTokens {
    ///     clerk.actor_tokens()
    /// }
    /// # let _ = handle;
    /// ```
    pub struct ActorTokens;
}

impl ActorTokens {
    /// Issues a token with which one person signs in as another user, for support work. Whoever holds it becomes that user: keep it secret.
    ///
    /// `POST /actor_tokens`, operation `CreateActorToken`.
    pub fn create(&self) -> CreateActorToken<Plain> {
        CreateActorToken::new(self.clerk.api())
    }

    /// Cancels an impersonation token that has not been used yet. Sessions started with one that has been used go on.
    ///
    /// `POST /actor_tokens/{actor_token_id}/revoke`, operation `RevokeActorToken`.
    pub fn revoke(&self, actor_token_id: impl Into<String>) -> RevokeActorToken<Plain> {
        RevokeActorToken::new(self.clerk.api(), actor_token_id)
    }
}
