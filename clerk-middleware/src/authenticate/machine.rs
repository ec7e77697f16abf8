//! Machines: API keys, machine-to-machine tokens and OAuth access tokens.

use clerk_sdk::__private::{Level, LogLimit};
use clerk_sdk::auth::MachineAuth;
use clerk_sdk::tokens::{MachineTokenError, TokenType};

use super::context::Context;
use crate::request_state::{Reason, RequestState};

/// Authenticates a token from the header where only one kind of machine token is accepted.
pub(super) async fn of_kind(context: &Context<'_>, token: &str, kind: TokenType) -> RequestState {
    if TokenType::of_machine_token(token) != Some(kind) {
        return context.no_machine(kind, Reason::TOKEN_TYPE_MISMATCH, String::new());
    }
    verify(context, token, kind).await
}

/// Verifies a machine token. Clerk is asked about opaque tokens.
pub(super) async fn verify(context: &Context<'_>, token: &str, kind: TokenType) -> RequestState {
    let options = context.setup.verify_token_options();
    let verified = MachineAuth::verify(context.verifier, token, options).await;
    match verified {
        Ok(machine) => context.signed_in_machine(token, machine),
        Err(MachineTokenError {
            token_type, error, ..
        }) => {
            if error.is_for_nobody() {
                log_missing_audience(context);
            }
            context
                .no_machine(
                    token_type.unwrap_or(kind),
                    error.reason().into(),
                    error.to_string(),
                )
                .in_outage(error.is_outage())
                .described(error.description())
        }
    }
}

/// A developer sees it with the first token, and strangers cannot fill the log with it.
fn log_missing_audience(context: &Context<'_>) {
    static LIMIT: LogLimit = LogLimit::new();
    let message = "an OAuth access token is rejected because it does not say whom it is for (aud): let the instance issue JWTs, or \
                   accept such tokens with `ProtectedResource::without_audience` after reading what follows from it";
    LIMIT.log(context.verifier.clock(), Level::Warn, message, &[]);
}
