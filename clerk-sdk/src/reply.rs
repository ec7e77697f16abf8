//! What awaiting a request of the SDK returns.

use clerk_api::{Page, Reply, Response, types};

use crate::error::Error;
use crate::logging;

/// Awaiting the request returns the body without status and headers, or this crate's [`Error`].
///
/// [`operations`](crate::operations) says where it stands and how to have the whole response instead.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum BodyOnly {}

/// Awaiting the request returns the array of the body as a [`Page`], or this crate's [`Error`].
///
/// Clerk sends one list, that of users, without the number of all items. In this crate it is a [`Page`] all the same, as every
/// list is.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum AsPage {}

/// Awaiting the request returns the number in the body, or this crate's [`Error`].
///
/// ```no_run
/// # async fn run(clerk: clerk_sdk::Clerk) -> Result<(), clerk_sdk::Error> {
/// let banned: i64 = clerk.users().get_count().banned(true).await?;
/// println!("{banned}");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum AsCount {}

pub(crate) fn failure(error: clerk_api::Error) -> Error {
    let error = Error::from(error);
    logging::failed_call(&error, error.status(), error.code(), error.clerk_trace_id());
    error
}

impl<T: Send + 'static> Reply<T> for BodyOnly {
    type Output = T;
    type Error = Error;

    fn success(response: Response<T>) -> T {
        response.into_body()
    }

    fn failure(error: clerk_api::Error) -> Error {
        failure(error)
    }
}

impl<T: Send + 'static> Reply<Vec<T>> for AsPage {
    type Output = Page<T>;
    type Error = Error;

    fn success(response: Response<Vec<T>>) -> Page<T> {
        Page::new(response.into_body(), None)
    }

    fn failure(error: clerk_api::Error) -> Error {
        failure(error)
    }
}

impl Reply<types::TotalCount> for AsCount {
    type Output = i64;
    type Error = Error;

    fn success(response: Response<types::TotalCount>) -> i64 {
        response.total_count
    }

    fn failure(error: clerk_api::Error) -> Error {
        failure(error)
    }
}
