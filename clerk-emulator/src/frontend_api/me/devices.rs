//! The user's trusted devices.

use serde_json::json;

use super::own_user;
use crate::domain::trusted_devices::{begin_device, complete_device, is_trusted};
use crate::domain::users::linked::revoke_device;
use crate::frontend_api::action::{Action, Actions};
use crate::frontend_api::context::{ActionResult, FapiContext, Visitor};
use crate::store::Documents;
use crate::views::account::own_device_view;

pub(super) const DEVICE_ACTIONS: Actions = &[
    ("listTrustedDevices", Action::User(list_devices)),
    ("prepareTrustedDevice", Action::User(prepare_device)),
    ("attemptTrustedDevice", Action::User(trust_device)),
    ("revokeTrustedDevice", Action::User(revoke)),
    // Who signs in by a device is not signed in yet.
    ("validateTrustedDevice", Action::Browser(validate)),
];

fn list_devices(context: &mut FapiContext<'_>, visitor: &Visitor) -> ActionResult {
    let linked = own_user(context, visitor)?.linked.iter();
    let devices = linked.flat_map(|linked| &linked.trusted_devices);
    Ok(devices.map(own_device_view).collect())
}

fn prepare_device(context: &mut FapiContext<'_>, visitor: &Visitor) -> ActionResult {
    let params = context.request.params();
    let begun = begin_device(context.cx, context.state, &visitor.user_id, params)?;
    Ok(Documents::view(&begun))
}

fn trust_device(context: &mut FapiContext<'_>, visitor: &Visitor) -> ActionResult {
    let params = context.request.params();
    let device = complete_device(context.cx, context.state, &visitor.user_id, params)?;
    Ok(own_device_view(&device))
}

fn revoke(context: &mut FapiContext<'_>, visitor: &Visitor) -> ActionResult {
    let id = context.segment(3).to_owned();
    let device = revoke_device(context.cx, context.state, &visitor.user_id, &id)?;
    Ok(own_device_view(&device))
}

fn validate(context: &mut FapiContext<'_>) -> ActionResult {
    let id = context.request.required_text("trusted_device_id")?;
    let valid = is_trusted(context.state, id);
    Ok(json!({"object": "trusted_device_validation", "valid": valid}))
}
