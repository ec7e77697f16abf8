//! Who acts in the name of a user.

use std::fmt;
use std::iter;

use serde_json::Value;

/// How many actors may stand behind each other.
const MAX_DEPTH: usize = 8;

/// Who acts in the name of the user that a token is about (the claim `act`, RFC 8693, section 4.1): a service that exchanged the
/// user's token for its own, or a person who impersonates the user.
///
/// Only the first actor makes the request. Those behind it, in [`act`](Self::act), say how the token came to it, and must not
/// decide what is allowed.
///
/// ```
/// use clerk_sdk::auth::Actor;
/// use serde_json::json;
///
/// let actor = Actor::from_claim(&json!({ "iss": "https://idp.example", "sub": "agent", "act": { "sub": "gateway" } }))?;
/// assert_eq!(actor.sub, "agent");
/// assert_eq!(actor.chain().map(|one| one.sub.as_str()).collect::<Vec<_>>(), ["agent", "gateway"]);
/// # Ok::<(), clerk_sdk::auth::ActorError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Actor {
    /// Who issued the name, if the token says so.
    pub iss: Option<String>,
    /// The name of the actor.
    pub sub: String,
    /// In whose place this actor acts.
    pub act: Option<Box<Actor>>,
}

/// The claim `act` is malformed.
///
/// ```
/// use clerk_sdk::auth::{Actor, ActorError};
/// use serde_json::json;
///
/// assert_eq!(Actor::from_claim(&json!("agent")), Err(ActorError::Malformed));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ActorError {
    /// It is not an object whose `sub` is a text, or its `iss` is no text.
    Malformed,
    /// More than eight actors stand behind each other.
    TooDeep,
}

impl fmt::Display for ActorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed => "the claim act does not name an actor",
            Self::TooDeep => "the claim act names more than eight actors",
        })
    }
}

impl std::error::Error for ActorError {}

impl Actor {
    /// Reads the value of the claim.
    ///
    /// # Errors
    ///
    /// [`ActorError`] if it does not have the form of RFC 8693, or names more than eight actors. Such a token is still one with
    /// which somebody else acts for the user.
    pub fn from_claim(act: &Value) -> Result<Self, ActorError> {
        let layers: Vec<&Value> = iter::successors(Some(act), |layer| {
            layer.get("act").filter(|inner| !inner.is_null())
        })
        .take(MAX_DEPTH + 1)
        .collect();
        if layers.len() > MAX_DEPTH {
            return Err(ActorError::TooDeep);
        }
        let mut behind = None;
        for layer in layers.into_iter().rev() {
            let iss = match layer.get("iss") {
                None | Some(Value::Null) => None,
                Some(Value::String(iss)) => Some(iss.clone()),
                Some(_) => return Err(ActorError::Malformed),
            };
            let sub = layer.get("sub").and_then(Value::as_str);
            let sub = sub.filter(|sub| !sub.is_empty());
            behind = Some(Box::new(Self {
                iss,
                sub: sub.ok_or(ActorError::Malformed)?.to_owned(),
                act: behind,
            }));
        }
        behind.map(|first| *first).ok_or(ActorError::Malformed)
    }

    /// Returns this actor and those behind it, the one that makes the request first.
    pub fn chain(&self) -> impl Iterator<Item = &Self> {
        iter::successors(Some(self), |actor| actor.act.as_deref())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use serde_json::json;

    fn deep(actors: usize) -> Value {
        (1..actors).fold(
            json!({ "sub": "1" }),
            |act, number| json!({ "sub": format!("{}", number + 1), "act": act }),
        )
    }

    #[test]
    fn eight_actors_are_read_and_nine_are_not() {
        let actor = Actor::from_claim(&deep(8)).unwrap();
        assert_eq!(actor.chain().count(), 8);
        assert_eq!(actor.sub, "8");
        assert_eq!(actor.chain().last().unwrap().sub, "1");
        for actors in [9, 100] {
            assert_eq!(Actor::from_claim(&deep(actors)), Err(ActorError::TooDeep));
        }
    }

    #[test]
    fn what_names_nobody_is_malformed() {
        for act in [
            json!("agent"),
            json!([]),
            json!({}),
            json!({ "sub": "" }),
            json!({ "sub": 5 }),
            json!({ "sub": "a", "iss": 5 }),
            json!({ "sub": "a", "act": {} }),
            json!({ "sub": "a", "act": "b" }),
        ] {
            assert_eq!(Actor::from_claim(&act), Err(ActorError::Malformed), "{act}");
        }
        let plain = Actor::from_claim(&json!({ "sub": "a", "act": null })).unwrap();
        assert_eq!((plain.iss, plain.act), (None, None));
    }
}
