use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use clerk_sdk::clerk_api::reqwest;
use http_body::{Body, Frame, SizeHint};
use tokio::time::{Sleep, sleep};

use super::timing::Progress;

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// The body of a [`FrontendApiProxy`](crate::FrontendApiProxy) response. It streams from the Frontend API only as fast as it
/// is read. Dropping it ends the request to the Frontend API.
///
/// Reading fails if the Frontend API breaks off, or sends nothing for the
/// [`read_timeout`](crate::FrontendApiProxyOptions::read_timeout). A server then closes the connection, so that clients
/// notice that the body is incomplete. Frameworks read it as any [`http_body::Body`].
///
/// ```
/// use clerk_middleware::{FrontendApiProxy, ProxyBody};
/// use clerk_sdk::clerk_api::reqwest;
/// use http::Response;
/// use http::request::Parts;
///
/// async fn respond(proxy: &FrontendApiProxy, parts: &Parts) -> Response<ProxyBody> {
///     proxy.handle(parts, reqwest::Body::default(), None).await
/// }
/// ```
pub struct ProxyBody {
    content: Content,
}

enum Content {
    Text(Option<Bytes>),
    Streaming {
        body: reqwest::Body,
        timeout: Duration,
        /// Since when the next piece is awaited.
        waiting: Option<Pin<Box<Sleep>>>,
    },
}

impl ProxyBody {
    pub(super) fn text(text: String) -> Self {
        Self {
            content: Content::Text(Some(text.into())),
        }
    }

    pub(super) fn streaming(body: reqwest::Body, timeout: Duration) -> Self {
        Self {
            content: Content::Streaming {
                body,
                timeout,
                waiting: None,
            },
        }
    }
}

impl Body for ProxyBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let (body, timeout, waiting) = match &mut self.get_mut().content {
            Content::Text(text) => {
                return Poll::Ready(text.take().map(|text| Ok(Frame::data(text))));
            }
            Content::Streaming {
                body,
                timeout,
                waiting,
            } => (body, timeout, waiting),
        };
        loop {
            if let Poll::Ready(frame) = Pin::new(&mut *body).poll_frame(context) {
                *waiting = None;
                match frame {
                    // Trailers belong to one connection, like the header that announces them.
                    Some(Ok(frame)) if !frame.is_data() => continue,
                    frame => return Poll::Ready(frame.map(|frame| frame.map_err(broken_off))),
                }
            }
            let waiting = waiting.get_or_insert_with(|| Box::pin(sleep(*timeout)));
            ready!(waiting.as_mut().poll(context));
            return Poll::Ready(Some(Err("the Frontend API stopped sending".into())));
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.content {
            Content::Text(text) => text.is_none(),
            Content::Streaming { body, .. } => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.content {
            Content::Text(text) => {
                SizeHint::with_exact(text.as_ref().map_or(0, |text| text.len() as u64))
            }
            Content::Streaming { body, .. } => body.size_hint(),
        }
    }
}

fn broken_off(error: reqwest::Error) -> BoxError {
    error.without_url().into()
}

impl fmt::Debug for ProxyBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProxyBody").finish_non_exhaustive()
    }
}

/// The body of a request on its way to the Frontend API.
pub(super) struct Upload {
    body: reqwest::Body,
    progress: Progress,
}

impl Upload {
    pub(super) fn new(body: reqwest::Body, progress: &Progress) -> Self {
        Self {
            body,
            progress: progress.clone(),
        }
    }
}

impl Body for Upload {
    type Data = Bytes;
    type Error = reqwest::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, reqwest::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        self.progress.happened();
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
