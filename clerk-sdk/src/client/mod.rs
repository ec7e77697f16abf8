//! The client: options, handles, setters.

mod snapshot;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::{Arc, Mutex, Once, PoisonError};

use arc_swap::ArcSwap;
use clerk_api::SecretKey;

use crate::auth::MachineAuth;
use crate::environment::Environment;
use crate::error::Error;
use crate::logging::{self, Level};
use crate::options::{ClerkOptions, HttpOptions};
use crate::settings::Settings;
use crate::tokens::{Claims, TokenVerifier, VerifyTokenOptions};
use crate::webhooks::{Event, WebhookHeaders, Webhooks};

pub use snapshot::Snapshot;
use snapshot::State;

/// A client of one Clerk instance. Make one and keep it: it holds connections, the keys of the instance and the tokens that
/// were verified with them.
///
/// Clones are cheap and share everything, and so do the handles of resources such as [`users`](Self::users): what a setter
/// or [`update`](Self::update) changes on one is seen by all, whenever they were taken. A request takes the settings as they
/// are when it is sent and keeps them to its end, retries included: no request ever carries the key of one configuration to
/// the URL of another.
///
/// ```no_run
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), clerk_sdk::Error> {
/// use clerk_sdk::{Clerk, ClerkOptions};
///
/// let clerk = Clerk::new(ClerkOptions::new().secret_key("sk_test_123"))?;
/// let users = clerk.users();
/// clerk.set_secret_key("sk_test_456");
/// let page = users.get_user_list().limit(10).await?; // with the second key
/// println!("{} users", page.len());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Clerk {
    shared: Arc<Shared>,
}

struct Shared {
    api: clerk_api::Client,
    /// The same with the machine's key, if one is set.
    machine_api: clerk_api::Client,
    state: ArcSwap<State>,
    /// Held during a change, so that no change is lost. Requests never wait for it.
    changing: Mutex<()>,
    /// Where the environment is read again while there is not a secret key.
    environment_now: Option<fn() -> Environment>,
    /// Whether the warning about the outdated name of the key's variable was logged.
    legacy_warning: Once,
}

impl Clerk {
    /// Returns a client with these options; what they leave out comes from the environment of the process, as it is now, or is the
    /// default. Nothing is sent. A missing secret key is not an error yet: the first call that needs one returns
    /// [`Error::MissingSecretKey`].
    ///
    /// # Errors
    ///
    /// [`Error::InvalidOption`] when an option cannot work.
    pub fn new(options: ClerkOptions) -> Result<Self, Error> {
        Self::with_environment(options, Environment::from_process())
    }

    /// Returns a client from the environment variables alone.
    ///
    /// # Errors
    ///
    /// Those of [`new`](Self::new).
    pub fn from_env() -> Result<Self, Error> {
        Self::new(ClerkOptions::new())
    }

    /// Returns a client as [`new`](Self::new) does, but with this environment in place of that of the process.
    ///
    /// ```
    /// use clerk_sdk::{Clerk, ClerkOptions, Environment};
    ///
    /// let environment = Environment::from_iter([("CLERK_SECRET_KEY", "sk_test_123")]);
    /// let clerk = Clerk::with_environment(ClerkOptions::new(), environment)?;
    /// assert_eq!(clerk.settings().secret_key().expose(), "sk_test_123");
    /// # Ok::<(), clerk_sdk::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`new`](Self::new).
    pub fn with_environment(
        options: ClerkOptions,
        environment: Environment,
    ) -> Result<Self, Error> {
        let clerk = Self::unchecked(options, environment, None);
        clerk.settings().check()?;
        Ok(clerk)
    }

    /// Returns a client whose invalid options are errors of the calls that need them, and which looks at the environment again
    /// while it has no secret key.
    pub(crate) fn reloading_env(environment_now: fn() -> Environment) -> Self {
        Self::unchecked(
            ClerkOptions::new(),
            environment_now(),
            Some(environment_now),
        )
    }

    fn with_state(state: Arc<State>) -> Self {
        Self {
            shared: Arc::new(Shared {
                api: state.api.clone(),
                machine_api: state.machine_api.clone(),
                state: ArcSwap::new(state),
                changing: Mutex::new(()),
                environment_now: None,
                legacy_warning: Once::new(),
            }),
        }
    }

    fn unchecked(
        options: ClerkOptions,
        environment: Environment,
        environment_now: Option<fn() -> Environment>,
    ) -> Self {
        let settings = options.resolve(&environment);
        let legacy_warning = Once::new();
        warn_once_of(&settings, &legacy_warning);
        let api = clerk_api::Client::new(settings.config().clone());
        let machine_api = api.with_config(|config| *config = settings.machine_config());
        let state = State::new(options, environment, settings, &api, None);
        Self {
            shared: Arc::new(Shared {
                api,
                machine_api,
                state: ArcSwap::from_pointee(state),
                changing: Mutex::new(()),
                environment_now,
                legacy_warning,
            }),
        }
    }

    /// Returns the options as they are resolved now.
    pub fn settings(&self) -> Arc<Settings> {
        Arc::clone(&self.shared.state.load().settings)
    }

    /// Returns the raw client of the Backend API, on the same settings: every operation by Clerk's name for it, with status and
    /// headers, and requests of your own.
    ///
    /// ```no_run
    /// # async fn run(clerk: clerk_sdk::Clerk) -> Result<(), clerk_sdk::Error> {
    /// let response = clerk.api().get_user("user_123").await?;
    /// println!("{:?}", response.headers().get("x-clerk-trace-id"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn api(&self) -> &clerk_api::Client {
        // Every request begins here, those of handles that were taken too early as well.
        self.reload_env_if_unset();
        &self.shared.api
    }

    /// Returns the raw client with the machine secret key, or with the secret key if no machine secret key is set.
    pub fn machine_api(&self) -> &clerk_api::Client {
        self.reload_env_if_unset();
        &self.shared.machine_api
    }

    /// Changes several options at once, for all clones and handles. Requests in flight keep the options they began with,
    /// and no request ever sees a part of the change.
    ///
    /// `change` gets the options as they were passed and set since; `None` in one falls back to the environment, as it was
    /// when this client was made. It must not change this client again: that would wait for itself.
    ///
    /// ```
    /// use clerk_sdk::{Clerk, ClerkOptions};
    ///
    /// let clerk = Clerk::new(ClerkOptions::new().secret_key("sk_test_123"))?;
    /// clerk.update(|options| {
    ///     options.secret_key = Some("sk_test_456".into());
    ///     options.server_api_url = Some("https://clerk.example.com".into());
    /// })?;
    /// assert_eq!(clerk.settings().server_api_url(), "https://clerk.example.com");
    /// # Ok::<(), clerk_sdk::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::InvalidOption`] when an option cannot work; nothing has changed then.
    pub fn update(&self, change: impl FnOnce(&mut ClerkOptions)) -> Result<(), Error> {
        self.change(
            |options, _| change(options),
            |settings| Ok(settings.check()?),
        )
    }

    fn change(
        &self,
        change: impl FnOnce(&mut ClerkOptions, &mut Environment),
        check: impl FnOnce(&Settings) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let shared = &self.shared;
        // A panic in `change` leaves everything in place, so a poisoned lock guards nothing broken.
        let _changing = shared
            .changing
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let state = shared.state.load_full();
        let (mut options, mut environment) = (state.options.clone(), state.environment.clone());
        change(&mut options, &mut environment);
        let settings = options.resolve(&environment);
        check(&settings)?;
        warn_once_of(&settings, &shared.legacy_warning);
        let state = State::new(options, environment, settings, &shared.api, Some(&state));
        shared.api.replace(state.settings.config().clone());
        shared.machine_api.replace(state.settings.machine_config());
        shared.state.store(Arc::new(state));
        Ok(())
    }

    /// Returns the configuration as it is now.
    #[doc(hidden)]
    pub fn snapshot(&self) -> Snapshot {
        self.reload_env_if_unset();
        Snapshot(self.shared.state.load_full())
    }

    fn set(&self, change: impl FnOnce(&mut ClerkOptions)) {
        // Without a check nothing can fail: these options are checked by the calls.
        let _ = self.change(|options, _| change(options), |_| Ok(()));
    }

    /// Changes the secret key, for all clones and handles. With an empty one, calls return [`Error::MissingSecretKey`].
    pub fn set_secret_key(&self, key: impl Into<SecretKey>) {
        self.set(|options| options.secret_key = Some(key.into()));
    }

    /// Changes where the Backend API is, for all clones and handles. A URL that cannot work is an
    /// [`Error::InvalidRequest`] of each call.
    pub fn set_server_api_url(&self, url: impl Into<String>) {
        self.set(|options| options.server_api_url = Some(url.into()));
    }

    /// Changes the version in the path of the Backend API, for all clones and handles. An empty one leaves it out.
    pub fn set_api_version(&self, version: impl Into<String>) {
        self.set(|options| options.api_version = Some(version.into()));
    }

    /// Changes how requests are sent, for all clones and handles.
    #[deprecated(
        note = "pass `http_options` when the client is made, or change them with `update`"
    )]
    pub fn set_http_options(&self, http_options: HttpOptions) {
        self.set(|options| options.http_options = http_options);
    }

    /// Reads the environment again if there is not a secret key yet, for a client that is made before `main` has loaded a file of
    /// variables.
    pub(crate) fn reload_env_if_unset(&self) {
        let Some(environment_now) = self.shared.environment_now else {
            return;
        };
        let state = self.shared.state.load();
        if !state.settings.secret_key().is_missing() || state.options.secret_key.is_some() {
            return;
        }
        let environment = environment_now();
        if environment == state.environment {
            return;
        }
        drop(state);
        let _ = self.change(|_, current| *current = environment, |_| Ok(()));
    }

    /// Verifies the token of a session and returns its claims: whoever presents it is the user `sub`, signed in by the
    /// session `sid`. [`Auth::from_claims`](crate::auth::Auth::from_claims) reads organizations and permissions from them.
    ///
    /// With a [`jwt_key`](ClerkOptions::jwt_key) no network is needed; without one, the keys of the instance are fetched
    /// once and kept. It knows nothing of sessions that were revoked since: a token lives a minute.
    ///
    /// ```no_run
    /// # async fn run(clerk: clerk_sdk::Clerk, jwt: &str) -> Result<(), Box<dyn std::error::Error>> {
    /// use clerk_sdk::auth::{Auth, Role};
    ///
    /// let auth = Auth::from_claims(clerk.verify_session_token(jwt).await?)?;
    /// println!("{:?} is an admin: {}", auth.user_id, auth.has(Role("org:admin")));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Token`], whose reason says which check failed, and [`Error::InvalidOption`] when the `jwt_key` cannot work.
    pub async fn verify_session_token(&self, jwt: &str) -> Result<Claims, Error> {
        let snapshot = self.verifying()?;
        let options = snapshot.settings().verify_token_options();
        Ok(snapshot.verifier().verify_session(jwt, options).await?)
    }

    /// Verifies the token of a session against requirements of your own, as
    /// [`verify_session_token`](Self::verify_session_token) does. They replace those of the client; begin with
    /// [`Settings::verify_token_options`] to add to them.
    ///
    /// # Errors
    ///
    /// Those of [`verify_session_token`](Self::verify_session_token).
    pub async fn verify_session_token_with(
        &self,
        jwt: &str,
        options: &VerifyTokenOptions,
    ) -> Result<Claims, Error> {
        let verifier = self.verifying_with(options)?;
        Ok(verifier.verify_session(jwt, options).await?)
    }

    /// Verifies a token that was made from a JWT template, or that of a session, and returns its claims. **It is not enough
    /// to sign someone in:** a template's token may live for years and goes to whatever service it was made for. Use
    /// [`verify_session_token`](Self::verify_session_token) to find out who makes a request.
    ///
    /// ```no_run
    /// # async fn run(clerk: clerk_sdk::Clerk, jwt: &str) -> Result<(), clerk_sdk::Error> {
    /// let claims = clerk.verify_token(jwt).await?;
    /// println!("made for {:?}", claims.get("aud"));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Token`], whose reason says which check failed, and [`Error::InvalidOption`] when the `jwt_key` cannot work.
    pub async fn verify_token(&self, jwt: &str) -> Result<Claims, Error> {
        let snapshot = self.verifying()?;
        let options = snapshot.settings().verify_token_options();
        Ok(snapshot.verifier().verify(jwt, options).await?)
    }

    /// Verifies a token against requirements of your own, as [`verify_token`](Self::verify_token) does. They replace those
    /// of the client; begin with [`Settings::verify_token_options`] to add to them.
    ///
    /// ```no_run
    /// # async fn run(clerk: clerk_sdk::Clerk, jwt: &str) -> Result<(), clerk_sdk::Error> {
    /// use clerk_sdk::tokens::VerifyTokenOptions;
    ///
    /// let options = VerifyTokenOptions::new().audience(["https://reports.example.com"]);
    /// let claims = clerk.verify_token_with(jwt, &options).await?;
    /// # let _ = claims;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`verify_token`](Self::verify_token).
    pub async fn verify_token_with(
        &self,
        jwt: &str,
        options: &VerifyTokenOptions,
    ) -> Result<Claims, Error> {
        Ok(self.verifying_with(options)?.verify(jwt, options).await?)
    }

    /// Returns the configuration as it is now, with a `jwt_key` that works, if there is one, and requirements that tokens can meet.
    fn verifying(&self) -> Result<Snapshot, Error> {
        let snapshot = self.snapshot();
        snapshot.settings().jwt_key()?;
        snapshot.settings().check_token_requirements()?;
        Ok(snapshot)
    }

    /// The same, where the options may bring a key of their own.
    fn verifying_with(&self, options: &VerifyTokenOptions) -> Result<TokenVerifier, Error> {
        match options.jwt_key {
            Some(_) => Ok(self.snapshot().verifier().clone()),
            None => self.token_verifier(),
        }
    }

    /// Verifies an API key, a machine-to-machine token or an OAuth access token: a JWT with the keys of the instance, an opaque
    /// one by asking Clerk. Verify them only where they are expected: each opaque one is a request, unless there is a
    /// [`machine_token_cache`](ClerkOptions::machine_token_cache).
    ///
    /// # Errors
    ///
    /// [`Error::MachineToken`], and [`Error::InvalidOption`] when the `jwt_key` cannot work.
    pub async fn verify_machine_token(&self, token: &str) -> Result<MachineAuth, Error> {
        let snapshot = self.verifying()?;
        let options = snapshot.settings().verify_token_options();
        let verified = MachineAuth::verify(snapshot.verifier(), token, options);
        Ok(verified.await?)
    }

    /// Returns the keys and the verified tokens of this client, for what verifies tokens itself.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidOption`] when the `jwt_key` cannot work.
    pub fn token_verifier(&self) -> Result<TokenVerifier, Error> {
        Ok(self.verifying()?.verifier().clone())
    }

    /// Checks that Clerk sent this webhook, with the [`webhook_signing_secret`](ClerkOptions::webhook_signing_secret), and
    /// reads it. The body must be the bytes as they were received.
    ///
    /// # Errors
    ///
    /// [`Error::Webhook`].
    pub fn verify_webhook(
        &self,
        headers: &(impl WebhookHeaders + ?Sized),
        raw_body: &[u8],
    ) -> Result<Event, Error> {
        let state = self.shared.state.load();
        let webhooks = Webhooks::new(state.settings.webhook_signing_secret().expose())?
            .clock(state.options.clock.clone());
        Ok(webhooks.verify(headers, raw_body)?)
    }
}

fn warn_once_of(settings: &Settings, legacy_warning: &Once) {
    if settings.is_key_from_legacy_variable {
        legacy_warning.call_once(|| {
            logging::log(
                Level::Warn,
                "the secret key comes from CLERK_API_KEY, whose name is outdated: call it CLERK_SECRET_KEY",
                &[],
            );
        });
    }
}

impl fmt::Debug for Clerk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Clerk")
            .field("settings", &self.settings())
            .finish()
    }
}
