//! Uploaded images.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::http::error::ApiError;
use crate::http::upload::Upload;
use crate::instance::Context;
use crate::store::State;

/// Stores an image and returns its id.
pub(crate) fn store_image(cx: Context<'_>, state: &mut State, upload: &Upload) -> String {
    let id = cx.instance.ids.id("img");
    let image = (upload.media_type.clone(), upload.bytes.clone());
    state.images.insert(id.clone(), image);
    id
}

/// Returns an upload as bytes: native apps send a text of Base64, as a `data:` URL or bare.
pub(crate) fn decoded_upload(upload: &Upload) -> Result<Cow<'_, Upload>, ApiError> {
    if !upload.media_type.starts_with("application/octet-stream") {
        return Ok(Cow::Borrowed(upload));
    }
    let Some(text) = std::str::from_utf8(&upload.bytes).ok().map(str::trim) else {
        return Ok(Cow::Borrowed(upload));
    };
    let invalid = || ApiError::invalid_format("file", "file must be an image, or one in Base64.");
    let (media_type, encoded) = match text.strip_prefix("data:") {
        Some(url) => url.split_once(";base64,").ok_or_else(invalid)?,
        None => ("image/png", text),
    };
    let bytes = STANDARD.decode(encoded).map_err(|_| invalid())?;
    if bytes.is_empty() {
        return Err(invalid());
    }
    Ok(Cow::Owned(Upload {
        media_type: media_type.to_owned(),
        bytes,
    }))
}
