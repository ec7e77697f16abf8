use clerk_api::operations::{
    CreateBulkInvitations, CreateInvitation, ListInvitations, RevokeInvitation,
};

use super::resource;
use crate::{Paged, Plain};

resource! {
    /// Invitations to the application.
    ///
    /// ```
    /// fn handle(clerk: &clerk_sdk::Clerk) -> clerk_sdk::resources::Invitations {
    ///     clerk.invitations()
    /// }
    /// # let _ = handle;
    /// ```
    pub struct Invitations;
}

impl Invitations {
    /// Lists invitations to the application by creation time, leaving out revoked ones unless you filter by that status.
    ///
    /// `GET /invitations`, operation `ListInvitations`.
    pub fn get_invitation_list(&self) -> ListInvitations<Paged> {
        ListInvitations::new(self.clerk.api())
    }

    /// Invites an email address to the application and mails the link. An address that is already invited or signed up is refused by default.
    ///
    /// `POST /invitations`, operation `CreateInvitation`.
    pub fn create_invitation(&self) -> CreateInvitation<Plain> {
        CreateInvitation::new(self.clerk.api())
    }

    /// Makes the link of a pending invitation useless. The person may still sign up by the ordinary route if that is open.
    ///
    /// `POST /invitations/{invitation_id}/revoke`, operation `RevokeInvitation`.
    pub fn revoke_invitation(&self, invitation_id: impl Into<String>) -> RevokeInvitation<Plain> {
        RevokeInvitation::new(self.clerk.api(), invitation_id)
    }

    /// Sends up to 10 application invitations in one call. One address that already has an account fails the request, whatever the flags.
    ///
    /// `POST /invitations/bulk`, operation `CreateBulkInvitations`.
    pub fn create_invitation_bulk(&self) -> CreateBulkInvitations<Plain> {
        CreateBulkInvitations::new(self.clerk.api())
    }
}
