//! What the application runs on: the emulator, or an instance of Clerk.

use std::error::Error;

use clerk_emulator::{Emulator, Seed, StartError};
use clerk_middleware::AuthenticateOptions;
use clerk_sdk::{Clerk, ClerkOptions, Environment, InstanceType};

use super::listen::Listening;
use super::{EMULATOR_PORT, Setup};

/// The lifetime of the token in the ready-made request. Browsers' tokens live for a minute.
const TOKEN_SECONDS: i64 = 3600;

pub(crate) struct Instance {
    pub(crate) clerk: Clerk,
    pub(crate) emulator: Option<Emulator>,
    pub(crate) token: Option<String>,
}

impl Instance {
    /// Starts an emulator with users in it, which sends webhooks to the application.
    pub(crate) async fn emulated(
        setup: &Setup,
        application: &Listening,
    ) -> Result<Self, Box<dyn Error>> {
        let emulator = emulator(setup).await?;
        let time = emulator.clock().clone();
        // No `authorized_parties`: the token for the terminal was not issued to a page, so it would be rejected.
        let options = ClerkOptions::new()
            .server_api_url(emulator.url())
            .secret_key(emulator.secret_key())
            .publishable_key(emulator.publishable_key())
            .jwt_key(emulator.jwt_key())
            .proxy_url(emulator.proxy_url())
            .sign_in_url(emulator.sign_in_url())
            .sign_up_url(emulator.sign_up_url())
            .user_profile_url(emulator.user_profile_url())
            .organization_profile_url(emulator.organization_profile_url())
            .webhook_signing_secret(emulator.webhook_secret())
            .clock(clerk_sdk::Clock::from_fn(move || time.now()));
        let clerk = Clerk::with_environment(options, Environment::empty())?;
        let ada = emulator.sign_in_to("user_ada", "org_engines")?;
        let token = clerk
            .sessions()
            .get_token(ada.session_id)
            .expires_in_seconds(TOKEN_SECONDS)
            .await?;
        // Not `localhost`: that means two addresses, which clients try one after the other.
        emulator.add_webhook(&format!("http://127.0.0.1:{}/webhooks", application.port))?;
        Ok(Self {
            clerk,
            emulator: Some(emulator),
            token: token.jwt,
        })
    }

    /// Returns the instance to which the keys in the environment belong, after checking that it responds.
    pub(crate) async fn of_environment(url: &str) -> Result<Self, Box<dyn Error>> {
        let clerk = Clerk::new(ClerkOptions::new().authorized_parties([url]))?;
        AuthenticateOptions::new().validate(&clerk)?;
        let settings = clerk.settings();
        let key = settings.publishable_key()?;
        if key.is_some_and(|key| key.instance_type() == InstanceType::Production) {
            eprintln!(
                "demo: these are keys of a production instance, with which users cannot sign in on localhost; take those of a \
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

/// If a port is taken, another one is used, unless the user asked for this port.
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
