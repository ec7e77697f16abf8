//! Cases of Clerk's JavaScript SDK, run against the crates of this workspace.
//!
//! A case says what is called and how; what `@clerk/backend` makes of it was recorded, or is asked of it now. [`outcome`]
//! is what our crates make of the same case, and [`expected`] what they have to: what was recorded, changed by the rules
//! of the rows of the specification in which we differ on purpose. The rules see the case and the recording, never what
//! our crates return.

mod cases;
mod compare;
mod kind;
mod mock_api;
mod model;
mod outcome;
mod random;
mod recorded;
mod routes;
mod rules;
mod run;

pub use cases::read;
pub use compare::same;
pub use kind::Kind;
pub use outcome::outcome;
pub use random::{RandomReport, is_available, random};
pub use rules::{RuleName, expected};
pub use run::{Report, run};
