//! An instance for tests, without any server: it signs tokens and webhooks, and gives a client that accepts them. Feature
//! `testing`.
//!
//! Use it for code that asks who is signed in. Code that calls Clerk needs something that responds: `clerk-emulator`.
//!
//! ```
//! use clerk_sdk::auth::{Auth, Permission};
//! use clerk_sdk::testing::TestInstance;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), clerk_sdk::Error> {
//! let instance = TestInstance::new();
//! let clerk = instance.clerk();
//!
//! let token = instance.session_token("user_1").organization("org_1", "acme", "editor").permission("posts", "read").sign();
//! let auth = Auth::from_claims(clerk.verify_session_token(&token).await?)?;
//! assert!(auth.has(Permission("org:posts:read")));
//!
//! // Session tokens last for a minute.
//! instance.advance(std::time::Duration::from_secs(70));
//! assert!(clerk.verify_session_token(&token).await.is_err());
//! # Ok(())
//! # }
//! ```

mod machine_token;
mod session_token;
mod signing;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use clerk_api::{HttpOptions, RetryPolicy};
use serde_json::{Value, json};

pub use self::machine_token::MachineToken;
pub use self::session_token::SessionToken;
use self::signing::SigningKey;
use crate::client::Clerk;
use crate::clock::Clock;
use crate::environment::Environment;
use crate::options::ClerkOptions;
use crate::publishable_key::cookie_suffix;
use crate::webhooks::Webhooks;

/// The host of the Frontend API. The top-level domain `test` is reserved: nothing is ever there.
const HOST: &str = "clerk.instance.test";
/// `pk_live_` with [`HOST`] in it. A development instance would need a development browser beside each cookie.
const PUBLISHABLE_KEY: &str = "pk_live_Y2xlcmsuaW5zdGFuY2UudGVzdCQ";
const SECRET_KEY: &str = "sk_live_ofaninstancefortestsandofnoneatclerk";
const WEBHOOK_SECRET: &str = "whsec_b2YgYW4gaW5zdGFuY2UgZm9yIHRlc3Rz";
/// The port that is kept for discarding what it gets: calls fail at once instead of reaching Clerk.
const NOWHERE: &str = "http://127.0.0.1:9";

/// An instance of Clerk that consists of keys only. It signs session tokens, machine tokens that are JWTs, and webhooks;
/// [`clerk`](Self::clerk) is a client that accepts them.
///
/// Each instance has a key pair of its own, so a token of one is rejected by the client of another. Making the keys takes about
/// a tenth of a second.
///
/// Its client has no Backend API to call: calls fail at once. API keys and other opaque tokens, which only Clerk can judge,
/// are therefore rejected.
///
/// ```
/// use clerk_sdk::testing::TestInstance;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), clerk_sdk::Error> {
/// let (one, other) = (TestInstance::new(), TestInstance::new());
/// let token = one.session_token("user_1").sign();
/// assert_eq!(one.clerk().verify_session_token(&token).await?.sub(), Some("user_1"));
/// assert!(other.clerk().verify_session_token(&token).await.is_err());
/// # Ok(())
/// # }
/// ```
pub struct TestInstance {
    key: SigningKey,
    /// How many milliseconds the instance's clock is ahead of the system's.
    ahead: Arc<AtomicI64>,
    /// How many ids were given out.
    ids: AtomicU64,
}

impl TestInstance {
    /// Makes an instance with new keys.
    ///
    /// # Panics
    ///
    /// If the system gives no random numbers.
    pub fn new() -> Self {
        Self {
            key: SigningKey::generate(),
            ahead: Arc::default(),
            ids: AtomicU64::new(0),
        }
    }

    /// Returns a client that accepts what this instance signs. It reads no environment and never reaches Clerk.
    ///
    /// ```
    /// let clerk = clerk_sdk::testing::TestInstance::new().clerk();
    /// assert!(matches!(clerk.settings().publishable_key(), Ok(Some(_))));
    /// ```
    ///
    /// # Panics
    ///
    /// Never: the options of [`options`](Self::options) are valid.
    #[expect(
        clippy::expect_used,
        reason = "the options are constants and a key made here"
    )]
    pub fn clerk(&self) -> Clerk {
        Clerk::with_environment(self.options(), Environment::empty())
            .expect("the options of an instance for tests are valid")
    }

    /// Returns the options of [`clerk`](Self::clerk), for a client with further ones.
    ///
    /// ```
    /// use clerk_sdk::testing::TestInstance;
    /// use clerk_sdk::{Clerk, Environment};
    ///
    /// let options = TestInstance::new().options().authorized_parties(["https://app.example.com"]);
    /// let clerk = Clerk::with_environment(options, Environment::empty())?;
    /// # Ok::<(), clerk_sdk::Error>(())
    /// ```
    pub fn options(&self) -> ClerkOptions {
        ClerkOptions::new()
            .secret_key(SECRET_KEY)
            .publishable_key(PUBLISHABLE_KEY)
            .jwt_key(self.public_key())
            .webhook_signing_secret(WEBHOOK_SECRET)
            .server_api_url(NOWHERE)
            .http_options(HttpOptions::new().retry(RetryPolicy::none()))
            .clock(self.clock())
    }

    /// Returns the public key as PEM, which verifies the tokens of this instance: a `jwt_key`.
    pub fn public_key(&self) -> &str {
        self.key.public_pem()
    }

    /// Returns the clock of the instance and its clients: the system's, ahead by what [`advance`](Self::advance) was given.
    pub fn clock(&self) -> Clock {
        let (system, ahead) = (Clock::system(), Arc::clone(&self.ahead));
        Clock::from_fn(move || system.now_ms().saturating_add(ahead.load(Ordering::SeqCst)))
    }

    /// Moves the clock forward, for all clients of the instance.
    pub fn advance(&self, by: Duration) {
        let by = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        self.ahead.fetch_add(by, Ordering::SeqCst);
    }

    /// Starts the token of a session in which this user is signed in. [`SessionToken::sign`] returns it.
    pub fn session_token(&self, user_id: &str) -> SessionToken<'_> {
        SessionToken::new(self, user_id)
    }

    /// Starts the machine-to-machine token of this machine (`mch_…`), a JWT. [`MachineToken::sign`] returns it.
    pub fn m2m_token(&self, machine_id: &str) -> MachineToken<'_> {
        MachineToken::m2m(self, machine_id)
    }

    /// Starts the OAuth access token, a JWT, with which a client application acts for a user. [`MachineToken::sign`] returns it.
    pub fn oauth_token(&self, user_id: &str, client_id: &str) -> MachineToken<'_> {
        MachineToken::oauth(self, user_id, client_id)
    }

    /// Signs a JWT of any header and claims. The header gets `alg` and `kid`, unless it has them.
    ///
    /// ```
    /// use clerk_sdk::testing::TestInstance;
    /// use serde_json::json;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let instance = TestInstance::new();
    /// let token = instance.sign(json!({ "typ": "JWT" }), &json!({ "sub": "user_1" }));
    /// assert!(instance.clerk().verify_token(&token).await.is_err(), "it never expires");
    /// # }
    /// ```
    pub fn sign(&self, header: Value, claims: &Value) -> String {
        self.key.sign(header, claims)
    }

    /// Returns the value of a `Cookie` header with which a browser presents this session token.
    ///
    /// ```
    /// use clerk_sdk::testing::TestInstance;
    ///
    /// let instance = TestInstance::new();
    /// let cookies = instance.cookies(&instance.session_token("user_1").sign());
    /// assert!(cookies.contains("__session=ey"));
    /// ```
    pub fn cookies(&self, session_token: &str) -> String {
        let suffix = cookie_suffix(PUBLISHABLE_KEY);
        // The client was updated before the token was issued.
        let updated = self.now() - 60;
        format!(
            "__session={session_token}; __session_{suffix}={session_token}; __client_uat={updated}; __client_uat_{suffix}={updated}"
        )
    }

    /// Returns a webhook that Clerk could have sent now: of this type (`user.created`), with this data.
    ///
    /// ```
    /// use clerk_sdk::testing::TestInstance;
    /// use serde_json::json;
    ///
    /// let instance = TestInstance::new();
    /// let webhook = instance.webhook("user.deleted", json!({ "object": "user", "id": "user_1", "deleted": true }));
    /// let event = instance.clerk().verify_webhook(webhook.headers.as_slice(), &webhook.body)?;
    /// assert_eq!(event.kind, "user.deleted");
    /// # Ok::<(), clerk_sdk::Error>(())
    /// ```
    ///
    /// # Panics
    ///
    /// Never: the signing secret is valid.
    #[expect(clippy::expect_used, reason = "the secret is a constant")]
    pub fn webhook(&self, kind: &str, data: Value) -> SignedWebhook {
        let event = json!({
            "object": "event", "type": kind, "data": data, "timestamp": self.clock().now_ms(), "instance_id": "ins_test",
        });
        let body = event.to_string().into_bytes();
        let webhooks = Webhooks::new(WEBHOOK_SECRET).expect("the secret is valid");
        let headers = webhooks
            .clock(self.clock())
            .sign(&self.next_id("msg"), &body);
        SignedWebhook { headers, body }
    }

    /// Seconds since 1970.
    fn now(&self) -> i64 {
        self.clock().now_ms().div_euclid(1000)
    }

    fn next_id(&self, prefix: &str) -> String {
        let number = self.ids.fetch_add(1, Ordering::Relaxed) + 1;
        format!("{prefix}_test{number}")
    }
}

impl Default for TestInstance {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for TestInstance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestInstance").finish_non_exhaustive()
    }
}

/// A webhook that [`TestInstance::webhook`] signed, to be sent to the application or given to its handler.
///
/// ```
/// use clerk_sdk::testing::TestInstance;
///
/// let webhook = TestInstance::new().webhook("user.created", serde_json::json!({}));
/// assert_eq!(webhook.headers[0].0, "svix-id");
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SignedWebhook {
    /// The headers: id, time and signature.
    pub headers: [(&'static str, String); 3],
    /// The body. The signature is of these bytes.
    pub body: Vec<u8>,
}
