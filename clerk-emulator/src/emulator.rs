//! A running emulator.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::builder::EmulatorBuilder;
use crate::control::Controls;
use crate::domain::direct::{self, SignInOn, SignedIn};
use crate::domain::documents::insert_document;
use crate::domain::operation_error::OperationError;
use crate::export::{self, StateError};
use crate::http::faults::Faults;
use crate::http::request_log::ReceivedRequest;
use crate::instance::clock::Clock;
use crate::instance::keys::{KeyError, SigningKey};
use crate::store::SentMessage;
use crate::webhooks::{Delivery, WebhookError};

/// How long requests under way may take to end when an emulator stops.
const GRACE: Duration = Duration::from_secs(1);

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
    pub(crate) controls: Arc<Controls>,
    pub(crate) jwt_key: String,
    pub(crate) stop: Option<oneshot::Sender<()>>,
    pub(crate) task: JoinHandle<()>,
}

impl std::fmt::Debug for Emulator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Emulator")
            .field("url", &self.controls.instance.settings.url)
            .finish_non_exhaustive()
    }
}

impl Emulator {
    /// Returns a builder with the defaults.
    pub fn builder() -> EmulatorBuilder {
        EmulatorBuilder::default()
    }

    /// Returns `http://127.0.0.1:PORT`; the Backend API is at `/v1` below it.
    pub fn url(&self) -> &str {
        &self.controls.instance.settings.url
    }

    /// Returns the URL of the Frontend API, for `CLERK_PROXY_URL`: the same as [`url`](Self::url).
    ///
    /// An application needs it because the emulator speaks plain HTTP; without it, the host in the publishable key would
    /// be called by HTTPS.
    pub fn proxy_url(&self) -> &str {
        self.url()
    }

    /// Returns the URL of the sign-in page, for `CLERK_SIGN_IN_URL`.
    pub fn sign_in_url(&self) -> String {
        format!("{}/sign-in", self.url())
    }

    /// Returns the URL of the sign-up page, for `CLERK_SIGN_UP_URL`.
    pub fn sign_up_url(&self) -> String {
        format!("{}/sign-up", self.url())
    }

    /// Returns the URL of the page where visitors switch accounts and organizations, and sign out, for
    /// `CLERK_USER_PROFILE_URL`.
    pub fn user_profile_url(&self) -> String {
        format!("{}/user", self.url())
    }

    /// Returns the URL of the page where visitors switch organizations, for `CLERK_ORGANIZATION_PROFILE_URL`: the same as
    /// [`user_profile_url`](Self::user_profile_url).
    pub fn organization_profile_url(&self) -> String {
        self.user_profile_url()
    }

    /// Returns the secret key: `sk_test_…`.
    pub fn secret_key(&self) -> &str {
        &self.controls.instance.settings.secret_key
    }

    /// Returns the publishable key: `pk_test_…`. The host in it is one of Clerk's development instances, as its frontends want
    /// it, and is never reached: they need the proxy URL as well.
    pub fn publishable_key(&self) -> &str {
        &self.controls.instance.settings.publishable_key
    }

    /// Returns the public key that verifies tokens, as PEM, for `CLERK_JWT_KEY`. It is the key that the emulator
    /// started with, even after [`rotate_keys`](Self::rotate_keys).
    pub fn jwt_key(&self) -> &str {
        &self.jwt_key
    }

    /// Returns the environment variables that make an application use this emulator: `CLERK_API_URL`,
    /// `CLERK_SECRET_KEY`, `CLERK_PUBLISHABLE_KEY`, `CLERK_PROXY_URL`, `CLERK_SIGN_IN_URL`, `CLERK_SIGN_UP_URL`,
    /// `CLERK_USER_PROFILE_URL`, `CLERK_ORGANIZATION_PROFILE_URL` and `CLERK_JWT_KEY`. With the last one, the application does not fetch keys.
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
            ("CLERK_USER_PROFILE_URL", self.user_profile_url()),
            (
                "CLERK_ORGANIZATION_PROFILE_URL",
                self.organization_profile_url(),
            ),
            ("CLERK_JWT_KEY", self.jwt_key().to_owned()),
        ]
    }

    /// Returns the clock, which can be moved.
    pub fn clock(&self) -> &Clock {
        &self.controls.instance.clock
    }

    /// Makes a new signing key. The old one leaves the key set at once.
    ///
    /// Takes about a tenth of a second.
    ///
    /// # Errors
    /// Returns an error if no key can be made.
    pub fn rotate_keys(&self) -> Result<(), KeyError> {
        self.controls.instance.set_key(SigningKey::random()?);
        Ok(())
    }

    /// Signs a user in on a new client (browser).
    ///
    /// # Errors
    /// Returns an error if the user does not exist, or is banned or locked.
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
    pub fn sign_in(&self, user_id: &str) -> Result<SignedIn, OperationError> {
        direct::sign_in(&self.controls.instance, user_id, SignInOn::default())
    }

    /// Signs a user in on a new client (browser), with an active organization.
    ///
    /// # Errors
    /// Returns an error if the user does not exist, is banned or locked, or is no member of the organization.
    pub fn sign_in_to(
        &self,
        user_id: &str,
        organization_id: &str,
    ) -> Result<SignedIn, OperationError> {
        let on = SignInOn {
            organization_id: Some(organization_id),
            ..SignInOn::default()
        };
        direct::sign_in(&self.controls.instance, user_id, on)
    }

    /// Signs in as a user, on a new client, with another user acting in that user's name: the session's token has the claim
    /// `act`, and the session lasts half an hour. With an actor token, browsers do the same.
    ///
    /// # Errors
    /// Returns an error if one of the users does not exist, or the first one is banned or locked.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use clerk_emulator::{Emulator, Seed};
    ///
    /// let seed = Seed::from_toml(
    ///     "[[users]]\nid = 'user_ada'\nusername = 'lovelace'\n[[users]]\nid = 'user_support'\nusername = 'support'",
    /// )?;
    /// let emulator = Emulator::builder().seed(seed).start().await?;
    /// let session = emulator.sign_in_as("user_ada", "user_support")?;
    /// println!("{}", session.token);
    /// # Ok(())
    /// # }
    /// ```
    pub fn sign_in_as(&self, user_id: &str, actor_id: &str) -> Result<SignedIn, OperationError> {
        let on = SignInOn {
            actor_id: Some(actor_id),
            ..SignInOn::default()
        };
        direct::sign_in(&self.controls.instance, user_id, on)
    }

    /// Signs a user in on an existing client, beside other users.
    ///
    /// # Errors
    /// Returns an error if the client or the user does not exist, or the user is banned or locked.
    pub fn sign_in_on(&self, client_id: &str, user_id: &str) -> Result<SignedIn, OperationError> {
        let on = SignInOn {
            client_id: Some(client_id),
            ..SignInOn::default()
        };
        direct::sign_in(&self.controls.instance, user_id, on)
    }

    /// Issues an OAuth access token, as if the user had consented: an opaque one (`oat_…`), or a JWT if the instance's OAuth
    /// settings say so.
    ///
    /// # Errors
    /// Returns an error if no application has this client id, or the user does not exist.
    pub fn issue_oauth_token(
        &self,
        client_id: &str,
        user_id: &str,
        scopes: &[&str],
    ) -> Result<String, OperationError> {
        direct::issue_oauth_token(&self.controls.instance, client_id, user_id, scopes)
    }

    /// Adds a document that the Backend API lists but cannot create: to `billing/plans`, `billing/statements`,
    /// `users/{id}/passkeys`, `sign_ups`, … Required fields that `fields` does not have are made up. Returns the
    /// document with its id.
    ///
    /// # Errors
    /// Returns an error if `fields` is no object, or the collection or a document in its path does not exist.
    ///
    /// ```
    /// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// # let emulator = clerk_emulator::Emulator::builder().start().await?;
    /// let plan = emulator.insert("billing/plans", serde_json::json!({"name": "Pro", "slug": "pro"}))?;
    /// assert_eq!(plan["object"], "commerce_plan");
    /// # Ok(())
    /// # }
    /// ```
    pub fn insert(&self, collection: &str, fields: Value) -> Result<Value, OperationError> {
        insert_document(&self.controls.instance, collection, fields)
    }

    /// Returns the faults, to inject failures.
    pub fn faults(&self) -> Faults {
        self.controls.faults.clone()
    }

    /// Returns the latest 10,000 requests, the oldest first. Requests that met a fault are among them; requests to the
    /// control endpoint are not.
    ///
    /// They show how often an application called: whether it retries after a failure, or fetches keys for each token.
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
        self.controls.requests.list()
    }

    /// Returns the latest 1,000 emails and text messages that Clerk would have sent, the oldest first, with their codes and
    /// links. The emulator sends none.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use clerk_emulator::Emulator;
    ///
    /// let emulator = Emulator::builder().start().await?;
    /// let config = clerk_api::Config::new(emulator.secret_key()).server_api_url(emulator.url());
    /// clerk_api::Client::new(config).create_invitation().email_address("guest@example.com").await?;
    ///
    /// let invitation = &emulator.messages()[0];
    /// assert_eq!(invitation.to, "guest@example.com");
    /// assert!(invitation.link.as_deref().is_some_and(|link| link.starts_with(emulator.url())));
    /// # Ok(())
    /// # }
    /// ```
    pub fn messages(&self) -> Vec<SentMessage> {
        self.controls.messages()
    }

    /// Clears the log of requests.
    pub fn forget_requests(&self) {
        self.controls.requests.clear();
    }

    /// Adds a webhook endpoint, whose address begins with `http://`. Returns the secret that signs its events:
    /// `whsec_…`.
    ///
    /// # Errors
    /// Returns an error if the emulator cannot send to this address.
    pub fn add_webhook(&self, url: &str) -> Result<String, WebhookError> {
        self.controls
            .webhooks
            .add(&self.controls.instance, url, None)
    }

    /// Returns the secret of the first webhook, or the one that the next webhook gets: `whsec_…`.
    pub fn webhook_secret(&self) -> String {
        self.controls.webhooks.secret(&self.controls.instance)
    }

    /// Returns the latest 10,000 deliveries of all webhooks, the oldest first.
    pub fn deliveries(&self) -> Vec<Delivery> {
        self.controls.webhooks.deliveries()
    }

    /// Waits until all events are delivered or given up.
    pub async fn webhooks_settled(&self) {
        self.controls.webhooks.settled().await;
    }

    /// Returns the whole state as one JSON document, for [`import`](Self::import) and
    /// [`EmulatorBuilder::state`](crate::EmulatorBuilder::state). Keys, the clock, webhooks and faults are not part of
    /// it. Passwords are in it as digests, other secrets as plain text. Links in it, such as those of invitations, lead
    /// to this emulator's address.
    ///
    /// # Errors
    /// Returns an error if the state cannot be written as JSON, which should not happen.
    pub fn export(&self) -> Result<Value, StateError> {
        export::export(&self.controls.instance)
    }

    /// Replaces the whole state by an exported one. Webhooks get no events.
    ///
    /// # Errors
    /// Returns an error if the document is no exported state; then nothing changes.
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
        export::import(&self.controls.instance, state)
    }

    /// Restores the state that the emulator started with, seeds included, and clears faults, requests and deliveries.
    /// The clock, the keys and the webhooks stay as they are.
    ///
    /// # Errors
    /// Returns an error if the state cannot be restored, which should not happen.
    pub fn reset(&self) -> Result<(), StateError> {
        self.controls.reset()
    }

    /// Stops the emulator and waits until it has stopped, at most a second.
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
