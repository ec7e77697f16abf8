//! What an operation is, and the macro that makes the request type of one.

use std::fmt;
use std::pin::Pin;

use reqwest::Method;

use super::answer::Response;
use crate::error::Error;

/// The facts of one operation of the API.
///
/// ```
/// use clerk_api::{Method, OperationInfo};
///
/// fn log(operation: &OperationInfo) -> String {
///     format!("{} {} ({})", operation.method, operation.path, operation.id)
/// }
/// # let _ = log;
/// # let _ = Method::GET;
/// ```
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct OperationInfo {
    /// The name of the operation in Clerk's document, such as `GetUserList`.
    pub id: &'static str,
    /// The HTTP method.
    pub method: Method,
    /// The path after the version, with names for its parameters: `/users/{user_id}`.
    pub path: &'static str,
    /// Whether the operation needs the secret key. One that does not is sent without it.
    pub authenticated: bool,
}

impl OperationInfo {
    /// For generated code.
    #[doc(hidden)]
    pub const fn new(
        id: &'static str,
        method: Method,
        path: &'static str,
        authenticated: bool,
    ) -> Self {
        Self {
            id,
            method,
            path,
            authenticated,
        }
    }
}

impl fmt::Debug for OperationInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({} {})", self.id, self.method, self.path)
    }
}

/// What awaiting a request gives, where `T` is the decoded body.
///
/// [`FullResponse`] is the default. With another implementation, every request of the API returns your own types:
///
/// ```
/// use clerk_api::{Error, Reply, Response};
///
/// /// Returns the body alone.
/// struct Body;
///
/// impl<T: Send + 'static> Reply<T> for Body {
///     type Output = T;
///     type Error = Error;
///
///     fn success(response: Response<T>) -> T {
///         response.into_body()
///     }
///
///     fn failure(error: Error) -> Error {
///         error
///     }
/// }
///
/// # async fn run(api: clerk_api::Client) -> Result<(), Error> {
/// use clerk_api::operations::GetUser;
/// use clerk_api::types::User;
///
/// let user: User = GetUser::<Body>::new(&api, "user_123").await?;
/// # Ok(())
/// # }
/// ```
pub trait Reply<T>: 'static {
    /// What a success gives.
    type Output: Send;
    /// What a failure gives.
    type Error: Send;

    /// Converts the response. It cannot fail: decoding has already found what is missing in the body.
    fn success(response: Response<T>) -> Self::Output;

    /// Converts the error.
    fn failure(error: Error) -> Self::Error;
}

/// The default [`Reply`]: the whole [`Response`], or this crate's [`Error`].
///
/// ```
/// fn assert_replies<T: Send + 'static>()
/// where
///     clerk_api::FullResponse: clerk_api::Reply<T, Output = clerk_api::Response<T>>,
/// {
/// }
/// assert_replies::<String>();
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum FullResponse {}

impl<T: Send + 'static> Reply<T> for FullResponse {
    type Output = Response<T>;
    type Error = Error;

    fn success(response: Response<T>) -> Response<T> {
        response
    }

    fn failure(error: Error) -> Error {
        error
    }
}

/// Converts the outcome of a call as its `Reply` type says.
pub(super) fn reply<R: Reply<T>, T>(
    outcome: Result<Response<T>, Error>,
) -> Result<R::Output, R::Error> {
    outcome.map(R::success).map_err(R::failure)
}

/// A request in flight.
pub(crate) type Sending<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Makes the request type of one operation; generated code expands it once per operation.
///
/// What does not depend on the operation is in `Call`: this expands about 250 times.
macro_rules! operation {
    (
        $(#[$meta:meta])*
        pub struct $name:ident -> $reply:ident $output:ty;
        info: $id:literal, $method:ident, $path:literal, authenticated: $authenticated:literal;
        body: none;
    ) => {
        $crate::operation! { @request
            [$(#[$meta])*] $name $reply ($output) [$id $method $path $authenticated] [] (this -> this.call.bodyless())
        }
        $crate::operation! { @clone $name [] }
    };
    (
        $(#[$meta:meta])*
        pub struct $name:ident -> $reply:ident $output:ty;
        info: $id:literal, $method:ident, $path:literal, authenticated: $authenticated:literal;
        body: json $presence:ident $body:ty;
    ) => {
        $crate::operation! { @request
            [$(#[$meta])*] $name $reply ($output) [$id $method $path $authenticated]
            [body: $body] (this -> this.call.body(&this.body, $crate::runtime::Presence::$presence))
        }
        $crate::operation! { @clone $name [body] }

        impl<R> $name<R> {
            /// Sends this body in place of everything that was set in it so far.
            pub fn with_body(mut self, body: $body) -> Self {
                self.body = body;
                self
            }

            /// Sends a field of the body that this version of the crate does not know. It wins over a setter's value.
            pub fn body_field(
                mut self,
                name: impl ::std::convert::Into<::std::string::String>,
                value: impl $crate::__private::serde::Serialize,
            ) -> Self {
                self.call.body_field(name.into(), value);
                self
            }
        }
    };
    (
        $(#[$meta:meta])*
        pub struct $name:ident -> $reply:ident $output:ty;
        info: $id:literal, $method:ident, $path:literal, authenticated: $authenticated:literal;
        body: form;
    ) => {
        // Not `Clone`: a file may be a stream.
        $crate::operation! { @request
            [$(#[$meta])*] $name $reply ($output) [$id $method $path $authenticated]
            [form: $crate::runtime::Form] (this -> this.call.form(this.form))
        }
    };
    (@clone $name:ident [$($field:ident)?]) => {
        // By hand: a derived one would ask for `R: Clone`.
        impl<R> ::std::clone::Clone for $name<R> {
            fn clone(&self) -> Self {
                Self {
                    call: self.call.clone(),
                    $( $field: self.$field.clone(), )?
                    reply: ::std::marker::PhantomData,
                }
            }
        }
    };
    (@request
        [$($meta:tt)*] $name:ident $reply:ident ($output:ty)
        [$id:literal $method:ident $path:literal $authenticated:literal]
        [$($field:ident: $field_type:ty)?] ($this:ident -> $prepared:expr)
    ) => {
        $($meta)*
        #[must_use = "a request is sent when it is awaited"]
        pub struct $name<R = $crate::FullResponse> {
            pub(crate) call: $crate::runtime::Call,
            $( pub(crate) $field: $field_type, )?
            reply: ::std::marker::PhantomData<fn() -> R>,
        }

        impl<R> $name<R> {
            /// The facts of this operation.
            pub const OPERATION: &'static $crate::OperationInfo =
                &$crate::OperationInfo::new($id, $crate::Method::$method, $path, $authenticated);

            pub(crate) fn start(
                client: &$crate::Client,
                path_values: ::std::vec::Vec<::std::string::String>,
            ) -> Self {
                Self {
                    call: $crate::runtime::Call::new(client, Self::OPERATION, path_values),
                    $( $field: ::std::default::Default::default(), )?
                    reply: ::std::marker::PhantomData,
                }
            }

            /// Adds a header to this request, in place of an earlier one of that name. `Authorization` and the headers
            /// that frame the body stay what they are, whatever is given here.
            pub fn header(
                mut self,
                name: impl ::std::convert::TryInto<$crate::header::HeaderName>,
                value: impl ::std::convert::TryInto<$crate::header::HeaderValue>,
            ) -> Self {
                self.call.header(name, value);
                self
            }

            /// Bounds this call, with all its tries and the waiting between them, in place of the time-outs of the
            /// configuration.
            pub fn timeout(mut self, timeout: ::std::time::Duration) -> Self {
                self.call.timeout(timeout);
                self
            }

            /// Sends this call through the client's [gate](crate::Client#the-gate): for a call that a visitor of your
            /// application can cause with something made up.
            pub fn gated(mut self) -> Self {
                self.call.gated();
                self
            }

            /// Adds a query parameter that this version of the crate does not know. A name may be added repeatedly.
            pub fn query_pair(
                mut self,
                name: impl ::std::convert::Into<::std::string::String>,
                value: impl ::std::fmt::Display,
            ) -> Self {
                self.call.query_pair(name.into(), value);
                self
            }

            /// Sends the request and returns the body as untyped JSON, for a response that the type of this operation does
            /// not fit. An empty body is `null`.
            ///
            /// # Errors
            ///
            /// Those of [`Error`](crate::Error).
            pub fn json(
                self,
            ) -> $crate::runtime::Sending<
                ::std::result::Result<$crate::Response<$crate::__private::serde_json::Value>, $crate::Error>,
            > {
                let $this = self;
                $prepared.untyped()
            }
        }

        impl<R: $crate::Reply<$output>> $name<R> {
            /// Sends the request; awaiting the value itself does the same.
            ///
            /// # Errors
            ///
            /// Those of [`Error`](crate::Error), unless another [`Reply`](crate::Reply) turns them into its own.
            pub fn send(self) -> $crate::runtime::Sending<::std::result::Result<R::Output, R::Error>> {
                let $this = self;
                $prepared.$reply::<R, $output>()
            }
        }

        impl<R: $crate::Reply<$output>> ::std::future::IntoFuture for $name<R> {
            type Output = ::std::result::Result<R::Output, R::Error>;
            type IntoFuture = $crate::runtime::Sending<Self::Output>;

            fn into_future(self) -> Self::IntoFuture {
                self.send()
            }
        }

        // What the request holds stays out: values may be personal or secret.
        impl<R> ::std::fmt::Debug for $name<R> {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                ::std::fmt::Debug::fmt(Self::OPERATION, f)
            }
        }
    };
}
pub(crate) use operation;
