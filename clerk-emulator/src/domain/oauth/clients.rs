//! Applications as clients: who one is, and whether it is that one.

use serde_json::Value;

use super::applications::APPLICATIONS;
use super::error::OAuthError;
use super::secrets::is_same;
use super::settings::blocks_documents;
use crate::store::State;

/// What a client says of itself.
#[derive(Default)]
pub(crate) struct Credentials {
    pub(crate) client_id: Option<String>,
    pub(crate) secret: Option<String>,
}

/// A client that proved who it is, as far as it can: a public one has no secret.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    pub(crate) client_id: String,
    pub(crate) is_public: bool,
}

/// Returns the name of the application with this client id, or else the id.
pub(crate) fn client_name<'a>(state: &'a State, client_id: &'a str) -> &'a str {
    let application = state.documents.find(APPLICATIONS, "client_id", client_id);
    application
        .and_then(|application| application["name"].as_str())
        .unwrap_or(client_id)
}

/// Returns the application with this client id, if it may be used.
pub(super) fn find_client<'a>(state: &'a State, client_id: &str) -> Result<&'a Value, OAuthError> {
    let application = state.documents.find(APPLICATIONS, "client_id", client_id);
    let application = application.ok_or_else(|| {
        OAuthError::invalid_client("There is no application with this client_id.")
    })?;
    if application["_metadata_document"] == true && blocks_documents(state) {
        return Err(OAuthError::invalid_client(
            "The instance blocks applications that came by their metadata alone.",
        ));
    }
    Ok(application)
}

/// Returns the client if its secret is right. A public client has none.
pub(crate) fn authenticate(state: &State, given: &Credentials) -> Result<Client, OAuthError> {
    let client_id = given.client_id.as_deref().ok_or_else(|| {
        OAuthError::invalid_client("The request says of no client that it sends it.")
    })?;
    let application = find_client(state, client_id)?;
    let is_public = application["public"] == true;
    let own = application["_client_secret"].as_str().unwrap_or_default();
    let is_right = match given.secret.as_deref() {
        None | Some("") => is_public,
        Some(secret) => !is_public && is_same(secret, own),
    };
    if !is_right {
        return Err(OAuthError::invalid_client(if is_public {
            "The application is public: it has no secret."
        } else {
            "The client_secret is missing or wrong."
        }));
    }
    Ok(Client {
        client_id: client_id.to_owned(),
        is_public,
    })
}
