//! JSON Web Tokens: signing, verifying, and the claims of session tokens in both versions.

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use super::billing::find_plan;
use super::roles::permission_keys;
use crate::http::error::ApiError;
use crate::instance::Context;
use crate::instance::keys::{KeyError, SigningKey};
use crate::instance::settings::TokenVersion;
use crate::store::{Member, Session, State};

/// How long session tokens live by default, in seconds.
pub(crate) const SESSION_SECONDS: i64 = 60;

/// What a token is for, as its header says.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Category {
    Session,
    Template,
    Machine,
    /// Access tokens of OAuth, which have a type of their own instead of a category.
    AccessToken,
    /// Tokens without a category: clients' tokens, tickets and ID tokens.
    None,
}

impl Category {
    fn header(self) -> Option<&'static str> {
        match self {
            Self::Session => Some("cl_B7d4PD111AAA"),
            Self::Template => Some("cl_B7d4PD222AAA"),
            Self::Machine => Some("cl_B7d4PD333AAA"),
            Self::AccessToken | Self::None => None,
        }
    }

    fn token_type(self) -> &'static str {
        match self {
            Self::AccessToken => "at+jwt",
            _ => "JWT",
        }
    }
}

/// Signs claims with the instance's key.
pub(crate) fn sign(
    key: &SigningKey,
    category: Category,
    claims: &Value,
) -> Result<String, KeyError> {
    let input = signing_input("RS256", Some(key.kid()), category, claims);
    let signature = key.sign(input.as_bytes())?;
    Ok(format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature)))
}

/// Signs claims with a template's own secret; `None` if there is no such algorithm.
pub(crate) fn sign_hmac(algorithm: &str, secret: &str, claims: &Value) -> Option<String> {
    let method = match algorithm {
        "HS256" => hmac::HMAC_SHA256,
        "HS384" => hmac::HMAC_SHA384,
        "HS512" => hmac::HMAC_SHA512,
        _ => return None,
    };
    let input = signing_input(algorithm, None, Category::Template, claims);
    let tag = hmac::sign(&hmac::Key::new(method, secret.as_bytes()), input.as_bytes());
    Some(format!("{input}.{}", URL_SAFE_NO_PAD.encode(tag)))
}

fn signing_input(algorithm: &str, kid: Option<&str>, category: Category, claims: &Value) -> String {
    let mut header = json!({"alg": algorithm, "typ": category.token_type()});
    if let Value::Object(header) = &mut header {
        header.extend(kid.map(|kid| ("kid".to_owned(), kid.into())));
        header.extend(
            category
                .header()
                .map(|category| ("cat".to_owned(), category.into())),
        );
    }
    let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}", encode(&header), encode(claims))
}

/// Returns the claims of a token, unverified.
fn unverified_claims(token: &str) -> Option<Map<String, Value>> {
    let payload = token.split('.').nth(1)?;
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()
}

/// Returns the claims of a token if the instance's current key signed it.
pub(crate) fn verified_claims(key: &SigningKey, token: &str) -> Option<Map<String, Value>> {
    let (input, signature) = token.rsplit_once('.')?;
    // Signing again takes no second implementation: RS256 signatures have no randomness.
    let expected = key.sign(input.as_bytes()).ok()?;
    let given = URL_SAFE_NO_PAD.decode(signature).ok()?;
    aws_lc_rs::constant_time::verify_slices_are_equal(&expected, &given).ok()?;
    unverified_claims(token)
}

/// Returns the claims that all tokens of a session have.
pub(super) fn registered_claims(
    cx: Context<'_>,
    session: &Session,
    seconds: i64,
) -> Map<String, Value> {
    let now = cx.now.div_euclid(1000);
    let claims = json!({
        "iss": cx.instance.settings.issuer,
        "sub": session.user_id,
        "iat": now,
        // Clerk allows for clocks that are a little behind.
        "nbf": now - 10,
        "exp": now + seconds,
        "jti": cx.instance.ids.hex(20),
    });
    claims.as_object().cloned().unwrap_or_default()
}

/// Returns the claims of a session token; `azp` is the origin of the page that asked for it.
pub(crate) fn session_claims(
    cx: Context<'_>,
    state: &State,
    session: &Session,
    azp: Option<&str>,
    seconds: i64,
) -> Value {
    let mut claims = registered_claims(cx, session, seconds);
    claims.insert("sid".into(), session.id.as_str().into());
    claims.extend(azp.map(|azp| ("azp".to_owned(), azp.into())));
    claims.extend(session.actor.clone().map(|actor| ("act".to_owned(), actor)));
    claims.insert("fva".into(), json!(factor_ages(session, cx.now)));
    claims.insert("sts".into(), session.status.into());
    let member = session
        .organization_id
        .as_deref()
        .and_then(|organization| state.members.get(organization, &session.user_id));
    match cx.instance.settings.token_version {
        TokenVersion::V1 => version_1(state, member, &mut claims),
        TokenVersion::V2 => version_2(cx, state, session, member, &mut claims),
    }
    Value::Object(claims)
}

/// Returns the minutes since the first and the second factor were given; -1 for never.
pub(crate) fn factor_ages(session: &Session, now: i64) -> [i64; 2] {
    let age = |at: Option<i64>| at.map_or(-1, |at| (now - at).max(0) / 60_000);
    [age(session.first_factor_at), age(session.second_factor_at)]
}

fn version_1(state: &State, member: Option<&Member>, claims: &mut Map<String, Value>) {
    let Some(member) = member else { return };
    claims.insert("org_id".into(), member.organization_id.as_str().into());
    claims.insert("org_slug".into(), slug(state, member));
    claims.insert("org_role".into(), member.role.as_str().into());
    claims.insert(
        "org_permissions".into(),
        json!(claimed_permissions(state, &member.role)),
    );
}

fn version_2(
    cx: Context<'_>,
    state: &State,
    session: &Session,
    member: Option<&Member>,
    claims: &mut Map<String, Value>,
) {
    claims.insert("v".into(), 2.into());
    let mut bought = Bought::default();
    bought.add(cx, state, "u", &session.user_id);
    if let Some(member) = member {
        bought.add(cx, state, "o", &member.organization_id);
        let organization = organization_claim(state, member, &mut bought.features);
        claims.insert("o".into(), organization);
    }
    if !bought.features.is_empty() {
        claims.insert("fea".into(), bought.features.join(",").into());
    }
    if !bought.plans.is_empty() {
        claims.insert("pla".into(), bought.plans.join(",").into());
    }
}

/// Features and plans with their scopes: `u:` of the user, `o:` of the organization.
#[derive(Default)]
struct Bought {
    features: Vec<String>,
    plans: Vec<String>,
}

impl Bought {
    fn add(&mut self, cx: Context<'_>, state: &State, scope: &str, owner: &str) {
        let Some(plan) = find_plan(state, owner, cx.now) else {
            return;
        };
        let scoped = |value: &Value| {
            let slug = value.get("slug").and_then(Value::as_str);
            slug.map(|slug| format!("{scope}:{slug}"))
        };
        self.plans.extend(scoped(plan));
        let features = plan.get("features").and_then(Value::as_array);
        self.features
            .extend(features.into_iter().flatten().filter_map(scoped));
    }
}

/// Returns the claim `o`. The features that its permissions are about are added to `features`.
fn organization_claim(state: &State, member: &Member, features: &mut Vec<String>) -> Value {
    let mut organization = json!({
        "id": member.organization_id,
        "slg": slug(state, member),
        "rol": member.role.trim_start_matches("org:"),
    });
    // `org:invoices:create` is the action `create` on the feature `invoices`.
    let permissions = claimed_permissions(state, &member.role);
    let parts: Vec<(&str, &str)> = permissions
        .iter()
        .filter_map(|key| key.strip_prefix("org:")?.split_once(':'))
        .collect();
    let mut actions: Vec<&str> = Vec::new();
    for (feature, action) in &parts {
        if !actions.contains(action) {
            actions.push(action);
        }
        let feature = format!("o:{feature}");
        if !features.contains(&feature) {
            features.push(feature);
        }
    }
    if actions.is_empty() {
        return organization;
    }
    let organization_features = features
        .iter()
        .filter_map(|feature| feature.strip_prefix("o:"));
    let bits: Vec<String> = organization_features
        .map(|feature| {
            let granted = |action: &&str| parts.contains(&(feature, *action));
            let bits = actions
                .iter()
                .enumerate()
                .filter(|(_, action)| granted(action));
            bits.fold(0_u64, |bits, (index, _)| {
                bits | 1_u64.checked_shl(index as u32).unwrap_or(0)
            })
            .to_string()
        })
        .collect();
    organization["per"] = actions.join(",").into();
    organization["fpm"] = bits.join(",").into();
    organization
}

fn slug(state: &State, member: &Member) -> Value {
    let organization = state
        .documents
        .get("organizations", &member.organization_id);
    organization
        .and_then(|organization| organization.get("slug"))
        .cloned()
        .unwrap_or_default()
}

/// Returns a role's permissions without Clerk's own (`org:sys_…`), which are never in a token.
fn claimed_permissions(state: &State, role: &str) -> Vec<String> {
    let mut keys = permission_keys(state, role);
    keys.retain(|key| !key.starts_with("org:sys_"));
    keys
}

/// How long tokens for other services live, in seconds.
const SERVICE_SECONDS: i64 = 3600;

/// Signs a token for another service. It has the claims that Firebase wants, but is signed by the instance's key, which
/// Firebase does not know: it is for tests that verify it themselves.
pub(crate) fn service_token(
    cx: Context<'_>,
    session: &Session,
    service: &str,
) -> Result<String, ApiError> {
    if service != "firebase" {
        let long = format!("{service} is no service that the emulator knows: firebase.");
        return Err(ApiError::invalid("service", &long));
    }
    let mut claims = registered_claims(cx, session, SERVICE_SECONDS);
    claims.insert("uid".into(), session.user_id.as_str().into());
    claims.insert("aud".into(), service.into());
    sign(
        &cx.instance.key(),
        Category::Template,
        &Value::Object(claims),
    )
    .map_err(|error| ApiError::internal(&error))
}
