//! Invitations to the application.

use serde_json::Value;

use crate::domain::invitations::invitation_status;
use crate::store::Documents;

pub(crate) fn invitation_view(invitation: &Value, now: i64) -> Value {
    let mut view = Documents::view(invitation);
    view["status"] = invitation_status(invitation, now).into();
    view
}
