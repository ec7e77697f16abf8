//! Streams over all pages of a list.

use std::fmt;
use std::future::poll_fn;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_util::Stream;
use futures_util::stream::FusedStream;
use serde::de::DeserializeOwned;

use super::call::Call;
use super::operation::{FullResponse, Reply};
use super::walk::Walk;
use crate::error::Error;
use crate::values::Page;

/// Every item of every page of a list: what `.stream()` of a request gives.
///
/// It is a [`Stream`], so all adaptors of `futures_util` work on it, and [`next`](Self::next) is there without any import.
///
/// ```no_run
/// # async fn run(api: clerk_api::Client) -> Result<(), clerk_api::Error> {
/// let mut users = api.get_user_list().order_by("created_at").limit(500).stream();
/// while let Some(user) = users.next().await {
///     println!("{}", user?.id);
/// }
/// # Ok(())
/// # }
/// ```
///
/// # Pages
///
/// The items come in pages of the request's `limit`, or of 100 where it is not set, starting at its `offset`, or at 0. Clerk
/// allows pages of up to 500 for most lists; larger pages are fewer requests. A `limit` below 1 or an `offset` below 0 is an
/// [`Error::InvalidRequest`], and nothing is sent. So is a `starting_after`, which Clerk does not combine with an `offset`: fetch
/// page by page to walk by it.
///
/// Nothing is sent before the stream is first polled. From then on one page is fetched ahead, in a task of its own, while you
/// work on the items of the page before: at most two pages are in memory, however long the list. Dropping the stream stops the
/// request that is under way. Each page is a request of its own, with the configuration of its moment; a `timeout` of the
/// request bounds each page and not the walk.
///
/// # Rate limits
///
/// A page that is still rejected with 429 after the retries of [`RetryPolicy`](crate::RetryPolicy) is asked for again after the
/// time that `Retry-After` states, or after [`max_delay`](crate::RetryPolicy#structfield.max_delay) where it states none; never
/// sooner than after 100 milliseconds and never later than after 10 minutes. After 20 such rejections of one page the walk gives
/// up and yields the error. So a long export survives that the rest of the application, or another export, uses up the limit
/// that all requests of an instance share.
///
/// # Errors
///
/// Any other error, once the retries are used up, is yielded behind the items that came before it, and then the stream ends.
/// [`offset`](Self::offset) tells where to go on.
///
/// # What changes meanwhile
///
/// Pages are counted from the start of the list. What is created or deleted in front of the place that the walk has reached
/// moves the rest: an item may then come twice, or not at all. Most lists start with the latest, where every new item does that.
/// Where there is an `order_by`, sort by the time of creation, upwards: new users then come last, and only deleted ones move the
/// rest. Where that matters, compare ids.
///
/// # Panics
///
/// Polling panics outside of a tokio runtime, as sending any request does. A panic in the task that fetches a page goes on in
/// whoever polls the stream.
#[must_use = "nothing is sent until the stream is polled"]
pub struct ItemStream<T, E = Error> {
    walk: Walk<Vec<T>>,
    page: std::vec::IntoIter<T>,
    failure: fn(Error) -> E,
}

impl<T: Send + 'static, E> ItemStream<T, E> {
    /// For generated code.
    pub(crate) fn new(call: Call, failure: fn(Error) -> E) -> Self
    where
        T: DeserializeOwned,
    {
        Self {
            walk: Walk::new::<T>(call),
            page: Vec::new().into_iter(),
            failure,
        }
    }

    /// Returns the next item, or `None` at the end.
    ///
    /// A call that is cancelled loses nothing: the page stays on its way, and another call goes on.
    pub async fn next(&mut self) -> Option<Result<T, E>> {
        poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }
}

impl<T, E> ItemStream<T, E> {
    /// Returns how many items of the list are before the first one that was not yielded yet, counting those that the walk's own
    /// `offset` skipped.
    ///
    /// After an error, a new walk from there gets the rest:
    ///
    /// ```no_run
    /// # async fn run(api: clerk_api::Client) -> Result<(), clerk_api::Error> {
    /// let export = |from| api.get_user_list().order_by("created_at").offset(from).stream();
    /// let mut users = export(0);
    /// while let Some(user) = users.next().await {
    ///     match user {
    ///         Ok(user) => println!("{}", user.id),
    ///         Err(error) if error.is_retryable() => users = export(users.offset()),
    ///         Err(error) => return Err(error),
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn offset(&self) -> i64 {
        // Of the page at hand, what is left is not yielded yet.
        self.walk.offset() - self.page.len() as i64
    }
}

impl<T: Send + 'static, E> Stream for ItemStream<T, E> {
    type Item = Result<T, E>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(item) = self.page.next() {
                return Poll::Ready(Some(Ok(item)));
            }
            match ready!(self.walk.poll_page(cx)) {
                Some(Ok(page)) => self.page = page.into_body().into_iter(),
                Some(Err(error)) => return Poll::Ready(Some(Err((self.failure)(error)))),
                None => return Poll::Ready(None),
            }
        }
    }
}

impl<T: Send + 'static, E> FusedStream for ItemStream<T, E> {
    fn is_terminated(&self) -> bool {
        self.page.len() == 0 && self.walk.is_over()
    }
}

// Items are moved out, never pinned.
impl<T, E> Unpin for ItemStream<T, E> {}

// Without the items: they may be personal or secret.
impl<T, E> fmt::Debug for ItemStream<T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ItemStream")
            .field("operation", &self.walk.operation())
            .field("offset", &self.offset())
            .finish_non_exhaustive()
    }
}

/// Every page of a list, each as awaiting the request gives one: what `.pages()` of a request gives.
///
/// `L` is what a page holds, a `Vec` or a [`Page`]; `R` makes of it what is yielded, a
/// [`Response`](crate::Response) unless you say otherwise. An empty page ends the walk and is not yielded, unless it is the
/// first.
///
/// Everything else is as [`ItemStream`] describes it: the size of pages, the one that is fetched ahead, rate limits, errors, and what
/// happens to a list that changes meanwhile.
///
/// ```no_run
/// # async fn run(api: clerk_api::Client) -> Result<(), clerk_api::Error> {
/// let mut pages = api.list_organizations().limit(500).pages();
/// while let Some(page) = pages.next().await {
///     let page = page?;
///     println!("{} of {:?}, {}", page.len(), page.total_count, page.status());
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "nothing is sent until the stream is polled"]
pub struct PageStream<L, R = FullResponse> {
    walk: Walk<L>,
    reply: PhantomData<fn() -> R>,
}

impl<L: Send + 'static, R: Reply<L>> PageStream<L, R> {
    /// For generated code. `T` is what `L` holds.
    pub(crate) fn new<T>(call: Call) -> Self
    where
        T: DeserializeOwned + 'static,
        L: From<Page<T>>,
    {
        Self {
            walk: Walk::new::<T>(call),
            reply: PhantomData,
        }
    }

    /// Returns the next page, or `None` at the end.
    ///
    /// A call that is cancelled loses nothing: the page stays on its way, and another call goes on.
    pub async fn next(&mut self) -> Option<Result<R::Output, R::Error>> {
        poll_fn(|cx| Pin::new(&mut *self).poll_next(cx)).await
    }
}

impl<L, R> PageStream<L, R> {
    /// Returns how many items of the list are before the first page that was not yielded yet, counting those that the walk's own
    /// `offset` skipped.
    ///
    /// After an error, a new walk from there gets the rest:
    ///
    /// ```no_run
    /// # async fn run(api: clerk_api::Client) -> Result<(), clerk_api::Error> {
    /// let mut pages = api.list_organizations().offset(12_000).pages();
    /// while let Some(page) = pages.next().await {
    ///     match page {
    ///         Ok(page) => println!("{} organizations", page.len()),
    ///         Err(error) => {
    ///             eprintln!("go on with .offset({})", pages.offset());
    ///             return Err(error);
    ///         }
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn offset(&self) -> i64 {
        self.walk.offset()
    }
}

impl<L: Send + 'static, R: Reply<L>> Stream for PageStream<L, R> {
    type Item = Result<R::Output, R::Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let page = ready!(self.walk.poll_page(cx));
        Poll::Ready(page.map(super::operation::reply::<R, L>))
    }
}

impl<L: Send + 'static, R: Reply<L>> FusedStream for PageStream<L, R> {
    fn is_terminated(&self) -> bool {
        self.walk.is_over()
    }
}

// Pages are moved out, never pinned.
impl<L, R> Unpin for PageStream<L, R> {}

// Without the pages: they may be personal or secret.
impl<L, R> fmt::Debug for PageStream<L, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PageStream")
            .field("operation", &self.walk.operation())
            .field("offset", &self.offset())
            .finish_non_exhaustive()
    }
}

/// Gives the request type of a list the streams over all its pages; generated code expands it once per list.
macro_rules! paged {
    ($name:ident: Vec<$item:ty>) => {
        $crate::paged! { @streams $name ($item) (::std::vec::Vec<$item>) }
    };
    ($name:ident: Page<$item:ty>) => {
        $crate::paged! { @streams $name ($item) ($crate::Page<$item>) }
    };
    (@streams $name:ident ($item:ty) ($list:ty)) => {
        impl<R: $crate::Reply<$list>> $name<R> {
            /// Every page of this list, from `offset` on, in pages of `limit` or else of 100 items; one is fetched ahead.
            pub fn pages(self) -> $crate::PageStream<$list, R> {
                $crate::PageStream::new::<$item>(self.call)
            }

            /// Every item of every page of this list, from `offset` on, fetched in pages of `limit` or else of 100 items.
            /// [`ItemStream`](crate::ItemStream) tells the rest: rate limits, errors, and lists that change meanwhile.
            pub fn stream(self) -> $crate::ItemStream<$item, R::Error> {
                $crate::ItemStream::new(self.call, R::failure)
            }
        }
    };
}
pub(crate) use paged;
