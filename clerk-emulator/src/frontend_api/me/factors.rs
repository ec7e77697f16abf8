//! The user's authenticator app, backup codes and passkeys.

use serde_json::Value;

use super::{deleted_view, own_user};
use crate::domain::passkeys::{
    begin_registration, complete_registration, find_passkey, rename_passkey,
};
use crate::domain::users::linked::remove_passkey;
use crate::domain::users::second_factors::{
    begin_totp, complete_totp, create_backup_codes, remove_totp,
};
use crate::frontend_api::action::{Action, Actions};
use crate::frontend_api::context::{ActionResult, FapiContext, Visitor};
use crate::views::account::{
    backup_codes_view, new_totp_view, own_passkey_view, verified_totp_view,
};

pub(super) const FACTOR_ACTIONS: Actions = &[
    ("postTOTP", Action::User(create_totp)),
    ("verifyTOTP", Action::User(verify_totp)),
    ("deleteTOTP", Action::User(delete_totp)),
    ("createBackupCodes", Action::User(create_codes)),
    ("postPasskey", Action::User(create_passkey)),
    ("readPasskey", Action::User(get_passkey)),
    ("attemptPasskeyVerification", Action::User(register_passkey)),
    ("patchPasskey", Action::User(update_passkey)),
    ("deletePasskey", Action::User(delete_passkey)),
];

fn create_totp(context: &mut FapiContext<'_>, visitor: &Visitor) -> ActionResult {
    let begun = begin_totp(context.cx, context.state, &visitor.user_id)?;
    Ok(new_totp_view(own_user(context, visitor)?, &begun))
}

fn verify_totp(context: &mut FapiContext<'_>, visitor: &Visitor) -> ActionResult {
    let code = context.request.required_text("code")?;
    let (totp, codes) = complete_totp(context.cx, context.state, &visitor.user_id, code)?;
    Ok(verified_totp_view(context.cx, &totp, codes.as_deref()))
}

fn delete_totp(context: &mut FapiContext<'_>, visitor: &Visitor) -> ActionResult {
    remove_totp(context.cx, context.state, &visitor.user_id)?;
    Ok(deleted_view("totp", &visitor.user_id))
}

fn create_codes(context: &mut FapiContext<'_>, visitor: &Visitor) -> ActionResult {
    let codes = create_backup_codes(context.cx, context.state, &visitor.user_id)?;
    Ok(backup_codes_view(context.cx, &codes))
}

fn view_passkey(context: &FapiContext<'_>, visitor: &Visitor, id: &str) -> ActionResult {
    find_passkey(context.state, &visitor.user_id, id).map(own_passkey_view)
}

fn create_passkey(context: &mut FapiContext<'_>, visitor: &Visitor) -> ActionResult {
    let origin = context.request.origin();
    let id = begin_registration(context.cx, context.state, &visitor.user_id, origin)?;
    view_passkey(context, visitor, &id)
}

fn get_passkey(context: &mut FapiContext<'_>, visitor: &Visitor) -> ActionResult {
    view_passkey(context, visitor, context.segment(3))
}

fn register_passkey(context: &mut FapiContext<'_>, visitor: &Visitor) -> ActionResult {
    let id = context.segment(3).to_owned();
    find_passkey(context.state, &visitor.user_id, &id)?;
    let credential = context.request.required_text("public_key_credential")?;
    let user_id = &visitor.user_id;
    complete_registration(context.cx, context.state, user_id, &id, credential)?;
    view_passkey(context, visitor, &id)
}

fn update_passkey(context: &mut FapiContext<'_>, visitor: &Visitor) -> ActionResult {
    let id = context.segment(3).to_owned();
    let params = context.request.params();
    if params.has("name") {
        let name = params.value("name").and_then(Value::as_str);
        rename_passkey(context.cx, context.state, &visitor.user_id, &id, name)?;
    }
    view_passkey(context, visitor, &id)
}

fn delete_passkey(context: &mut FapiContext<'_>, visitor: &Visitor) -> ActionResult {
    let id = context.segment(3).to_owned();
    remove_passkey(context.state, &visitor.user_id, &id)?;
    Ok(deleted_view("passkey", &id))
}
