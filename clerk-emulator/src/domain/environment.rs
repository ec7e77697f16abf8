//! What the instance lets people do in a browser: what Clerk's dashboard sets, and the restrictions of the Backend API.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::store::State;

/// The providers that people can sign in with, by strategy, and their names.
pub(crate) const PROVIDERS: [(&str, &str); 4] = [
    ("oauth_google", "Google"),
    ("oauth_github", "GitHub"),
    ("oauth_apple", "Apple"),
    ("oauth_microsoft", "Microsoft"),
];

/// Where the settings of the dashboard are kept.
const DASHBOARD: &str = "instance/dashboard";

/// What only Clerk's dashboard sets, and here seeds and the control endpoint.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct DashboardSettings {
    pub(crate) sign_up_mode: SignUpMode,
    /// Whether everybody needs a password.
    pub(crate) password_required: bool,
    /// Whether people may delete their accounts.
    pub(crate) delete_self: bool,
    /// Whether people may create organizations.
    pub(crate) create_organization: bool,
}

impl Default for DashboardSettings {
    fn default() -> Self {
        Self {
            sign_up_mode: SignUpMode::Public,
            password_required: false,
            delete_self: true,
            create_organization: true,
        }
    }
}

/// Who may sign up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SignUpMode {
    /// Everybody.
    Public,
    /// Who is invited.
    Restricted,
    /// Who is invited from the waiting list.
    Waitlist,
}

impl DashboardSettings {
    pub(crate) fn read(state: &State) -> Self {
        let stored = state.documents.get("singletons", DASHBOARD).cloned();
        stored
            .and_then(|stored| serde_json::from_value(stored).ok())
            .unwrap_or_default()
    }

    /// Changes the settings that are given; none if one of them is not known or has another type.
    pub(crate) fn change(
        state: &mut State,
        given: &Map<String, Value>,
    ) -> Result<Self, serde_json::Error> {
        let mut settings = serde_json::to_value(Self::read(state))?;
        if let Value::Object(fields) = &mut settings {
            fields.extend(given.clone());
        }
        let changed: Self = serde_json::from_value(settings)?;
        let stored = serde_json::to_value(&changed)?;
        state.documents.insert("singletons", DASHBOARD, stored);
        Ok(changed)
    }
}

/// The settings, read at once.
#[derive(Clone, Debug)]
pub(crate) struct InstanceSettings {
    pub(crate) dashboard: DashboardSettings,
    pub(crate) allowlist: bool,
    pub(crate) blocklist: bool,
    pub(crate) block_email_subaddresses: bool,
    pub(crate) block_disposable_email_domains: bool,
}

impl InstanceSettings {
    pub(crate) fn read(state: &State) -> Self {
        let restrictions = state.documents.get("singletons", "instance/restrictions");
        let is_on = |name: &str| {
            restrictions.is_some_and(|settings| settings[name].as_bool() == Some(true))
        };
        Self {
            dashboard: DashboardSettings::read(state),
            allowlist: is_on("allowlist"),
            blocklist: is_on("blocklist"),
            block_email_subaddresses: is_on("block_email_subaddresses"),
            block_disposable_email_domains: is_on("block_disposable_email_domains"),
        }
    }
}
