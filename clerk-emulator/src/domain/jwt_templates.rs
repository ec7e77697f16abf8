//! Templates of tokens, and the tokens made from them.

use serde_json::{Value, json};

use super::sessions::find_active_session;
use super::tokens::{self, Category, SESSION_SECONDS, registered_claims};
use super::users::find_user;
use crate::http::error::ApiError;
use crate::http::params::Params;
use crate::instance::{Context, Instance};
use crate::store::{Session, State, User};

const TEMPLATES: &str = "jwt_templates";

/// Claims that every token has.
const RESERVED: [&str; 7] = ["azp", "exp", "iat", "iss", "jti", "nbf", "sub"];

/// Creates a template and returns it.
pub(crate) fn create_template(
    cx: Context<'_>,
    state: &mut State,
    params: Params<'_>,
) -> Result<Value, ApiError> {
    let id = cx.instance.ids.id("jtmp");
    let template = template_from(cx, state, &id, params)?;
    state.documents.insert(TEMPLATES, &id, template.clone());
    Ok(template)
}

/// Replaces a template and returns it.
pub(crate) fn update_template(
    cx: Context<'_>,
    state: &mut State,
    id: &str,
    params: Params<'_>,
) -> Result<Value, ApiError> {
    let created_at = state
        .documents
        .get(TEMPLATES, id)
        .ok_or_else(|| ApiError::not_found("JWT template", id))?["created_at"]
        .clone();
    let mut template = template_from(cx, state, id, params)?;
    template["created_at"] = created_at;
    state.documents.insert(TEMPLATES, id, template.clone());
    Ok(template)
}

/// Signs a token of an active session by the template with this name. `user_view` makes the document that `{{user.…}}`
/// refers to.
pub(crate) fn template_token(
    cx: Context<'_>,
    state: &State,
    session_id: &str,
    name: &str,
    seconds: Option<i64>,
    user_view: fn(&Instance, &User) -> Value,
) -> Result<String, ApiError> {
    let session = find_active_session(state, session_id, cx.now)?;
    let template = state
        .documents
        .find(TEMPLATES, "name", name)
        .ok_or_else(|| ApiError::not_found("JWT template", name))?;
    let user = find_user(state, &session.user_id)?;
    let seconds = seconds
        .or(template["lifetime"].as_i64())
        .unwrap_or(SESSION_SECONDS);
    let scope = Scope {
        state,
        session,
        user,
        user_view: user_view(cx.instance, user),
    };
    let mut claims = registered_claims(cx, session, seconds);
    if let Some(Value::Object(wanted)) = template.get("claims") {
        for (name, value) in wanted {
            claims.insert(name.clone(), scope.fill(value));
        }
    }
    let claims = Value::Object(claims);
    let algorithm = template["signing_algorithm"].as_str().unwrap_or("RS256");
    match template["_signing_key"].as_str() {
        Some(secret) => tokens::sign_hmac(algorithm, secret, &claims).ok_or_else(|| {
            ApiError::bad_state(
                "not_supported",
                "The emulator signs with keys of its own only by HS256, HS384 and HS512.",
            )
        }),
        None => tokens::sign(&cx.instance.key(), Category::Template, &claims)
            .map_err(|error| ApiError::internal(&error)),
    }
}

/// Reads and checks a template.
fn template_from(
    cx: Context<'_>,
    state: &State,
    id: &str,
    params: Params<'_>,
) -> Result<Value, ApiError> {
    let name = params.required_text("name")?;
    if name.is_empty() || name.contains(|c: char| !(c.is_ascii_alphanumeric() || "-_".contains(c)))
    {
        let long = "name must have letters, digits, hyphens and underscores only.";
        return Err(ApiError::invalid_format("name", long));
    }
    if state
        .documents
        .find(TEMPLATES, "name", name)
        .is_some_and(|other| other["id"] != id)
    {
        return Err(ApiError::taken("name"));
    }
    let claims = params
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
    let custom = params.flag("custom_signing_key").unwrap_or(false);
    let algorithm =
        params
            .text("signing_algorithm")
            .unwrap_or(if custom { "HS256" } else { "RS256" });
    if custom && params.text("signing_key").is_none() {
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
        "lifetime": params.int("lifetime").unwrap_or(60), "allowed_clock_skew": params.int("allowed_clock_skew").unwrap_or(5),
        "custom_signing_key": custom, "signing_algorithm": algorithm,
        "_signing_key": params.text("signing_key").filter(|_| custom), "created_at": cx.now, "updated_at": cx.now,
    }))
}

/// What the codes in a template, `{{user.id}}`, can refer to.
struct Scope<'a> {
    state: &'a State,
    session: &'a Session,
    user: &'a User,
    user_view: Value,
}

impl Scope<'_> {
    fn fill(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => self.fill_text(text),
            Value::Array(items) => items.iter().map(|item| self.fill(item)).collect(),
            Value::Object(fields) => fields
                .iter()
                .map(|(name, value)| (name.clone(), self.fill(value)))
                .collect(),
            other => other.clone(),
        }
    }

    /// Evaluates the codes in a text. A text that is one code alone becomes its value; within other text, codes become
    /// text.
    fn fill_text(&self, text: &str) -> Value {
        let code = text
            .strip_prefix("{{")
            .and_then(|rest| rest.strip_suffix("}}"));
        if let Some(code) = code.filter(|code| !code.contains("{{")) {
            return self.evaluate(code);
        }
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("{{") {
            let Some((code, after)) = after.split_once("}}") else {
                break;
            };
            out.push_str(before);
            match self.evaluate(code) {
                Value::Null => {}
                Value::String(text) => out.push_str(&text),
                other => out.push_str(&other.to_string()),
            }
            rest = after;
        }
        out.push_str(rest);
        out.into()
    }

    /// `user.id`, or the first of `user.first_name || 'unknown'` that has a value.
    fn evaluate(&self, code: &str) -> Value {
        code.split("||")
            .map(str::trim)
            .map(|option| {
                match option
                    .strip_prefix('\'')
                    .and_then(|text| text.strip_suffix('\''))
                {
                    Some(literal) => literal.into(),
                    None => self.lookup(option),
                }
            })
            .find(|value| !value.is_null())
            .unwrap_or_default()
    }

    fn lookup(&self, path: &str) -> Value {
        let mut parts = path.split('.');
        let root = match parts.next() {
            Some("user") => self.user(),
            Some("org") => self.organization(),
            Some("session") => json!({"id": self.session.id, "actor": self.session.actor}),
            _ => Value::Null,
        };
        parts.fold(root, |value, part| {
            value.get(part).cloned().unwrap_or_default()
        })
    }

    fn user(&self) -> Value {
        let user = self.user;
        let mut shown = self.user_view.clone();
        if let Value::Object(shown) = &mut shown {
            let names = [user.first_name.as_deref(), user.last_name.as_deref()];
            let full_name: Vec<&str> = names.into_iter().flatten().collect();
            let email = user.primary_email();
            shown.insert(
                "full_name".into(),
                if full_name.is_empty() {
                    Value::Null
                } else {
                    full_name.join(" ").into()
                },
            );
            shown.insert(
                "primary_email_address".into(),
                json!(email.map(|email| &email.value)),
            );
            shown.insert(
                "email_verified".into(),
                email.is_some_and(|email| email.state.is_verified()).into(),
            );
            shown.insert(
                "primary_phone_number".into(),
                json!(user.primary_phone().map(|phone| &phone.value)),
            );
            shown.insert(
                "organizations".into(),
                self.state
                    .members
                    .of_user(&user.id)
                    .map(|m| (m.organization_id.clone(), json!(m.role)))
                    .collect(),
            );
            // Secrets of the application have no place in tokens.
            shown.remove("private_metadata");
        }
        shown
    }

    fn organization(&self) -> Value {
        let Some(id) = self.session.organization_id.as_deref() else {
            return Value::Null;
        };
        let mut organization = self
            .state
            .documents
            .get("organizations", id)
            .cloned()
            .unwrap_or_default();
        if let (Value::Object(fields), Some(member)) = (
            &mut organization,
            self.state.members.get(id, &self.session.user_id),
        ) {
            fields.remove("private_metadata");
            fields.insert("role".into(), member.role.as_str().into());
        }
        organization
    }
}
