//! The types that handlers take as arguments. Each holds a [`RequestAuth`] that satisfies a condition.

use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;

use clerk_sdk::Clerk;
use clerk_sdk::auth::{
    Accepts, ApiKeyAuth, Auth as Session, M2mAuth, MachineAuth, OAuthAuth, Requirement,
};
use clerk_sdk::tokens::TokenType;
use http::request::Parts;

use crate::guard::Guard;
use crate::rejection::Rejection;
use crate::request_auth::RequestAuth;
use crate::request_state::{AuthSource, RequestState};

/// The session of a request, signed in or not.
///
/// It dereferences to [`clerk_sdk::auth::Auth`]. If a machine makes the request, the session is signed out.
///
/// ```
/// use clerk_middleware::Auth;
///
/// async fn greet(auth: Auth) -> String {
///     match &auth.user_id {
///         Some(id) => format!("welcome back, {id}"),
///         None => "welcome".to_owned(),
///     }
/// }
/// # let _ = greet;
/// ```
#[derive(Clone, Debug)]
pub struct Auth(RequestAuth);

impl Auth {
    /// Returns the session of a request. The extractors of an adapter call it.
    pub fn of(authenticated: &RequestAuth) -> Self {
        Self(authenticated.clone())
    }
}

impl Deref for Auth {
    type Target = Session;

    fn deref(&self) -> &Session {
        self.0.session()
    }
}

/// The session of a signed-in user. If no user is signed in, the request is rejected with 401 and the handler does not run.
///
/// It dereferences to [`clerk_sdk::auth::Auth`], but the user's id is always known.
///
/// ```
/// use clerk_middleware::{Rejection, RequireAuth};
/// use clerk_sdk::auth::Role;
///
/// async fn me(auth: RequireAuth) -> String {
///     auth.user_id.clone()
/// }
///
/// async fn members(auth: RequireAuth) -> Result<String, Rejection> {
///     auth.require(Role("org:admin"))?; // 403
///     let user = auth.clerk().users().get_user(&auth.user_id);
///     # drop(user);
///     Ok("…".to_owned())
/// }
/// # let _ = (me, members);
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RequireAuth {
    /// The id of the user.
    pub user_id: String,
    authenticated: RequestAuth,
}

impl RequireAuth {
    /// Returns the session of a request, or `None` if no user is signed in. The extractors of an adapter call it.
    pub fn of(authenticated: &RequestAuth) -> Option<Self> {
        let user_id = authenticated.session().user_id.clone();
        user_id.filter(|id| !id.is_empty()).map(|user_id| Self {
            user_id,
            authenticated: authenticated.clone(),
        })
    }
}

impl Deref for RequireAuth {
    type Target = Session;

    fn deref(&self) -> &Session {
        self.authenticated.session()
    }
}

macro_rules! of_request {
    ($($type:ty: $field:tt;)*) => {
        $(
            impl $type {
                /// Returns the client that authenticated the request. Use it to call Clerk.
                pub fn clerk(&self) -> &Clerk {
                    self.$field.clerk()
                }

                /// Returns the verified token.
                pub fn token(&self) -> Option<&str> {
                    self.$field.token()
                }

                /// Returns the full outcome of authentication.
                pub fn state(&self) -> &RequestState {
                    self.$field.state()
                }
            }
        )*
    };
}

of_request! {
    Auth: 0;
    RequireAuth: authenticated;
}

impl RequireAuth {
    /// Checks whether the user meets a requirement.
    ///
    /// # Errors
    ///
    /// A [`Rejection`]: 403.
    pub fn require(&self, requirement: impl Into<Requirement>) -> Result<(), Rejection> {
        self.authenticated.require(requirement)
    }

    /// Returns how the session was determined. A handler that must not act for another session of the same browser should
    /// reject [`AuthSource::LastActive`].
    pub fn source(&self) -> Option<AuthSource> {
        self.authenticated.source()
    }
}

macro_rules! machines {
    ($($(#[$doc:meta])* $name:ident, $auth:ident, $kind:ident, $id:ident;)*) => {
        $(
            $(#[$doc])*
            ///
            #[doc = concat!("It dereferences to [`clerk_sdk::auth::", stringify!($auth), "`]. The token is verified before the handler is")]
            /// called, whichever kinds of tokens the layer accepts. Requests without such a token are rejected with 401.
            ///
            /// ```
            #[doc = concat!("use clerk_middleware::", stringify!($name), ";")]
            ///
            #[doc = concat!("async fn handler(caller: ", stringify!($name), ") -> String {")]
            #[doc = concat!("    format!(\"{} with {:?}\", caller.", stringify!($id), ", caller.scopes)")]
            /// }
            /// # let _ = handler;
            /// ```
            #[derive(Clone, Debug)]
            pub struct $name {
                machine: $auth,
                authenticated: RequestAuth,
            }

            impl $name {
                /// Returns the machine of a request. The extractors of an adapter call it.
                ///
                /// # Errors
                ///
                /// A [`Rejection`]: 401.
                pub async fn of(
                    authenticated: &RequestAuth,
                    parts: &Parts,
                ) -> Result<Self, Rejection> {
                    let accepts = Accepts::One(TokenType::$kind);
                    let authenticated = authenticated.accepting(parts, &accepts).await;
                    match authenticated.machine() {
                        Some(MachineAuth::$kind(machine)) => Ok(Self {
                            machine: machine.clone(),
                            authenticated,
                        }),
                        _ => Err(authenticated.reject(parts, Rejection::unauthenticated())),
                    }
                }
            }

            impl Deref for $name {
                type Target = $auth;

                fn deref(&self) -> &$auth {
                    &self.machine
                }
            }

            of_request! {
                $name: authenticated;
            }
        )*
    };
}

machines! {
    /// The API key that makes a request.
    RequireApiKey, ApiKeyAuth, ApiKey, id;
    /// The machine that makes a request with a machine-to-machine token.
    RequireM2m, M2mAuth, M2m, machine_id;
    /// The OAuth application that makes a request on behalf of a user with an access token.
    RequireOAuth, OAuthAuth, OAuth, user_id;
}

/// The conditions that callers of a handler must meet, as a type, so that the signature of the handler protects it: see
/// [`Require`].
///
/// ```
/// use clerk_middleware::{Guard, Policy, Require, require};
/// use clerk_sdk::auth::Role;
///
/// struct Admin;
///
/// impl Policy for Admin {
///     fn guard() -> Guard {
///         require(Role("org:admin"))
///     }
/// }
///
/// async fn delete_everything(caller: Require<Admin>) -> String {
///     format!("as {:?} wishes", caller.session().user_id)
/// }
/// # let _ = delete_everything;
/// ```
pub trait Policy: 'static {
    /// Returns the guard that callers must pass.
    fn guard() -> Guard;
}

/// The authentication of a request that meets a [`Policy`]. Other requests are rejected with 401 or 403, and the handler
/// does not run.
///
/// ```
/// use clerk_middleware::{Guard, Policy, Require, require_token};
/// use clerk_sdk::tokens::TokenType;
///
/// struct Reader;
///
/// impl Policy for Reader {
///     fn guard() -> Guard {
///         require_token([TokenType::ApiKey, TokenType::OAuth]).scope("users:read")
///     }
/// }
///
/// async fn users(caller: Require<Reader>) -> String {
///     format!("{:?}", caller.machine())
/// }
/// # let _ = users;
/// ```
pub struct Require<P> {
    authenticated: RequestAuth,
    policy: PhantomData<fn() -> P>,
}

impl<P: Policy> Require<P> {
    /// Checks the policy on a request. The extractors of an adapter call it.
    ///
    /// # Errors
    ///
    /// A [`Rejection`]: 401 or 403.
    pub async fn of(authenticated: &RequestAuth, parts: &Parts) -> Result<Self, Rejection> {
        Ok(Self {
            authenticated: P::guard().check(authenticated, parts).await?,
            policy: PhantomData,
        })
    }
}

impl<P> Deref for Require<P> {
    type Target = RequestAuth;

    fn deref(&self) -> &RequestAuth {
        &self.authenticated
    }
}

impl<P> Clone for Require<P> {
    fn clone(&self) -> Self {
        Self {
            authenticated: self.authenticated.clone(),
            policy: PhantomData,
        }
    }
}

impl<P> fmt::Debug for Require<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.authenticated.fmt(f)
    }
}
