//! Uploaded images.

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
