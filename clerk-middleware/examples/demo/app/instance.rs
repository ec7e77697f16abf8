//! What the application runs on: the emulator, or an instance of Clerk.

use std::error::Error;

use clerk_emulator::{Emulator, Seed, StartError};
use clerk_middleware::AuthenticateOptions;
use clerk_sdk::{Clerk, ClerkOptions, Environment, InstanceType};

use super::listen::Listening;
use super::{EMULATOR_PORT, Setup};

/// How long the token in the ready-made request lives. Those of browsers live for a minute.
const TOKEN_SECONDS: i64 = 3600;

pub(crate) struct Instance {
    pub(crate) clerk: Clerk,
    pub(crate) emulator: Option<Emulator>,
    pub(crate) token: Option<String>,
}

impl Instance {
    /// An emulator with people in it, that tells the application what happens.
    pub(crate) async fn emulated(
        setup: &Setup,
        application: &Listening,
    ) -> Result<Self, Box<dyn Error>> {
        let emulator = emulator(setup).await?;
        let time = emulator.clock().clone();
        // No `authorized_parties`: the token for the terminal was issued to no page, and would not do.
        let options = ClerkOptions::new()
            .server_api_url(emulator.url())
            .secret_key(emulator.secret_key())
            .publishable_key(emulator.publishable_key())
            .jwt_key(emulator.jwt_key())
            .proxy_url(emulator.proxy_url())
            .sign_in_url(emulator.sign_in_url())
            .sign_up_url(emulator.sign_up_url())
            .webhook_signing_secret(emulator.webhook_secret())
            .clock(clerk_sdk::Clock::from_fn(move || time.now()));
        let clerk = Clerk::with_environment(options, Environment::empty())?;
        let ada = emulator.sign_in_to("user_ada", "org_engines")?;
        let token = clerk
            .sessions()
            .get_token(ada.session_id)
            .expires_in_seconds(TOKEN_SECONDS)
            .await?;
        // Not `localhost`, which would be two addresses to be tried one after the other.
        emulator.add_webhook(&format!("http://127.0.0.1:{}/webhooks", application.port))?;
        Ok(Self {
            clerk,
            emulator: Some(emulator),
            token: token.jwt,
        })
    }

    /// The instance that the keys in the environment are of, once it has answered.
    pub(crate) async fn of_environment(url: &str) -> Result<Self, Box<dyn Error>> {
        let clerk = Clerk::new(ClerkOptions::new().authorized_parties([url]))?;
        AuthenticateOptions::new().validate(&clerk)?;
        let settings = clerk.settings();
        let key = settings.publishable_key()?;
        if key.is_some_and(|key| key.instance_type() == InstanceType::Production) {
            eprintln!(
                "demo: these are keys of a production instance, which signs nobody in on localhost; take those of a \
                 development instance"
            );
        }
        if let Err(error) = clerk.instance().get().await {
            return Err(
                format!("Clerk does not know these keys, or cannot be reached: {error}").into(),
            );
        }
        Ok(Self {
            clerk,
            emulator: None,
            token: None,
        })
    }
}

/// Taken ports are no obstacle, unless one was asked for.
async fn emulator(setup: &Setup) -> Result<Emulator, StartError> {
    let start = |port| {
        Emulator::builder()
            .port(port)
            .clock(setup.clock.clone())
            .seed(Seed::demo())
            .start()
    };
    match (
        setup.emulator_port,
        start(setup.emulator_port.unwrap_or(EMULATOR_PORT)).await,
    ) {
        (None, Err(StartError::Bind { .. })) => start(0).await,
        (_, started) => started,
    }
}
