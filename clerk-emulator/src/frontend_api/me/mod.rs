//! What users do with their own accounts: `/v1/me`.
//!
//! Instances of Clerk can ask for a fresh factor before a sensitive change: a password, an address or a number
//! added or removed, a second factor, a passkey, the end of the account. The emulator does not ask yet. The place for it is
//! before an action for a user is run, in `Action::run`, by the operation's id.

mod account;
mod contacts;
mod devices;
mod external_accounts;
mod factors;
mod sessions;

use serde_json::{Value, json};

use super::action::Actions;
use super::context::{ActionResult, FapiContext, Visitor};
use crate::domain::users::find_user;
use crate::http::error::ApiError;
use crate::store::User;
use crate::views::frontend::frontend_user_view;

/// Operations by subject.
pub(super) const ME_ACTIONS: [Actions; 6] = [
    account::ACCOUNT_ACTIONS,
    contacts::CONTACT_ACTIONS,
    devices::DEVICE_ACTIONS,
    external_accounts::EXTERNAL_ACCOUNT_ACTIONS,
    factors::FACTOR_ACTIONS,
    sessions::OWN_SESSION_ACTIONS,
];

fn own_user<'a>(context: &'a FapiContext<'_>, visitor: &Visitor) -> Result<&'a User, ApiError> {
    find_user(context.state, &visitor.user_id)
}

fn view_user(context: &FapiContext<'_>, visitor: &Visitor) -> ActionResult {
    let user = own_user(context, visitor)?;
    Ok(frontend_user_view(context.cx.instance, context.state, user))
}

fn deleted_view(object: &str, id: &str) -> Value {
    json!({"object": object, "id": id, "deleted": true})
}
