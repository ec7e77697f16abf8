use std::collections::BTreeMap;
use std::fmt;

/// The names of the variables that are looked at. Nothing else of the environment is kept.
const NAMES: &[&str] = &[
    "CLERK_SECRET_KEY",
    "CLERK_API_KEY",
    "CLERK_API_VERSION",
    "CLERK_API_URL",
    "CLERK_JWT_KEY",
    "CLERK_PUBLISHABLE_KEY",
    "CLERK_MACHINE_SECRET_KEY",
    "CLERK_WEBHOOK_SIGNING_SECRET",
    "CLERK_DOMAIN",
    "CLERK_IS_SATELLITE",
    "CLERK_PROXY_URL",
    "CLERK_SIGN_IN_URL",
    "CLERK_SIGN_UP_URL",
    "CLERK_USER_PROFILE_URL",
    "CLERK_ORGANIZATION_PROFILE_URL",
    "CLERK_CREATE_ORGANIZATION_URL",
    "CLERK_WAITLIST_URL",
    "CLERK_MACHINE_ID",
    "CLERK_AUTHORIZED_PARTIES",
    "CLERK_AUDIENCE",
    "CLERK_CLOCK_SKEW_MS",
];

/// The environment variables that options fall back to, as they were at one moment.
///
/// It is an argument wherever it matters, so that tests and programs with several configurations need not change the
/// variables of the process. White space around a value is left out; a variable that is empty then counts as one that is not
/// set.
///
/// ```
/// use clerk_sdk::{ClerkOptions, Environment};
///
/// let environment = Environment::from_iter([("CLERK_SECRET_KEY", "sk_test_123"), ("CLERK_API_URL", "")]);
/// let settings = ClerkOptions::new().resolve(&environment);
/// assert_eq!(settings.secret_key().expose(), "sk_test_123");
/// assert_eq!(settings.server_api_url(), "https://api.clerk.com");
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Environment {
    variables: BTreeMap<&'static str, String>,
}

impl Environment {
    /// Returns the variables of this process, as they are now. A variable that is not UTF-8 counts as unset.
    pub fn from_process() -> Self {
        Self::from_lookup(|name| std::env::var(name).ok())
    }

    /// Returns an environment without variables.
    pub fn empty() -> Self {
        Self::default()
    }

    fn from_lookup(lookup: impl Fn(&str) -> Option<String>) -> Self {
        let variables = NAMES
            .iter()
            .filter_map(|name| {
                let value = lookup(name)?;
                let value = value.trim();
                (!value.is_empty()).then(|| (*name, value.to_owned()))
            })
            .collect();
        Self { variables }
    }

    pub(crate) fn get(&self, name: &'static str) -> Option<&str> {
        debug_assert!(NAMES.contains(&name), "{name} is never read");
        self.variables.get(name).map(String::as_str)
    }
}

impl<K: AsRef<str>, V: Into<String>> FromIterator<(K, V)> for Environment {
    /// Of several values for one name the last counts. Names that are not looked at are left out.
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        let given: BTreeMap<String, String> = pairs
            .into_iter()
            .map(|(name, value)| (name.as_ref().to_owned(), value.into()))
            .collect();
        Self::from_lookup(|name| given.get(name).cloned())
    }
}

// Values may be secrets; that a variable is set is what one looks for.
impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.variables.keys()).finish()
    }
}
