//! The URLs of Clerk's own pages for a visitor. Both the emulator and Clerk's account portal serve them beside the sign-in
//! page.

use clerk_middleware::{AuthenticateOptions, RedirectError, Redirects, RequestState};
use clerk_sdk::Clerk;
use http::request::Parts;
use url::Url;

/// Clerk's pages. Each leads back to the current page.
pub(crate) struct Links {
    pub(crate) sign_in: String,
    pub(crate) sign_up: String,
    /// The page where visitors manage their account, switch and sign out.
    pub(crate) user: String,
    /// Clerk's account portal has a separate page for choosing an organization.
    pub(crate) organization: String,
    /// Links that sign out. The account portal has no such links: users sign out on the account page.
    pub(crate) sign_out: Option<SignOut>,
}

pub(crate) struct SignOut {
    /// Signs out of this account.
    pub(crate) one: String,
    /// Signs out of all accounts in this browser.
    pub(crate) all: String,
}

impl Links {
    pub(crate) fn of(
        clerk: &Clerk,
        parts: &Parts,
        options: &AuthenticateOptions,
        state: &RequestState,
        session_id: Option<&str>,
        is_emulated: bool,
    ) -> Result<Self, RedirectError> {
        let redirects = Redirects::of_request(clerk, parts, options, state)?;
        let back = Some("/");
        let sign_in = redirects.to_sign_in(back)?;
        let beside = |page: &str| {
            let mut url =
                Url::parse(&sign_in).map_err(|_| RedirectError::InvalidUrl(sign_in.clone()))?;
            if let Ok(mut segments) = url.path_segments_mut() {
                segments.pop_if_empty().pop().push(page);
            }
            Ok::<_, RedirectError>(url)
        };
        let all = beside("sign-out")?;
        let mut one = all.clone();
        if let Some(id) = session_id {
            one.query_pairs_mut().append_pair("session_id", id);
        }
        let organization = if is_emulated { "user" } else { "organization" };
        Ok(Self {
            sign_up: redirects.to_sign_up(back)?,
            user: beside("user")?.into(),
            organization: beside(organization)?.into(),
            sign_out: is_emulated.then(|| SignOut {
                one: one.into(),
                all: all.into(),
            }),
            sign_in,
        })
    }
}
