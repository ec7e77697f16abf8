// Clerk deprecates some of these operations; whoever calls them is told.
#![allow(deprecated)]

use clerk_api::Method;
use clerk_api::operations::{UpdateInstanceAuthConfig, UpdateProductionInstanceDomain};
use serde::Serialize;

use super::resource;
use crate::Plain;
use crate::request::Request;

resource! {
    /// Settings of the instance that are not settled yet.
    ///
    /// ```
    /// fn handle(clerk: &clerk_sdk::Clerk) -> clerk_sdk::resources::BetaFeatures {
    ///     clerk.beta_features()
    /// }
    /// # let _ = handle;
    /// ```
    pub struct BetaFeatures;
}

impl BetaFeatures {
    /// Old path for moving a production instance to another domain; signs everybody out. Prefer `ChangeProductionInstanceDomain`.
    ///
    /// `PUT /beta_features/domain`, operation `UpdateProductionInstanceDomain`.
    #[deprecated(note = "the API's document deprecates this operation")]
    pub fn update_production_instance_domain(&self) -> UpdateProductionInstanceDomain<Plain> {
        UpdateProductionInstanceDomain::new(self.clerk.api())
    }

    /// Changes a few sign-up settings of the instance, such as the allow-list restriction and test mode, and answers them all.
    ///
    /// `PATCH /beta_features/instance_settings`, operation `UpdateInstanceAuthConfig`.
    pub fn update_instance_settings(&self) -> UpdateInstanceAuthConfig<Plain> {
        UpdateInstanceAuthConfig::new(self.clerk.api())
    }

    /// Moves a production instance to another domain, by the address that Clerk's JavaScript SDK uses.
    ///
    /// `POST /beta_features/change_domain`, which is in no published document. A body is any serialisable value; Clerk's SDK
    /// sends `home_url` and `is_secondary`.
    #[deprecated(note = "use `instance().change_domain()`")]
    pub fn change_domain(&self, body: impl Serialize) -> Request<()> {
        let request = self
            .clerk
            .api()
            .request(Method::POST, "/beta_features/change_domain");
        Request::new("ChangeDomain", request).json(body)
    }
}
