//! The names that Clerk gives to cookies and query parameters, where more than one file needs them.

pub(crate) const SESSION: &str = "__session";
pub(crate) const CLIENT_UAT: &str = "__client_uat";
/// The cookie and the query parameter of a development browser.
pub(crate) const DEV_BROWSER: &str = "__clerk_db_jwt";
pub(crate) const REFRESH: &str = "__refresh";
/// The cookie and the query parameter with the outcome of a handshake.
pub(crate) const HANDSHAKE: &str = "__clerk_handshake";
/// The cookie and the query parameter with the nonce to fetch the outcome of a handshake with.
pub(crate) const HANDSHAKE_NONCE: &str = "__clerk_handshake_nonce";
pub(crate) const REDIRECT_COUNT: &str = "__clerk_redirect_count";
/// The query parameter that says whether a satellite has synchronized.
pub(crate) const SYNCED: &str = "__clerk_synced";
