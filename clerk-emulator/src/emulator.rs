//! Using and stopping an emulator.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::builder::EmulatorBuilder;
use crate::clock::Clock;
use crate::export::StateError;
use crate::faults::Faults;
use crate::keys::{KeyError, SigningKey};
use crate::requests::ReceivedRequest;
use crate::webhooks::{Delivery, WebhookError};
use crate::world::World;

/// Requests under way get this long to end when an emulator stops.
const GRACE: Duration = Duration::from_secs(1);

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
    /// The form of today: the organization in `o`, features in `fea`, plans in `pla`.
    #[default]
    V2,
}

/// A running emulator; it stops when this is dropped.
///
/// ```
/// use clerk_emulator::Emulator;
///
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// let emulator = Emulator::builder().start().await?;
/// println!("CLERK_API_URL={}", emulator.url());
/// println!("CLERK_SECRET_KEY={}", emulator.secret_key());
/// emulator.shutdown().await;
/// # Ok(())
/// # }
/// ```
pub struct Emulator {
    pub(crate) world: Arc<World>,
    pub(crate) jwt_key: String,
    pub(crate) stop: Option<oneshot::Sender<()>>,
    pub(crate) task: JoinHandle<()>,
}

impl std::fmt::Debug for Emulator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Emulator")
            .field("url", &self.world.url)
            .finish_non_exhaustive()
    }
}

impl Emulator {
    /// An emulator with defaults, to be changed before it is started.
    pub fn builder() -> EmulatorBuilder {
        EmulatorBuilder::default()
    }

    /// `http://127.0.0.1:PORT`: the Backend API is at `/v1` below it.
    pub fn url(&self) -> &str {
        &self.world.url
    }

    /// Where the Frontend API is reached, for `CLERK_PROXY_URL`: the same as [`url`](Self::url).
    ///
    /// An application needs it because the emulator speaks plain HTTP; without it, the host in the publishable key would
    /// be called by HTTPS.
    pub fn proxy_url(&self) -> &str {
        self.url()
    }

    /// The sign-in page, for `CLERK_SIGN_IN_URL`.
    pub fn sign_in_url(&self) -> String {
        format!("{}/sign-in", self.url())
    }

    /// The sign-up page, for `CLERK_SIGN_UP_URL`.
    pub fn sign_up_url(&self) -> String {
        format!("{}/sign-up", self.url())
    }

    /// The page where visitors switch accounts and organizations, and sign out.
    pub fn user_profile_url(&self) -> String {
        format!("{}/user", self.url())
    }

    /// The secret key: `sk_test_…`.
    pub fn secret_key(&self) -> &str {
        &self.world.secret_key
    }

    /// The publishable key: `pk_test_…`, with the emulator's host and port in it.
    pub fn publishable_key(&self) -> &str {
        &self.world.publishable_key
    }

    /// The public key that verifies tokens, as PEM: what `CLERK_JWT_KEY` takes. The one from the start, whatever
    /// [`rotate_keys`](Self::rotate_keys) did since.
    pub fn jwt_key(&self) -> &str {
        &self.jwt_key
    }

    /// The variables that lead an application here, by name: `CLERK_API_URL`, `CLERK_SECRET_KEY`,
    /// `CLERK_PUBLISHABLE_KEY`, `CLERK_PROXY_URL`, `CLERK_SIGN_IN_URL`, `CLERK_SIGN_UP_URL` and `CLERK_JWT_KEY`, with which
    /// it fetches no keys.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use clerk_emulator::Emulator;
    /// use clerk_sdk::{Clerk, ClerkOptions, Environment};
    ///
    /// let emulator = Emulator::builder().start().await?;
    /// let environment = Environment::from_iter(emulator.environment());
    /// let clerk = Clerk::with_environment(ClerkOptions::new(), environment)?;
    /// assert_eq!(clerk.users().get_count().await?, 0);
    /// # Ok(())
    /// # }
    /// ```
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        vec![
            ("CLERK_API_URL", self.url().to_owned()),
            ("CLERK_SECRET_KEY", self.secret_key().to_owned()),
            ("CLERK_PUBLISHABLE_KEY", self.publishable_key().to_owned()),
            ("CLERK_PROXY_URL", self.proxy_url().to_owned()),
            ("CLERK_SIGN_IN_URL", self.sign_in_url()),
            ("CLERK_SIGN_UP_URL", self.sign_up_url()),
            ("CLERK_JWT_KEY", self.jwt_key().to_owned()),
        ]
    }

    /// The clock, to move it.
    pub fn clock(&self) -> &Clock {
        &self.world.clock
    }

    /// Signs with a fresh key from now on and forgets the old one, which leaves the key set at once.
    ///
    /// Takes about a tenth of a second.
    ///
    /// # Errors
    /// If no key can be made.
    pub fn rotate_keys(&self) -> Result<(), KeyError> {
        self.world.set_key(SigningKey::random()?);
        Ok(())
    }

    /// Signs a user in with a new client (browser).
    ///
    /// # Errors
    /// If there is no such user, or it is banned or locked.
    ///
    /// ```
    /// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = clerk_emulator::Emulator::builder().start().await?;
    /// # let user_id = "user_…";
    /// let ada = emulator.sign_in(user_id)?;
    /// let bearer = format!("Bearer {}", ada.token);
    /// # Ok(())
    /// # }
    /// ```
    pub fn sign_in(&self, user_id: &str) -> Result<SignedIn, Refused> {
        crate::backend_api::sessions::sign_in(&self.world, user_id, None, None)
    }

    /// Signs a user in with a new client (browser), with an organization active.
    ///
    /// # Errors
    /// If there is no such user, it is banned or locked, or no member of the organization.
    pub fn sign_in_to(&self, user_id: &str, organization_id: &str) -> Result<SignedIn, Refused> {
        let organization = Some(organization_id);
        crate::backend_api::sessions::sign_in(&self.world, user_id, None, organization)
    }

    /// Signs a user in beside others, on a client that there is already.
    ///
    /// # Errors
    /// If there is no such client or user, or the user is banned or locked.
    pub fn sign_in_on(&self, client_id: &str, user_id: &str) -> Result<SignedIn, Refused> {
        crate::backend_api::sessions::sign_in(&self.world, user_id, Some(client_id), None)
    }

    /// Issues an OAuth access token (`oat_…`), as the consent page of an application would.
    ///
    /// # Errors
    /// If there is no application with this client id, or no such user.
    pub fn issue_oauth_token(
        &self,
        client_id: &str,
        user_id: &str,
        scopes: &[&str],
    ) -> Result<String, Refused> {
        crate::backend_api::oauth::issue(&self.world, client_id, user_id, scopes)
    }

    /// Puts a document where the Backend API lists it but nothing there makes it: `billing/plans`,
    /// `billing/statements`, `users/{id}/passkeys`, `sign_ups`, … What the document's schema requires and `fields`
    /// do not have is made up. Returns the document with its id.
    ///
    /// # Errors
    /// If `fields` is no object, there is no such collection, or what the path names does not exist.
    ///
    /// ```
    /// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = clerk_emulator::Emulator::builder().start().await?;
    /// let plan = emulator.insert("billing/plans", serde_json::json!({"name": "Pro", "slug": "pro"}))?;
    /// assert_eq!(plan["object"], "commerce_plan");
    /// # Ok(())
    /// # }
    /// ```
    pub fn insert(&self, collection: &str, fields: Value) -> Result<Value, Refused> {
        crate::backend_api::insert::insert(&self.world, collection, fields)
    }

    /// What goes wrong on demand.
    pub fn faults(&self) -> Faults {
        self.world.faults.clone()
    }

    /// The requests that came in, the oldest first; the latest 10,000 of them. Those that met a fault are among them, those
    /// to the control endpoint are not.
    ///
    /// It tells how often an application asked: whether it tries again after a failure, or fetches keys for each token.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use clerk_emulator::{Emulator, Fault};
    ///
    /// let emulator = Emulator::builder().start().await?;
    /// emulator.faults().inject(Fault::status(503).times(1));
    /// let config = clerk_api::Config::new(emulator.secret_key()).server_api_url(emulator.url());
    /// clerk_api::Client::new(config).get_user_list().await?;
    /// assert_eq!(emulator.requests().len(), 2);
    ///
    /// emulator.forget_requests();
    /// assert!(emulator.requests().is_empty());
    /// # Ok(())
    /// # }
    /// ```
    pub fn requests(&self) -> Vec<ReceivedRequest> {
        self.world.requests.list()
    }

    /// Forgets the requests that came in.
    pub fn forget_requests(&self) {
        self.world.requests.forget();
    }

    /// From now on each change is told to this address as well; returns the secret that signs what is sent:
    /// `whsec_…`. The address begins with `http://`.
    ///
    /// # Errors
    /// If nothing can be sent to this address.
    pub fn add_webhook(&self, url: &str) -> Result<String, WebhookError> {
        self.world.webhooks.add(&self.world, url, None)
    }

    /// The secret of the first webhook, or the one that the next webhook gets: `whsec_…`.
    pub fn webhook_secret(&self) -> String {
        self.world.webhooks.secret(&self.world)
    }

    /// The events that were sent, or wait to be, the oldest first; the latest 10,000 of them, of all webhooks.
    pub fn deliveries(&self) -> Vec<Delivery> {
        self.world.webhooks.deliveries()
    }

    /// Waits until no event waits to be sent, or to be sent again.
    pub async fn webhooks_settled(&self) {
        self.world.webhooks.settled().await;
    }

    /// All that there is, as one JSON document: what [`import`](Self::import) and
    /// [`EmulatorBuilder::state`](crate::EmulatorBuilder::state) take. The keys, the clock, webhooks and faults are not
    /// part of it. Passwords are in it as digests, other secrets as they are; links in it, such as those of invitations,
    /// lead to this emulator's address.
    ///
    /// # Errors
    /// If it cannot be written as JSON, which should not be.
    pub fn export(&self) -> Result<Value, StateError> {
        crate::export::export(&self.world)
    }

    /// Puts a state that was exported in the place of all that there is. Webhooks are not told.
    ///
    /// # Errors
    /// If it is no state that was exported; then everything stays as it is.
    ///
    /// ```
    /// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = clerk_emulator::Emulator::builder().start().await?;
    /// let before = emulator.export()?;
    /// // … a test that changes things …
    /// emulator.import(before)?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn import(&self, state: Value) -> Result<(), StateError> {
        crate::export::import(&self.world, state)
    }

    /// Makes everything what it was at the start, with the seeds: users, sessions, documents; faults, requests and
    /// deliveries are forgotten. The clock, the keys and the webhooks stay.
    ///
    /// # Errors
    /// If the emulator cannot begin again, which should not be.
    pub fn reset(&self) -> Result<(), StateError> {
        crate::control::reset_world(&self.world)
    }

    /// Stops the emulator, and waits until it has: at most a second.
    pub async fn shutdown(mut self) {
        self.stop.take();
        if tokio::time::timeout(GRACE, &mut self.task).await.is_err() {
            self.task.abort();
        }
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        self.stop.take();
    }
}

/// Why the emulator did not do what was asked of it.
///
/// ```
/// # async fn run() -> Result<(), clerk_emulator::StartError> {
/// let emulator = clerk_emulator::Emulator::builder().start().await?;
/// let refused = emulator.sign_in("user_nobody").unwrap_err();
/// assert_eq!(refused.to_string(), "there is no user user_nobody");
/// # Ok(())
/// # }
/// ```
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Refused(pub(crate) String);

/// What a browser holds once a user signed in.
///
/// ```
/// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
/// # let emulator = clerk_emulator::Emulator::builder().start().await?;
/// # let (ada, grace) = ("user_…", "user_…");
/// let first = emulator.sign_in(ada)?;
/// let second = emulator.sign_in_on(&first.client_id, grace)?;
/// assert_eq!(first.client_id, second.client_id);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub struct SignedIn {
    /// The client: `client_…`.
    pub client_id: String,
    /// The session: `sess_…`.
    pub session_id: String,
    /// A session token, as in the cookie `__session`; it lives for a minute.
    pub token: String,
    /// The client's token, as in the Frontend API's cookie `__client`.
    pub client_token: String,
    /// What the session is refreshed with, as in the cookie `__refresh`.
    pub refresh_token: String,
}

impl std::fmt::Debug for SignedIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SignedIn")
            .field("client_id", &self.client_id)
            .field("session_id", &self.session_id)
            .finish_non_exhaustive()
    }
}
