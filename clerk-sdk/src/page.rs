use std::ops::{Deref, DerefMut};

use serde::Serialize;

/// One page of a list. It derefs to a slice and can be iterated over.
///
/// ```no_run
/// # async fn run(clerk: clerk_sdk::Clerk) -> Result<(), clerk_sdk::Error> {
/// let page = clerk.sessions().get_session_list().user_id("user_123").limit(20).await?;
/// println!("{} of {:?}", page.len(), page.total_count);
/// for session in &page {
///     println!("{}", session.id);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Page<T> {
    /// The items of this page.
    pub data: Vec<T>,
    /// How many items there are on all pages together, when Clerk tells. It does not for users: ask
    /// [`get_count`](crate::resources::Users::get_count).
    pub total_count: Option<i64>,
}

impl<T> Page<T> {
    /// A page of these items; for tests and stand-ins of the API.
    pub const fn new(data: Vec<T>, total_count: Option<i64>) -> Self {
        Self { data, total_count }
    }
}

impl<T> Default for Page<T> {
    fn default() -> Self {
        Self::new(Vec::new(), None)
    }
}

impl<T> Deref for Page<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.data
    }
}

impl<T> DerefMut for Page<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.data
    }
}

impl<T> IntoIterator for Page<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.data.into_iter()
    }
}

impl<'a, T> IntoIterator for &'a Page<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.data.iter()
    }
}
