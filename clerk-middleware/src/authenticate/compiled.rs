//! Options together with the values that follow from them.

use std::sync::Arc;

use arc_swap::ArcSwapOption;
use clerk_sdk::Settings;

use super::setup::Setup;
use crate::config_error::ConfigError;
use crate::options::AuthenticateOptions;
use crate::protected_resource::Resource;

/// The options of an authenticator or of a route, with the values that follow from them and a client's settings, so that
/// requests need not compute them. They are computed again if the settings have changed.
pub(crate) struct Compiled {
    options: AuthenticateOptions,
    /// What OAuth access tokens must be for.
    resource: Option<Arc<Resource>>,
    setup: ArcSwapOption<Setup>,
}

impl Compiled {
    pub(crate) fn new(options: AuthenticateOptions, resource: Option<Arc<Resource>>) -> Self {
        Self {
            options,
            resource,
            setup: ArcSwapOption::empty(),
        }
    }

    pub(crate) fn options(&self) -> &AuthenticateOptions {
        &self.options
    }

    pub(crate) fn resource(&self) -> Option<&Arc<Resource>> {
        self.resource.as_ref()
    }

    /// Returns the values for these settings.
    pub(crate) fn setup(&self, settings: &Arc<Settings>) -> Result<Arc<Setup>, ConfigError> {
        if let Some(setup) = &*self.setup.load()
            && setup.is_of(settings)
        {
            return Ok(Arc::clone(setup));
        }
        let setup = Setup::new(Arc::clone(settings), &self.options)?;
        let setup = Arc::new(match &self.resource {
            Some(resource) => setup.for_resource(resource),
            None => setup,
        });
        self.setup.store(Some(Arc::clone(&setup)));
        Ok(setup)
    }
}
