//! What the OAuth endpoints show: metadata, tokens, users and clients.

use serde_json::{Map, Value, json};

use crate::domain::oauth::claims::{CLAIMS, user_claims};
use crate::domain::oauth::grants::{Issued, TokenFacts};
use crate::domain::oauth::scopes::{describe, supported_scopes};
use crate::domain::oauth::settings::{advertises_metadata_documents, allows_registration};
use crate::domain::oauth::tokens::ACCESS_TOKEN_SECONDS;
use crate::instance::{Context, Instance};
use crate::store::{State, User};

const GRANT_TYPES: [&str; 2] = ["authorization_code", "refresh_token"];

/// Returns what both metadata documents have.
fn metadata(instance: &Instance, state: &State) -> Value {
    let url = &instance.settings.url;
    json!({
        "issuer": url,
        "authorization_endpoint": format!("{url}/oauth/authorize"),
        "token_endpoint": format!("{url}/oauth/token"),
        "revocation_endpoint": format!("{url}/oauth/token/revoke"),
        "jwks_uri": format!("{url}/.well-known/jwks.json"),
        "scopes_supported": supported_scopes(state),
        "response_types_supported": ["code"],
        "grant_types_supported": GRANT_TYPES,
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "claims_supported": CLAIMS,
        "code_challenge_methods_supported": ["S256"],
        // Clerk's document does not have this one, but a client may ignore `iss` in a response without it (RFC 9207).
        "authorization_response_iss_parameter_supported": true,
    })
}

/// Returns the metadata of OpenID Connect.
pub(crate) fn openid_metadata_view(instance: &Instance, state: &State) -> Value {
    let url = &instance.settings.url;
    let mut view = metadata(instance, state);
    view["introspection_endpoint"] = format!("{url}/oauth/token_info").into();
    view["userinfo_endpoint"] = format!("{url}/oauth/userinfo").into();
    view["response_modes_supported"] = json!(["query", "form_post"]);
    view["backchannel_logout_supported"] = false.into();
    view["frontchannel_logout_supported"] = false.into();
    view
}

/// Returns the metadata of RFC 8414.
pub(crate) fn server_metadata_view(instance: &Instance, state: &State) -> Value {
    let mut view = metadata(instance, state);
    if allows_registration(state) {
        let url = &instance.settings.url;
        view["registration_endpoint"] = format!("{url}/oauth/register").into();
    }
    view["client_id_metadata_document_supported"] = advertises_metadata_documents(state).into();
    view
}

/// Returns tokens as the token endpoint has them.
pub(crate) fn issued_view(issued: &Issued) -> Value {
    let mut view = json!({
        "access_token": issued.access_token, "token_type": "Bearer", "expires_in": ACCESS_TOKEN_SECONDS,
        "refresh_token": issued.refresh_token, "scope": issued.scopes.join(" "),
    });
    if let Some(token) = &issued.id_token {
        view["id_token"] = token.as_str().into();
    }
    view
}

/// Returns what a token says; of one that is not valid, nothing else.
pub(crate) fn token_facts_view(facts: Option<&TokenFacts>) -> Value {
    let Some(facts) = facts else {
        return json!({"active": false});
    };
    json!({
        "active": true, "client_id": facts.client_id, "sub": facts.user_id, "scope": facts.scopes.join(" "),
        "iat": facts.issued_at.div_euclid(1000), "org_id": facts.organization_id,
    })
}

/// Returns what an access token lets its client know of the user.
pub(crate) fn user_info_view(
    cx: Context<'_>,
    state: &State,
    user: &User,
    facts: &TokenFacts,
) -> Value {
    let scopes: Vec<&str> = facts.scopes.iter().map(String::as_str).collect();
    let organization = facts.organization_id.as_deref();
    let mut view: Map<String, Value> = user_claims(cx, state, user, &scopes, organization);
    view.insert("object".into(), "oauth_user_info".into());
    view.insert(
        "instance_id".into(),
        cx.instance.settings.instance_id.as_str().into(),
    );
    view.insert("sub".into(), user.id.as_str().into());
    view.insert("user_id".into(), user.id.as_str().into());
    Value::Object(view)
}

/// Returns an application as it learns that it is registered.
pub(crate) fn registered_view(application: &Value) -> Value {
    let mut view = json!({
        "client_id": application["client_id"], "client_name": application["name"],
        "client_id_issued_at": application["created_at"].as_i64().unwrap_or(0).div_euclid(1000),
        "client_secret_expires_at": 0, "redirect_uris": application["redirect_uris"],
        "grant_types": GRANT_TYPES, "response_types": ["code"], "scope": application["scopes"],
        "token_endpoint_auth_method": application["_token_endpoint_auth_method"],
    });
    if application["public"] != true {
        view["client_secret"] = application["_client_secret"].clone();
    }
    for (name, field) in [
        ("client_uri", "client_uri"),
        ("logo_uri", "client_image_url"),
    ] {
        if !application[field].is_null() {
            view[name] = application[field].clone();
        }
    }
    view
}

/// Returns what a page has to tell a user who is asked for consent.
pub(crate) fn consent_view(application: &Value, redirect_uri: &str, scopes: &[String]) -> Value {
    let redirect = url::Url::parse(redirect_uri).ok();
    let scopes: Vec<Value> = scopes
        .iter()
        .map(|scope| {
            json!({"scope": scope, "description": describe(scope), "requires_consent": true})
        })
        .collect();
    json!({
        "client_id": application["client_id"], "oauth_application_name": application["name"],
        "oauth_application_logo_url": application["client_image_url"],
        "oauth_application_url": application["client_uri"],
        "redirect_domain": redirect.as_ref().and_then(url::Url::host_str),
        "scopes": scopes,
    })
}
