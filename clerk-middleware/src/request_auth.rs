//! Who makes a request, for its handler.

use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::{Arc, LazyLock};

use clerk_sdk::Clerk;
use clerk_sdk::auth::{
    Accepts, ApiKeyAuth, Auth as Session, AuthObject, M2mAuth, MachineAuth, OAuthAuth, Requirement,
};
use clerk_sdk::tokens::TokenType;
use http::HeaderMap;
use http::request::Parts;

use crate::authenticate::authenticate_request;
use crate::authenticator::Authenticator;
use crate::guard::{Guard, check};
use crate::rejection::Rejection;
use crate::request_state::{AuthSource, RequestState};
use crate::response_headers::add;

static NOBODY: LazyLock<Session> = LazyLock::new(Session::signed_out);

/// Who makes a request, whoever it is. A layer puts it into the extensions of the request; the other extractors look at it.
///
/// ```
/// use clerk_middleware::RequestAuth;
///
/// async fn greet(authenticated: RequestAuth) -> String {
///     match &authenticated.session().user_id {
///         Some(id) => format!("welcome back, {id}"),
///         None => "welcome".to_owned(),
///     }
/// }
/// # let _ = greet;
/// ```
#[derive(Clone)]
pub struct RequestAuth(Arc<Inner>);

struct Inner {
    state: RequestState,
    authenticator: Arc<Authenticator>,
    /// The kinds of tokens that were looked for.
    accepts: Accepts,
}

impl RequestAuth {
    pub(crate) fn new(state: RequestState, authenticator: Arc<Authenticator>) -> Self {
        let accepts = authenticator.authenticate_options().accepts_token.clone();
        Self(Arc::new(Inner {
            state,
            authenticator,
            accepts,
        }))
    }

    /// What authenticating came to, in full.
    pub fn state(&self) -> &RequestState {
        &self.0.state
    }

    /// The client that authenticated the request, to call Clerk with.
    pub fn clerk(&self) -> &Clerk {
        self.0.authenticator.clerk()
    }

    /// The session; nobody's when nobody is signed in, or a machine is.
    pub fn session(&self) -> &Session {
        match self.state().auth() {
            Some(AuthObject::Session(session)) => session,
            _ => &NOBODY,
        }
    }

    /// The machine, where one was accepted.
    pub fn machine(&self) -> Option<&MachineAuth> {
        match self.state().auth() {
            Some(AuthObject::Machine(machine)) => Some(machine),
            _ => None,
        }
    }

    /// The token that was verified.
    pub fn token(&self) -> Option<&str> {
        match self.state() {
            RequestState::SignedIn(signed_in) => Some(signed_in.token()),
            _ => None,
        }
    }

    /// How it is known which session it is. A handler that must not act for another session of the same browser rejects
    /// [`AuthSource::LastActive`].
    pub fn source(&self) -> Option<AuthSource> {
        self.state().source()
    }

    /// Whether a user is signed in or a machine is.
    pub(crate) fn is_somebody(&self) -> bool {
        self.session().is_signed_in() || self.machine().is_some()
    }

    /// The same request, if its token is of one of these kinds; authenticated anew if such a token was not looked for.
    pub(crate) async fn accepting(&self, parts: &Parts, accepts: &Accepts) -> Self {
        if self.0.accepts == *accepts {
            return self.clone();
        }
        let authenticator = &self.0.authenticator;
        let known = self.state().auth().and_then(AuthObject::token_type);
        if self.is_somebody() && known.is_some_and(|kind| accepts.includes(kind)) {
            return self.clone();
        }
        let options = authenticator.options_for(accepts);
        let state = authenticate_request(authenticator.clerk(), parts, &options).await;
        Self(Arc::new(Inner {
            state,
            authenticator: Arc::clone(authenticator),
            accepts: accepts.clone(),
        }))
    }

    /// Whether the user has what is required.
    ///
    /// ```
    /// use clerk_middleware::{RequestAuth, Rejection};
    /// use clerk_sdk::auth::Permission;
    ///
    /// fn check(authenticated: &RequestAuth) -> Result<(), Rejection> {
    ///     authenticated.require(Permission("org:posts:delete"))
    /// }
    /// # let _ = check;
    /// ```
    ///
    /// # Errors
    ///
    /// A [`Rejection`]: 401 when nobody is signed in, 403 when the user has not what is required.
    pub fn require(&self, requirement: impl Into<Requirement>) -> Result<(), Rejection> {
        if self.is_somebody() {
            check(self, &requirement.into())
        } else {
            Err(Rejection::unauthenticated())
        }
    }

    /// A rejection as the authenticator wants it answered: with what authenticating came to, as a redirect to the sign-in page
    /// where that is asked for, and after [`Authenticator::on_error`]. It is what the extractors of an adapter fail with.
    pub fn reject(&self, parts: &Parts, rejection: Rejection) -> Rejection {
        self.0.authenticator.reject(parts, self, rejection)
    }

    /// Adds the authentication headers and cookies to the headers of the response, and to its `Vary` that it depends on
    /// `Cookie` and `Authorization`. Call it on every response to the request. Where cookies of a session are set, it removes
    /// what would let somebody store the response, such as `Expires` and `CDN-Cache-Control`; where the application has set
    /// `Access-Control-*` headers, none are added.
    pub fn finish(&self, headers: &mut HeaderMap) {
        add(headers, self.state().headers());
    }
}

impl fmt::Debug for RequestAuth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.state().fmt(f)
    }
}

/// The session of a request: of a user, or nobody's.
///
/// It reads as a [`clerk_sdk::auth::Auth`]. Where a machine makes the request, it is nobody's.
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
    /// That of a request. It is what the extractors of an adapter call.
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

/// The session of a signed-in user. Where nobody is signed in, the handler does not run, and the answer is 401.
///
/// It reads as a [`clerk_sdk::auth::Auth`], save that the user is known.
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
    /// That of a request; `None` when nobody is signed in. It is what the extractors of an adapter call.
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
                /// The client that authenticated the request, to call Clerk with.
                pub fn clerk(&self) -> &Clerk {
                    self.$field.clerk()
                }

                /// The token that was verified.
                pub fn token(&self) -> Option<&str> {
                    self.$field.token()
                }

                /// What authenticating came to, in full.
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
    /// Whether the user has what is required.
    ///
    /// # Errors
    ///
    /// A [`Rejection`]: 403.
    pub fn require(&self, requirement: impl Into<Requirement>) -> Result<(), Rejection> {
        self.authenticated.require(requirement)
    }

    /// How it is known which session it is. A handler that must not act for another session of the same browser rejects
    /// [`AuthSource::LastActive`].
    pub fn source(&self) -> Option<AuthSource> {
        self.authenticated.source()
    }
}

macro_rules! machines {
    ($($(#[$doc:meta])* $name:ident, $auth:ident, $kind:ident, $id:ident;)*) => {
        $(
            $(#[$doc])*
            ///
            #[doc = concat!("It reads as a [`clerk_sdk::auth::", stringify!($auth), "`]. The token is verified when the handler is")]
            /// called, whatever the layer accepts; where there is none, the answer is 401.
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
                /// That of a request. It is what the extractors of an adapter call.
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
    /// The machine that makes a request, by a machine-to-machine token.
    RequireM2m, M2mAuth, M2m, machine_id;
    /// The OAuth application that makes a request in the name of a user, by an access token.
    RequireOAuth, OAuthAuth, OAuth, user_id;
}

/// What the callers of some handlers must have, as a type, so that the signature of a handler protects it: see [`Require`].
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
    /// What they must have.
    fn guard() -> Guard;
}

/// Whoever makes a request, having what a [`Policy`] demands. Otherwise the handler does not run: 401 or 403.
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
    /// That of a request. It is what the extractors of an adapter call.
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
