//! Uploaded images.

use crate::instance::Context;
use crate::store::State;

/// A file that was sent.
#[derive(Debug)]
pub(crate) struct Upload {
    pub(crate) media_type: String,
    pub(crate) bytes: Vec<u8>,
}

/// Stores an image and returns its id.
pub(crate) fn store_image(cx: Context<'_>, state: &mut State, upload: &Upload) -> String {
    let id = cx.instance.ids.id("img");
    let image = (upload.media_type.clone(), upload.bytes.clone());
    state.images.insert(id.clone(), image);
    id
}
