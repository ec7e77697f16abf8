//! Visits to other providers. Each of them is one page of the emulator, where the visitor chooses who it is.

use super::TEN_MINUTES;
use super::environment::PROVIDERS;
use super::sign_in::unsupported_strategy;
use crate::http::error::ApiError;
use crate::instance::Context;
use crate::store::{State, Visit, VisitPurpose};

/// Returns the name of the provider of a strategy.
pub(crate) fn provider_name(strategy: &str) -> Result<&'static str, ApiError> {
    PROVIDERS
        .into_iter()
        .find(|(known, _)| *known == strategy)
        .map(|(_, name)| name)
        .ok_or_else(|| unsupported_strategy(strategy))
}

/// Begins a visit and returns the provider's address.
pub(super) fn begin_visit(
    cx: Context<'_>,
    state: &mut State,
    strategy: &str,
    purpose: VisitPurpose,
    redirect_url: &str,
) -> Result<String, ApiError> {
    provider_name(strategy)?;
    let secret = cx.instance.ids.letters(43);
    let visit = Visit {
        strategy: strategy.to_owned(),
        purpose,
        redirect_url: redirect_url.to_owned(),
        expire_at: cx.now.saturating_add(TEN_MINUTES),
    };
    state.browsers.visits.keep(secret.clone(), visit, cx.now);
    Ok(format!(
        "{}/provider?state={secret}",
        cx.instance.settings.url
    ))
}

/// Returns the visit with this secret.
pub(crate) fn current_visit<'a>(
    cx: Context<'_>,
    state: &'a State,
    secret: &str,
) -> Result<&'a Visit, ApiError> {
    let visit = state.browsers.visits.get(secret, cx.now);
    visit.ok_or_else(no_visit)
}

/// Returns the visit with this secret, once.
pub(super) fn end_visit(
    cx: Context<'_>,
    state: &mut State,
    secret: &str,
) -> Result<Visit, ApiError> {
    let visit = state.browsers.visits.take(secret, cx.now);
    visit.ok_or_else(no_visit)
}

fn no_visit() -> ApiError {
    ApiError::bad_state(
        "oauth_callback_invalid",
        "No visit to a provider is under way with this state: it ended, has expired, or never began.",
    )
}
