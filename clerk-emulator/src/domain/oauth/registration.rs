//! Applications that nobody made in advance: by registration (RFC 7591), or by the URL of their metadata.

use serde_json::Value;
use url::{Host, Url};

use super::applications::{
    APPLICATIONS, NewApplication, Origin, delete_application, insert_application,
};
use super::error::OAuthError;
use super::redirects::check_registered_uri;
use super::scopes::scopes_to_register;
use super::settings::{
    advertises_metadata_documents, allows_known_documents_only, allows_registration,
};
use crate::http::params::Params;
use crate::instance::Context;
use crate::store::State;

const MAX_NAME: usize = 256;
const MAX_URL: usize = 1_024;
const MAX_REDIRECT_URIS: usize = 20;
/// How long a metadata document is good for, in milliseconds.
const FRESH: i64 = 300_000;

fn invalid(description: &str) -> OAuthError {
    OAuthError::new("invalid_client_metadata", description)
}

/// The part of an application's metadata that both ways have.
struct Metadata<'a> {
    name: Option<&'a str>,
    client_uri: Option<&'a str>,
    logo_uri: Option<&'a str>,
    redirect_uris: Vec<String>,
}

impl<'a> Metadata<'a> {
    fn read(params: Params<'a>) -> Result<Self, OAuthError> {
        let texts = params.texts("redirect_uris").unwrap_or_default();
        if texts.is_empty() || texts.len() > MAX_REDIRECT_URIS {
            let description = format!("redirect_uris has to have 1 to {MAX_REDIRECT_URIS} URIs.");
            return Err(OAuthError::new("invalid_redirect_uri", &description));
        }
        for uri in &texts {
            check_registered_uri(uri)?;
        }
        let name = params.filled_text("client_name");
        if name.is_some_and(|name| name.chars().count() > MAX_NAME) {
            return Err(invalid("client_name is too long."));
        }
        let web_url = |name: &str| match params.text(name) {
            None => Ok(None),
            Some(text) if text.len() <= MAX_URL && is_of_web(text) => Ok(Some(text)),
            Some(_) => Err(invalid(&format!("{name} is no URL of the web."))),
        };
        Ok(Self {
            name,
            client_uri: web_url("client_uri")?,
            logo_uri: web_url("logo_uri")?,
            redirect_uris: texts.into_iter().map(str::to_owned).collect(),
        })
    }
}

fn is_of_web(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
}

fn make_room(state: &mut State) {
    if let Some(id) = state.surplus_registered_application() {
        // It is there, because it was just found.
        let _ = delete_application(state, &id);
    }
}

/// Registers an application by its metadata and returns it. What it does not know of the metadata is ignored.
pub(crate) fn register(
    cx: Context<'_>,
    state: &mut State,
    params: Params<'_>,
) -> Result<Value, OAuthError> {
    if !allows_registration(state) {
        return Err(OAuthError::new(
            "access_denied",
            "Applications cannot register themselves: the instance's setting dynamic_oauth_client_registration is off.",
        ));
    }
    let metadata = Metadata::read(params)?;
    let method = params
        .text("token_endpoint_auth_method")
        .unwrap_or("client_secret_basic");
    if !matches!(
        method,
        "client_secret_basic" | "client_secret_post" | "none"
    ) {
        return Err(invalid(
            "token_endpoint_auth_method is one of client_secret_basic, client_secret_post and none.",
        ));
    }
    let scopes = scopes_to_register(state, params.text("scope"))?;
    make_room(state);
    let client_id = cx.instance.ids.letters(16);
    let new = NewApplication {
        name: metadata.name.unwrap_or(&client_id),
        client_id: client_id.clone(),
        client_secret: cx.instance.ids.letters(32),
        client_uri: metadata.client_uri,
        image_url: metadata.logo_uri,
        redirect_uris: metadata.redirect_uris,
        scopes,
        is_public: method == "none",
        is_pkce_required: false,
        has_consent_screen: true,
        origin: Origin::Registration,
    };
    let mut application = insert_application(cx, state, new);
    application["_token_endpoint_auth_method"] = method.into();
    Ok(application)
}

/// Returns the URL of the metadata that has to be fetched before the client with this id is known; `None` for clients
/// that are known.
pub(crate) fn document_to_fetch(
    cx: Context<'_>,
    state: &State,
    client_id: &str,
) -> Result<Option<Url>, OAuthError> {
    let known = state.documents.find(APPLICATIONS, "client_id", client_id);
    match known {
        Some(known) if known["_metadata_document"] != true => return Ok(None),
        Some(known) => {
            let fetched = known["_fetched_at"].as_i64().unwrap_or(0);
            if advertises_metadata_documents(state) && (0..FRESH).contains(&(cx.now - fetched)) {
                return Ok(None);
            }
        }
        None if !client_id.contains("://") => return Ok(None),
        None if allows_known_documents_only(state) => {
            return Err(OAuthError::invalid_client(
                "The instance allows only such URLs as a client_id that it knows already.",
            ));
        }
        None => {}
    }
    if !advertises_metadata_documents(state) {
        return Err(OAuthError::invalid_client(
            "A client_id cannot be a URL: the instance's setting client_id_metadata_documents_advertised is off.",
        ));
    }
    metadata_url(client_id).map(Some).ok_or_else(|| {
        OAuthError::invalid_client(
            "A client_id that is a URL has https (or http on a loopback host), a path, and no fragment.",
        )
    })
}

/// Reads a client id that is a URL. It has to be written as browsers write it, so that no two texts are the same client.
fn metadata_url(client_id: &str) -> Option<Url> {
    let url = Url::parse(client_id).ok()?;
    let is_loopback = match url.host()? {
        Host::Domain(name) => name == "localhost",
        Host::Ipv4(ip) => ip.is_loopback(),
        Host::Ipv6(ip) => ip.is_loopback(),
    };
    let is_safe = client_id.len() <= MAX_URL
        && url.as_str() == client_id
        && (url.scheme() == "https" || (url.scheme() == "http" && is_loopback))
        && url.path().len() > 1
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    is_safe.then_some(url)
}

/// Makes an application of the metadata that was fetched from its client id, or brings it up to date.
pub(crate) fn accept_document(
    cx: Context<'_>,
    state: &mut State,
    client_id: &str,
    document: &Value,
) -> Result<(), OAuthError> {
    let params = Params::new(document);
    if params.text("client_id") != Some(client_id) {
        return Err(invalid(
            "The metadata of the client is of another client_id than its own URL.",
        ));
    }
    let method = params.text("token_endpoint_auth_method").unwrap_or("none");
    if method != "none" || params.has("client_secret") {
        return Err(invalid(
            "A client by metadata has no secret: token_endpoint_auth_method has to be none.",
        ));
    }
    let metadata = Metadata::read(params)?;
    let scopes = scopes_to_register(state, params.text("scope"))?;
    let known = state.documents.find(APPLICATIONS, "client_id", client_id);
    let id = match known.and_then(|known| known["id"].as_str()) {
        Some(id) => id.to_owned(),
        None => {
            make_room(state);
            let new = NewApplication {
                name: client_id,
                client_id: client_id.to_owned(),
                client_secret: String::new(),
                client_uri: None,
                image_url: None,
                redirect_uris: Vec::new(),
                scopes: String::new(),
                is_public: true,
                is_pkce_required: true,
                has_consent_screen: true,
                origin: Origin::MetadataDocument,
            };
            let made = insert_application(cx, state, new);
            made["id"].as_str().unwrap_or_default().to_owned()
        }
    };
    if let Some(application) = state.documents.get_mut(APPLICATIONS, &id) {
        application["name"] = metadata.name.unwrap_or(client_id).into();
        application["client_uri"] = metadata.client_uri.into();
        application["client_image_url"] = metadata.logo_uri.into();
        application["callback_url"] = metadata
            .redirect_uris
            .first()
            .map_or("", String::as_str)
            .into();
        application["redirect_uris"] = metadata.redirect_uris.into();
        application["scopes"] = scopes.into();
        application["updated_at"] = cx.now.into();
        application["_fetched_at"] = cx.now.into();
    }
    Ok(())
}
