//! Who makes a request, read from verified tokens: [`Auth`] for sessions, and what it may do: [`Auth::has`].

mod actor;
mod machine;
mod permissions;
mod requirement;
mod session;
#[cfg(test)]
mod tests;
mod verify;

pub use actor::{Actor, ActorError};
pub use machine::{Accepts, ApiKeyAuth, AuthObject, M2mAuth, MachineAuth, OAuthAuth};
pub use permissions::ClaimsError;
pub use requirement::{
    Factor, FactorAges, Feature, Permission, Plan, Requirement, Reverification, Role,
};
pub use session::Auth;
