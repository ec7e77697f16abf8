use clerk_api::operations::{
    CreateBulkWaitlistEntries, CreateWaitlistEntry, DeleteWaitlistEntry, InviteWaitlistEntry,
    ListWaitlistEntries, RejectWaitlistEntry,
};

use super::resource;
use crate::{Paged, Plain};

resource! {
    /// The waitlist.
    ///
    /// ```
    /// fn handle(clerk: &clerk_sdk::Clerk) -> clerk_sdk::resources::WaitlistEntries {
    ///     clerk.waitlist_entries()
    /// }
    /// # let _ = handle;
    /// ```
    pub struct WaitlistEntries;
}

impl WaitlistEntries {
    /// Lists the people waiting for access, latest first, filtered by status or text.
    ///
    /// `GET /waitlist_entries`, operation `ListWaitlistEntries`.
    pub fn list(&self) -> ListWaitlistEntries<Paged> {
        ListWaitlistEntries::new(self.clerk.api())
    }

    /// Puts an email address on the waitlist and confirms it by mail. For an address already there the existing entry is answered.
    ///
    /// `POST /waitlist_entries`, operation `CreateWaitlistEntry`.
    pub fn create(&self) -> CreateWaitlistEntry<Plain> {
        CreateWaitlistEntry::new(self.clerk.api())
    }

    /// Puts up to 50 email addresses on the waitlist in one call. A repeated address within the request is refused.
    ///
    /// `POST /waitlist_entries/bulk`, operation `CreateBulkWaitlistEntries`.
    pub fn create_bulk(&self) -> CreateBulkWaitlistEntries<Plain> {
        CreateBulkWaitlistEntries::new(self.clerk.api())
    }

    /// Approves a waitlist entry by mailing its owner an invitation to sign up.
    ///
    /// `POST /waitlist_entries/{waitlist_entry_id}/invite`, operation `InviteWaitlistEntry`.
    pub fn invite(&self, waitlist_entry_id: impl Into<String>) -> InviteWaitlistEntry<Plain> {
        InviteWaitlistEntry::new(self.clerk.api(), waitlist_entry_id)
    }

    /// Turns a waitlist entry down and answers it with status `rejected`.
    ///
    /// `POST /waitlist_entries/{waitlist_entry_id}/reject`, operation `RejectWaitlistEntry`.
    pub fn reject(&self, waitlist_entry_id: impl Into<String>) -> RejectWaitlistEntry<Plain> {
        RejectWaitlistEntry::new(self.clerk.api(), waitlist_entry_id)
    }

    /// Deletes a waitlist entry that is still pending; an entry in any other state is refused.
    ///
    /// `DELETE /waitlist_entries/{waitlist_entry_id}`, operation `DeleteWaitlistEntry`.
    pub fn delete(&self, waitlist_entry_id: impl Into<String>) -> DeleteWaitlistEntry<Plain> {
        DeleteWaitlistEntry::new(self.clerk.api(), waitlist_entry_id)
    }
}
