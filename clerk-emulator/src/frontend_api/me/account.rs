//! The user: names, metadata, password, image, the end.

use super::{deleted_view, own_user, view_user};
use crate::domain::images::decoded_upload;
use crate::domain::users::account::{
    change_password, delete_self, merge_unsafe_metadata, remove_own_password, update_self,
};
use crate::domain::users::update::{remove_image, set_image};
use crate::frontend_api::action::{Action, Actions};
use crate::frontend_api::context::{ActionResult, FapiContext, Visitor};
use crate::http::error::ApiError;
use crate::views::account::image_view;

pub(super) const ACCOUNT_ACTIONS: Actions = &[
    (
        "getUser",
        Action::User(|context, visitor| view_user(context, visitor)),
    ),
    ("patchUser", Action::User(update)),
    ("deleteUser", Action::User(delete)),
    ("patchUserMetadata", Action::User(update_metadata)),
    ("changePassword", Action::User(set_password)),
    ("removePassword", Action::User(remove_password)),
    ("updateProfileImage", Action::User(upload_image)),
    ("deleteProfileImage", Action::User(delete_image)),
];

fn update(context: &mut FapiContext<'_>, visitor: &Visitor) -> ActionResult {
    let params = context.request.params();
    update_self(context.cx, context.state, &visitor.user_id, params)?;
    view_user(context, visitor)
}

fn delete(context: &mut FapiContext<'_>, visitor: &Visitor) -> ActionResult {
    delete_self(context.cx, context.state, &visitor.user_id)?;
    // Nobody goes on with a sign-in of who is gone.
    if let Some(client) = context.browser.client_id.as_deref() {
        context.state.browsers.sign_ins.remove(client);
    }
    Ok(deleted_view("user", &visitor.user_id))
}

fn update_metadata(context: &mut FapiContext<'_>, visitor: &Visitor) -> ActionResult {
    let text = context.request.required_text("unsafe_metadata")?;
    merge_unsafe_metadata(context.cx, context.state, &visitor.user_id, text)?;
    view_user(context, visitor)
}

fn set_password(context: &mut FapiContext<'_>, visitor: &Visitor) -> ActionResult {
    let params = context.request.params();
    let (user, session) = (&visitor.user_id, &visitor.session_id);
    change_password(context.cx, context.state, user, session, params)?;
    view_user(context, visitor)
}

fn remove_password(context: &mut FapiContext<'_>, visitor: &Visitor) -> ActionResult {
    let params = context.request.params();
    remove_own_password(context.cx, context.state, &visitor.user_id, params)?;
    view_user(context, visitor)
}

fn upload_image(context: &mut FapiContext<'_>, visitor: &Visitor) -> ActionResult {
    let upload = decoded_upload(context.request.upload()?)?;
    set_image(context.cx, context.state, &visitor.user_id, &upload)?;
    Ok(image_view(context.cx.instance, own_user(context, visitor)?))
}

fn delete_image(context: &mut FapiContext<'_>, visitor: &Visitor) -> ActionResult {
    let user = own_user(context, visitor)?;
    let image = user.image.as_deref().map(str::to_owned);
    let image = image.ok_or_else(|| ApiError::not_found("image of user", &visitor.user_id))?;
    remove_image(context.cx, context.state, &visitor.user_id)?;
    Ok(deleted_view("image", &image))
}
