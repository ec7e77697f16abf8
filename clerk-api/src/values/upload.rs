use std::fmt;

use bytes::Bytes;
use futures_util::stream::{Stream, TryStreamExt as _};

/// A file to send, such as a user's profile image.
///
/// Bytes that are in memory can be sent again when a try fails; a stream is sent once and never retried.
///
/// ```
/// use clerk_api::Upload;
///
/// let image = Upload::bytes(vec![0x89, b'P', b'N', b'G']).file_name("ada.png").content_type("image/png");
/// let plain: Upload = b"text".as_slice().into();
/// # let _ = (image, plain);
/// ```
pub struct Upload {
    pub(crate) content: UploadContent,
    pub(crate) file_name: Option<String>,
    pub(crate) content_type: Option<String>,
}

/// What the file holds.
pub(crate) enum UploadContent {
    /// In memory, so that it can be sent again.
    Bytes(Bytes),
    /// Read while it is sent: gone after the first try.
    Stream(reqwest::Body),
}

impl Upload {
    /// Returns a file whose content is in memory.
    pub fn bytes(content: impl Into<Bytes>) -> Self {
        Self::new(UploadContent::Bytes(content.into()))
    }

    /// Returns a file whose content is read while it is sent.
    ///
    /// The request is tried once: a failed try, also one that Clerk rejected with 429, is not repeated, because the
    /// stream cannot be read a second time. An error of the stream ends the request with
    /// [`Error::Transport`](crate::Error::Transport).
    ///
    /// ```
    /// use clerk_api::Upload;
    ///
    /// let parts = ["one", "two"].map(|part| Ok::<_, std::io::Error>(bytes::Bytes::from(part)));
    /// let upload = Upload::stream(futures_util::stream::iter(parts)).file_name("parts.txt");
    /// # let _ = upload;
    /// ```
    pub fn stream<S, E>(content: S) -> Self
    where
        S: Stream<Item = Result<Bytes, E>> + Send + 'static,
        E: Into<Box<dyn std::error::Error + Send + Sync>> + 'static,
    {
        Self::new(UploadContent::Stream(reqwest::Body::wrap_stream(
            content.map_err(Into::into),
        )))
    }

    /// Sets the name the file is sent under. Default: `upload`.
    ///
    /// One with a control character, such as a line break, makes the call return
    /// [`Error::InvalidRequest`](crate::Error::InvalidRequest).
    #[must_use]
    pub fn file_name(mut self, name: impl Into<String>) -> Self {
        self.file_name = Some(name.into());
        self
    }

    /// Sets the media type of the content, such as `image/png`. Default: `application/octet-stream`.
    ///
    /// Something that is not a media type, or that holds a control character, makes the call return
    /// [`Error::InvalidRequest`](crate::Error::InvalidRequest).
    #[must_use]
    pub fn content_type(mut self, media_type: impl Into<String>) -> Self {
        self.content_type = Some(media_type.into());
        self
    }

    fn new(content: UploadContent) -> Self {
        Self {
            content,
            file_name: None,
            content_type: None,
        }
    }
}

impl fmt::Debug for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let content = match &self.content {
            UploadContent::Bytes(bytes) => format!("{} bytes", bytes.len()),
            UploadContent::Stream(_) => "a stream".to_owned(),
        };
        f.debug_struct("Upload")
            .field("content", &format_args!("{content}"))
            .field("file_name", &self.file_name)
            .field("content_type", &self.content_type)
            .finish()
    }
}

impl From<Vec<u8>> for Upload {
    fn from(content: Vec<u8>) -> Self {
        Self::bytes(content)
    }
}

impl From<Bytes> for Upload {
    fn from(content: Bytes) -> Self {
        Self::bytes(content)
    }
}

impl From<&'static [u8]> for Upload {
    fn from(content: &'static [u8]) -> Self {
        Self::bytes(content)
    }
}
