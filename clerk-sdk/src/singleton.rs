//! The client of the process, and what acts on it.

use std::sync::LazyLock;

use clerk_api::{HttpOptions, SecretKey};

use crate::client::Clerk;
use crate::environment::Environment;

static CLIENT: LazyLock<Clerk> = LazyLock::new(|| Clerk::reloading_env(Environment::from_process));

/// Returns the client of the process, made from the environment variables when it is first asked for. It is always the same one.
///
/// Nothing can fail here: what is wrong with the environment is an error of the calls. While there is not a secret key, each
/// call of this function and each request look at the environment again, so a file of variables may also be read after the
/// first one, and handles taken before it work; once there is a key, the environment is not looked at any more.
///
/// ```no_run
/// # async fn run() -> Result<(), clerk_sdk::Error> {
/// let page = clerk_sdk::clerk_client().users().get_user_list().await?;
/// # let _ = page;
/// # Ok(())
/// # }
/// ```
pub fn clerk_client() -> &'static Clerk {
    CLIENT.reload_env_if_unset();
    &CLIENT
}

/// Changes the secret key of the [client of the process](clerk_client), for all handles taken from it.
pub fn set_clerk_secret_key(key: impl Into<SecretKey>) {
    clerk_client().set_secret_key(key);
}

/// Changes where the [client of the process](clerk_client) finds the Backend API, for all handles taken from it.
pub fn set_clerk_server_api_url(url: impl Into<String>) {
    clerk_client().set_server_api_url(url);
}

/// Changes the version of the API for the [client of the process](clerk_client) and all handles taken from it.
pub fn set_clerk_api_version(version: impl Into<String>) {
    clerk_client().set_api_version(version);
}

/// Changes how the [client of the process](clerk_client) sends requests, for all handles taken from it.
#[deprecated(note = "change them with `clerk_client().update`")]
pub fn set_clerk_http_options(options: HttpOptions) {
    #[allow(deprecated)]
    clerk_client().set_http_options(options);
}
