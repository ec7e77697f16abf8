use std::borrow::Cow;

use clerk_api::header::HeaderMap;

/// Headers of a request, whatever holds them: those of the `http` crate, or pairs of name and value.
///
/// ```
/// use clerk_sdk::webhooks::WebhookHeaders;
///
/// let pairs = [("Svix-Id", "msg_1")];
/// assert_eq!(pairs.as_slice().header("svix-id").as_deref(), Some("msg_1"));
/// ```
pub trait WebhookHeaders {
    /// Returns the first value of a header. `name` is in lower case; names of headers are the same in any case.
    fn header(&self, name: &str) -> Option<Cow<'_, str>>;
}

impl WebhookHeaders for HeaderMap {
    fn header(&self, name: &str) -> Option<Cow<'_, str>> {
        let value = self.get(name)?;
        Some(match value.to_str() {
            Ok(text) => Cow::Borrowed(text),
            // Bytes beyond ASCII are Latin-1 in HTTP, and the sender signed the characters.
            Err(_) => Cow::Owned(value.as_bytes().iter().copied().map(char::from).collect()),
        })
    }
}

impl<N: AsRef<str>, V: AsRef<str>> WebhookHeaders for [(N, V)] {
    fn header(&self, name: &str) -> Option<Cow<'_, str>> {
        self.iter()
            .find(|(own, _)| own.as_ref().eq_ignore_ascii_case(name))
            .map(|(_, value)| Cow::Borrowed(value.as_ref()))
    }
}
