//! What applications learn about a user, and ID tokens.

use serde_json::{Map, Value, json};

use crate::domain::organizations::find_organization;
use crate::domain::tokens::{self, Category};
use crate::http::error::ApiError;
use crate::instance::Context;
use crate::store::{Grant, State, User};

/// How long an ID token may be used, in seconds.
const ID_TOKEN_SECONDS: i64 = 3_600;

/// The claims that ID tokens and the endpoint for users' data may have.
pub(crate) const CLAIMS: [&str; 19] = [
    "sub",
    "iss",
    "aud",
    "exp",
    "iat",
    "auth_time",
    "nonce",
    "email",
    "email_verified",
    "name",
    "given_name",
    "family_name",
    "picture",
    "preferred_username",
    "public_metadata",
    "private_metadata",
    "org_id",
    "org_name",
    "org_slug",
];

/// Returns what the scopes say of a user. What the user does not have is left out.
pub(crate) fn user_claims(
    cx: Context<'_>,
    state: &State,
    user: &User,
    scopes: &[&str],
    organization_id: Option<&str>,
) -> Map<String, Value> {
    let mut claims = Map::new();
    let mut add = |name: &str, value: Value| {
        if !value.is_null() {
            claims.insert(name.to_owned(), value);
        }
    };
    let has = |scope: &str| scopes.contains(&scope);
    if has("profile") {
        let names = [user.first_name.as_deref(), user.last_name.as_deref()];
        let names: Vec<&str> = names.into_iter().flatten().collect();
        let image = cx.instance.settings.image_url(user.image.as_deref());
        add("name", some_text(&names.join(" ")));
        add("given_name", json!(user.first_name));
        add("family_name", json!(user.last_name));
        add("picture", image.into());
        add("preferred_username", json!(user.username));
    }
    if has("email")
        && let Some(email) = user.primary_email()
    {
        let verified = email.state.is_verified();
        add("email", json!(email.value));
        add("email_verified", verified.into());
    }
    if has("public_metadata") {
        add("public_metadata", user.public_metadata.read().into());
    }
    if has("private_metadata") {
        add("private_metadata", user.private_metadata.read().into());
    }
    if has("user:org:read")
        && let Some(id) = organization_id
        && let Ok(organization) = find_organization(state, id)
    {
        add("org_id", id.into());
        add("org_name", organization["name"].clone());
        add("org_slug", organization["slug"].clone());
    }
    claims
}

fn some_text(text: &str) -> Value {
    let text = text.trim();
    if text.is_empty() {
        Value::Null
    } else {
        text.into()
    }
}

/// Signs the ID token of a grant; `nonce` is that of the authorization's request.
pub(super) fn id_token(
    cx: Context<'_>,
    state: &State,
    grant: &Grant,
    scopes: &[&str],
    nonce: Option<&str>,
) -> Result<String, ApiError> {
    let now = cx.now.div_euclid(1000);
    let user = state.users.get(&grant.user_id);
    let organization = grant.organization_id.as_deref();
    let mut claims = user.map_or_else(Map::new, |user| {
        user_claims(cx, state, user, scopes, organization)
    });
    let registered = json!({
        "iss": cx.instance.settings.url, "sub": grant.user_id, "aud": grant.client_id, "azp": grant.client_id,
        "iat": now, "exp": now + ID_TOKEN_SECONDS, "auth_time": grant.authenticated_at.div_euclid(1000),
        "jti": cx.instance.ids.hex(20),
    });
    claims.extend(registered.as_object().cloned().unwrap_or_default());
    if let Some(nonce) = nonce {
        claims.insert("nonce".into(), nonce.into());
    }
    tokens::sign(&cx.instance.key(), Category::None, &Value::Object(claims))
        .map_err(|error| ApiError::internal(&error))
}
