//! What is fixed when an emulator starts.

use std::path::PathBuf;

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::access::Access;

/// Which claims session tokens have.
///
/// ```
/// use clerk_emulator::TokenVersion;
///
/// assert_eq!(TokenVersion::default(), TokenVersion::V2);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum TokenVersion {
    /// The older form: `org_id`, `org_role`, `org_permissions`.
    V1,
    /// Today's form: the organization in `o`, features in `fea`, plans in `pla`.
    #[default]
    V2,
}

/// The settings of an instance.
pub(crate) struct Settings {
    /// `http://127.0.0.1:4010`
    pub(crate) url: String,
    pub(crate) secret_key: String,
    pub(crate) publishable_key: String,
    /// What session tokens have as `iss`: the address in the publishable key, by which SDKs know the cookies of their own
    /// instance.
    pub(crate) issuer: String,
    pub(crate) instance_id: String,
    pub(crate) token_version: TokenVersion,
    /// Whether other machines may reach the emulator.
    pub(crate) open: bool,
    /// Which hosts, pages and redirects are allowed.
    pub(crate) access: Access,
    /// A folder of npm packages, whose scripts of Clerk's are served.
    pub(crate) npm: Option<PathBuf>,
}

impl Settings {
    /// Returns host and port, as publishable keys name them.
    pub(crate) fn host(&self) -> &str {
        self.url
            .split_once("://")
            .map_or(&*self.url, |(_, host)| host)
    }

    /// Returns the URL of an image, or of the default one.
    pub(crate) fn image_url(&self, image: Option<&str>) -> String {
        format!("{}/images/{}", self.url, image.unwrap_or("default"))
    }

    /// Returns the names under which a cookie is set: the plain one, and the instance's own if `suffixed`.
    pub(crate) fn cookie_names(&self, name: &str, suffixed: bool) -> impl Iterator<Item = String> {
        let own = suffixed.then(|| self.own_cookie_name(name));
        std::iter::once(name.to_owned()).chain(own)
    }

    /// Returns the instance's own name for a cookie: applications that share a domain have several instances' cookies.
    pub(crate) fn own_cookie_name(&self, name: &str) -> String {
        let digest = digest(&SHA1_FOR_LEGACY_USE_ONLY, self.publishable_key.as_bytes());
        let text = STANDARD.encode(digest).replace('+', "-").replace('/', "_");
        let suffix: String = text.chars().take(8).collect();
        format!("{name}_{suffix}")
    }
}
