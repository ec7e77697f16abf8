use std::time::Duration;

use clerk_api::JsonObject;
use serde_json::{Value, json};

use super::{HOST, TestInstance};

/// The category that Clerk puts into the header of session tokens.
const CATEGORY: &str = "cl_B7d4PD111AAA";

/// The token of a session, before it is signed. By default it is of version 2, of a new and active session, issued now, and
/// lasts for a minute, as Clerk's do.
///
/// ```
/// use clerk_sdk::auth::{Auth, Plan, Role};
/// use clerk_sdk::testing::TestInstance;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), clerk_sdk::Error> {
/// let instance = TestInstance::new();
/// let token = instance
///     .session_token("user_1")
///     .organization("org_1", "acme", "admin")
///     .plan("o:pro")
///     .claim("department", "sales")
///     .sign();
/// let auth = Auth::from_claims(instance.clerk().verify_session_token(&token).await?)?;
/// assert!(auth.has(Role("org:admin")));
/// assert!(auth.has(Plan("o:pro")));
/// assert_eq!(auth.claims.unwrap().get_str("department"), Some("sales"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "`sign` returns the token"]
pub struct SessionToken<'a> {
    instance: &'a TestInstance,
    claims: JsonObject,
    issued_at: i64,
    lifetime: i64,
    organization: Option<[String; 3]>,
    permissions: Vec<[String; 2]>,
    features: Vec<String>,
    is_version_1: bool,
}

impl<'a> SessionToken<'a> {
    pub(super) fn new(instance: &'a TestInstance, user_id: &str) -> Self {
        let mut claims = JsonObject::new();
        claims.insert("sub".into(), user_id.into());
        claims.insert("sid".into(), instance.next_id("sess").into());
        claims.insert("iss".into(), format!("https://{HOST}").into());
        claims.insert("fva".into(), json!([0, -1]));
        Self {
            instance,
            claims,
            issued_at: instance.now(),
            lifetime: 60,
            organization: None,
            permissions: Vec::new(),
            features: Vec::new(),
            is_version_1: false,
        }
    }

    /// Sets the id of the session, `sid`. Default: a new one.
    pub fn session_id(self, id: &str) -> Self {
        self.claim("sid", id)
    }

    /// Sets the active organization, with its slug and the user's role in it without the prefix `org:`, such as `admin`. Default:
    /// none is active.
    pub fn organization(mut self, id: &str, slug: &str, role: &str) -> Self {
        self.organization = Some([id, slug, role].map(str::to_owned));
        self
    }

    /// Grants a permission in the active organization: of the feature `posts` the permission `read`, which applications ask for
    /// as `org:posts:read`. Without an organization it grants nothing.
    pub fn permission(mut self, feature: &str, permission: &str) -> Self {
        self.permissions
            .push([feature, permission].map(str::to_owned));
        self
    }

    /// Adds a feature with its scope: `o:posts` of the active organization, `u:search` of the user. Features of permissions are
    /// added by themselves.
    pub fn feature(mut self, scoped: &str) -> Self {
        self.features.push(scoped.to_owned());
        self
    }

    /// Sets the plan with its scope: `o:pro` of the active organization, `u:free` of the user. Called twice, both are set.
    pub fn plan(mut self, scoped: &str) -> Self {
        let plans = match self.claims.get("pla").and_then(Value::as_str) {
            Some(plans) => format!("{plans},{scoped}"),
            None => scoped.to_owned(),
        };
        self.claims.insert("pla".into(), plans.into());
        self
    }

    /// Sets the origin that the token was issued to, `azp`. Default: none.
    pub fn authorized_party(self, origin: &str) -> Self {
        self.claim("azp", origin)
    }

    /// Sets who acts in the user's name, `act`. Default: nobody but the user.
    pub fn actor(self, user_id: &str) -> Self {
        self.claim("act", json!({ "sub": user_id }))
    }

    /// Makes the session pending: something that the instance asks for is still missing. Default: it is active.
    pub fn pending(self) -> Self {
        self.claim("sts", "pending")
    }

    /// Sets how long ago the user verified the first and the second factor, in minutes. Default: just now, and no second factor.
    pub fn factors_verified(self, first: u32, second: Option<u32>) -> Self {
        let second = second.map_or(-1, i64::from);
        self.claim("fva", json!([first, second]))
    }

    /// Sets how long the token lasts. Default: 60 seconds.
    pub fn expires_in(mut self, lifetime: Duration) -> Self {
        self.lifetime = i64::try_from(lifetime.as_secs()).unwrap_or(i64::MAX);
        self
    }

    /// Makes a token that was issued so long ago; it may have expired. Default: issued now.
    pub fn issued_ago(mut self, ago: Duration) -> Self {
        let ago = i64::try_from(ago.as_secs()).unwrap_or(i64::MAX);
        self.issued_at = self.issued_at.saturating_sub(ago);
        self
    }

    /// Makes the claims of version 1, in which older instances have the organization. Default: version 2.
    pub fn version_1(mut self) -> Self {
        self.is_version_1 = true;
        self
    }

    /// Sets any claim, also one that is set by default. `null` is a value like others.
    pub fn claim(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.claims.insert(name.to_owned(), value.into());
        self
    }

    /// Returns the token.
    pub fn sign(self) -> String {
        let mut claims = json!({
            "iat": self.issued_at,
            "nbf": self.issued_at.saturating_sub(10),
            "exp": self.issued_at.saturating_add(self.lifetime),
        });
        if let Some(all) = claims.as_object_mut() {
            all.extend(if self.is_version_1 {
                self.of_version_1()
            } else {
                self.of_version_2()
            });
            all.extend(self.claims);
        }
        let header = json!({ "typ": "JWT", "cat": CATEGORY });
        self.instance.sign(header, &claims)
    }

    fn of_version_1(&self) -> JsonObject {
        let mut claims = JsonObject::new();
        if let Some([id, slug, role]) = &self.organization {
            let permissions = self.permissions.iter();
            let permissions: Vec<String> = permissions
                .map(|[feature, permission]| format!("org:{feature}:{permission}"))
                .collect();
            claims.insert("org_id".into(), id.as_str().into());
            claims.insert("org_slug".into(), slug.as_str().into());
            claims.insert("org_role".into(), format!("org:{role}").into());
            claims.insert("org_permissions".into(), permissions.into());
        }
        claims
    }

    fn of_version_2(&self) -> JsonObject {
        let mut claims = JsonObject::new();
        claims.insert("v".into(), 2.into());
        claims.insert("sts".into(), "active".into());
        let mut features = self.features.clone();
        if let Some([id, slug, role]) = &self.organization {
            let packed = Packed::new(&self.permissions, &mut features);
            let mut organization = json!({ "id": id, "slg": slug, "rol": role });
            if !self.permissions.is_empty() {
                organization["per"] = packed.names.join(",").into();
                organization["fpm"] = packed.masks.join(",").into();
            }
            claims.insert("o".into(), organization);
        }
        if !features.is_empty() {
            claims.insert("fea".into(), features.join(",").into());
        }
        claims
    }
}

/// Permissions as version 2 writes them: their names once, and for each feature of the organization which of the names it has,
/// as bits.
struct Packed<'a> {
    names: Vec<&'a str>,
    masks: Vec<String>,
}

impl<'a> Packed<'a> {
    /// Adds the features that have permissions and are not there.
    fn new(permissions: &'a [[String; 2]], features: &mut Vec<String>) -> Self {
        let mut names: Vec<&str> = Vec::new();
        for [feature, name] in permissions {
            if !names.contains(&name.as_str()) {
                names.push(name);
            }
            if !features.iter().any(|one| is_organizations(one, feature)) {
                features.push(format!("o:{feature}"));
            }
        }
        let of_organization = features.iter().filter(|one| !one.starts_with("u:"));
        let masks = of_organization.map(|scoped| {
            let has = |name: &str| {
                let granted = permissions.iter();
                let mut granted = granted.filter(|[feature, _]| is_organizations(scoped, feature));
                granted.any(|[_, granted]| granted == name)
            };
            let bits = names.iter().enumerate();
            let bits = bits
                .filter(|(_, name)| has(name))
                .map(|(bit, _)| 1_u128 << bit.min(127));
            bits.fold(0, |mask, bit| mask | bit).to_string()
        });
        let masks = masks.collect();
        Self { names, masks }
    }
}

fn is_organizations(scoped: &str, feature: &str) -> bool {
    scoped
        .split_once(':')
        .is_some_and(|(scope, name)| scope != "u" && name == feature)
}
