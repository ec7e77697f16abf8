//! Reasons to reject a session token that a stranger can cause, but that usually mean that something is configured wrong.

use clerk_sdk::__private::{Level, LogLimit};
use clerk_sdk::Clock;
use clerk_sdk::tokens::TokenErrorReason as Failure;

/// Logs what to do if the configuration may be at fault, once a minute for each kind.
pub(super) fn warn(clock: &Clock, reason: Failure) {
    static CLOCK: LogLimit = LogLimit::new();
    static INSTANCE: LogLimit = LogLimit::new();
    static PARTY: LogLimit = LogLimit::new();

    let (limit, advice) = match reason {
        Failure::TokenIatInTheFuture | Failure::TokenNotActiveYet => (
            &CLOCK,
            "a session token is rejected because it is from the future: set the clock of this machine by NTP, or allow more \
             clock skew (CLERK_CLOCK_SKEW_MS)",
        ),
        Failure::TokenInvalidSignature | Failure::JwkKidMismatch => (
            &INSTANCE,
            "a session token is rejected because no key of this instance signed it: check that CLERK_SECRET_KEY, \
             CLERK_JWT_KEY and the publishable key of the frontend belong to the same instance",
        ),
        Failure::TokenInvalidAuthorizedParties => (
            &PARTY,
            "a session token is rejected because it was issued to a page of another origin: add the origin to \
             CLERK_AUTHORIZED_PARTIES if it is one of yours",
        ),
        _ => return,
    };
    limit.log(clock, Level::Warn, advice, &[("reason", reason.as_str())]);
}
