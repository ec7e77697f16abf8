//! Invitations to the application, and the waiting list.

use serde_json::Value;

use super::call::Handler::{Read, Write};
use super::call::{Call, HandlerResult, Handlers, deleted_view};
use crate::domain::invitations::{self, INVITATIONS, create_all, invitation_status};
use crate::domain::waitlist::{self, ENTRIES};
use crate::store::{Documents, State};
use crate::views::invitation::invitation_view;

pub(super) const INVITATION_HANDLERS: Handlers = &[
    ("ListInvitations", Read(list_invitations)),
    (
        "CreateInvitation",
        Write(|call, state| {
            let invitation = invitations::create_invitation(call.cx, state, call.params())?;
            Ok(invitation_view(&invitation, call.cx.now))
        }),
    ),
    ("CreateBulkInvitations", Write(create_invitations)),
    (
        "RevokeInvitation",
        Write(|call, state| {
            let invitation = invitations::revoke_invitation(call.cx, state, call.id(0))?;
            Ok(invitation_view(&invitation, call.cx.now))
        }),
    ),
    ("ListWaitlistEntries", Read(list_entries)),
    (
        "CreateWaitlistEntry",
        Write(|call, state| waitlist::create_entry(call.cx, state, call.params())),
    ),
    (
        "CreateBulkWaitlistEntries",
        Write(|call, state| {
            let params = call.params();
            create_all(call.cx, state, ENTRIES, params, waitlist::create_entry).map(Value::Array)
        }),
    ),
    (
        "DeleteWaitlistEntry",
        Write(|call, state| {
            waitlist::delete_entry(state, call.id(0))?;
            Ok(deleted_view("waitlist_entry", call.id(0)))
        }),
    ),
    (
        "InviteWaitlistEntry",
        Write(|call, state| {
            let id = call.id(0);
            waitlist::invite_entry(call.cx, state, id, call.params(), Documents::view)
        }),
    ),
    (
        "RejectWaitlistEntry",
        Write(|call, state| waitlist::reject_entry(call.cx, state, call.id(0))),
    ),
];

fn list_invitations(call: &Call<'_>, state: &State) -> HandlerResult {
    let wanted = call.query("status");
    let fits = |invitation: &&Value| {
        wanted.is_none_or(|wanted| invitation_status(invitation, call.cx.now) == wanted)
    };
    let views: Vec<Value> = state
        .documents
        .all(INVITATIONS)
        .filter(fits)
        .map(|invitation| invitation_view(invitation, call.cx.now))
        .collect();
    Ok(call.documents(views.iter()))
}

fn create_invitations(call: &Call<'_>, state: &mut State) -> HandlerResult {
    let create = invitations::create_invitation;
    let made = create_all(call.cx, state, INVITATIONS, call.params(), create)?;
    let view = |invitation| invitation_view(invitation, call.cx.now);
    Ok(made.iter().map(view).collect())
}

fn list_entries(call: &Call<'_>, state: &State) -> HandlerResult {
    let wanted = call.query("status");
    let fits = |entry: &&Value| wanted.is_none_or(|wanted| entry["status"] == wanted);
    Ok(call.documents(state.documents.all(ENTRIES).filter(fits)))
}
