//! Cases of claims, of `has` and of publishable keys.

use clerk_sdk::auth::{Auth, Factor, FactorAges, Requirement, Reverification};
use clerk_sdk::tokens::Claims;
use clerk_sdk::{InstanceType, PublishableKey, PublishableKeyError, cookie_suffix};
use serde_json::{Value, json};

use super::{Failure, Outcome, text};

pub(crate) fn claims(case: &Value, recorded: &Value) -> Result<Outcome, Failure> {
    let claims = Claims::from_value(case["claims"].clone()).ok_or("claims that are no object")?;
    let ours = match Auth::from_claims(claims) {
        Ok(auth) => json!({ "kind": "ok", "auth": facts(&auth) }),
        Err(_) => json!({ "kind": "throw" }),
    };
    let outcome = &recorded["outcome"];
    let mut expected = json!({ "kind": outcome["kind"] });
    if let Some(auth) = outcome.get("auth") {
        expected["auth"] = comparable(auth);
    }
    Ok(Outcome {
        ours,
        recorded: expected,
    })
}

pub(crate) fn has(case: &Value, recorded: &Value) -> Result<Outcome, Failure> {
    let auth = match case.get("authz") {
        Some(parts) => from_parts(parts)?,
        None => Auth::from_claims(
            Claims::from_value(case["claims"].clone()).ok_or("claims that are no object")?,
        )?,
    };
    let checks = case["checks"].as_array().ok_or("a case without checks")?;
    let results: Vec<bool> = checks
        .iter()
        .map(|check| requirement(check).is_some_and(|requirement| auth.has(requirement)))
        .collect();
    let mut ours = json!({ "results": results });
    let mut expected = json!({ "results": recorded["outcome"]["results"] });
    if let Some(auth_recorded) = recorded["outcome"].get("auth") {
        ours["auth"] = facts(&auth);
        expected["auth"] = comparable(auth_recorded);
        // These recordings leave the claims out.
        expected["auth"]["sessionClaims"] = case["claims"].clone();
    }
    Ok(Outcome {
        ours,
        recorded: expected,
    })
}

fn from_parts(parts: &Value) -> Result<Auth, Failure> {
    let claims = json!({ "fea": parts["features"], "pla": parts["plans"] });
    let mut auth = Auth::from_claims(Claims::from_value(claims).ok_or("no claims")?)?;
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
        "sessionClaims": auth.claims.as_ref().map(Claims::as_object),
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

/// The recorded object without what every session's has.
fn comparable(auth: &Value) -> Value {
    let mut auth = auth.as_object().cloned().unwrap_or_default();
    for name in ["tokenType", "isAuthenticated", "getToken"] {
        auth.remove(name);
    }
    Value::Object(auth)
}

pub(crate) fn publishable_key(case: &Value, recorded: &Value) -> Outcome {
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
        Err(PublishableKeyError::Missing) => json!({ "threw": "Publishable key is missing." }),
        Err(_) => json!({ "threw": "Publishable key not valid" }),
    };
    let mut expected = recorded["outcome"].clone();
    // The wording after this is not compared.
    if text(&expected["parsed"], "threw").starts_with("Publishable key not valid") {
        expected["parsed"] = json!({ "threw": "Publishable key not valid" });
    }
    let ours = json!({
        "kind": "pk", "cookieSuffix": cookie_suffix(&key), "isPublishableKey": is_key, "parsed": parsed,
    });
    Outcome {
        ours,
        recorded: expected,
    }
}
