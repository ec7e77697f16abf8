use clerk_api::operations::{CreateM2mToken, GetM2mTokens, RevokeM2mToken};

use super::resource;
use crate::auth::{M2mAuth, MachineAuth};
use crate::error::Error;
use crate::tokens::{MachineTokenError, TokenError, TokenErrorReason, TokenType};
use crate::{Paged, Plain};

resource! {
    /// Machine-to-machine tokens. Calls are made with the machine secret key where there is one.
    ///
    /// ```
    /// fn handle(clerk: &clerk_sdk::Clerk) -> clerk_sdk::resources::M2m {
    ///     clerk.m2m()
    /// }
    /// # let _ = handle;
    /// ```
    pub struct M2m;
}

impl M2m {
    /// Lists the opaque M2M tokens of one machine. JWTs are not stored and so not listed; a machine key sees only its own tokens.
    ///
    /// `GET /m2m_tokens`, operation `getM2MTokens`.
    pub fn list(&self) -> GetM2mTokens<Paged> {
        GetM2mTokens::new(self.clerk.machine_api())
    }

    /// Mints a token with which a machine calls other machines. Authenticate with that machine's secret key, not the instance's.
    ///
    /// `POST /m2m_tokens`, operation `createM2MToken`.
    pub fn create_token(&self) -> CreateM2mToken<Plain> {
        CreateM2mToken::new(self.clerk.machine_api())
    }

    /// Revokes an opaque M2M token. A JWT cannot be revoked, and a machine key reaches only tokens of its own machine.
    ///
    /// `POST /m2m_tokens/{m2m_token_id}/revoke`, operation `revokeM2MToken`.
    pub fn revoke_token(&self, m2m_token_id: impl Into<String>) -> RevokeM2mToken<Plain> {
        RevokeM2mToken::new(self.clerk.machine_api(), m2m_token_id)
    }

    /// Verifies a machine-to-machine token: an opaque one by asking Clerk, a JWT with the keys of the instance. A token that is
    /// revoked or expired is an error.
    ///
    /// `POST /m2m_tokens/verify`, operation `verifyM2MToken`
    /// ([`VerifyM2mToken`](clerk_api::operations::VerifyM2mToken) is the bare call).
    ///
    /// # Errors
    ///
    /// [`Error::MachineToken`], and [`Error::InvalidOption`] when the `jwt_key` cannot work.
    pub async fn verify(&self, token: impl AsRef<str>) -> Result<M2mAuth, Error> {
        let refused = |what: &'static str| MachineTokenError {
            token_type: TokenType::of_machine_token(token.as_ref()),
            error: TokenError::new(TokenErrorReason::TokenInvalid, what),
        };
        if TokenType::of_machine_token(token.as_ref()) != Some(TokenType::M2m) {
            return Err(refused("this is no machine-to-machine token").into());
        }
        match self.clerk.verify_machine_token(token.as_ref()).await? {
            MachineAuth::M2m(machine) => Ok(machine),
            _ => Err(refused("this is no machine-to-machine token").into()),
        }
    }
}
