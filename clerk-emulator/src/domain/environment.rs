//! What the instance lets people do: by the settings that the Backend API's operations and seeds change.

use serde_json::Value;

use crate::store::State;

/// The providers that people can sign in with, by strategy, and their names.
pub(crate) const PROVIDERS: [(&str, &str); 4] = [
    ("oauth_google", "Google"),
    ("oauth_github", "GitHub"),
    ("oauth_apple", "Apple"),
    ("oauth_microsoft", "Microsoft"),
];

/// The settings, read at once.
#[derive(Clone, Debug)]
pub(crate) struct InstanceSettings {
    /// `public`, `restricted` or `waitlist`.
    pub(crate) sign_up_mode: String,
    pub(crate) password_required: bool,
    pub(crate) second_factor_required: bool,
    pub(crate) delete_self: bool,
    pub(crate) create_organization: bool,
    pub(crate) allowlist: bool,
    pub(crate) blocklist: bool,
    pub(crate) block_email_subaddresses: bool,
    pub(crate) block_disposable_email_domains: bool,
}

impl InstanceSettings {
    pub(crate) fn read(state: &State) -> Self {
        let documents = &state.documents;
        let of = |path: &str| documents.get("singletons", path).unwrap_or(&Value::Null);
        let instance = of("instance");
        let restrictions = of("instance/restrictions");
        let flag = |settings: &Value, name: &str, otherwise: bool| {
            settings[name].as_bool().unwrap_or(otherwise)
        };
        let mode = instance["sign_up_mode"].as_str().unwrap_or("public");
        Self {
            sign_up_mode: mode.to_owned(),
            password_required: flag(instance, "password_required", false),
            second_factor_required: flag(instance, "second_factor_required", false),
            delete_self: flag(instance, "delete_self", true),
            create_organization: flag(instance, "create_organization", true),
            allowlist: flag(restrictions, "allowlist", false),
            blocklist: flag(restrictions, "blocklist", false),
            block_email_subaddresses: flag(restrictions, "block_email_subaddresses", false),
            block_disposable_email_domains: flag(
                restrictions,
                "block_disposable_email_domains",
                false,
            ),
        }
    }
}
