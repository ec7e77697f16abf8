//! Who may sign up, by the instance's settings.

use crate::domain::environment::{InstanceSettings, SignUpMode};
use crate::http::error::ApiError;
use crate::store::State;

/// Checks that an account with this address or number may be made: by everybody or by invitation only, and as the allow list
/// and the block list say. An invitation opens every door but that of the block list.
pub(super) fn check_admission(
    state: &State,
    name: &str,
    value: &str,
    by_ticket: bool,
) -> Result<(), ApiError> {
    let settings = InstanceSettings::read(state);
    let rejected =
        |code: &str, long: &str| Err(ApiError::parameter(code, name, "is not allowed", long));
    if settings.blocklist && is_listed(state, "blocklist_identifiers", value) {
        let long = "This address or number is on the block list of the instance.";
        return rejected("identifier_not_allowed_access", long);
    }
    if settings.block_email_subaddresses && has_subaddress(value) {
        let long = "Email addresses with a plus are not accepted by this instance.";
        return rejected("identifier_not_allowed_access", long);
    }
    if by_ticket {
        return Ok(());
    }
    if settings.allowlist && !is_listed(state, "allowlist_identifiers", value) {
        let long = "This address or number is not on the allow list of the instance.";
        return rejected("identifier_not_allowed_access", long);
    }
    match settings.dashboard.sign_up_mode {
        SignUpMode::Restricted => Err(ApiError::forbidden(
            "sign_up_mode_restricted",
            "This instance takes new accounts by invitation only.",
        )),
        SignUpMode::Waitlist => Err(ApiError::forbidden(
            "sign_up_restricted_waitlist",
            "This instance has a waiting list: join it, and sign up once you are invited.",
        )),
        SignUpMode::Public => Ok(()),
    }
}

fn has_subaddress(value: &str) -> bool {
    value
        .split_once('@')
        .is_some_and(|(local, _)| local.contains('+'))
}

/// Whether a list has the address or number itself, or the address's domain as `*@example.com`.
fn is_listed(state: &State, list: &str, value: &str) -> bool {
    let domain = value
        .split_once('@')
        .map(|(_, domain)| format!("*@{domain}"));
    state.documents.all(list).any(|entry| {
        let entry = entry["identifier"].as_str().unwrap_or_default();
        entry == value || domain.as_deref() == Some(entry)
    })
}
