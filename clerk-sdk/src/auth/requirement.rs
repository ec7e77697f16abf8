use crate::tokens::View;

/// What a signed-in user must have: a role, a permission, a feature, a plan, a fresh verification, or several of these.
///
/// The role and the permission are those in the active organization, and are compared with or without the leading `org:`.
/// A feature or plan is named as such (of the organization or of the user), or with a scope: `o:articles`, `user:search`.
///
/// Every field that is set must hold; unset fields are ignored. An empty requirement is never met.
///
/// ```
/// use clerk_sdk::auth::{Auth, Permission, Requirement, Reverification, Role};
///
/// # let auth = Auth::default();
/// let may_delete = Requirement::new()
///     .role("org:admin")
///     .permission("org:posts:delete")
///     .reverification(Reverification::Strict);
/// assert!(!auth.has(may_delete));
/// assert!(!auth.has(Role("org:admin")));
/// assert!(!auth.has(Permission("org:posts:read")));
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Requirement {
    /// The role.
    pub role: Option<String>,
    /// The permission.
    pub permission: Option<String>,
    /// The feature.
    pub feature: Option<String>,
    /// The plan.
    pub plan: Option<String>,
    /// How fresh the verification of the user's factors must be.
    pub reverification: Option<Reverification>,
}

impl Requirement {
    /// Returns an empty requirement, which is never met.
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks for a role in the active organization.
    #[must_use]
    pub fn role(mut self, role: impl Into<String>) -> Self {
        self.role = Some(role.into());
        self
    }

    /// Asks for a permission in the active organization.
    #[must_use]
    pub fn permission(mut self, permission: impl Into<String>) -> Self {
        self.permission = Some(permission.into());
        self
    }

    /// Asks for a feature.
    #[must_use]
    pub fn feature(mut self, feature: impl Into<String>) -> Self {
        self.feature = Some(feature.into());
        self
    }

    /// Asks for a plan.
    #[must_use]
    pub fn plan(mut self, plan: impl Into<String>) -> Self {
        self.plan = Some(plan.into());
        self
    }

    /// Asks for a fresh verification.
    #[must_use]
    pub fn reverification(mut self, reverification: Reverification) -> Self {
        self.reverification = Some(reverification);
        self
    }
}

macro_rules! single {
    ($(#[$meta:meta])* $name:ident, $setter:ident, $example:literal) => {
        $(#[$meta])*
        ///
        /// ```
        #[doc = concat!("use clerk_sdk::auth::{Auth, ", stringify!($name), "};")]
        ///
        /// let signed_out = Auth::default();
        #[doc = concat!("assert!(!signed_out.has(", stringify!($name), "(\"", $example, "\")));")]
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $name<S>(
            /// Its name.
            pub S,
        );

        impl<S: Into<String>> From<$name<S>> for Requirement {
            fn from(one: $name<S>) -> Self {
                Self::new().$setter(one.0)
            }
        }
    };
}

single!(
    /// The requirement of a role in the active organization.
    Role, role, "org:admin"
);
single!(
    /// The requirement of a permission in the active organization.
    Permission, permission, "org:posts:read"
);
single!(
    /// The requirement of a feature.
    Feature, feature, "o:articles"
);
single!(
    /// The requirement of a plan.
    Plan, plan, "u:pro"
);

/// How fresh the verification of a user's factors must be.
///
/// ```
/// use clerk_sdk::auth::{Factor, FactorAges, Reverification};
///
/// let ages = FactorAges { first: Some(5.0), second: None };
/// assert!(Reverification::Strict.is_met_by(ages));
/// let within_a_minute = Reverification::Within { factor: Factor::First, minutes: 1.0 };
/// assert!(!within_a_minute.is_met_by(ages));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Reverification {
    /// All factors within 10 minutes.
    StrictMfa,
    /// The second factor within 10 minutes; the first one of users who have no second.
    Strict,
    /// The second factor within an hour; the first one of users who have no second.
    Moderate,
    /// The second factor within a day; the first one of users who have no second.
    Lax,
    /// This factor within less than so many minutes.
    Within {
        /// Which factor.
        factor: Factor,
        /// How many minutes. It is never met unless this is more than 0.
        minutes: f64,
    },
}

/// The factor that must have been verified.
///
/// ```
/// use clerk_sdk::auth::Factor;
///
/// assert_ne!(Factor::First, Factor::Multi);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Factor {
    /// The first.
    First,
    /// The second; the first when there is no second.
    Second,
    /// Both; the first when there is no second.
    Multi,
}

/// How long ago the user verified each factor, in minutes, as the token says (`fva`).
///
/// ```
/// use clerk_sdk::auth::FactorAges;
/// use serde_json::json;
///
/// let ages = FactorAges::from_claim(&json!([7, -1])).unwrap();
/// assert_eq!(ages, FactorAges { first: Some(7.0), second: None });
/// assert_eq!(FactorAges::from_claim(&json!("7")), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FactorAges {
    /// The age of the first factor. `None` if the user has not verified one.
    pub first: Option<f64>,
    /// The age of the second factor. `None` if the user has not verified one.
    pub second: Option<f64>,
}

impl FactorAges {
    /// Reads the claim `fva`: two numbers, of which -1 stands for none. `None` when it is anything else.
    pub fn from_claim(claim: &serde_json::Value) -> Option<Self> {
        Self::from_view(View::Value(claim))
    }

    pub(super) fn from_view(claim: View<'_>) -> Option<Self> {
        let list = claim.as_list()?;
        let [first, second] = list[..] else {
            return None;
        };
        let age = |value: View<'_>| match value.as_f64()? {
            -1.0 => Some(None),
            age if age >= 0.0 && age.is_finite() => Some(Some(age)),
            _ => None,
        };
        Some(Self {
            first: age(first)?,
            second: age(second)?,
        })
    }
}

impl Reverification {
    /// Returns whether factors of these ages are fresh enough.
    pub fn is_met_by(self, ages: FactorAges) -> bool {
        let (factor, minutes) = match self {
            Self::StrictMfa => (Factor::Multi, 10.0),
            Self::Strict => (Factor::Second, 10.0),
            Self::Moderate => (Factor::Second, 60.0),
            Self::Lax => (Factor::Second, 1440.0),
            Self::Within { factor, minutes } => (factor, minutes),
        };
        // Not a number is not more than 0, and less than nothing.
        if minutes.is_nan() || minutes <= 0.0 {
            return false;
        }
        let fresh = |age: Option<f64>| age.is_some_and(|age| age < minutes);
        match (factor, ages.second) {
            (Factor::First, _) | (Factor::Second | Factor::Multi, None) => fresh(ages.first),
            (Factor::Second, second) => fresh(second),
            (Factor::Multi, second) => fresh(ages.first) && fresh(second),
        }
    }
}
