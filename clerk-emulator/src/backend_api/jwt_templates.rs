//! Templates of tokens.

use serde_json::{Value, json};

use super::call::{Answer, Call, Handler};
use super::errors::ApiError;
use crate::store::{Documents, State};

const TEMPLATES: &str = "jwt_templates";

/// What every token has anyway.
const RESERVED: [&str; 7] = ["azp", "exp", "iat", "iss", "jti", "nbf", "sub"];

pub(super) fn handler(id: &str) -> Option<Handler> {
    Some(match id {
        "CreateJWTTemplate" => Handler::Write(create),
        "UpdateJWTTemplate" => Handler::Write(update),
        _ => return None,
    })
}

fn fields(call: &Call<'_>, state: &State, id: &str) -> Result<Value, ApiError> {
    let name = call.needed("name")?;
    if name.is_empty() || name.contains(|c: char| !(c.is_ascii_alphanumeric() || "-_".contains(c)))
    {
        let long = "name must have letters, digits, hyphens and underscores only.";
        return Err(ApiError::parameter(
            "form_param_format_invalid",
            "name",
            "is invalid",
            long,
        ));
    }
    if state
        .documents
        .find(TEMPLATES, "name", name)
        .is_some_and(|other| other["id"] != id)
    {
        return Err(ApiError::taken("name"));
    }
    let claims = call
        .object("claims")
        .ok_or_else(|| ApiError::missing("claims"))?;
    if let Some(reserved) = RESERVED.iter().find(|claim| claims.contains_key(**claim)) {
        let long = format!("The claim {reserved} is in every token and cannot be set.");
        return Err(ApiError::parameter(
            "jwt_template_reserved_claim",
            "claims",
            "is invalid",
            &long,
        ));
    }
    let custom = call.flag("custom_signing_key").unwrap_or(false);
    let algorithm =
        call.text("signing_algorithm")
            .unwrap_or(if custom { "HS256" } else { "RS256" });
    if custom && call.text("signing_key").is_none() {
        return Err(ApiError::missing("signing_key"));
    }
    if !["HS256", "HS384", "HS512", "RS256"].contains(&algorithm)
        || (!custom && algorithm != "RS256")
    {
        let long = "The emulator signs by RS256 with the instance's key, and by HS256, HS384 and HS512 with a template's.";
        return Err(ApiError::invalid("signing_algorithm", long));
    }
    Ok(json!({
        "object": "jwt_template", "id": id, "name": name, "claims": claims,
        "lifetime": call.int("lifetime").unwrap_or(60), "allowed_clock_skew": call.int("allowed_clock_skew").unwrap_or(5),
        "custom_signing_key": custom, "signing_algorithm": algorithm,
        "_signing_key": call.text("signing_key").filter(|_| custom), "created_at": call.now, "updated_at": call.now,
    }))
}

fn create(call: &Call<'_>, state: &mut State) -> Answer {
    let id = call.world.ids.id("jtmp");
    let template = fields(call, state, &id)?;
    state.documents.insert(TEMPLATES, &id, template.clone());
    Ok(Documents::shown(&template))
}

fn update(call: &Call<'_>, state: &mut State) -> Answer {
    let id = call.id(0);
    let created_at = state
        .documents
        .get(TEMPLATES, id)
        .ok_or_else(|| ApiError::not_found("JWT template", id))?["created_at"]
        .clone();
    let mut template = fields(call, state, id)?;
    template["created_at"] = created_at;
    state.documents.insert(TEMPLATES, id, template.clone());
    Ok(Documents::shown(&template))
}
