//! The error of what tests do without HTTP.

use crate::http::error::ApiError;

/// Why the emulator rejected an operation.
///
/// ```
/// # async fn run() -> Result<(), clerk_emulator::StartError> {
/// let emulator = clerk_emulator::Emulator::builder().start().await?;
/// let error = emulator.sign_in("user_unknown").unwrap_err();
/// assert_eq!(error.to_string(), "there is no user user_unknown");
/// # Ok(())
/// # }
/// ```
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct OperationError(String);

impl OperationError {
    pub(crate) fn new(why: impl Into<String>) -> Self {
        Self(why.into())
    }
}

impl From<ApiError> for OperationError {
    fn from(error: ApiError) -> Self {
        Self(error.summary())
    }
}
