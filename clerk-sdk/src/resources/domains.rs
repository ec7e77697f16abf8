use super::Domains;
use crate::operations::DeleteDomain;

impl Domains {
    /// The same as [`delete`](Self::delete), by the name that Clerk's JavaScript SDK had for it first.
    ///
    /// `DELETE /domains/{domain_id}`, operation `DeleteDomain`.
    #[deprecated(note = "use `delete`")]
    pub fn delete_domain(&self, domain_id: impl Into<String>) -> DeleteDomain {
        self.delete(domain_id)
    }
}
