use clerk_api::operations::{AddDomain, DeleteDomain, ListDomains, UpdateDomain};

use super::resource;
use crate::{Paged, Plain};

resource! {
    /// Domains of the instance: the primary one and its satellites.
    ///
    /// ```
    /// fn handle(clerk: &clerk_sdk::Clerk) -> clerk_sdk::resources::Domains {
    ///     clerk.domains()
    /// }
    /// # let _ = handle;
    /// ```
    pub struct Domains;
}

impl Domains {
    /// Removes a satellite domain, whose visitors can no longer sign in there. The primary domain cannot be removed.
    ///
    /// `DELETE /domains/{domain_id}`, operation `DeleteDomain`.
    #[deprecated(note = "use `delete`")]
    pub fn delete_domain(&self, domain_id: impl Into<String>) -> DeleteDomain<Plain> {
        DeleteDomain::new(self.clerk.api(), domain_id)
    }

    /// Lists the primary domain and all satellites, with their Clerk addresses and the CNAME records each one needs.
    ///
    /// `GET /domains`, operation `ListDomains`.
    pub fn list(&self) -> ListDomains<Paged> {
        ListDomains::new(self.clerk.api())
    }

    /// Adds a satellite domain, which shares sign-in with the primary one. `is_satellite` must be true, since there is one primary only.
    ///
    /// `POST /domains`, operation `AddDomain`.
    pub fn add(&self) -> AddDomain<Plain> {
        AddDomain::new(self.clerk.api())
    }

    /// Renames a domain or sets its proxy address; `null` goes back to DNS. Renaming a live primary domain without prepared DNS causes an outage.
    ///
    /// `PATCH /domains/{domain_id}`, operation `UpdateDomain`.
    pub fn update(&self, domain_id: impl Into<String>) -> UpdateDomain<Plain> {
        UpdateDomain::new(self.clerk.api(), domain_id)
    }

    /// Removes a satellite domain, whose visitors can no longer sign in there. The primary domain cannot be removed.
    ///
    /// `DELETE /domains/{domain_id}`, operation `DeleteDomain`.
    pub fn delete(&self, domain_id: impl Into<String>) -> DeleteDomain<Plain> {
        DeleteDomain::new(self.clerk.api(), domain_id)
    }
}
