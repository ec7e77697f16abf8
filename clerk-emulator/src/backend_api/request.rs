//! Who sends a request, by its key.

use axum::http::{HeaderMap, header};

use super::call::Caller;
use crate::domain::machines::machine_by_secret;
use crate::http::error::ApiError;
use crate::instance::Instance;

/// Returns who asks, by the key in `Authorization`.
pub(super) fn authenticate(
    instance: &Instance,
    headers: &HeaderMap,
    machines_may: bool,
) -> Result<Caller, ApiError> {
    let rejected = |code: &str, long: &str| ApiError::unauthorized(code, "Not authorized", long);
    let given = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let key = given
        .strip_prefix("Bearer ")
        .map(str::trim)
        .filter(|key| !key.is_empty())
        .ok_or_else(|| {
            rejected(
                "authorization_header_format_invalid",
                "The header has to be: Authorization: Bearer <secret key>.",
            )
        })?;
    if key == instance.settings.secret_key {
        return Ok(Caller::Instance);
    }
    if machines_may
        && let Some(machine) = machine_by_secret(&instance.read(), key, instance.clock.now())
    {
        return Ok(Caller::Machine(machine));
    }
    Err(rejected(
        "clerk_key_invalid",
        "This is not the secret key of this emulator, which it prints when it starts.",
    ))
}
