//! Email addresses and phone numbers.

use super::call::Handler::{Read, Write};
use super::call::{Call, HandlerResult, Handlers, deleted_view};
use crate::domain::contacts::{self, ContactKind};
use crate::domain::verifications;
use crate::store::State;
use crate::views::user::{attempt_view, contact_view};

use ContactKind::{Email, Phone};

pub(super) const CONTACT_HANDLERS: Handlers = &[
    (
        "GetEmailAddress",
        Read(|call, state| get_contact(call, state, Email)),
    ),
    (
        "GetPhoneNumber",
        Read(|call, state| get_contact(call, state, Phone)),
    ),
    (
        "CreateEmailAddress",
        Write(|call, state| create_contact(call, state, Email)),
    ),
    (
        "CreatePhoneNumber",
        Write(|call, state| create_contact(call, state, Phone)),
    ),
    (
        "UpdateEmailAddress",
        Write(|call, state| update_contact(call, state, Email)),
    ),
    (
        "UpdatePhoneNumber",
        Write(|call, state| update_contact(call, state, Phone)),
    ),
    (
        "DeleteEmailAddress",
        Write(|call, state| delete_contact(call, state, Email)),
    ),
    (
        "DeletePhoneNumber",
        Write(|call, state| delete_contact(call, state, Phone)),
    ),
    (
        "ReplaceUserEmailAddress",
        Write(|call, state| replace_contacts(call, state, Email)),
    ),
    (
        "ReplaceUserPhoneNumber",
        Write(|call, state| replace_contacts(call, state, Phone)),
    ),
    (
        "PrepareEmailAddressVerification",
        Write(|call, state| prepare(call, state, Email)),
    ),
    (
        "PreparePhoneNumberVerification",
        Write(|call, state| prepare(call, state, Phone)),
    ),
    (
        "AttemptEmailAddressVerification",
        Write(|call, state| attempt(call, state, Email)),
    ),
    (
        "AttemptPhoneNumberVerification",
        Write(|call, state| attempt(call, state, Phone)),
    ),
];

fn get_contact(call: &Call<'_>, state: &State, kind: ContactKind) -> HandlerResult {
    let (_, contact) = kind.find_contact(state, call.id(0))?;
    Ok(contact_view(kind, contact))
}

fn create_contact(call: &Call<'_>, state: &mut State, kind: ContactKind) -> HandlerResult {
    let contact = contacts::create_contact(call.cx, state, kind, call.params())?;
    Ok(contact_view(kind, &contact))
}

fn update_contact(call: &Call<'_>, state: &mut State, kind: ContactKind) -> HandlerResult {
    contacts::update_contact(call.cx, state, kind, call.id(0), call.params())?;
    get_contact(call, state, kind)
}

fn delete_contact(call: &Call<'_>, state: &mut State, kind: ContactKind) -> HandlerResult {
    contacts::delete_contact(call.cx, state, kind, call.id(0))?;
    Ok(deleted_view(kind.field(), call.id(0)))
}

fn replace_contacts(call: &Call<'_>, state: &mut State, kind: ContactKind) -> HandlerResult {
    let user_id = call.id(0);
    let contact = contacts::replace_contacts(call.cx, state, kind, user_id, call.params())?;
    Ok(contact_view(kind, &contact))
}

fn prepare(call: &Call<'_>, state: &mut State, kind: ContactKind) -> HandlerResult {
    let attempt = verifications::prepare_verification(call.cx, state, kind, call.id(0))?;
    Ok(attempt_view(&attempt, kind.strategy(), "unverified"))
}

fn attempt(call: &Call<'_>, state: &mut State, kind: ContactKind) -> HandlerResult {
    let verification_id = call.params().required_text("verification_id")?;
    let code = call.params().required_text("code")?;
    let id = call.id(0);
    let attempt =
        verifications::attempt_verification(call.cx, state, kind, id, verification_id, code)?;
    Ok(attempt_view(&attempt, kind.strategy(), "verified"))
}
