use std::fmt;

use serde_json::Value;

use super::actor::{Actor, ActorError};
use super::permissions::{ClaimsError, by_scope, unpack};
use super::requirement::{FactorAges, Requirement};
use crate::tokens::{Claims, View};

/// Who is signed in, and in which organization. No one is signed in if [`user_id`](Self::user_id) is `None`.
///
/// It is read from the verified claims of a session token, of version 1 or 2. A claim that has not the type it should have
/// reads as absent and is still among the [`claims`](Self::claims).
///
/// ```
/// use clerk_sdk::auth::{Auth, Permission, Role};
/// use clerk_sdk::tokens::Claims;
/// use serde_json::json;
///
/// let claims = json!({
///     "sub": "user_1", "sid": "sess_1", "v": 2, "fea": "o:posts",
///     "o": { "id": "org_1", "slg": "acme", "rol": "editor", "per": "read,delete", "fpm": "1" },
/// });
/// let auth = Auth::from_claims(Claims::from_value(claims).unwrap())?;
///
/// assert_eq!(auth.user_id.as_deref(), Some("user_1"));
/// assert_eq!(auth.org_slug.as_deref(), Some("acme"));
/// assert!(auth.has(Role("org:editor")));
/// assert!(auth.has(Permission("org:posts:read")));
/// assert!(!auth.has(Permission("org:posts:delete")));
/// # Ok::<(), clerk_sdk::auth::ClaimsError>(())
/// ```
#[derive(Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Auth {
    /// The id of the user.
    pub user_id: Option<String>,
    /// The id of the session.
    pub session_id: Option<String>,
    /// The status of the session, such as `active` or `pending`. Older tokens have none.
    pub session_status: Option<String>,
    /// Who acts in the user's name: an object whose `sub` is the id of the actor.
    pub actor: Option<Value>,
    /// The organization that is active, by its ID.
    pub org_id: Option<String>,
    /// The slug of the active organization.
    pub org_slug: Option<String>,
    /// The role in the active organization, such as `org:admin`.
    pub org_role: Option<String>,
    /// The permissions in the active organization, such as `org:posts:read`.
    pub org_permissions: Option<Vec<String>>,
    /// How long ago the user verified the factors.
    pub factor_ages: Option<FactorAges>,
    /// All claims of the token. `None` if no user is signed in.
    pub claims: Option<Claims>,
}

impl Auth {
    /// Returns a value without a user. The same as [`Auth::default`].
    pub fn signed_out() -> Self {
        Self::default()
    }

    /// Returns the user whom these claims are about. They must have been verified.
    ///
    /// # Errors
    ///
    /// [`ClaimsError`] when the features of the claims, which the permissions are read by, are malformed.
    pub fn from_claims(claims: Claims) -> Result<Self, ClaimsError> {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        let [sub, sid, sts, act, fva, fea] = claims
            .view()
            .members(["sub", "sid", "sts", "act", "fva", "fea"]);
        let mut auth = Self {
            user_id: owned(sub.and_then(View::as_str)),
            session_id: owned(sid.and_then(View::as_str)),
            session_status: owned(sts.and_then(View::as_str)),
            actor: act.filter(|actor| !actor.is_null()).map(View::to_value),
            factor_ages: fva.and_then(FactorAges::from_view),
            org_id: owned(claims.org_id()),
            ..Self::default()
        };
        if let Some(organization) = claims.active_organization() {
            let text = |name| {
                organization
                    .get(name)
                    .and_then(View::as_str)
                    .filter(|text| !text.is_empty())
            };
            auth.org_slug = owned(organization.get("slg").and_then(View::as_str));
            auth.org_role = text("rol").map(|role| format!("org:{role}"));
            auth.org_permissions = Some(unpack(fea, organization)?);
        } else if !claims.is_version_2() {
            auth.org_slug = owned(claims.get_str("org_slug"));
            auth.org_role = owned(claims.get_str("org_role"));
            let list = claims.view().get("org_permissions").and_then(View::as_list);
            auth.org_permissions = list.map(|list| {
                let names = list.into_iter().filter_map(View::as_str);
                names.map(str::to_owned).collect()
            });
        }
        auth.claims = Some(claims);
        Ok(auth)
    }

    /// Returns the id of the person who acts in the user's name, such as a member of the support team who impersonates the
    /// user. `None` if the user acts.
    ///
    /// ```
    /// use clerk_sdk::auth::Auth;
    /// use clerk_sdk::tokens::Claims;
    /// use serde_json::json;
    ///
    /// let claims = json!({ "sub": "user_1", "act": { "sub": "user_support" } });
    /// let auth = Auth::from_claims(Claims::from_value(claims).unwrap())?;
    /// assert_eq!(auth.actor_id(), Some("user_support"));
    /// # Ok::<(), clerk_sdk::auth::ClaimsError>(())
    /// ```
    pub fn actor_id(&self) -> Option<&str> {
        self.actor.as_ref()?.get("sub")?.as_str()
    }

    /// Returns whether somebody else acts in the user's name: the claim `act` is there, whatever it says.
    pub fn is_delegated(&self) -> bool {
        self.actor.is_some()
    }

    /// Returns who acts in the user's name (RFC 8693, section 4.1), or `None` if the user acts.
    ///
    /// # Errors
    ///
    /// [`ActorError`] if the claim `act` is malformed; [`is_delegated`](Self::is_delegated) is then `true`.
    pub fn acting(&self) -> Result<Option<Actor>, ActorError> {
        self.actor.as_ref().map(Actor::from_claim).transpose()
    }

    /// Returns whether a user is signed in. A pending session counts; see [`pending_as_signed_out`](Self::pending_as_signed_out).
    pub fn is_signed_in(&self) -> bool {
        self.user_id.is_some()
    }

    /// Returns whether the session still lacks something that the instance asks for, such as choosing an organization.
    pub fn is_pending(&self) -> bool {
        self.session_status.as_deref() == Some("pending")
    }

    /// Returns itself, or signed out with only the status kept if the session is pending. Most applications want this.
    #[must_use]
    pub fn pending_as_signed_out(self) -> Self {
        if self.is_pending() {
            Self {
                session_status: self.session_status,
                ..Self::default()
            }
        } else {
            self
        }
    }

    /// Returns whether the user meets the requirement, according to the token. `false` if no user is signed in.
    ///
    /// ```
    /// use clerk_sdk::auth::{Auth, Feature, Requirement, Reverification};
    /// use clerk_sdk::tokens::Claims;
    /// use serde_json::json;
    ///
    /// let claims = json!({ "sub": "user_1", "fea": "u:search", "fva": [3, -1] });
    /// let auth = Auth::from_claims(Claims::from_value(claims).unwrap())?;
    /// assert!(auth.has(Feature("search")));
    /// assert!(auth.has(Requirement::new().feature("user:search").reverification(Reverification::Strict)));
    /// assert!(!auth.has(Feature("org:search")));
    /// # Ok::<(), clerk_sdk::auth::ClaimsError>(())
    /// ```
    pub fn has(&self, requirement: impl Into<Requirement>) -> bool {
        let requirement = requirement.into();
        if self.user_id.as_deref().is_none_or(str::is_empty) {
            return false;
        }
        let checks = [
            requirement.role.map(|role| self.has_role(&role)),
            requirement
                .permission
                .map(|name| self.has_permission(&name)),
            requirement
                .feature
                .map(|name| self.is_entitled("fea", &name)),
            requirement.plan.map(|name| self.is_entitled("pla", &name)),
            requirement
                .reverification
                .map(|config| self.factor_ages.is_some_and(|ages| config.is_met_by(ages))),
        ];
        // A field that is not set is `None`. An empty requirement is not met.
        checks.contains(&Some(true)) && !checks.contains(&Some(false))
    }

    /// Returns about how many bytes it holds on the heap, without the claims.
    pub(crate) fn heap_bytes(&self) -> usize {
        let texts = [
            &self.user_id,
            &self.session_id,
            &self.session_status,
            &self.org_id,
            &self.org_slug,
            &self.org_role,
        ];
        let texts = texts.into_iter().flatten();
        let permissions = self.org_permissions.iter().flatten();
        let bytes = |text: &String| text.len() + size_of::<String>() + ALLOCATION;
        texts.chain(permissions).map(bytes).sum::<usize>()
            + self.actor.as_ref().map_or(0, value_bytes)
    }

    fn is_in_organization(&self) -> bool {
        self.org_id.as_deref().is_some_and(|id| !id.is_empty())
    }

    fn has_role(&self, role: &str) -> bool {
        let own = self.org_role.as_deref().filter(|own| !own.is_empty());
        self.is_in_organization() && own.is_some_and(|own| unprefixed(own) == unprefixed(role))
    }

    fn has_permission(&self, permission: &str) -> bool {
        // What the token lists is compared as it stands; only the question may leave out the prefix.
        let wanted = unprefixed(permission);
        self.is_in_organization()
            && self
                .org_permissions
                .iter()
                .flatten()
                .any(|own| own.strip_prefix("org:") == Some(wanted))
    }

    fn is_entitled(&self, claim: &'static str, wanted: &str) -> bool {
        let text = self
            .claims
            .as_ref()
            .and_then(|claims| claims.get_str(claim));
        let (Some(text), false) = (text.filter(|text| !text.is_empty()), wanted.is_empty()) else {
            return false;
        };
        let Ok(owned) = by_scope(text, claim) else {
            return false;
        };
        let Some((scope, rest)) = wanted.split_once(':') else {
            return owned.organization.contains(&wanted) || owned.user.contains(&wanted);
        };
        let name = match rest.split(':').next() {
            Some("") | None => scope,
            Some(name) => name,
        };
        match scope {
            "o" | "org" | "organization" => owned.organization.contains(&name),
            "u" | "user" => owned.user.contains(&name),
            _ => false,
        }
    }
}

/// What an allocator takes for itself, about.
const ALLOCATION: usize = 16;
/// What an object takes for each member, at most: its map keeps room for eleven in a node that may hold one.
const MEMBER: usize = 11 * (size_of::<String>() + size_of::<Value>());

fn value_bytes(value: &Value) -> usize {
    let held = match value {
        Value::String(text) => text.len() + ALLOCATION,
        Value::Array(list) => list.iter().map(value_bytes).sum::<usize>() + ALLOCATION,
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| MEMBER + name.len() + value_bytes(value))
            .sum(),
        _ => 0,
    };
    size_of::<Value>() + held
}

fn unprefixed(name: &str) -> &str {
    name.trim_start_matches("org:")
}

// Ids are for logs; claims and the actor may be personal.
impl fmt::Debug for Auth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Auth")
            .field("user_id", &self.user_id)
            .field("session_id", &self.session_id)
            .field("session_status", &self.session_status)
            .field("has_actor", &self.actor.is_some())
            .field("org_id", &self.org_id)
            .field("org_role", &self.org_role)
            .finish_non_exhaustive()
    }
}
