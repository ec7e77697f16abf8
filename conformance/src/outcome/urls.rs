//! Cases of URLs, cookies and redirects.

use anyhow::Result;
use clerk_middleware::cookies::cookies;
use clerk_middleware::{AuthenticateOptions, RedirectError, Redirects, public_url};
use clerk_sdk::{Clerk, ClerkOptions, Environment};
use serde_json::{Value, json};
use url::Url;

use super::authenticate::location_of;
use super::setting::request;
use super::{UNREPRESENTABLE, errors};
use crate::cases::text;

pub(super) fn url_and_cookies(case: &Value) -> Result<Value> {
    let Some(parts) = request(&case["request"])? else {
        return Ok(json!({ "kind": UNREPRESENTABLE }));
    };
    let url = public_url(&parts, &AuthenticateOptions::new());
    let mut found: Vec<(String, String)> = Vec::new();
    for (name, value) in cookies(&parts.headers) {
        if found.iter().all(|(given, _)| *given != name) {
            found.push((name.into(), value.into()));
        }
    }
    Ok(json!({ "kind": "clerkRequest", "clerkUrl": url.as_str(), "cookies": found }))
}

pub(super) fn redirect(case: &Value) -> Result<Value> {
    Ok(match redirected(&case["params"]) {
        Ok(url) => {
            json!({ "kind": "redirect", "url": url.clone(), "location": location_of(&Url::parse(&url)?) })
        }
        Err(error) => json!({ "kind": "throw", "error": errors::of_redirect(&error) }),
    })
}

fn redirected(params: &Value) -> Result<String, RedirectError> {
    let set = |name| Some(text(params, name)).filter(|text| !text.is_empty());
    let mut options = ClerkOptions::new().is_satellite(params["isSatellite"] == true);
    options.publishable_key = set("publishableKey");
    options.sign_in_url = set("signInUrl");
    options.sign_up_url = set("signUpUrl");
    let clerk = Clerk::with_environment(options, Environment::empty())
        .map_err(|_| RedirectError::InvalidPublishableKey)?;
    let mut redirects = Redirects::new(&clerk)?.pending(params["sessionStatus"] == "pending");
    if let Some(base) = set("baseUrl") {
        redirects = redirects.base_url(&base)?;
    }
    if let Some(token) = set("devBrowserToken") {
        redirects = redirects.dev_browser_token(token);
    }
    let back = set("returnBackUrl");
    match text(params, "to").as_str() {
        "redirectToSignUp" => redirects.to_sign_up(back.as_deref()),
        _ => redirects.to_sign_in(back.as_deref()),
    }
}
