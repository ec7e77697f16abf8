//! Organizations.

pub(crate) mod access;
pub(crate) mod domains;
pub(crate) mod enrollment;
pub(crate) mod invitations;
pub(crate) mod members;
pub(crate) mod verification;

use serde_json::{Map, Value, json};

use super::images::store_image;
use super::role_sets::{DEFAULT_ROLE_SET, find_role_set};
use super::users::find_user;
use crate::http::error::ApiError;
use crate::http::params::Params;
use crate::http::upload::Upload;
use crate::instance::Context;
use crate::store::{Member, Metadata, State};

pub(crate) const ORGANIZATIONS: &str = "organizations";

/// Returns the organization with this id or slug.
pub(crate) fn find_organization<'a>(state: &'a State, id: &str) -> Result<&'a Value, ApiError> {
    let by_id = state.documents.get(ORGANIZATIONS, id);
    by_id
        .or_else(|| state.documents.find(ORGANIZATIONS, "slug", id))
        .ok_or_else(|| ApiError::not_found("organization", id))
}

/// Returns the id of the organization with this id or slug.
pub(crate) fn organization_id_of(state: &State, id: &str) -> Result<String, ApiError> {
    find_organization(state, id).map(id_of_organization)
}

/// Returns the id in an organization's document.
fn id_of_organization(organization: &Value) -> String {
    organization["id"].as_str().unwrap_or_default().to_owned()
}

/// Returns the instance's settings of organizations.
fn organization_settings(state: &State) -> Value {
    state
        .documents
        .get("singletons", "instance/organization_settings")
        .cloned()
        .unwrap_or_default()
}

/// Returns how many organizations a user has made.
fn created_by_count(state: &State, user_id: &str) -> i64 {
    let all = state.documents.all(ORGANIZATIONS);
    let made = all.filter(|organization| organization["created_by"] == user_id);
    made.count() as i64
}

/// Returns the error of a user who has made as many organizations as it may.
fn too_many_created() -> ApiError {
    ApiError::forbidden(
        "organization_creation_limit_reached",
        "This user may create no more organizations.",
    )
}

/// Checks that the instance's settings let members choose slugs.
pub(crate) fn check_slugs_enabled(state: &State) -> Result<(), ApiError> {
    if organization_settings(state)["slug_disabled"] == true {
        return Err(ApiError::invalid(
            "slug",
            "The instance has slugs of organizations turned off.",
        ));
    }
    Ok(())
}

fn check_slug(state: &State, slug: &str, except: &str) -> Result<(), ApiError> {
    let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_';
    if slug.is_empty() || !slug.bytes().all(allowed) {
        let long = "slug must have lower case letters, digits, hyphens and underscores only.";
        return Err(ApiError::invalid_format("slug", long));
    }
    match state.documents.find(ORGANIZATIONS, "slug", slug) {
        Some(other) if other["id"] != except => Err(ApiError::taken("slug")),
        _ => Ok(()),
    }
}

/// Makes a free slug of a name.
fn free_slug(state: &State, name: &str, number: i64) -> String {
    let words = name.to_lowercase();
    let words: Vec<&str> = words
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let slug = if words.is_empty() {
        "organization".to_owned()
    } else {
        words.join("-")
    };
    let mut candidate = slug.clone();
    let mut suffix = number;
    while state
        .documents
        .find(ORGANIZATIONS, "slug", &candidate)
        .is_some()
    {
        candidate = format!("{slug}-{suffix}");
        suffix += 1;
    }
    candidate
}

/// Creates an organization, with its creator as the first member, and returns it.
pub(crate) fn create_organization(
    cx: Context<'_>,
    state: &mut State,
    params: Params<'_>,
) -> Result<Value, ApiError> {
    let name = params.required_text("name")?.trim();
    if name.is_empty() {
        return Err(ApiError::missing("name"));
    }
    let settings = organization_settings(state);
    let creator = params.text("created_by");
    if let Some(id) = creator {
        let user = find_user(state, id)?;
        let has = created_by_count(state, id);
        if user
            .create_organizations_limit
            .is_some_and(|limit| limit > 0 && has >= limit)
        {
            return Err(too_many_created());
        }
    }
    let slug = match params.text("slug") {
        Some(slug) => {
            check_slug(state, slug, "")?;
            slug.to_owned()
        }
        None => free_slug(state, name, cx.now / 1000),
    };
    let role_set = match params.text("role_set_key") {
        Some(key) => find_role_set(state, key)?["key"].clone(),
        None => DEFAULT_ROLE_SET.into(),
    };
    let id = cx.instance.ids.id("org");
    let mut organization = json!({
        "object": "organization", "id": id, "name": name, "slug": slug,
        "max_allowed_memberships": params.int("max_allowed_memberships").map_or(settings["max_allowed_memberships"].clone(), Value::from),
        "admin_delete_enabled": settings["admin_delete_enabled"],
        "public_metadata": params.object_or_empty("public_metadata"), "private_metadata": params.object_or_empty("private_metadata"),
        "role_set_key": role_set, "_image": null,
        "created_at": params.time("created_at")?.unwrap_or(cx.now), "updated_at": cx.now,
    });
    if let Some(user_id) = creator {
        organization["created_by"] = user_id.into();
    }
    state
        .documents
        .insert(ORGANIZATIONS, &id, organization.clone());
    if let Some(user_id) = creator {
        let role = settings["creator_role"].as_str().unwrap_or("org:admin");
        state.members.insert(Member {
            id: cx.instance.ids.id("orgmem"),
            organization_id: id,
            user_id: user_id.to_owned(),
            role: role.to_owned(),
            public_metadata: Metadata::default(),
            private_metadata: Metadata::default(),
            created_at: cx.now,
            updated_at: cx.now,
        });
    }
    Ok(organization)
}

/// Changes an organization, named by id or slug, and returns it.
fn change_organization(
    cx: Context<'_>,
    state: &mut State,
    id: &str,
    change: impl FnOnce(&mut Value),
) -> Result<Value, ApiError> {
    let mut organization = find_organization(state, id)?.clone();
    change(&mut organization);
    organization["updated_at"] = cx.now.into();
    let id = id_of_organization(&organization);
    state
        .documents
        .insert(ORGANIZATIONS, &id, organization.clone());
    Ok(organization)
}

/// Changes an organization and returns it.
pub(crate) fn update_organization(
    cx: Context<'_>,
    state: &mut State,
    id: &str,
    params: Params<'_>,
) -> Result<Value, ApiError> {
    let id = organization_id_of(state, id)?;
    if let Some(slug) = params.text("slug") {
        check_slug(state, slug, &id)?;
    }
    if params
        .text("name")
        .is_some_and(|name| name.trim().is_empty())
    {
        return Err(ApiError::invalid("name", "name must not be empty."));
    }
    let role_set = params
        .text("role_set_key")
        .map(|key| find_role_set(state, key))
        .transpose()?;
    let created_at = params.time("created_at")?;
    change_organization(cx, state, &id, |organization| {
        params.copy_to(
            organization,
            &[
                "name",
                "slug",
                "max_allowed_memberships",
                "admin_delete_enabled",
            ],
        );
        if let Some(set) = role_set {
            organization["role_set_key"] = set["key"].clone();
        }
        if let Some(at) = created_at {
            organization["created_at"] = at.into();
        }
    })
}

/// Makes the organization the active one of no session of the user.
fn leave_in_sessions(state: &mut State, organization_id: &str, user_id: &str) {
    let sessions: Vec<String> = state
        .sessions
        .of_user(user_id)
        .filter(|session| session.organization_id.as_deref() == Some(organization_id))
        .map(|session| session.id.clone())
        .collect();
    for id in sessions {
        if let Some(session) = state.sessions.get_mut(&id) {
            session.organization_id = None;
        }
    }
}

/// Deletes an organization with its members, invitations and domains; returns it as it was.
pub(crate) fn delete_organization(state: &mut State, id: &str) -> Result<Value, ApiError> {
    let id = organization_id_of(state, id)?;
    let organization = state
        .documents
        .remove(ORGANIZATIONS, &id)
        .unwrap_or_default();
    let members = state.members.of_organization(&id);
    let users: Vec<String> = members.map(|member| member.user_id.clone()).collect();
    for user_id in users {
        leave_in_sessions(state, &id, &user_id);
    }
    state.members.remove_organization(&id);
    for collection in [
        "organization_invitations",
        "organization_domains",
        "organization_suggestions",
        "organization_membership_requests",
    ] {
        state.documents.retain(collection, |document| {
            document["organization_id"] != id.as_str()
        });
    }
    state
        .documents
        .remove_below(&format!("organizations/{id}/"));
    remove_image(state, &organization);
    Ok(organization)
}

/// Merges or replaces metadata and returns the organization; what the request does not name stays as it is.
pub(crate) fn change_organization_metadata(
    cx: Context<'_>,
    state: &mut State,
    id: &str,
    params: Params<'_>,
    merge: bool,
) -> Result<Value, ApiError> {
    change_organization(cx, state, id, |organization| {
        for name in ["public_metadata", "private_metadata"] {
            if let Some(fields) = params.object(name) {
                let mut metadata = Metadata::default();
                if merge {
                    metadata.replace(organization[name].as_object().unwrap_or(&Map::new()));
                    metadata.merge(fields);
                } else {
                    metadata.replace(fields);
                }
                organization[name] = metadata.read().into();
            }
        }
    })
}

fn remove_image(state: &mut State, organization: &Value) {
    if let Some(image) = organization["_image"].as_str() {
        state.images.remove(image);
    }
}

/// Sets the logo and returns the organization.
pub(crate) fn set_logo(
    cx: Context<'_>,
    state: &mut State,
    id: &str,
    upload: &Upload,
) -> Result<Value, ApiError> {
    remove_logo(cx, state, id)?;
    let image = store_image(cx, state, upload);
    change_organization(cx, state, id, |organization| {
        organization["_image"] = image.into();
    })
}

/// Removes the logo and returns the organization.
pub(crate) fn remove_logo(cx: Context<'_>, state: &mut State, id: &str) -> Result<Value, ApiError> {
    let organization = find_organization(state, id)?.clone();
    remove_image(state, &organization);
    change_organization(cx, state, id, |organization| {
        organization["_image"] = Value::Null;
    })
}
