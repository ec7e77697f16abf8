//! Cases of claims, of `has` and of publishable keys.

use anyhow::{Context as _, Result};
use clerk_sdk::auth::{Auth, Factor, FactorAges, Requirement, Reverification};
use clerk_sdk::tokens::Claims;
use clerk_sdk::{InstanceType, PublishableKey, PublishableKeyError, cookie_suffix};
use serde_json::{Value, json};

use crate::cases::text;

fn of_claims(claims: &Value) -> Result<Option<Auth>> {
    let claims = Claims::from_value(claims.clone()).context("claims that are no object")?;
    Ok(Auth::from_claims(claims).ok())
}

pub(super) fn auth(case: &Value) -> Result<Value> {
    Ok(match of_claims(&case["claims"])? {
        Some(auth) => json!({ "kind": "ok", "auth": facts(&auth) }),
        None => json!({ "kind": "throw" }),
    })
}

pub(super) fn has(case: &Value) -> Result<Value> {
    let auth = match case.get("authz") {
        Some(parts) => from_parts(parts)?,
        None => match of_claims(&case["claims"])? {
            Some(auth) => auth,
            None => return Ok(json!({ "kind": "throw" })),
        },
    };
    let checks = case["checks"].as_array().context("a case without checks")?;
    let results: Vec<bool> = checks
        .iter()
        .map(|check| requirement(check).is_some_and(|requirement| auth.has(requirement)))
        .collect();
    let mut ours = json!({ "kind": "has", "results": results });
    if case.get("authz").is_none() {
        ours["auth"] = facts(&auth);
    }
    Ok(ours)
}

fn from_parts(parts: &Value) -> Result<Auth> {
    let claims = json!({ "fea": parts["features"], "pla": parts["plans"] });
    let mut auth = Auth::from_claims(Claims::from_value(claims).context("no claims")?)?;
    let optional = |name| parts.get(name).and_then(Value::as_str).map(str::to_owned);
    auth.user_id = optional("userId");
    auth.org_id = optional("orgId");
    auth.org_role = optional("orgRole");
    auth.org_permissions = parts["orgPermissions"].as_array().map(|list| {
        list.iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect()
    });
    auth.factor_ages = FactorAges::from_claim(&parts["factorVerificationAge"]);
    Ok(auth)
}

/// What a check asks. `None` for what has no meaning, and is never met: the type does not let it be asked in Rust.
fn requirement(check: &Value) -> Option<Requirement> {
    let mut requirement = Requirement::new();
    for (name, value) in check.as_object()? {
        if value["$js"] == "undefined" {
            continue;
        }
        requirement = match name.as_str() {
            "role" => requirement.role(value.as_str()?),
            "permission" => requirement.permission(value.as_str()?),
            "feature" => requirement.feature(value.as_str()?),
            "plan" => requirement.plan(value.as_str()?),
            "reverification" => requirement.reverification(reverification(value)?),
            _ => requirement,
        };
    }
    Some(requirement)
}

fn reverification(value: &Value) -> Option<Reverification> {
    if let Some(name) = value.as_str() {
        return match name {
            "strict_mfa" => Some(Reverification::StrictMfa),
            "strict" => Some(Reverification::Strict),
            "moderate" => Some(Reverification::Moderate),
            "lax" => Some(Reverification::Lax),
            _ => None,
        };
    }
    let factor = match value["level"].as_str()? {
        "first_factor" => Factor::First,
        "second_factor" => Factor::Second,
        "multi_factor" => Factor::Multi,
        _ => return None,
    };
    let minutes = match &value["afterMinutes"] {
        given if given["$js"] == "Infinity" => f64::INFINITY,
        given => given.as_f64()?,
    };
    Some(Reverification::Within { factor, minutes })
}

fn facts(auth: &Auth) -> Value {
    let ages = auth
        .factor_ages
        .map(|ages| [ages.first.unwrap_or(-1.0), ages.second.unwrap_or(-1.0)]);
    json!({
        "sessionClaims": auth.claims.as_ref().map(Claims::to_object),
        "sessionId": auth.session_id,
        "sessionStatus": auth.session_status,
        "userId": auth.user_id,
        "actor": auth.actor,
        "orgId": auth.org_id,
        "orgRole": auth.org_role,
        "orgSlug": auth.org_slug,
        "orgPermissions": auth.org_permissions,
        "factorVerificationAge": ages,
    })
}

pub(super) fn publishable_key(case: &Value) -> Value {
    let key = text(case, "key");
    let options = &case["options"];
    let parsed = PublishableKey::new(&key);
    let is_key = parsed.is_ok();
    let parsed = match parsed {
        Ok(key) => {
            let satellite = (options["isSatellite"] == true).then(|| text(options, "domain"));
            json!({
                "instanceType": match key.instance_type() {
                    InstanceType::Production => "production",
                    InstanceType::Development => "development",
                },
                "frontendApi": key.reachable_frontend_api(options["proxyUrl"].as_str(), satellite.as_deref()),
            })
        }
        Err(_) if options["fatal"] != true => Value::Null,
        Err(PublishableKeyError::Missing) => json!({ "threw": "missing-publishable-key" }),
        Err(_) => json!({ "threw": "invalid-publishable-key" }),
    };
    json!({
        "kind": "pk", "cookieSuffix": cookie_suffix(&key), "isPublishableKey": is_key, "parsed": parsed,
    })
}
