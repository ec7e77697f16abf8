//! What is there for everybody: the environment, development browsers, health, and the documents below `/.well-known`.

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::action::{Action, Actions};
use super::browser::{Browser, CLIENT, DEV_BROWSER, no_cookie};
use super::context::set_cookies;
use super::redirect::Redirect;
use super::request::FapiRequest;
use crate::http::error::ApiError;
use crate::http::response;
use crate::instance::Instance;
use crate::views::environment::{account_portal_view, environment_view};

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

type Opened = Result<Response, ApiError>;

pub(super) const OPEN_ACTIONS: Actions = &[
    ("getEnvironment", Action::Open(environment)),
    ("updateEnvironment", Action::Open(environment)),
    ("createDevBrowser", Action::Open(create_dev_browser)),
    ("getDevBrowserInit", Action::Open(with_dev_browser)),
    (
        "postDevBrowserInitSetCookie",
        Action::Open(with_dev_browser),
    ),
    ("getHealth", Action::Open(health)),
    ("getProxyHealth", Action::Open(proxy_health)),
    ("getAccountPortal", Action::Open(account_portal)),
    ("clearSiteData", Action::Open(clear_site_data)),
    ("syncClient", Action::Open(sync_client)),
    ("linkClient", Action::Open(sync_client)),
    ("redirectToUrl", Action::Open(sync_client)),
    ("getJWKS", Action::Open(jwks)),
    ("getAppleAppSiteAssociation", Action::Open(apple_app_site)),
    ("getAndroidAssetLinks", Action::Open(asset_links)),
    ("getWebAuthnRelatedOrigins", Action::Open(webauthn_origins)),
];

fn json_of(body: &Value) -> Opened {
    Ok(response::json(StatusCode::OK, body))
}

fn environment(instance: &Instance, _: &FapiRequest) -> Opened {
    json_of(&environment_view(instance, &instance.read()))
}

fn account_portal(instance: &Instance, _: &FapiRequest) -> Opened {
    json_of(&account_portal_view(instance))
}

fn health(_: &Instance, _: &FapiRequest) -> Opened {
    json_of(&json!({"status": "healthy"}))
}

/// The emulator is reached directly, or through a proxy that it does not know of.
fn proxy_health(_: &Instance, request: &FapiRequest) -> Opened {
    let forwarded = request.header(FORWARDED_FOR).unwrap_or_default();
    json_of(&json!({"status": "healthy", "x_forwarded_for": forwarded}))
}

/// Returns the key set, at its public address.
fn jwks(instance: &Instance, _: &FapiRequest) -> Opened {
    json_of(&instance.key().jwks())
}

fn apple_app_site(_: &Instance, _: &FapiRequest) -> Opened {
    json_of(&json!({"webcredentials": {"apps": []}}))
}

fn asset_links(_: &Instance, _: &FapiRequest) -> Opened {
    json_of(&json!([]))
}

fn webauthn_origins(instance: &Instance, _: &FapiRequest) -> Opened {
    json_of(&json!({"origins": [instance.settings.url]}))
}

/// Returns a new development browser, or the one that the request names already.
fn create_dev_browser(instance: &Instance, request: &FapiRequest) -> Opened {
    let cx = instance.context();
    instance.commit(|state| {
        let mut browser = Browser::find(cx, state, request);
        let token = browser.ensure_dev_browser(cx, state);
        let body = json!({
            "object": "dev_browser", "id": token, "token": token, "instance_id": instance.settings.instance_id,
            "client_id": browser.client_id, "home_origin": request.origin(), "created_at": cx.now,
            "updated_at": cx.now,
        });
        let mut response = response::json(StatusCode::OK, &body);
        set_cookies(&mut response, &browser.cookies(cx, state)?);
        Ok(response)
    })
}

/// Makes the development browser known by a cookie, which is all that older clerk-js wants of these paths.
fn with_dev_browser(instance: &Instance, request: &FapiRequest) -> Opened {
    let cx = instance.context();
    instance.commit(|state| {
        let mut browser = Browser::find(cx, state, request);
        browser.ensure_dev_browser(cx, state);
        let mut response = StatusCode::OK.into_response();
        set_cookies(&mut response, &browser.cookies(cx, state)?);
        Ok(response)
    })
}

/// Lets the browser forget who was signed in.
fn clear_site_data(instance: &Instance, request: &FapiRequest) -> Opened {
    // Cookies are of a host, whatever the port: a page on the internet must not sign people out of all local applications.
    if !request.is_trusted(&instance.settings.access) {
        return Err(ApiError::forbidden(
            "origin_not_allowed",
            "Cookies are cleared for pages on loopback hosts and of allowed origins only.",
        ));
    }
    let mut response = StatusCode::OK.into_response();
    response
        .headers_mut()
        .insert("clear-site-data", HeaderValue::from_static("\"cookies\""));
    set_cookies(&mut response, &[no_cookie(CLIENT), no_cookie(DEV_BROWSER)]);
    Ok(response)
}

/// Sends the browser back to where it says that it comes from, known as the development browser that it is.
fn sync_client(instance: &Instance, request: &FapiRequest) -> Opened {
    let url = ["redirect_url", "link_url", "url"]
        .iter()
        .find_map(|name| request.query(name))
        .unwrap_or_default();
    let redirect = Redirect::parse(instance, request, url)?;
    let cx = instance.context();
    instance.commit(|state| {
        let mut browser = Browser::find(cx, state, request);
        let token = browser.ensure_dev_browser(cx, state);
        let location = redirect.with_dev_browser(&token);
        let mut response = (
            StatusCode::TEMPORARY_REDIRECT,
            [(header::LOCATION, location)],
        )
            .into_response();
        set_cookies(&mut response, &browser.cookies(cx, state)?);
        Ok(response)
    })
}
