use clerk_api::operations::{
    CreateBlocklistIdentifier, DeleteBlocklistIdentifier, ListBlocklistIdentifiers,
};

use super::resource;
use crate::{Paged, Plain};

resource! {
    /// The block-list: who may not sign up.
    ///
    /// ```
    /// fn handle(clerk: &clerk_sdk::Clerk) -> clerk_sdk::resources::BlocklistIdentifiers {
    ///     clerk.blocklist_identifiers()
    /// }
    /// # let _ = handle;
    /// ```
    pub struct BlocklistIdentifiers;
}

impl BlocklistIdentifiers {
    /// Lists the identifiers that are barred from the application, all of them in one answer.
    ///
    /// `GET /blocklist_identifiers`, operation `ListBlocklistIdentifiers`.
    pub fn get_blocklist_identifier_list(&self) -> ListBlocklistIdentifiers<Paged> {
        ListBlocklistIdentifiers::new(self.clerk.api())
    }

    /// Bars an email address, phone number or wallet from the application. Takes effect only while the block-list is enabled.
    ///
    /// `POST /blocklist_identifiers`, operation `CreateBlocklistIdentifier`.
    pub fn create_blocklist_identifier(&self) -> CreateBlocklistIdentifier<Plain> {
        CreateBlocklistIdentifier::new(self.clerk.api())
    }

    /// Takes an identifier off the block-list, which lets its owner in again.
    ///
    /// `DELETE /blocklist_identifiers/{identifier_id}`, operation `DeleteBlocklistIdentifier`.
    pub fn delete_blocklist_identifier(
        &self,
        identifier_id: impl Into<String>,
    ) -> DeleteBlocklistIdentifier<Plain> {
        DeleteBlocklistIdentifier::new(self.clerk.api(), identifier_id)
    }
}
