//! Organizations themselves.

use serde_json::{Value, json};

use super::{page, permitted};
use crate::domain::organizations::access::{check_access, check_may_be_deleted, check_may_create};
use crate::domain::organizations::members::check_role;
use crate::domain::organizations::{self, check_slugs_enabled, find_organization};
use crate::domain::permissions::ROLES;
use crate::frontend_api::action::{Action, Actions};
use crate::frontend_api::context::{ActionResult, FapiContext, Visitor};
use crate::http::error::ApiError;
use crate::http::params::Params;
use crate::views::frontend::frontend_organization_view;
use crate::views::frontend_organization::{deleted_object, frontend_role_view};

pub(in crate::frontend_api) const ORGANIZATION_ACTIONS: Actions = &[
    ("createOrganization", Action::User(create)),
    ("getOrganization", Action::User(get)),
    ("updateOrganization", Action::User(update)),
    ("deleteOrganization", Action::User(delete)),
    ("updateOrganizationLogo", Action::User(set_logo)),
    ("deleteOrganizationLogo", Action::User(remove_logo)),
    ("ListOrganizationRoles", Action::User(list_roles)),
    (
        "getOrganizationCreationDefaults",
        Action::User(creation_defaults),
    ),
];

const MANAGE: &str = "org:sys_profile:manage";

fn view_of(context: &FapiContext<'_>, organization: Result<Value, ApiError>) -> ActionResult {
    let instance = context.cx.instance;
    Ok(frontend_organization_view(
        instance,
        context.state,
        &organization?,
    ))
}

/// Creates an organization whose first member is the visitor. The session's active one stays: clerk-js changes it.
fn create(context: &mut FapiContext<'_>, visitor: &Visitor) -> ActionResult {
    let request = context.request;
    let name = request.required_text("name")?;
    check_may_create(context.state, &visitor.user_id)?;
    let slug = request.text("slug");
    if slug.is_some() {
        check_slugs_enabled(context.state)?;
    }
    let fields = json!({"name": name, "slug": slug, "created_by": visitor.user_id});
    let created =
        organizations::create_organization(context.cx, context.state, Params::new(&fields));
    view_of(context, created)
}

fn get(context: &mut FapiContext<'_>, visitor: &Visitor) -> ActionResult {
    let member = check_access(context.state, context.segment(2), &visitor.user_id)?;
    let organization = find_organization(context.state, &member.organization_id).cloned();
    view_of(context, organization)
}

fn update(context: &mut FapiContext<'_>, visitor: &Visitor) -> ActionResult {
    let id = permitted(context, visitor, MANAGE)?;
    let params = context.request.params();
    let slug = params.text("slug");
    let is_other = slug.is_some_and(|slug| {
        find_organization(context.state, &id).is_ok_and(|have| have["slug"] != slug)
    });
    if is_other {
        check_slugs_enabled(context.state)?;
    }
    let changed = organizations::update_organization(context.cx, context.state, &id, params);
    view_of(context, changed)
}

fn delete(context: &mut FapiContext<'_>, visitor: &Visitor) -> ActionResult {
    let id = permitted(context, visitor, "org:sys_profile:delete")?;
    check_may_be_deleted(find_organization(context.state, &id)?)?;
    let deleted = organizations::delete_organization(context.state, &id)?;
    let mut view = deleted_object("organization", &id);
    view["slug"] = deleted["slug"].clone();
    Ok(view)
}

fn set_logo(context: &mut FapiContext<'_>, visitor: &Visitor) -> ActionResult {
    let id = permitted(context, visitor, MANAGE)?;
    let upload = context.request.upload()?;
    let changed = organizations::set_logo(context.cx, context.state, &id, upload);
    view_of(context, changed)
}

fn remove_logo(context: &mut FapiContext<'_>, visitor: &Visitor) -> ActionResult {
    let id = permitted(context, visitor, MANAGE)?;
    let image = find_organization(context.state, &id)?["_image"].clone();
    organizations::remove_logo(context.cx, context.state, &id)?;
    Ok(deleted_object("image", image.as_str().unwrap_or_default()))
}

/// Returns the roles that the organization's members can have.
fn list_roles(context: &mut FapiContext<'_>, visitor: &Visitor) -> ActionResult {
    let id = permitted(context, visitor, "org:sys_memberships:read")?;
    let state = &*context.state;
    let organization = find_organization(state, &id)?;
    let roles = state.documents.all(ROLES).filter(|role| {
        let key = role["key"].as_str().unwrap_or_default();
        check_role(state, organization, key).is_ok()
    });
    let views = roles.map(|role| frontend_role_view(state, role)).collect();
    let mut page = page(context, views);
    page["has_role_set_migration"] = false.into();
    Ok(page)
}

/// Returns what the form for a new organization begins with: the name in the visitor's email address.
fn creation_defaults(context: &mut FapiContext<'_>, visitor: &Visitor) -> ActionResult {
    check_may_create(context.state, &visitor.user_id)?;
    Ok(json!({"advisory": null, "form": {"name": suggested_name(context, visitor), "logo": null}}))
}

fn suggested_name(context: &FapiContext<'_>, visitor: &Visitor) -> Option<String> {
    let user = context.state.users.get(&visitor.user_id)?;
    let email = user.emails.iter().find(|email| email.state.is_verified())?;
    let domain = email.value.rsplit('@').next()?;
    let label = domain.split('.').next()?;
    let mut letters = label.chars();
    let first = letters.next()?.to_uppercase();
    Some(first.chain(letters).collect())
}
