//! What an operation of the Frontend API does, and for whom.

use axum::response::Response;

use super::context::{ActionResult, FapiContext, Visitor};
use super::kept::keep;
use super::request::FapiRequest;
use crate::http::error::ApiError;
use crate::instance::Instance;
use crate::openapi::document::Operation;

/// What an operation does.
#[derive(Clone, Copy)]
pub(super) enum Action {
    /// For everybody: it makes the whole response.
    Open(fn(&Instance, &FapiRequest) -> Result<Response, ApiError>),
    /// For a known browser, whoever is signed in to it.
    Browser(fn(&mut FapiContext<'_>) -> ActionResult),
    /// For a user who is signed in.
    User(fn(&mut FapiContext<'_>, &Visitor) -> ActionResult),
    /// For a user who is signed in: what is sent is kept, and returned as the schema says.
    Kept,
}

impl std::fmt::Debug for Action {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Open(_) => "Open",
            Self::Browser(_) => "Browser",
            Self::User(_) => "User",
            Self::Kept => "Kept",
        })
    }
}

/// Operations by their ids in Clerk's document.
pub(super) type Actions = &'static [(&'static str, Action)];

impl Action {
    /// Does what the operation does with a known browser; `None` for what is for everybody.
    pub(super) fn run(
        self,
        context: &mut FapiContext<'_>,
        operation: &Operation,
    ) -> Option<ActionResult> {
        Some(match self {
            Self::Open(_) => return None,
            Self::Browser(run) => run(context),
            Self::User(run) => context.visitor().and_then(|visitor| run(context, &visitor)),
            Self::Kept => context
                .visitor()
                .and_then(|visitor| keep(context, &visitor, operation)),
        })
    }
}
