//! Links in emails: each is followed once, within ten minutes, and says in which browser something goes on.

use super::TEN_MINUTES;
use super::codes::{Recipient, send_magic_link};
use crate::instance::Context;
use crate::store::{Link, LinkPurpose, State};

/// Sends a link; whoever follows it comes out at `redirect_url`.
pub(crate) fn send_link(
    cx: Context<'_>,
    state: &mut State,
    to: Recipient<'_>,
    purpose: LinkPurpose,
    redirect_url: &str,
) {
    let token = cx.instance.ids.letters(43);
    let url = format!("{}/v1/verify?token={token}", cx.instance.settings.url);
    let link = Link {
        purpose,
        redirect_url: redirect_url.to_owned(),
        expire_at: cx.now.saturating_add(TEN_MINUTES),
    };
    state.browsers.links.keep(token, link, cx.now);
    send_magic_link(cx, state, to, &url);
}

/// Returns the link with this token, once; `None` if there is none, or not any more.
pub(crate) fn follow_link(cx: Context<'_>, state: &mut State, token: &str) -> Option<Link> {
    state.browsers.links.take(token, cx.now)
}
