//! Walking over the pages of a list: which page comes next, when it is fetched, and where the list ends.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use serde::de::DeserializeOwned;
use tokio::task::{JoinError, JoinHandle};
use tracing::Instrument as _;

use super::answer::Response;
use super::call::{Call, Ready};
use super::operation::Sending;
use crate::error::Error;
use crate::values::Page;

/// How many items are asked for where the caller did not say. Also the largest page that every list of the API grants,
/// so that a shorter page means the end: a server may return fewer items than a larger limit asks for.
const GRANTED: i64 = 100;

/// How often one page may be rejected with 429, each time after the retries of the request, until the walk gives up.
const MAX_REFUSALS: u32 = 20;

/// The shortest and the longest wait after such a rejection, whatever the server states: it neither makes the walk spin nor
/// stops it for good.
const WAITS: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(600));

/// Where a walk is, with pages of type `L`: a `Vec` or a [`Page`].
pub(super) struct Walk<L> {
    call: Call,
    fetch: Fetch<L>,
    /// How many items are asked for.
    limit: i64,
    /// How many items are before the page that is taken next.
    offset: i64,
    progress: Progress<L>,
}

enum Progress<L> {
    Unsent,
    /// The first page, or the one after the page that was taken last.
    Fetching {
        page: Fetching<L>,
        is_first: bool,
    },
    Over,
}

type Fetch<L> = fn(Ready) -> Sending<Outcome<L>>;

type Outcome<L> = Result<Fetched<L>, Error>;

struct Fetched<L> {
    response: Response<L>,
    received: i64,
    total: Option<i64>,
}

impl<L: Send + 'static> Walk<L> {
    /// `T` is what `L` holds.
    pub(super) fn new<T>(mut call: Call) -> Self
    where
        T: DeserializeOwned + 'static,
        L: From<Page<T>>,
    {
        if call.query_value("starting_after").is_some() {
            // The first page returns it, and is not sent.
            call.reject(
                "all pages are walked by `offset`, which Clerk does not combine with `starting_after`: leave it out, or \
                 fetch page by page",
            );
        }
        let mut window = |name, default: i64, least: i64| {
            let Some(text) = call.query_value(name) else {
                return default;
            };
            match text.parse() {
                Ok(value) if value >= least => value,
                _ => {
                    // The first page returns it, and is not sent.
                    call.reject(format_args!(
                        "`{name}` must be at least {least} to walk over all pages"
                    ));
                    default
                }
            }
        };
        let limit = window("limit", GRANTED, 1);
        let offset = window("offset", 0, 0);
        Self {
            call,
            fetch: fetch::<T, L>,
            limit,
            offset,
            progress: Progress::Unsent,
        }
    }

    /// Returns the next page. Nothing is sent before the first call; afterwards the page that follows is fetched ahead.
    pub(super) fn poll_page(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Response<L>, Error>>> {
        if matches!(self.progress, Progress::Unsent) {
            self.progress = self.fetching(true);
        }
        let Progress::Fetching { page, is_first } = &mut self.progress else {
            return Poll::Ready(None);
        };
        let is_first = *is_first;
        let outcome = ready!(Pin::new(&mut page.0).poll(cx));
        // Until the next page is begun; errors and panics are the end.
        self.progress = Progress::Over;
        let page = match outcome {
            Ok(Ok(page)) => page,
            Ok(Err(error)) => return Poll::Ready(Some(Err(error))),
            Err(lost) => return Poll::Ready(Some(Err(self.lost(lost)))),
        };
        self.offset = self.offset.saturating_add(page.received);
        if !self.is_last(&page) {
            self.progress = self.fetching(false);
        }
        // An empty page only says that the one before was the last. The first is returned even if empty: it has the total.
        let is_page = is_first || page.received > 0;
        Poll::Ready(is_page.then_some(Ok(page.response)))
    }

    /// Fetches the next page in a task of its own, so that it progresses while the caller is busy with the one before.
    fn fetching(&self, is_first: bool) -> Progress<L> {
        let mut call = self.call.clone();
        call.query("limit", self.limit);
        call.query("offset", self.offset);
        let task = tokio::spawn(patiently(call, self.fetch).in_current_span());
        Progress::Fetching {
            page: Fetching(task),
            is_first,
        }
    }

    /// Returns whether nothing follows this page; `offset` is behind it already.
    fn is_last(&self, page: &Fetched<L>) -> bool {
        match page.total {
            _ if page.received == 0 => true,
            Some(total) => self.offset >= total,
            None => page.received < self.limit && self.limit <= GRANTED,
        }
    }

    /// The task ended without an outcome.
    fn lost(&self, task: JoinError) -> Error {
        match task.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => Error::InvalidRequest {
                operation: self.call.info.id,
                reason: "the tokio runtime in which this page was fetched has been shut down"
                    .to_owned(),
            },
        }
    }
}

impl<L> Walk<L> {
    pub(super) fn offset(&self) -> i64 {
        self.offset
    }

    pub(super) fn operation(&self) -> &'static str {
        self.call.info.id
    }

    pub(super) fn is_over(&self) -> bool {
        matches!(self.progress, Progress::Over)
    }
}

/// A page on its way. Dropping it stops the request.
struct Fetching<L>(JoinHandle<Outcome<L>>);

impl<L> Drop for Fetching<L> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Boxed, as operations are: what is spawned is then the same for all lists.
fn fetch<T, L>(ready: Ready) -> Sending<Outcome<L>>
where
    T: DeserializeOwned + 'static,
    L: From<Page<T>> + 'static,
{
    Box::pin(async {
        let response = ready.decoded::<Page<T>>().await?;
        Ok(Fetched {
            received: i64::try_from(response.len()).unwrap_or(i64::MAX),
            total: response.total_count,
            response: response.map(L::from),
        })
    })
}

/// Fetches one page. Waits and tries again after a 429, which other requests of the instance may have caused.
async fn patiently<L>(call: Call, fetch: Fetch<L>) -> Outcome<L> {
    let mut rejections = 0;
    loop {
        let outcome = fetch(call.clone().bodyless()).await;
        let wait = match &outcome {
            Err(error) if error.is_rate_limited() => error
                .retry_after()
                .unwrap_or_else(|| call.client.config().http_options.retry.max_delay)
                .clamp(WAITS.0, WAITS.1),
            _ => return outcome,
        };
        rejections += 1;
        if rejections == MAX_REFUSALS {
            return outcome;
        }
        // It may hold the body of the rejection, and the wait may be long.
        drop(outcome);
        tracing::info!(
            operation = call.info.id,
            rejections,
            wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX),
            "page rejected, asking again after a wait"
        );
        tokio::time::sleep(wait).await;
    }
}
