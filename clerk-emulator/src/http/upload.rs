//! Files that are sent.

use axum::extract::{FromRequest, Multipart, Request};

use super::error::ApiError;
use super::parse;

/// A file that was sent.
#[derive(Clone, Debug)]
pub(crate) struct Upload {
    pub(crate) media_type: String,
    pub(crate) bytes: Vec<u8>,
}

impl Upload {
    /// Reads the file of a form, in its field `file`.
    pub(crate) async fn read(request: Request) -> Result<Self, ApiError> {
        let invalid = |why: String| parse::invalid_body(&why);
        let mut form = Multipart::from_request(request, &())
            .await
            .map_err(|error| invalid(error.body_text()))?;
        while let Some(field) = form
            .next_field()
            .await
            .map_err(|error| invalid(error.body_text()))?
        {
            if field.name() != Some("file") {
                continue;
            }
            let media_type = field
                .content_type()
                .unwrap_or("application/octet-stream")
                .to_owned();
            let bytes = field
                .bytes()
                .await
                .map_err(|error| invalid(error.body_text()))?;
            if bytes.is_empty() {
                return Err(ApiError::invalid("file", "The file is empty."));
            }
            return Ok(Self {
                media_type,
                bytes: bytes.to_vec(),
            });
        }
        Err(ApiError::missing("file"))
    }
}
