//! The types that handlers take as arguments. Each holds a [`RequestAuth`] that satisfies a condition.

use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;

use clerk_sdk::auth::{
    Accepts, ApiKeyAuth, Auth as Session, M2mAuth, MachineAuth, OAuthAuth, Requirement,
};
use clerk_sdk::tokens::TokenType;
use clerk_sdk::types::User;
use clerk_sdk::{Clerk, Error, Timestamp};
use http::HeaderMap;
use http::request::Parts;
use serde::de::DeserializeOwned;

use crate::guard::Guard;
use crate::redirect::Redirects;
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

macro_rules! of_session {
    ($($type:ty: $field:tt;)*) => {
        $(
            impl $type {
                /// Returns the URLs of Clerk's pages for this visitor, as [`RequestAuth::redirects`] does.
                pub fn redirects(&self) -> Redirects {
                    self.$field.redirects()
                }

                /// Signs the user out, as [`RequestAuth::sign_out`] does, on `POST` only.
                ///
                /// # Errors
                ///
                /// An [`Error`] if Clerk did not revoke the session.
                pub async fn sign_out(&self) -> Result<HeaderMap, Error> {
                    self.$field.sign_out().await
                }

                /// Returns when the session token expires, as [`RequestAuth::expires_at`] does.
                pub fn expires_at(&self) -> Option<Timestamp> {
                    self.$field.expires_at()
                }

                /// Completes when the session token expires, as [`RequestAuth::expired`] does.
                ///
                /// # Panics
                ///
                /// Outside of a tokio runtime with a timer.
                pub async fn expired(&self) {
                    self.$field.expired().await;
                }

                /// Checks the origin of a request with cookies, as [`RequestAuth::require_same_origin`] does.
                ///
                /// # Errors
                ///
                /// A [`Rejection`]: 403.
                pub fn require_same_origin(&self) -> Result<(), Rejection> {
                    self.$field.require_same_origin()
                }

                /// Returns the claims of the session token as a type of yours, as [`RequestAuth::claims`] does.
                ///
                /// # Errors
                ///
                /// A [`Rejection`]: 401 if no user is signed in, 403 if a claim is missing or of another type.
                pub fn claims<C: DeserializeOwned>(&self) -> Result<C, Rejection> {
                    self.$field.claims()
                }
            }
        )*
    };
}

of_session! {
    Auth: 0;
    RequireAuth: authenticated;
}

impl Auth {
    /// Fetches the signed-in user from Clerk, as [`RequestAuth::current_user`] does.
    ///
    /// # Errors
    ///
    /// An [`Error`] if the call fails.
    pub async fn current_user(&self) -> Result<Option<User>, Error> {
        self.0.current_user().await
    }
}

impl RequireAuth {
    /// Fetches the signed-in user from Clerk (`GET /users/{user_id}`): one call each time, nothing is cached.
    ///
    /// ```
    /// use clerk_middleware::RequireAuth;
    /// use clerk_sdk::Error;
    ///
    /// async fn greet(auth: RequireAuth) -> Result<String, Error> {
    ///     let user = auth.current_user().await?;
    ///     Ok(format!("hello, {}", user.first_name.unwrap_or_default()))
    /// }
    /// # let _ = greet;
    /// ```
    ///
    /// # Errors
    ///
    /// An [`Error`] if the call fails; [`Error::is_not_found`] if the user was deleted after the token was issued.
    pub async fn current_user(&self) -> Result<User, Error> {
        self.clerk().users().get_user(&self.user_id).await
    }
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
                /// A [`Rejection`]: 401 without such a token, 503 if Clerk cannot be reached to verify it. For
                /// machine-to-machine tokens also 403 and 500: see [`M2mCallers`](crate::M2mCallers).
                pub async fn of(
                    authenticated: &RequestAuth,
                    parts: &Parts,
                ) -> Result<Self, Rejection> {
                    let accepts = Accepts::One(TokenType::$kind);
                    let authenticated = authenticated.accepting(parts, &accepts).await;
                    let Some(MachineAuth::$kind(machine)) = authenticated.machine() else {
                        return Err(authenticated.reject(parts, Rejection::unauthenticated()));
                    };
                    let machine = machine.clone();
                    match authenticated.require_m2m_scope() {
                        Ok(()) => Ok(Self { machine, authenticated }),
                        Err(rejection) => Err(authenticated.reject(parts, rejection)),
                    }
                }

                /// Checks whether the token has a scope.
                ///
                /// # Errors
                ///
                /// A [`Rejection`]: 403, with the scope in `WWW-Authenticate`.
                pub fn require_scope(&self, scope: &str) -> Result<(), Rejection> {
                    self.require_scopes([scope])
                }

                /// Checks whether the token has all of these scopes, as [`RequestAuth::require_scopes`] does.
                ///
                /// # Errors
                ///
                /// A [`Rejection`]: 403, with the scopes in `WWW-Authenticate`.
                pub fn require_scopes<S: Into<String>>(
                    &self,
                    scopes: impl IntoIterator<Item = S>,
                ) -> Result<(), Rejection> {
                    self.authenticated.require_scopes(scopes)
                }

                /// Returns whether somebody acts in the name of the token's subject, as [`RequestAuth::is_delegated`] does.
                pub fn is_delegated(&self) -> bool {
                    self.authenticated.is_delegated()
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
    /// The machine that makes a request with a machine-to-machine token. Its scopes must name this machine, whose id is
    /// `machine_id` of the client (`CLERK_MACHINE_ID`); other machines of the instance get 403. To accept all of them, set
    /// [`M2mCallers::AnyMachine`](crate::M2mCallers::AnyMachine); to require a scope of your own instead, use [`Require`] with
    /// [`Guard::scope`].
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
    /// A [`Rejection`], as of [`Guard::check`].
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
