//! The instance's settings of OAuth applications.

use serde_json::{Value, json};

use crate::http::params::Params;
use crate::store::State;

/// Where the settings are among the singletons.
pub(crate) const OAUTH_SETTINGS: &str = "instance/oauth_application_settings";

/// Returns the settings of a new instance: nobody registers itself, and access tokens are opaque.
pub(crate) fn default_settings() -> Value {
    json!({
        "object": "oauth_application_settings", "dynamic_oauth_client_registration": false, "default_scopes": null,
        "oauth_jwt_access_tokens": false, "client_id_metadata_documents_advertised": false,
        "client_id_metadata_documents_only_allow_pre_registered_clients": false,
        "client_id_metadata_documents_block_implicitly_allowed_clients": false,
    })
}

/// Changes the settings that are given.
pub(crate) fn update_settings(state: &mut State, params: Params<'_>) {
    let kept = state.documents.get("singletons", OAUTH_SETTINGS).cloned();
    let mut settings = kept.unwrap_or_else(default_settings);
    for (name, value) in params.fields() {
        settings[name] = value;
    }
    state
        .documents
        .insert("singletons", OAUTH_SETTINGS, settings);
}

fn is_on(state: &State, name: &str) -> bool {
    let settings = state.documents.get("singletons", OAUTH_SETTINGS);
    settings.is_some_and(|settings| settings[name] == true)
}

/// Whether applications may register themselves (RFC 7591).
pub(crate) fn allows_registration(state: &State) -> bool {
    is_on(state, "dynamic_oauth_client_registration")
}

/// Whether access tokens are JWTs.
pub(super) fn has_jwt_access_tokens(state: &State) -> bool {
    is_on(state, "oauth_jwt_access_tokens")
}

/// Whether an application's client id may be the URL of its metadata, and metadata documents tell clients so.
pub(crate) fn advertises_metadata_documents(state: &State) -> bool {
    is_on(state, "client_id_metadata_documents_advertised")
}

/// Whether of the clients whose id is a URL only those are allowed that exist already.
pub(super) fn allows_known_documents_only(state: &State) -> bool {
    is_on(
        state,
        "client_id_metadata_documents_only_allow_pre_registered_clients",
    )
}

/// Whether the clients are blocked that came by the URL of their metadata alone.
pub(super) fn blocks_documents(state: &State) -> bool {
    is_on(
        state,
        "client_id_metadata_documents_block_implicitly_allowed_clients",
    )
}

/// Returns the instance's default scopes, if it has any.
pub(crate) fn default_scopes(state: &State) -> Option<Vec<String>> {
    let settings = state.documents.get("singletons", OAUTH_SETTINGS)?;
    let scopes = settings["default_scopes"].as_array()?;
    let texts = scopes.iter().filter_map(Value::as_str).map(str::to_owned);
    Some(texts.collect())
}
