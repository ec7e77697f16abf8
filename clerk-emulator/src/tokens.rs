//! JSON Web Tokens: session tokens of both versions, templates' tokens, clients' and machines' tokens.

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use crate::backend_api::roles;
use crate::emulator::TokenVersion;
use crate::keys::{KeyError, SigningKey};
use crate::store::{Member, Session, State, User};
use crate::world::World;

/// How long session tokens live unless somebody asks otherwise, in seconds.
pub(crate) const SESSION_SECONDS: i64 = 60;

/// What a token is for, as its header says it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Category {
    Session,
    Template,
    Machine,
    /// Tokens that say nothing about it: clients' tokens and tickets.
    None,
}

impl Category {
    fn header(self) -> Option<&'static str> {
        match self {
            Self::Session => Some("cl_B7d4PD111AAA"),
            Self::Template => Some("cl_B7d4PD222AAA"),
            Self::Machine => Some("cl_B7d4PD333AAA"),
            Self::None => None,
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
    let mut header = json!({"alg": algorithm, "typ": "JWT"});
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

/// The claims of a token, unverified.
pub(crate) fn claims(token: &str) -> Option<Map<String, Value>> {
    let payload = token.split('.').nth(1)?;
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()
}

/// Whether the instance's current key signed the token, and what it claims.
pub(crate) fn verified(key: &SigningKey, token: &str) -> Option<Map<String, Value>> {
    let (input, signature) = token.rsplit_once('.')?;
    // Signing again takes no second implementation: RS256 signatures have no randomness.
    let expected = key.sign(input.as_bytes()).ok()?;
    let given = URL_SAFE_NO_PAD.decode(signature).ok()?;
    aws_lc_rs::constant_time::verify_slices_are_equal(&expected, &given).ok()?;
    claims(token)
}

/// What all tokens of a session claim.
fn registered(world: &World, session: &Session, now: i64, seconds: i64) -> Map<String, Value> {
    let now = now.div_euclid(1000);
    let claims = json!({
        "iss": world.url,
        "sub": session.user_id,
        "iat": now,
        // Clerk allows for clocks that are a little behind.
        "nbf": now - 10,
        "exp": now + seconds,
        "jti": world.ids.hex(20),
    });
    claims.as_object().cloned().unwrap_or_default()
}

/// The claims of a session token.
///
/// `azp` is the origin of the page that asked for it, if one did.
pub(crate) fn session_claims(
    world: &World,
    state: &State,
    session: &Session,
    azp: Option<&str>,
    now: i64,
    seconds: i64,
) -> Value {
    let mut claims = registered(world, session, now, seconds);
    claims.insert("sid".into(), session.id.as_str().into());
    claims.extend(azp.map(|azp| ("azp".to_owned(), azp.into())));
    claims.extend(session.actor.clone().map(|actor| ("act".to_owned(), actor)));
    claims.insert("fva".into(), factor_ages(session, now));
    claims.insert("sts".into(), session.status.into());
    let member = session
        .organization_id
        .as_deref()
        .and_then(|organization| state.members.get(organization, &session.user_id));
    match world.token_version {
        TokenVersion::V1 => version_1(state, member, &mut claims),
        TokenVersion::V2 => version_2(state, session, member, &mut claims),
    }
    Value::Object(claims)
}

/// Minutes since the first and the second factor were given; -1 for never.
fn factor_ages(session: &Session, now: i64) -> Value {
    let age = |at: Option<i64>| at.map_or(-1, |at| (now - at).max(0) / 60_000);
    json!([age(session.first_factor_at), age(session.second_factor_at)])
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
    state: &State,
    session: &Session,
    member: Option<&Member>,
    claims: &mut Map<String, Value>,
) {
    claims.insert("v".into(), 2.into());
    let mut features: Vec<String> = Vec::new();
    let mut plans: Vec<String> = Vec::new();
    let mut buy = |scope: &str, owner: &str| {
        if let Some(plan) = crate::backend_api::billing::plan_of(state, owner) {
            plans.extend(
                plan.get("slug")
                    .and_then(Value::as_str)
                    .map(|slug| format!("{scope}:{slug}")),
            );
            for feature in plan
                .get("features")
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
            {
                features.extend(
                    feature
                        .get("slug")
                        .and_then(Value::as_str)
                        .map(|slug| format!("{scope}:{slug}")),
                );
            }
        }
    };
    buy("u", &session.user_id);
    if let Some(member) = member {
        buy("o", &member.organization_id);
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
        if !actions.is_empty() {
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
        }
        claims.insert("o".into(), organization);
    }
    if !features.is_empty() {
        claims.insert("fea".into(), features.join(",").into());
    }
    if !plans.is_empty() {
        claims.insert("pla".into(), plans.join(",").into());
    }
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

/// Clerk's own permissions (`org:sys_…`) are never in a token.
fn claimed_permissions(state: &State, role: &str) -> Vec<String> {
    let mut keys = roles::permission_keys(state, role);
    keys.retain(|key| !key.starts_with("org:sys_"));
    keys
}

/// The claims of a template's token.
pub(crate) fn template_claims(
    world: &World,
    state: &State,
    session: &Session,
    user: &User,
    template: &Value,
    now: i64,
    seconds: i64,
) -> Value {
    let mut claims = registered(world, session, now, seconds);
    let scope = Scope {
        world,
        state,
        session,
        user,
    };
    if let Some(Value::Object(wanted)) = template.get("claims") {
        for (name, value) in wanted {
            claims.insert(name.clone(), scope.fill(value));
        }
    }
    Value::Object(claims)
}

/// What `{{…}}` in a template may speak of.
struct Scope<'a> {
    world: &'a World,
    state: &'a State,
    session: &'a Session,
    user: &'a User,
}

impl Scope<'_> {
    fn fill(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => self.text(text),
            Value::Array(items) => items.iter().map(|item| self.fill(item)).collect(),
            Value::Object(fields) => fields
                .iter()
                .map(|(name, value)| (name.clone(), self.fill(value)))
                .collect(),
            other => other.clone(),
        }
    }

    /// A text that is one code alone becomes its value; within other text, codes become text.
    fn text(&self, text: &str) -> Value {
        let code = text
            .strip_prefix("{{")
            .and_then(|rest| rest.strip_suffix("}}"));
        if let Some(code) = code.filter(|code| !code.contains("{{")) {
            return self.code(code);
        }
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("{{") {
            let Some((code, after)) = after.split_once("}}") else {
                break;
            };
            out.push_str(before);
            match self.code(code) {
                Value::Null => {}
                Value::String(text) => out.push_str(&text),
                other => out.push_str(&other.to_string()),
            }
            rest = after;
        }
        out.push_str(rest);
        out.into()
    }

    /// `user.id`, or the first of `user.first_name || 'nobody'` that has a value.
    fn code(&self, code: &str) -> Value {
        code.split("||")
            .map(str::trim)
            .map(|option| {
                match option
                    .strip_prefix('\'')
                    .and_then(|text| text.strip_suffix('\''))
                {
                    Some(literal) => literal.into(),
                    None => self.path(option),
                }
            })
            .find(|value| !value.is_null())
            .unwrap_or_default()
    }

    fn path(&self, path: &str) -> Value {
        let mut parts = path.split('.');
        let root = match parts.next() {
            Some("user") => self.user(),
            Some("org") => self.organization(),
            Some("session") => json!({"id": self.session.id, "actor": self.session.actor}),
            _ => Value::Null,
        };
        parts.fold(root, |value, part| {
            value.get(part).cloned().unwrap_or_default()
        })
    }

    fn user(&self) -> Value {
        let user = self.user;
        let mut shown = crate::backend_api::users::show(self.world, user);
        if let Value::Object(shown) = &mut shown {
            let names = [user.first_name.as_deref(), user.last_name.as_deref()];
            let full_name: Vec<&str> = names.into_iter().flatten().collect();
            let email = user.primary_email();
            shown.insert(
                "full_name".into(),
                if full_name.is_empty() {
                    Value::Null
                } else {
                    full_name.join(" ").into()
                },
            );
            shown.insert(
                "primary_email_address".into(),
                json!(email.map(|email| &email.value)),
            );
            shown.insert(
                "email_verified".into(),
                email.is_some_and(|email| email.state.is_verified()).into(),
            );
            shown.insert(
                "primary_phone_number".into(),
                json!(user.primary_phone().map(|phone| &phone.value)),
            );
            shown.insert(
                "organizations".into(),
                self.state
                    .members
                    .of_user(&user.id)
                    .map(|m| (m.organization_id.clone(), json!(m.role)))
                    .collect(),
            );
            // Secrets of the application have no place in tokens.
            shown.remove("private_metadata");
        }
        shown
    }

    fn organization(&self) -> Value {
        let Some(id) = self.session.organization_id.as_deref() else {
            return Value::Null;
        };
        let mut organization = self
            .state
            .documents
            .get("organizations", id)
            .cloned()
            .unwrap_or_default();
        if let (Value::Object(fields), Some(member)) = (
            &mut organization,
            self.state.members.get(id, &self.session.user_id),
        ) {
            fields.remove("private_metadata");
            fields.insert("role".into(), member.role.as_str().into());
        }
        organization
    }
}
