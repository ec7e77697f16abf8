//! The user's accounts at other providers.

use super::{deleted_view, view_user};
use crate::domain::external_accounts::{
    Wanted, begin, begin_again, check_not_last, find_account, revoke_tokens,
};
use crate::domain::users::linked::remove_external_account;
use crate::frontend_api::action::{Action, Actions};
use crate::frontend_api::context::{ActionResult, FapiContext, Visitor};
use crate::http::error::ApiError;
use crate::store::Documents;

pub(super) const EXTERNAL_ACCOUNT_ACTIONS: Actions = &[
    ("postOAuthAccounts", Action::User(connect)),
    ("reauthorizeExternalAccount", Action::User(reauthorize)),
    ("deleteExternalAccount", Action::User(delete)),
    ("revokeExternalAccountTokens", Action::User(revoke)),
];

fn view_account(context: &FapiContext<'_>, visitor: &Visitor, id: &str) -> ActionResult {
    find_account(context.state, &visitor.user_id, id).map(Documents::view)
}

fn connect(context: &mut FapiContext<'_>, visitor: &Visitor) -> ActionResult {
    let request = context.request;
    let strategy = request.required_text("strategy")?;
    for name in ["code", "token", "enterprise_connection_id"] {
        if request.text(name).is_some() {
            let long = format!("The emulator connects accounts by a redirect only, not by {name}.");
            return Err(ApiError::invalid(name, &long));
        }
    }
    let wanted = Wanted {
        redirect_url: request.required_text("redirect_url")?,
        scopes: request.text("additional_scope").unwrap_or_default(),
    };
    let id = begin(
        context.cx,
        context.state,
        &visitor.user_id,
        strategy,
        wanted,
    )?;
    view_account(context, visitor, &id)
}

fn reauthorize(context: &mut FapiContext<'_>, visitor: &Visitor) -> ActionResult {
    let request = context.request;
    let id = context.segment(3).to_owned();
    let scopes = request.params().texts("additional_scope");
    let scopes = scopes.unwrap_or_default().join(" ");
    let wanted = Wanted {
        redirect_url: request.required_text("redirect_url")?,
        scopes: &scopes,
    };
    begin_again(context.cx, context.state, &visitor.user_id, &id, wanted)?;
    view_account(context, visitor, &id)
}

fn delete(context: &mut FapiContext<'_>, visitor: &Visitor) -> ActionResult {
    let id = context.segment(3).to_owned();
    check_not_last(context.state, &visitor.user_id, &id)?;
    remove_external_account(context.state, &visitor.user_id, &id)?;
    Ok(deleted_view("external_account", &id))
}

fn revoke(context: &mut FapiContext<'_>, visitor: &Visitor) -> ActionResult {
    let id = context.segment(3).to_owned();
    revoke_tokens(context.cx, context.state, &visitor.user_id, &id)?;
    view_user(context, visitor)
}
