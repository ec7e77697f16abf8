//! The Backend API by resource: one type each, whose methods have the names of Clerk's JavaScript SDK in snake_case.
//!
//! A method takes what the path needs, and returns a [request](crate::operations): a value with a setter for everything else,
//! which is sent when it is awaited. A request is `Send + 'static`, so it can be spawned. Awaiting the request of a list
//! returns a [`Page`](crate::Page); its `.stream()` and `.pages()` walk to the end of the list.
//!
//! ```no_run
//! # async fn run(clerk: clerk_sdk::Clerk) -> Result<(), clerk_sdk::Error> {
//! use futures_util::TryStreamExt;
//!
//! let user = clerk.users().get_user("user_123").await?;
//! let mut members = clerk.organizations().get_organization_membership_list("org_123").limit(200).stream();
//! while let Some(member) = members.try_next().await? {
//!     println!("{} works with {}", user.id, member.id);
//! }
//! # Ok(())
//! # }
//! ```

/// The dated version of the API that still had what later documents lack.
const LEGACY_API_VERSION: &str = "2021-02-05";

/// An id as one segment of a path; `None` when it would reach another endpoint.
fn path_segment(id: &str) -> Option<String> {
    (!matches!(id, "" | "." | "..")).then(|| clerk_api::__private::path_segment(id))
}

/// Makes everything that `table.rs` lists: the types of the resources with their methods, how to come by them, and the
/// requests that their methods return.
macro_rules! resources {
    ($(
        $(#[$doc:meta])*
        $accessor:ident: $Type:ident $(via $api:ident)? {
            $( fn $method:ident($($argument:ident),*) -> $Operation:ident; )*
        }
    )*) => {
        $(
            $(#[$doc])*
            ///
            /// A handle on a [`Clerk`](crate::Clerk): cheap to clone, and with the settings that the client has when a request
            /// is sent.
            #[doc = concat!("[`Clerk::", stringify!($accessor), "`](crate::Clerk::", stringify!($accessor), ") returns it:")]
            ///
            #[doc = concat!(
                "```\nfn handle(clerk: &clerk_sdk::Clerk) -> clerk_sdk::resources::", stringify!($Type),
                " {\n    clerk.", stringify!($accessor), "()\n}\n# let _ = handle;\n```"
            )]
            #[derive(Clone, Debug)]
            pub struct $Type {
                pub(super) clerk: crate::Clerk,
            }

            impl $Type {
                /// The API client that the requests are sent with.
                pub(super) fn api(&self) -> &clerk_api::Client {
                    client!(self $($api)?)
                }

                $( clerk_api::__operation! { $Operation method $method($($argument),*) $Operation } )*
            }
        )*

        impl crate::Clerk {
            $(
                $(#[$doc])*
                pub fn $accessor(&self) -> $Type {
                    $Type { clerk: self.clone() }
                }
            )*
        }

        /// The same on the client of the process, re-exported at the root of the crate.
        pub(crate) mod global {
            $(
                $(#[$doc])*
                ///
                /// A handle on the [client of the process](crate::clerk_client).
                pub fn $accessor() -> super::$Type {
                    crate::clerk_client().$accessor()
                }
            )*
        }

        /// The requests, re-exported as [`crate::operations`].
        pub(crate) mod operations {
            $($( clerk_api::__operation! { $Operation request $Operation $Type::$method } )*)*
        }
    };
}

/// Makes the method of a resource that sends one operation.
macro_rules! method {
    (
        $(#[$doc:meta])* [$reply:ident] [$($ty:ty),*]
        $method:ident($($argument:ident),*) $Operation:ident
    ) => {
        $(#[$doc])*
        pub fn $method(&self $(, $argument: $ty)*) -> crate::operations::$Operation {
            crate::operations::$Operation::new(self.api() $(, $argument)*)
        }
    };
}

/// The API client of a resource: that of the instance, or the one that it names.
macro_rules! client {
    ($resource:ident) => {
        $resource.clerk.api()
    };
    ($resource:ident $api:ident) => {
        $resource.clerk.$api()
    };
}

/// Makes the name of a request in this crate.
macro_rules! request {
    ($(#[$doc:meta])* [$reply:ident] [$($ty:ty),*] $Operation:ident $Type:ident::$method:ident) => {
        $(#[$doc])*
        ///
        #[doc = concat!("[`", stringify!($Type), "::", stringify!($method), "`](crate::resources::", stringify!($Type), "::", stringify!($method), ") makes it.")]
        pub type $Operation = clerk_api::operations::$Operation<reply!($reply)>;
    };
}

/// What awaiting a request returns, by the word of `clerk-api`'s generated macros.
macro_rules! reply {
    (body) => {
        crate::reply::BodyOnly
    };
    (page) => {
        crate::reply::AsPage
    };
    (count) => {
        crate::reply::AsCount
    };
}

#[allow(
    deprecated,
    reason = "what Clerk deprecates is listed too; whoever calls it is told"
)]
mod table;

mod clients;
mod domains;
mod get_token;
mod m2m;
mod sessions;
mod undocumented;
mod update;

pub use get_token::GetToken;
pub use table::*;
pub(crate) use table::{global, operations};
pub use update::{UpdateOrganization, UpdateUser};
