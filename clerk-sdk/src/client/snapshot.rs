//! One configuration of a client, which never changes.

use std::fmt;
use std::sync::Arc;

use super::Clerk;
use crate::environment::Environment;
use crate::options::ClerkOptions;
use crate::settings::Settings;
use crate::tokens::TokenVerifier;

/// One configuration with everything that depends on it. Immutable: every change swaps in a new `State`.
pub(super) struct State {
    /// The options that the application passed, with what its setters changed since.
    pub(super) options: ClerkOptions,
    pub(super) environment: Environment,
    pub(super) settings: Arc<Settings>,
    verifier: TokenVerifier,
    /// Clients of this configuration's instance. They keep it when the application configures another instance.
    pub(super) api: clerk_api::Client,
    pub(super) machine_api: clerk_api::Client,
}

impl State {
    /// Keeps from `before` what is still valid: connections, keys, verified tokens.
    pub(super) fn new(
        options: ClerkOptions,
        environment: Environment,
        settings: Settings,
        shared_api: &clerk_api::Client,
        before: Option<&Self>,
    ) -> Self {
        let (config, machine_config) = (settings.config(), settings.machine_config());
        let same_instance = before.filter(|before| {
            is_same_instance(&before.api.config(), config)
                && is_same_instance(&before.machine_api.config(), &machine_config)
        });
        let (api, machine_api) = match same_instance {
            Some(before) => {
                // Neither key nor address changes, so requests in flight may see the new configuration.
                before.api.replace(config.clone());
                before.machine_api.replace(machine_config);
                (before.api.clone(), before.machine_api.clone())
            }
            None => (
                shared_api.with_config(|current| *current = config.clone()),
                shared_api.with_config(|current| *current = machine_config),
            ),
        };
        // A new verifier starts without keys and tokens, so keep the old one whenever its settings still apply.
        let verifier = match same_instance {
            Some(before) if before.verifies_like(&options, &settings) => before.verifier.clone(),
            _ => verifier(&options, &settings, &api, &machine_api),
        };
        Self {
            options,
            environment,
            settings: Arc::new(settings),
            verifier,
            api,
            machine_api,
        }
    }

    fn verifies_like(&self, options: &ClerkOptions, settings: &Settings) -> bool {
        settings.jwt_key() == self.settings.jwt_key()
            && options.jwks_policy == self.options.jwks_policy
            && options.verified_tokens == self.options.verified_tokens
            && options.verified_token_bytes == self.options.verified_token_bytes
            && options.machine_token_cache == self.options.machine_token_cache
            && options.clock.is_same(&self.options.clock)
    }
}

/// Returns whether two configurations reach one instance with the same credentials.
fn is_same_instance(one: &clerk_api::Config, other: &clerk_api::Config) -> bool {
    one.secret_key.expose() == other.secret_key.expose()
        && one.server_api_url == other.server_api_url
        && one.api_version == other.api_version
}

/// The configuration of a client at one moment, with the token verifier and the API clients that use it. A request that
/// takes one snapshot never sees half of a change.
#[doc(hidden)]
#[derive(Clone)]
pub struct Snapshot(pub(super) Arc<State>);

impl Snapshot {
    /// Returns the resolved options.
    pub fn settings(&self) -> &Arc<Settings> {
        &self.0.settings
    }

    /// Returns the verifier, which holds the keys and the verified tokens.
    pub fn verifier(&self) -> &TokenVerifier {
        &self.0.verifier
    }

    /// Returns a client with this configuration. Later changes of the original client do not reach it.
    pub fn clerk(&self) -> Clerk {
        Clerk::with_state(Arc::clone(&self.0))
    }
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Snapshot")
            .field("settings", &self.0.settings)
            .finish_non_exhaustive()
    }
}

fn verifier(
    options: &ClerkOptions,
    settings: &Settings,
    api: &clerk_api::Client,
    machine_api: &clerk_api::Client,
) -> TokenVerifier {
    let mut builder = TokenVerifier::builder()
        .api(api.clone())
        .machine_api(machine_api.clone())
        .jwks_policy(options.jwks_policy.clone())
        .clock(options.clock.clone());
    if let Some(count) = options.verified_tokens {
        builder = builder.verified_tokens(count);
    }
    if let Some(bytes) = options.verified_token_bytes {
        builder = builder.verified_token_bytes(bytes);
    }
    if let Some(cache) = &options.machine_token_cache {
        builder = builder.machine_token_cache(cache.clone());
    }
    if let Ok(Some(key)) = settings.jwt_key() {
        builder = builder.jwt_key(key.clone());
    }
    builder.build()
}
