//! The machines that make requests, and choosing among kinds of credentials.

use std::fmt;
use std::sync::Arc;

use clerk_api::JsonObject;
use serde_json::Value;

use super::actor::{Actor, ActorError};
use super::permissions::ClaimsError;
use super::session::Auth;
use crate::tokens::{TokenType, VerifiedToken};

/// Whoever presents an API key. [`Debug`] prints ids only.
///
/// ```
/// fn owner(key: &clerk_sdk::auth::ApiKeyAuth) -> &str {
///     key.org_id.as_deref().or(key.user_id.as_deref()).unwrap_or(&key.subject)
/// }
/// # let _ = owner;
/// ```
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct ApiKeyAuth {
    /// The id of the key.
    pub id: String,
    /// Its name.
    pub name: Option<String>,
    /// Whose key it is: a user or an organization.
    pub subject: String,
    /// The user whose key it is.
    pub user_id: Option<String>,
    /// The organization whose key it is.
    pub org_id: Option<String>,
    /// What the key may be used for, in words of the application.
    pub scopes: Vec<String>,
    /// What the application has written to the key.
    pub claims: Option<Value>,
    /// Clerk's whole response about the key.
    pub details: JsonObject,
}

/// A machine that presents a machine-to-machine token. [`Debug`] prints ids only.
///
/// ```
/// fn may_call(token: &clerk_sdk::auth::M2mAuth, me: &str) -> bool {
///     token.scopes.iter().any(|scope| scope == me)
/// }
/// # let _ = may_call;
/// ```
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct M2mAuth {
    /// The id of the token. Empty when a JWT names none.
    pub id: String,
    /// The machine.
    pub machine_id: String,
    /// The machines that it may talk to.
    pub scopes: Vec<String>,
    /// What the application has written to the token.
    pub claims: Option<Value>,
    /// Clerk's whole response about the token, or all claims of a JWT.
    pub details: JsonObject,
}

/// An application that presents an OAuth access token, in the name of a user. [`Debug`] prints ids only.
///
/// ```
/// fn may_read(token: &clerk_sdk::auth::OAuthAuth) -> bool {
///     token.scopes.iter().any(|scope| scope == "profile")
/// }
/// # let _ = may_read;
/// ```
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct OAuthAuth {
    /// The id of the token. Empty when a JWT names none.
    pub id: String,
    /// The user.
    pub user_id: String,
    /// The application.
    pub client_id: Option<String>,
    /// What the user allowed the application.
    pub scopes: Vec<String>,
    /// Whom the token is for.
    pub audience: Vec<String>,
    /// Who acts in the user's name.
    pub actor: Option<Value>,
    /// Clerk's whole response about the token, or all claims of a JWT.
    pub details: JsonObject,
}

macro_rules! debug_ids {
    ($name:ident: $($field:ident),*) => {
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name))
                    $(.field(stringify!($field), &self.$field))*
                    .finish_non_exhaustive()
            }
        }
    };
}

debug_ids!(ApiKeyAuth: id, subject);
debug_ids!(M2mAuth: id, machine_id);
debug_ids!(OAuthAuth: id, user_id, client_id);

/// A machine, by the kind of its credential.
///
/// ```
/// use clerk_sdk::auth::MachineAuth;
///
/// fn id(machine: &MachineAuth) -> &str {
///     match machine {
///         MachineAuth::ApiKey(key) => &key.id,
///         MachineAuth::M2m(token) => &token.machine_id,
///         MachineAuth::OAuth(token) => &token.user_id,
///         _ => "something new",
///     }
/// }
/// # let _ = id;
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum MachineAuth {
    /// By an API key.
    ApiKey(ApiKeyAuth),
    /// By a machine-to-machine token.
    M2m(M2mAuth),
    /// By an OAuth access token.
    OAuth(OAuthAuth),
}

impl MachineAuth {
    /// Returns the kind of its credential.
    pub fn token_type(&self) -> TokenType {
        match self {
            Self::ApiKey(_) => TokenType::ApiKey,
            Self::M2m(_) => TokenType::M2m,
            Self::OAuth(_) => TokenType::OAuth,
        }
    }

    /// Returns the value of the claim `act`, which says who acts in the subject's name (RFC 8693, section 4.1).
    fn act(&self) -> Option<&Value> {
        let details = match self {
            Self::ApiKey(key) => &key.details,
            Self::M2m(token) => &token.details,
            Self::OAuth(token) => &token.details,
        };
        details.get("act").filter(|act| !act.is_null())
    }

    /// Returns whether somebody acts in the name of the credential's subject: the claim `act` is there, whatever it says.
    pub fn is_delegated(&self) -> bool {
        self.act().is_some()
    }

    /// Returns who acts in the name of the credential's subject, or `None` if it acts itself.
    ///
    /// # Errors
    ///
    /// [`ActorError`] if the claim `act` is malformed; [`is_delegated`](Self::is_delegated) is then `true`.
    pub fn acting(&self) -> Result<Option<Actor>, ActorError> {
        self.act().map(Actor::from_claim).transpose()
    }

    /// Returns the scopes of its credential.
    pub fn scopes(&self) -> &[String] {
        match self {
            Self::ApiKey(key) => &key.scopes,
            Self::M2m(token) => &token.scopes,
            Self::OAuth(token) => &token.scopes,
        }
    }
}

/// Who makes a request, whatever the credential.
///
/// ```
/// use clerk_sdk::auth::{Accepts, Auth, AuthObject};
/// use clerk_sdk::tokens::TokenType;
///
/// let session = AuthObject::Session(Auth::default());
/// assert_eq!(session.clone().accepted_as(&Accepts::Any), session);
/// assert_eq!(session.clone().accepted_as(&Accepts::One(TokenType::M2m)), AuthObject::NoMachine(TokenType::M2m));
/// assert_eq!(session.accepted_as(&Accepts::AnyOf(vec![TokenType::M2m])), AuthObject::InvalidToken);
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum AuthObject {
    /// A session of a user, or no user signed in.
    Session(Auth),
    /// A machine.
    Machine(MachineAuth),
    /// No machine, where one of this kind was asked for.
    NoMachine(TokenType),
    /// A credential of a kind that was not asked for.
    InvalidToken,
}

/// Which kinds of credentials a handler accepts.
///
/// ```
/// use clerk_sdk::auth::Accepts;
/// use clerk_sdk::tokens::TokenType;
///
/// assert!(Accepts::Any.includes(TokenType::ApiKey));
/// assert!(!Accepts::default().includes(TokenType::ApiKey));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Accepts {
    /// Every kind.
    Any,
    /// This kind. The default is [`Session`](TokenType::Session).
    One(TokenType),
    /// Each of these kinds.
    AnyOf(Vec<TokenType>),
}

impl Default for Accepts {
    fn default() -> Self {
        Self::One(TokenType::Session)
    }
}

impl From<TokenType> for Accepts {
    fn from(one: TokenType) -> Self {
        Self::One(one)
    }
}

impl<const N: usize> From<[TokenType; N]> for Accepts {
    fn from(several: [TokenType; N]) -> Self {
        Self::AnyOf(several.into())
    }
}

impl Accepts {
    /// Returns whether this kind is accepted.
    pub fn includes(&self, token_type: TokenType) -> bool {
        match self {
            Self::Any => true,
            Self::One(one) => *one == token_type,
            Self::AnyOf(several) => several.contains(&token_type),
        }
    }
}

impl AuthObject {
    /// Returns the user of a verified session token. The value is kept with the token.
    ///
    /// # Errors
    ///
    /// [`ClaimsError`] if the claims are malformed.
    #[doc(hidden)]
    pub fn of_verified(token: &VerifiedToken) -> Result<Arc<Self>, ClaimsError> {
        token.derived(|claims| {
            let auth = Auth::from_claims(claims.clone())?;
            let bytes = size_of::<Self>() + auth.heap_bytes();
            Ok((Self::Session(auth), bytes))
        })
    }

    /// Returns the kind of the credential; `None` for a rejected one.
    pub fn token_type(&self) -> Option<TokenType> {
        match self {
            Self::Session(_) => Some(TokenType::Session),
            Self::Machine(machine) => Some(machine.token_type()),
            Self::NoMachine(kind) => Some(*kind),
            Self::InvalidToken => None,
        }
    }

    /// Returns itself if its kind is accepted. If not, returns the signed-out value of the one accepted kind, or
    /// [`InvalidToken`](Self::InvalidToken) if several kinds are accepted.
    #[must_use]
    pub fn accepted_as(self, accepts: &Accepts) -> Self {
        let fits = match self.token_type() {
            Some(kind) => accepts.includes(kind),
            None => *accepts == Accepts::Any,
        };
        match accepts {
            _ if fits => self,
            Accepts::One(TokenType::Session) => Self::Session(Auth::signed_out()),
            Accepts::One(kind) => Self::NoMachine(*kind),
            _ => Self::InvalidToken,
        }
    }
}
