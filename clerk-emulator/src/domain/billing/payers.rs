//! Who pays: a user or an organization.

use serde_json::{Value, json};

use crate::domain::organizations::{ORGANIZATIONS, organization_id_of};
use crate::domain::users::find_user;
use crate::http::error::ApiError;
use crate::instance::Context;
use crate::store::State;

/// Who pays.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Payer<'a> {
    User(&'a str),
    /// By id or slug.
    Organization(&'a str),
}

impl Payer<'_> {
    /// Returns the payer's id, if it exists.
    pub(super) fn id(self, state: &State) -> Result<String, ApiError> {
        match self {
            Self::User(id) => find_user(state, id).map(|user| user.id.clone()),
            Self::Organization(id) => organization_id_of(state, id),
        }
    }
}

/// Returns the type of the payer with this id, as plans have it.
pub(super) fn payer_type(state: &State, id: &str) -> &'static str {
    match state.users.get(id) {
        Some(_) => "user",
        None => "org",
    }
}

/// Returns a payer as statements, payments and items have it.
pub(crate) fn payer_document(cx: Context<'_>, state: &State, id: &str) -> Value {
    let user = state.users.get(id);
    let organization = state.documents.get(ORGANIZATIONS, id);
    let image = match user {
        Some(user) => user.image.as_deref(),
        None => organization.and_then(|organization| organization["_image"].as_str()),
    };
    json!({
        "object": "commerce_payer", "id": id, "instance_id": cx.instance.settings.instance_id,
        "user_id": user.map(|user| &user.id), "organization_id": organization.map(|found| &found["id"]),
        "first_name": user.and_then(|user| user.first_name.as_deref()),
        "last_name": user.and_then(|user| user.last_name.as_deref()),
        "email": user.and_then(|user| user.primary_email()).map(|email| &email.value),
        "organization_name": organization.map(|found| &found["name"]),
        "image_url": cx.instance.settings.image_url(image),
        "created_at": cx.now, "updated_at": cx.now,
    })
}
