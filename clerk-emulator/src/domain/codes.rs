//! One-time codes and links: no message is ever sent, so the code is always the same, and the outbox has both.

use crate::http::error::ApiError;
use crate::instance::Context;
use crate::store::{Entry, SentMessage, State};

/// The code that is always right.
pub(crate) const CODE: &str = "424242";

pub(crate) fn check_code(code: &str) -> Result<(), ApiError> {
    if code.trim() == CODE {
        return Ok(());
    }
    let long = format!("The code is wrong; in the emulator it is always {CODE}.");
    Err(ApiError::parameter(
        "form_code_incorrect",
        "code",
        "is incorrect",
        &long,
    ))
}

/// Who gets a message.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Recipient<'a> {
    pub(crate) address: &'a str,
    pub(crate) contact_id: Option<&'a str>,
    pub(crate) user_id: Option<&'a str>,
}

/// Sends a code during a sign-in or sign-up, which changes nothing else in the state.
pub(crate) fn send_code(cx: Context<'_>, state: &mut State, to: Recipient<'_>, purpose: &str) {
    tell(state, to, None);
    post_code(cx, state, to, purpose);
}

/// Sends a link during a sign-in or sign-up.
pub(super) fn send_magic_link(cx: Context<'_>, state: &mut State, to: Recipient<'_>, url: &str) {
    tell(state, to, Some(url));
    post_link(cx, state, to, "magic_link", url);
}

/// Tells webhooks of a message.
fn tell(state: &State, to: Recipient<'_>, link: Option<&str>) {
    state.journal().record(|| Entry::MessageSent {
        address: to.address.to_owned(),
        contact_id: to.contact_id.map(str::to_owned),
        user_id: to.user_id.map(str::to_owned),
        link: link.map(str::to_owned),
    });
}

/// Puts a message with a code into the outbox.
pub(crate) fn post_code(cx: Context<'_>, state: &mut State, to: Recipient<'_>, purpose: &str) {
    post(cx, state, to, purpose, Some(CODE), None);
}

/// Puts a message with a link into the outbox.
pub(crate) fn post_link(
    cx: Context<'_>,
    state: &mut State,
    to: Recipient<'_>,
    purpose: &str,
    link: &str,
) {
    post(cx, state, to, purpose, None, Some(link));
}

fn post(
    cx: Context<'_>,
    state: &mut State,
    to: Recipient<'_>,
    purpose: &str,
    code: Option<&str>,
    link: Option<&str>,
) {
    state.outbox.push(SentMessage {
        to: to.address.to_owned(),
        purpose: purpose.to_owned(),
        code: code.map(str::to_owned),
        link: link.map(str::to_owned),
        user_id: to.user_id.map(str::to_owned),
        sent_at: cx.now,
    });
}
