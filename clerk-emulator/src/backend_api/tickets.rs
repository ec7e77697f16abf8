//! Sign-in tokens, actor tokens, agent tasks and testing tokens.

use serde_json::json;

use super::call::Handler::{Read, Write};
use super::call::{Call, HandlerResult, Handlers};
use crate::domain::tickets;
use crate::store::State;

pub(super) const TICKET_HANDLERS: Handlers = &[
    (
        "CreateSignInToken",
        Write(|call, state| tickets::create_sign_in_token(call.cx, state, call.params())),
    ),
    (
        "RevokeSignInToken",
        Write(|call, state| tickets::revoke_sign_in_token(call.cx, state, call.id(0))),
    ),
    (
        "CreateActorToken",
        Write(|call, state| tickets::create_actor_token(call.cx, state, call.params())),
    ),
    (
        "RevokeActorToken",
        Write(|call, state| tickets::revoke_actor_token(call.cx, state, call.id(0))),
    ),
    (
        "CreateAgentTask",
        Write(|call, state| tickets::create_agent_task(call.cx, state, call.params())),
    ),
    ("CreateTestingToken", Read(create_testing_token)),
];

fn create_testing_token(call: &Call<'_>, _: &State) -> HandlerResult {
    let expires_at = call.cx.now + 3_600_000;
    let letters = call.cx.instance.ids.letters(43);
    let token = format!("{}-{letters}", expires_at / 1000);
    Ok(json!({"object": "testing_token", "token": token, "expires_at": expires_at}))
}
