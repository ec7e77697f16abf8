//! The user's email addresses, phone numbers and wallets.

use serde_json::{Value, json};
use url::Url;

use super::{deleted_view, own_user};
use crate::domain::contacts::{ContactKind, NewContact, add_own_contact, delete_contact};
use crate::domain::users::second_factors::update_own_phone;
use crate::domain::verifications::{Way, attempt_own_verification, prepare_verification_by};
use crate::frontend_api::action::{Action, Actions};
use crate::frontend_api::context::{ActionResult, FapiContext, Visitor};
use crate::http::error::ApiError;
use crate::views::user::contact_view;

use ContactKind::{Email, Phone, Wallet};

pub(super) const CONTACT_ACTIONS: Actions = &[
    ("getEmailAddresses", Action::User(|c, v| list(c, v, Email))),
    ("getPhoneNumbers", Action::User(|c, v| list(c, v, Phone))),
    ("getWeb3Wallets", Action::User(|c, v| list(c, v, Wallet))),
    ("getEmailAddress", Action::User(|c, v| get(c, v, Email))),
    ("ReadPhoneNumber", Action::User(|c, v| get(c, v, Phone))),
    ("readWeb3Wallet", Action::User(|c, v| get(c, v, Wallet))),
    (
        "createEmailAddresses",
        Action::User(|c, v| create(c, v, Email)),
    ),
    ("postPhoneNumbers", Action::User(|c, v| create(c, v, Phone))),
    ("postWeb3Wallets", Action::User(|c, v| create(c, v, Wallet))),
    (
        "DeleteEmailAddress",
        Action::User(|c, v| delete(c, v, Email)),
    ),
    (
        "DeletePhoneNumber",
        Action::User(|c, v| delete(c, v, Phone)),
    ),
    (
        "deleteWeb3Wallet",
        Action::User(|c, v| delete(c, v, Wallet)),
    ),
    (
        "sendVerificationEmail",
        Action::User(|c, v| prepare(c, v, Email)),
    ),
    (
        "sendVerificationSMS",
        Action::User(|c, v| prepare(c, v, Phone)),
    ),
    (
        "prepareWeb3WalletVerification",
        Action::User(|c, v| prepare(c, v, Wallet)),
    ),
    (
        "verifyEmailAddress",
        Action::User(|c, v| attempt(c, v, Email)),
    ),
    (
        "verifyPhoneNumber",
        Action::User(|c, v| attempt(c, v, Phone)),
    ),
    (
        "attemptWeb3WalletVerification",
        Action::User(|c, v| attempt(c, v, Wallet)),
    ),
    ("UpdatePhoneNumber", Action::User(update_phone)),
];

fn list(context: &mut FapiContext<'_>, visitor: &Visitor, kind: ContactKind) -> ActionResult {
    let contacts = kind.list(own_user(context, visitor)?).iter();
    Ok(contacts
        .map(|contact| contact_view(kind, contact))
        .collect())
}

/// Returns the contact with this id, if it is the visitor's.
fn view_of(
    context: &FapiContext<'_>,
    visitor: &Visitor,
    kind: ContactKind,
    id: &str,
) -> ActionResult {
    let (_, contact) = kind.find_own(context.state, &visitor.user_id, id)?;
    Ok(contact_view(kind, contact))
}

fn get(context: &mut FapiContext<'_>, visitor: &Visitor, kind: ContactKind) -> ActionResult {
    view_of(context, visitor, kind, context.segment(3))
}

/// Returns the id in the path, if it is of a contact of the visitor's.
fn own_id(
    context: &FapiContext<'_>,
    visitor: &Visitor,
    kind: ContactKind,
) -> Result<String, ApiError> {
    let id = context.segment(3);
    kind.find_own(context.state, &visitor.user_id, id)?;
    Ok(id.to_owned())
}

fn create(context: &mut FapiContext<'_>, visitor: &Visitor, kind: ContactKind) -> ActionResult {
    let request = context.request;
    let new = NewContact {
        value: request.required_text(kind.field())?.trim(),
        second_factor: kind == Phone
            && request.params().flag("reserved_for_second_factor") == Some(true),
        ..NewContact::default()
    };
    let (cx, user_id) = (context.cx, &visitor.user_id);
    let contact = add_own_contact(cx, context.state, kind, user_id, new)?;
    Ok(contact_view(kind, &contact))
}

fn delete(context: &mut FapiContext<'_>, visitor: &Visitor, kind: ContactKind) -> ActionResult {
    let id = own_id(context, visitor, kind)?;
    delete_contact(context.cx, context.state, kind, &id)?;
    Ok(deleted_view(kind.field(), &id))
}

fn prepare(context: &mut FapiContext<'_>, visitor: &Visitor, kind: ContactKind) -> ActionResult {
    let id = own_id(context, visitor, kind)?;
    let redirect_url = context.request.text("redirect_url");
    if redirect_url.is_some_and(|url| Url::parse(url).is_err()) {
        let long = "redirect_url must be a whole URL.";
        return Err(ApiError::invalid_format("redirect_url", long));
    }
    let way = Way {
        strategy: context.request.required_text("strategy")?,
        redirect_url,
    };
    prepare_verification_by(context.cx, context.state, kind, &id, way)?;
    view_of(context, visitor, kind, &id)
}

fn attempt(context: &mut FapiContext<'_>, visitor: &Visitor, kind: ContactKind) -> ActionResult {
    let id = own_id(context, visitor, kind)?;
    let name = if kind == Wallet { "signature" } else { "code" };
    let proof = context.request.required_text(name)?;
    attempt_own_verification(context.cx, context.state, kind, &id, proof)?;
    view_of(context, visitor, kind, &id)
}

fn update_phone(context: &mut FapiContext<'_>, visitor: &Visitor) -> ActionResult {
    let id = own_id(context, visitor, Phone)?;
    let params = context.request.params();
    let codes = update_own_phone(context.cx, context.state, &visitor.user_id, &id, params)?;
    let mut view = view_of(context, visitor, Phone, &id)?;
    view["backup_codes"] = codes.map_or(Value::Null, |codes| json!(codes));
    Ok(view)
}
