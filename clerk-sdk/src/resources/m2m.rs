use super::M2m;
use crate::auth::{M2mAuth, MachineAuth};
use crate::error::Error;
use crate::tokens::{MachineTokenError, TokenError, TokenErrorReason, TokenType};

impl M2m {
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
            return Err(refused("this is not a machine-to-machine token").into());
        }
        match self.clerk.verify_machine_token(token.as_ref()).await? {
            MachineAuth::M2m(machine) => Ok(machine),
            _ => Err(refused("this is not a machine-to-machine token").into()),
        }
    }
}
