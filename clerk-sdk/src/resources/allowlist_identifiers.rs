use clerk_api::operations::{
    CreateAllowlistIdentifier, DeleteAllowlistIdentifier, ListAllowlistIdentifiers,
};

use super::resource;
use crate::{Paged, Plain};

resource! {
    /// The allow-list: who may sign up while the instance is restricted to it.
    ///
    /// ```
    /// fn handle(clerk: &clerk_sdk::Clerk) -> clerk_sdk::resources::AllowlistIdentifiers {
    ///     clerk.allowlist_identifiers()
    /// }
    /// # let _ = handle;
    /// ```
    pub struct AllowlistIdentifiers;
}

impl AllowlistIdentifiers {
    /// Lists the email addresses, phone numbers and wallets that may sign up while the allow-list is on.
    ///
    /// `GET /allowlist_identifiers`, operation `ListAllowlistIdentifiers`.
    pub fn get_allowlist_identifier_list(&self) -> ListAllowlistIdentifiers<Paged> {
        ListAllowlistIdentifiers::new(self.clerk.api())
    }

    /// Puts an identifier on the allow-list and, on request, invites it. Takes effect only while the allow-list restriction is enabled.
    ///
    /// `POST /allowlist_identifiers`, operation `CreateAllowlistIdentifier`.
    pub fn create_allowlist_identifier(&self) -> CreateAllowlistIdentifier<Plain> {
        CreateAllowlistIdentifier::new(self.clerk.api())
    }

    /// Takes an identifier off the allow-list; its owner can no longer sign up with it while the list is enforced.
    ///
    /// `DELETE /allowlist_identifiers/{identifier_id}`, operation `DeleteAllowlistIdentifier`.
    pub fn delete_allowlist_identifier(
        &self,
        identifier_id: impl Into<String>,
    ) -> DeleteAllowlistIdentifier<Plain> {
        DeleteAllowlistIdentifier::new(self.clerk.api(), identifier_id)
    }
}
