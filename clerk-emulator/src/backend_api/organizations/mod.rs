//! Organizations.

mod domains;
pub(crate) mod invitations;
pub(crate) mod members;

use serde_json::{Map, Value, json};

use super::call::{Answer, Call, Handler, deleted};
use super::errors::ApiError;
use super::users::{self, image_url};
use super::{role_sets, roles};
use crate::store::{Documents, Member, Metadata, State};
use crate::world::World;

pub(super) use invitations::ticket_url;

const ORGANIZATIONS: &str = "organizations";

pub(super) fn handler(id: &str) -> Option<Handler> {
    Some(match id {
        "ListOrganizations" => Handler::Read(list),
        "GetOrganization" => Handler::Read(get),
        "CreateOrganization" => Handler::Write(create),
        "UpdateOrganization" => Handler::Write(update),
        "DeleteOrganization" => Handler::Write(delete),
        "MergeOrganizationMetadata" | "ReplaceOrganizationMetadata" => Handler::Write(metadata),
        "UploadOrganizationLogo" => Handler::Write(upload_logo),
        "DeleteOrganizationLogo" => Handler::Write(delete_logo),
        _ => {
            return members::handler(id)
                .or_else(|| invitations::handler(id))
                .or_else(|| domains::handler(id));
        }
    })
}

/// An organization by its id or slug.
pub(crate) fn find<'a>(state: &'a State, id: &str) -> Result<&'a Value, ApiError> {
    let by_id = state.documents.get(ORGANIZATIONS, id);
    by_id
        .or_else(|| state.documents.find(ORGANIZATIONS, "slug", id))
        .ok_or_else(|| ApiError::not_found("organization", id))
}

/// The id of the organization that the path names by id or slug.
fn named(call: &Call<'_>, state: &State) -> Result<String, ApiError> {
    find(state, call.id(0)).map(id_of)
}

fn id_of(organization: &Value) -> String {
    organization["id"].as_str().unwrap_or_default().to_owned()
}

pub(crate) fn show(world: &World, organization: &Value) -> Value {
    let mut shown = Documents::shown(organization);
    let image = organization["_image"].as_str();
    shown["has_image"] = image.is_some().into();
    shown["image_url"] = image_url(world, image).into();
    shown
}

fn show_as_asked(call: &Call<'_>, state: &State, organization: &Value) -> Value {
    let mut shown = show(call.world, organization);
    let id = organization["id"].as_str().unwrap_or_default();
    if call.query_flag("include_members_count") == Some(true) {
        shown["members_count"] = state.members.count(id).into();
    }
    if call.query_flag("include_missing_member_with_elevated_permissions") == Some(true) {
        let manages = |member: &Member| {
            roles::permission_keys(state, &member.role)
                .iter()
                .any(|key| key == "org:sys_memberships:manage")
        };
        shown["missing_member_with_elevated_permissions"] =
            (!state.members.of_organization(id).any(manages)).into();
    }
    shown
}

fn get(call: &Call<'_>, state: &State) -> Answer {
    Ok(show_as_asked(call, state, find(state, call.id(0))?))
}

fn list(call: &Call<'_>, state: &State) -> Answer {
    let query = call.query("query").unwrap_or_default().to_lowercase();
    let ids = call.query_all("organization_id");
    let user_ids = call.query_all("user_id");
    // `+` or nothing before an id: with it; `-`: without.
    let among = |wanted: &[&str], has: &dyn Fn(&str) -> bool| {
        let (without, with): (Vec<&str>, Vec<&str>) =
            wanted.iter().partition(|id| id.starts_with('-'));
        !without.iter().any(|id| has(&id[1..]))
            && (with.is_empty() || with.iter().any(|id| has(id.trim_start_matches(['+', ' ']))))
    };
    let mut found: Vec<Value> = state
        .documents
        .all(ORGANIZATIONS)
        .filter(|organization| {
            let id = organization["id"].as_str().unwrap_or_default();
            let text = |name: &str| {
                organization[name]
                    .as_str()
                    .is_some_and(|text| text.to_lowercase().contains(&query))
            };
            (query.is_empty()
                || text("name")
                || text("slug")
                || organization["id"] == query.as_str()
                || organization["id"] == call.query("query").unwrap_or_default())
                && among(&ids, &|wanted| wanted == id)
                && among(&user_ids, &|user| state.members.get(id, user).is_some())
        })
        .map(|organization| show_as_asked(call, state, organization))
        .collect();
    let (field, descending) = call.order("created_at");
    match field {
        "members_count" => {
            found.sort_by_key(|o| state.members.count(o["id"].as_str().unwrap_or_default()))
        }
        "name" => found.sort_by_key(|o| o["name"].as_str().unwrap_or_default().to_lowercase()),
        "created_at" => found.sort_by_key(|o| o["created_at"].as_i64()),
        _ => {
            return Err(ApiError::invalid(
                "order_by",
                "Organizations are ordered by name, created_at or members_count.",
            ));
        }
    }
    if descending {
        found.reverse();
    }
    Ok(call.page(&found, Value::clone))
}

fn settings(state: &State) -> Value {
    state
        .documents
        .get("singletons", "instance/organization_settings")
        .cloned()
        .unwrap_or_default()
}

fn check_slug(state: &State, slug: &str, except: &str) -> Result<(), ApiError> {
    let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_';
    if slug.is_empty() || !slug.bytes().all(allowed) {
        let long = "slug must have lower case letters, digits, hyphens and underscores only.";
        return Err(ApiError::parameter(
            "form_param_format_invalid",
            "slug",
            "is invalid",
            long,
        ));
    }
    match state.documents.find(ORGANIZATIONS, "slug", slug) {
        Some(other) if other["id"] != except => Err(ApiError::taken("slug")),
        _ => Ok(()),
    }
}

/// The name as a slug that is free.
fn slug_of(state: &State, name: &str, number: i64) -> String {
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

fn create(call: &Call<'_>, state: &mut State) -> Answer {
    let name = call.needed("name")?.trim();
    if name.is_empty() {
        return Err(ApiError::missing("name"));
    }
    let settings = settings(state);
    let creator = call.text("created_by");
    if let Some(id) = creator {
        let user = users::find(state, id)?;
        let has = state
            .documents
            .all(ORGANIZATIONS)
            .filter(|organization| organization["created_by"] == id)
            .count();
        if user
            .create_organizations_limit
            .is_some_and(|limit| limit > 0 && has as i64 >= limit)
        {
            return Err(ApiError::forbidden(
                "organization_creation_limit_reached",
                "This user may create no more organizations.",
            ));
        }
    }
    let slug = match call.text("slug") {
        Some(slug) => {
            check_slug(state, slug, "")?;
            slug.to_owned()
        }
        None => slug_of(state, name, call.now / 1000),
    };
    let role_set = match call.text("role_set_key") {
        Some(key) => role_sets::find(state, key)?["key"].clone(),
        None => role_sets::DEFAULT.into(),
    };
    let id = call.world.ids.id("org");
    let metadata = |name: &str| call.object(name).cloned().unwrap_or_default();
    let mut organization = json!({
        "object": "organization", "id": id, "name": name, "slug": slug,
        "max_allowed_memberships": call.int("max_allowed_memberships").map_or(settings["max_allowed_memberships"].clone(), Value::from),
        "admin_delete_enabled": settings["admin_delete_enabled"],
        "public_metadata": metadata("public_metadata"), "private_metadata": metadata("private_metadata"),
        "role_set_key": role_set, "_image": null,
        "created_at": users::time(call, "created_at")?.unwrap_or(call.now), "updated_at": call.now,
    });
    if let Some(user_id) = creator {
        organization["created_by"] = user_id.into();
    }
    let shown = show(call.world, &organization);
    state.documents.insert(ORGANIZATIONS, &id, organization);
    if let Some(user_id) = creator {
        let role = settings["creator_role"].as_str().unwrap_or("org:admin");
        state.members.insert(Member {
            id: call.world.ids.id("orgmem"),
            organization_id: id,
            user_id: user_id.to_owned(),
            role: role.to_owned(),
            public_metadata: Metadata::default(),
            private_metadata: Metadata::default(),
            created_at: call.now,
            updated_at: call.now,
        });
    }
    Ok(shown)
}

/// Changes the organization that the path names, and answers it.
fn changed(call: &Call<'_>, state: &mut State, change: impl FnOnce(&mut Value)) -> Answer {
    let mut organization = find(state, call.id(0))?.clone();
    change(&mut organization);
    organization["updated_at"] = call.now.into();
    let shown = show(call.world, &organization);
    state
        .documents
        .insert(ORGANIZATIONS, &id_of(&organization), organization);
    Ok(shown)
}

fn update(call: &Call<'_>, state: &mut State) -> Answer {
    let id = named(call, state)?;
    if let Some(slug) = call.text("slug") {
        check_slug(state, slug, &id)?;
    }
    if call.text("name").is_some_and(|name| name.trim().is_empty()) {
        return Err(ApiError::invalid("name", "name must not be empty."));
    }
    let role_set = call
        .text("role_set_key")
        .map(|key| role_sets::find(state, key))
        .transpose()?;
    let created_at = users::time(call, "created_at")?;
    changed(call, state, |organization| {
        for name in [
            "name",
            "slug",
            "max_allowed_memberships",
            "admin_delete_enabled",
        ] {
            if let Some(value) = call.field(name) {
                organization[name] = value.clone();
            }
        }
        if let Some(set) = role_set {
            organization["role_set_key"] = set["key"].clone();
        }
        if let Some(at) = created_at {
            organization["created_at"] = at.into();
        }
    })
}

fn delete(call: &Call<'_>, state: &mut State) -> Answer {
    let id = named(call, state)?;
    let organization = state
        .documents
        .remove(ORGANIZATIONS, &id)
        .unwrap_or_default();
    state.members.remove_organization(&id);
    for collection in ["organization_invitations", "organization_domains"] {
        state.documents.retain(collection, |document| {
            document["organization_id"] != id.as_str()
        });
    }
    state
        .documents
        .remove_below(&format!("organizations/{id}/"));
    remove_image(state, &organization);
    let mut answer = deleted("organization", &id);
    answer["slug"] = organization["slug"].clone();
    Ok(answer)
}

fn metadata(call: &Call<'_>, state: &mut State) -> Answer {
    let merge = call.operation.id == "MergeOrganizationMetadata";
    changed(call, state, |organization| {
        for name in ["public_metadata", "private_metadata"] {
            if let Some(fields) = call.object(name) {
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

fn remove_image(state: &mut State, document: &Value) {
    if let Some(image) = document["_image"].as_str() {
        state.images.remove(image);
    }
}

fn upload_logo(call: &Call<'_>, state: &mut State) -> Answer {
    delete_logo(call, state)?;
    let upload = call
        .upload
        .as_ref()
        .ok_or_else(|| ApiError::missing("file"))?;
    let image = call.world.ids.id("img");
    state.images.insert(
        image.clone(),
        (upload.media_type.clone(), upload.bytes.clone()),
    );
    let mut shown = changed(call, state, |organization| {
        organization["_image"] = image.into()
    })?;
    shown["logo_url"] = shown["image_url"].clone();
    Ok(shown)
}

fn delete_logo(call: &Call<'_>, state: &mut State) -> Answer {
    let organization = find(state, call.id(0))?.clone();
    remove_image(state, &organization);
    changed(call, state, |organization| {
        organization["_image"] = Value::Null
    })
}
