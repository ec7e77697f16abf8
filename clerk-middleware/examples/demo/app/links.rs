//! The URLs of Clerk's own pages for a visitor. Each leads back to the first page.

use clerk_middleware::{RedirectError, Redirects};

/// Clerk's pages.
pub(crate) struct Links {
    pub(crate) sign_in: String,
    pub(crate) sign_up: String,
    /// The page where visitors manage their account, and switch to another one.
    pub(crate) user: String,
    /// The page where members manage their organization, and switch to another one.
    pub(crate) organization: String,
}

impl Links {
    pub(crate) fn of(redirects: &Redirects) -> Result<Self, RedirectError> {
        let back = Some("/");
        Ok(Self {
            sign_in: redirects.to_sign_in(back)?,
            sign_up: redirects.to_sign_up(back)?,
            user: redirects.to_user_profile(back)?,
            organization: redirects.to_organization_profile(back)?,
        })
    }
}
