//! What awaiting a request of the SDK gives.

use clerk_api::{List, Reply, Response, types};

use crate::error::Error;
use crate::logging;
use crate::page::Page;

/// Awaiting the request gives the body alone, or this crate's [`Error`].
///
/// It stands in the type of nearly every request that the resources make:
///
/// ```
/// use clerk_sdk::{Clerk, Plain, operations::GetUser};
///
/// fn prepared(clerk: &Clerk) -> GetUser<Plain> {
///     clerk.users().get_user("user_123")
/// }
/// # let _ = prepared;
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Plain {}

/// Awaiting the request gives a [`Page`], or this crate's [`Error`].
///
/// ```
/// use clerk_sdk::{Clerk, Paged, operations::GetUserList};
///
/// fn prepared(clerk: &Clerk) -> GetUserList<Paged> {
///     clerk.users().get_user_list().limit(100)
/// }
/// # let _ = prepared;
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Paged {}

/// Awaiting the request gives how many there are, or this crate's [`Error`].
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
pub enum Counted {}

pub(crate) fn failure(error: clerk_api::Error) -> Error {
    let error = Error::from(error);
    logging::failed_call(&error);
    error
}

impl<T: Send + 'static> Reply<T> for Plain {
    type Output = T;
    type Error = Error;

    fn success(response: Response<T>) -> T {
        response.into_body()
    }

    fn failure(error: clerk_api::Error) -> Error {
        failure(error)
    }
}

impl<T: Send + 'static> Reply<List<T>> for Paged {
    type Output = Page<T>;
    type Error = Error;

    fn success(response: Response<List<T>>) -> Page<T> {
        let list = response.into_body();
        Page::new(list.data, list.total_count)
    }

    fn failure(error: clerk_api::Error) -> Error {
        failure(error)
    }
}

impl<T: Send + 'static> Reply<Vec<T>> for Paged {
    type Output = Page<T>;
    type Error = Error;

    fn success(response: Response<Vec<T>>) -> Page<T> {
        Page::new(response.into_body(), None)
    }

    fn failure(error: clerk_api::Error) -> Error {
        failure(error)
    }
}

impl Reply<types::TotalCount> for Counted {
    type Output = i64;
    type Error = Error;

    fn success(response: Response<types::TotalCount>) -> i64 {
        response.total_count
    }

    fn failure(error: clerk_api::Error) -> Error {
        failure(error)
    }
}
