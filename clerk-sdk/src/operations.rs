//! The requests that the methods of the [resources](crate::resources) return.
//!
//! A request holds what is sent and has a setter for everything that the path does not need. It is sent when it is awaited, or by
//! `.send()`, which is the same. A function that returns one:
//!
//! ```
//! use clerk_sdk::Clerk;
//! use clerk_sdk::operations::{GetUser, GetUserList};
//!
//! fn user(clerk: &Clerk) -> GetUser {
//!     clerk.users().get_user("user_123")
//! }
//!
//! fn latest_users(clerk: &Clerk) -> GetUserList {
//!     clerk.users().get_user_list().order_by("-created_at")
//! }
//! # let _ = (user, latest_users);
//! ```
//!
//! # What awaiting returns
//!
//! The types are those of [`clerk_api::operations`], which are generic over what awaiting returns. Here it is chosen already:
//! the body, with this crate's [`Error`](crate::Error), by [`BodyOnly`](crate::BodyOnly), or for two operations by
//! [`AsPage`](crate::AsPage) and [`AsCount`](crate::AsCount). Where a status or a header of the response matters too, make the
//! request from [`clerk_api`] with the API client of the same [`Clerk`](crate::Clerk):
//!
//! ```no_run
//! use clerk_sdk::clerk_api;
//!
//! # async fn run(clerk: clerk_sdk::Clerk) -> Result<(), clerk_api::Error> {
//! let response = clerk.api().get_user("user_123").await?;
//! println!("{} {:?}", response.status(), response.headers().get("x-clerk-trace-id"));
//! # Ok(())
//! # }
//! ```

pub use crate::resources::operations::*;
