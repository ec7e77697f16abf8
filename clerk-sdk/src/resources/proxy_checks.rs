use clerk_api::operations::VerifyDomainProxy;

use super::resource;
use crate::Plain;

resource! {
    /// Checks of whether a proxy of the Frontend API works.
    ///
    /// ```
    /// fn handle(clerk: &clerk_sdk::Clerk) -> clerk_sdk::resources::ProxyChecks {
    ///     clerk.proxy_checks()
    /// }
    /// # let _ = handle;
    /// ```
    pub struct ProxyChecks;
}

impl ProxyChecks {
    /// Tests whether a proxy address really reaches Clerk's Frontend API. Run it before you switch a domain over, to avoid an outage.
    ///
    /// `POST /proxy_checks`, operation `VerifyDomainProxy`.
    pub fn verify(&self) -> VerifyDomainProxy<Plain> {
        VerifyDomainProxy::new(self.clerk.api())
    }
}
