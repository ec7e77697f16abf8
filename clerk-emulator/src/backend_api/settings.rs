//! The instance itself: its keys, its settings, who may not get in.

use serde_json::{Value, json};

use super::call::Handler::{Read, Write};
use super::call::{Call, HandlerResult, Handlers};
use crate::domain::documents::create_identifier;
use crate::domain::settings;
use crate::store::{Documents, State};

pub(super) const SETTING_HANDLERS: Handlers = &[
    ("GetJWKS", Read(|call, _| Ok(call.cx.instance.key().jwks()))),
    (
        "UpdateInstance",
        Write(|call, state| {
            settings::update_instance(state, call.params());
            Ok(Value::Null)
        }),
    ),
    (
        "UpdateInstanceOrganizationSettings",
        Write(|call, state| settings::update_organization_settings(state, call.params())),
    ),
    ("CreateAllowlistIdentifier", Write(create_list_identifier)),
    ("CreateBlocklistIdentifier", Write(create_list_identifier)),
    ("UpdateProductionInstanceDomain", Write(change_domain)),
    ("ChangeProductionInstanceDomain", Write(change_domain)),
    (
        "GenerateSvixAuthURL",
        Read(|call, state| Ok(json!({"svix_url": settings::svix_url(call.cx, state)?}))),
    ),
    (
        "CreateSvixApp",
        Write(|call, state| Ok(json!({"svix_url": settings::create_svix_app(call.cx, state)?}))),
    ),
    (
        "DeleteSvixApp",
        Write(|_, state| settings::delete_svix_app(state).map(|()| Value::Null)),
    ),
    ("PreviewTemplate", Read(preview_template)),
    (
        "UpsertTemplate",
        Write(|call, state| {
            let (kind, slug) = (call.id(0), call.id(1));
            let template = settings::upsert_template(call.cx, state, kind, slug, call.params());
            Ok(Documents::view(&template))
        }),
    ),
    (
        "RevertTemplate",
        Write(|call, state| {
            let template = settings::revert_template(call.cx, state, call.id(0), call.id(1))?;
            Ok(Documents::view(&template))
        }),
    ),
    ("ToggleTemplateDelivery", Write(toggle_delivery)),
    (
        "VerifyDomainProxy",
        Write(|call, state| {
            let check = settings::check_proxy(call.cx, state, call.target(), call.params())?;
            Ok(Documents::view(&check))
        }),
    ),
];

fn create_list_identifier(call: &Call<'_>, state: &mut State) -> HandlerResult {
    let fields = call.params().fields();
    let identifier = create_identifier(call.cx, state, call.target(), fields)?;
    Ok(Documents::view(&identifier))
}

fn change_domain(call: &Call<'_>, _: &mut State) -> HandlerResult {
    settings::check_home_url(call.params()).map(|()| Value::Null)
}

fn preview_template(call: &Call<'_>, state: &State) -> HandlerResult {
    let template = settings::find_template(state, call.id(0), call.id(1))?;
    let params = call.params();
    let field = |name: &str| params.field(name).unwrap_or(&template[name]).clone();
    let sender = field("from_email_name");
    Ok(json!({
        "subject": field("subject"), "body": field("body"),
        "from_email_address": format!("{}@example.com", sender.as_str().unwrap_or_default()),
    }))
}

fn toggle_delivery(call: &Call<'_>, state: &mut State) -> HandlerResult {
    let by_clerk = call.params().flag("delivered_by_clerk").unwrap_or(false);
    let (kind, slug) = (call.id(0), call.id(1));
    let template = settings::set_template_delivery(call.cx, state, kind, slug, by_clerk)?;
    Ok(Documents::view(&template))
}
