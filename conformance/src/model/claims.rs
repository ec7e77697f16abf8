//! Claims as the auth object of a session.

use serde_json::{Value, json};

use super::rule::{Rule, Rules};
use super::verify::truthy;

/// The session of these claims; `None` where reading them throws.
pub(crate) fn session(claims: &Value, rules: &Rules) -> Option<Value> {
    let typed = |value: &Value| {
        let is_right = value.is_string() || !rules.has(Rule::Types);
        if is_right { value.clone() } else { Value::Null }
    };
    let text = |name: &str| typed(&claims[name]);
    let is_version_2 = claims["v"].as_f64() == Some(2.0);
    let organization = &claims["o"];
    let mut auth = json!({
        "sessionClaims": claims,
        "sessionId": text("sid"),
        "sessionStatus": text("sts"),
        "userId": text("sub"),
        "actor": claims["act"],
        "factorVerificationAge": factors(&claims["fva"], rules),
    });
    if is_version_2 && truthy(organization) {
        auth["orgId"] = typed(&organization["id"]);
        auth["orgSlug"] = typed(&organization["slg"]);
        let role = &organization["rol"];
        if truthy(role) && (role.is_string() || !rules.has(Rule::Types)) {
            let role = role
                .as_str()
                .map_or_else(|| role.to_string(), str::to_owned);
            auth["orgRole"] = format!("org:{role}").into();
        }
        auth["orgPermissions"] = permissions(claims)?.into();
    } else if !is_version_2 {
        auth["orgId"] = text("org_id");
        auth["orgSlug"] = text("org_slug");
        auth["orgRole"] = text("org_role");
        auth["orgPermissions"] = match &claims["org_permissions"] {
            list if !rules.has(Rule::Types) => list.clone(),
            Value::Array(list) => list.iter().filter(|one| one.is_string()).cloned().collect(),
            _ => Value::Null,
        };
    }
    Some(auth)
}

fn factors(claim: &Value, rules: &Rules) -> Value {
    if !rules.has(Rule::Factors) {
        return claim.clone();
    }
    let is_age = |age: &Value| {
        age.as_f64()
            .is_some_and(|age| age.is_finite() && (age == -1.0 || age >= 0.0))
    };
    match claim {
        Value::Array(list) if list.len() == 2 && list.iter().all(is_age) => claim.clone(),
        _ => Value::Null,
    }
}

/// The permissions that version 2 packs; `None` where it is malformed.
fn permissions(claims: &Value) -> Option<Vec<String>> {
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        other if truthy(other) => None,
        _ => Some(String::new()),
    };
    let features = text(&claims["fea"])?;
    let mut owned = Vec::new();
    if !features.is_empty() {
        for element in features.split(',') {
            let (scope, name) = element.trim().split_once(':')?;
            if matches!(scope, "o" | "ou" | "uo") {
                owned.push(name.to_owned());
            }
        }
    }
    let (names, masks) = (text(&claims["o"]["per"])?, text(&claims["o"]["fpm"])?);
    if names.is_empty() || masks.is_empty() {
        return Some(Vec::new());
    }
    let names: Vec<&str> = names.split(',').map(str::trim).collect();
    let mut found = Vec::new();
    for (feature, mask) in owned.iter().zip(masks.split(',')) {
        for (index, name) in names.iter().enumerate() {
            if bit(mask.trim(), index) {
                found.push(format!("org:{feature}:{name}"));
            }
        }
    }
    Some(found)
}

/// Whether a bit of a decimal number of any length is set.
fn bit(decimal: &str, index: usize) -> bool {
    if decimal.is_empty() || !decimal.bytes().all(|byte| byte.is_ascii_digit()) {
        return false;
    }
    let mut digits: Vec<u8> = decimal.bytes().map(|byte| byte - b'0').collect();
    let mut bit = 0;
    for _ in 0..=index {
        bit = 0;
        for digit in &mut digits {
            let value = bit * 10 + *digit;
            (*digit, bit) = (value / 2, value % 2);
        }
    }
    bit == 1
}

/// The auth object of a session without readable claims.
pub(super) fn nobody(kind: Option<&str>) -> Value {
    json!({ "tokenType": kind, "isAuthenticated": false })
}
