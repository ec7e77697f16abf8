//! Settings that can be seen to be wrong before anything is sent.

use clerk_api::reqwest::Url;

use crate::error::OptionError;
use crate::publishable_key::InstanceType;
use crate::settings::Settings;
use crate::webhooks::Webhooks;

impl Settings {
    /// Returns the first option that cannot be what it should be, to be called when an application starts: what
    /// [`check`](Self::check) finds, and keys that have not the form of Clerk's, keys of a production instance together with keys
    /// of a development instance, and URLs that are not URLs. Options that are not set are not errors here.
    ///
    /// ```
    /// use clerk_sdk::{ClerkOptions, Environment};
    ///
    /// let options = ClerkOptions::new().secret_key("pk_test_Y2xlcmsuZXhhbXBsZS5jb20k");
    /// let error = options.resolve(&Environment::empty()).validate().unwrap_err();
    /// assert_eq!(error.option(), "secret_key");
    /// ```
    ///
    /// # Errors
    ///
    /// [`OptionError`], which says what to change and never prints a key.
    pub fn validate(&self) -> Result<(), OptionError> {
        self.check()?;
        self.validate_keys()?;
        self.validate_instances()?;
        self.validate_urls()
    }

    fn validate_keys(&self) -> Result<(), OptionError> {
        let secret = self.secret_key().expose();
        if !secret.is_empty() && instance_of(secret).is_none() {
            let reason = if secret.starts_with("pk_") {
                "it is a publishable key; copy the secret key, which begins with `sk_test_` or `sk_live_`"
            } else {
                "it is not a secret key, which begins with `sk_test_` or `sk_live_`"
            };
            return Err(OptionError::new("secret_key", "CLERK_SECRET_KEY", reason));
        }
        let machine = self.machine_secret_key().expose();
        if !machine.is_empty() && !machine.starts_with("ak_") {
            let reason = "it is not the secret key of a machine, which begins with `ak_`";
            return Err(OptionError::new(
                "machine_secret_key",
                "CLERK_MACHINE_SECRET_KEY",
                reason,
            ));
        }
        if let Some(id) = self.machine_id()
            && !id.starts_with("mch_")
        {
            let reason = "it is not the id of a machine, which begins with `mch_`";
            return Err(OptionError::new("machine_id", "CLERK_MACHINE_ID", reason));
        }
        let webhooks = self.webhook_signing_secret().expose();
        if !webhooks.is_empty() && Webhooks::new(webhooks).is_err() {
            let reason = "it is not a signing secret, which begins with `whsec_`";
            return Err(OptionError::new(
                "webhook_signing_secret",
                "CLERK_WEBHOOK_SIGNING_SECRET",
                reason,
            ));
        }
        Ok(())
    }

    fn validate_instances(&self) -> Result<(), OptionError> {
        let secret = instance_of(self.secret_key().expose());
        let publishable = self.publishable_key()?.map(|key| key.instance_type());
        match (secret, publishable) {
            (Some(secret), Some(publishable)) if secret != publishable => {
                let reason = match publishable {
                    InstanceType::Development => {
                        "it is the key of a development instance, and the secret key is that of a production instance"
                    }
                    InstanceType::Production => {
                        "it is the key of a production instance, and the secret key is that of a development instance"
                    }
                };
                Err(OptionError::new(
                    "publishable_key",
                    "CLERK_PUBLISHABLE_KEY",
                    reason,
                ))
            }
            _ => Ok(()),
        }
    }

    fn validate_urls(&self) -> Result<(), OptionError> {
        let pages = [
            ("proxy_url", "CLERK_PROXY_URL", self.proxy_url()),
            ("sign_in_url", "CLERK_SIGN_IN_URL", self.sign_in_url()),
            ("sign_up_url", "CLERK_SIGN_UP_URL", self.sign_up_url()),
            (
                "user_profile_url",
                "CLERK_USER_PROFILE_URL",
                self.user_profile_url(),
            ),
            (
                "organization_profile_url",
                "CLERK_ORGANIZATION_PROFILE_URL",
                self.organization_profile_url(),
            ),
            (
                "create_organization_url",
                "CLERK_CREATE_ORGANIZATION_URL",
                self.create_organization_url(),
            ),
            ("waitlist_url", "CLERK_WAITLIST_URL", self.waitlist_url()),
        ];
        for (option, variable, url) in pages {
            if url.is_some_and(|url| !is_path(url) && !is_web_url(url)) {
                let reason = "it is neither a URL such as `https://example.com/page`, nor a path such as `/page`";
                return Err(OptionError::new(option, variable, reason));
            }
        }
        if !is_web_url(self.server_api_url()) {
            let reason = "it is not a URL such as `https://api.clerk.com`";
            return Err(OptionError::new("server_api_url", "CLERK_API_URL", reason));
        }
        Ok(())
    }
}

/// Returns the instance that a secret key is of. Older keys have no `sk_`.
fn instance_of(secret_key: &str) -> Option<InstanceType> {
    let rest = secret_key.strip_prefix("sk_").unwrap_or(secret_key);
    let (kind, rest) = rest.split_once('_')?;
    match kind {
        _ if rest.is_empty() => None,
        "test" => Some(InstanceType::Development),
        "live" => Some(InstanceType::Production),
        _ => None,
    }
}

fn is_path(url: &str) -> bool {
    url.starts_with('/') && !url.starts_with("//") && is_one_word(url)
}

fn is_web_url(url: &str) -> bool {
    let parsed = Url::parse(url);
    is_one_word(url)
        && parsed.is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

/// The parser of URLs leaves out white space.
fn is_one_word(url: &str) -> bool {
    !url.contains(|char: char| char.is_whitespace() || char.is_control())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use crate::environment::Environment;
    use crate::options::ClerkOptions;

    const TEST: &str = "pk_test_Y2xlcmsuZXhhbXBsZS5jb20k";
    const LIVE: &str = "pk_live_Y2xlcmsuZXhhbXBsZS5jb20k";

    #[test]
    fn keys_and_urls_that_cannot_be_meant_are_found_and_not_printed() {
        let new = ClerkOptions::new;
        for (options, option) in [
            (new().secret_key("pk_test_secretpart"), "secret_key"),
            (new().secret_key("sk_test_"), "secret_key"),
            (new().secret_key("sk_secretpart"), "secret_key"),
            (new().secret_key("sk_test_two secretpart"), "secret_key"),
            (new().secret_key("\"sk_test_secretpart\""), "secret_key"),
            (
                new().publishable_key("pk_test_secretpart"),
                "publishable_key",
            ),
            (
                new().machine_secret_key("sk_test_secretpart"),
                "machine_secret_key",
            ),
            (new().machine_id("machine"), "machine_id"),
            (
                new().webhook_signing_secret("secretpart!"),
                "webhook_signing_secret",
            ),
            (
                new().secret_key("sk_live_secretpart").publishable_key(TEST),
                "publishable_key",
            ),
            (
                new().secret_key("sk_test_secretpart").publishable_key(LIVE),
                "publishable_key",
            ),
            (new().server_api_url("api.clerk.com"), "server_api_url"),
            (new().server_api_url("https://"), "server_api_url"),
            (new().proxy_url("__clerk"), "proxy_url"),
            (new().sign_in_url("sign in"), "sign_in_url"),
            (new().sign_in_url("//evil.example"), "sign_in_url"),
            (new().sign_up_url("javascript:alert(1)"), "sign_up_url"),
            (
                new().user_profile_url("https://a b.example"),
                "user_profile_url",
            ),
            (new().waitlist_url("ftp://x.example"), "waitlist_url"),
        ] {
            let error = options
                .resolve(&Environment::empty())
                .validate()
                .unwrap_err();
            assert_eq!(error.option(), option);
            // `main` prints it with `Debug`.
            let printed = format!("{error:?}");
            assert_eq!(printed, error.to_string());
            assert!(!printed.contains("secretpart"), "{printed}");
        }
        for options in [
            new(),
            new().secret_key("sk_test_1").publishable_key(TEST),
            new().secret_key("live_1").publishable_key(LIVE),
            new().machine_secret_key("ak_1").machine_id("mch_1"),
            new()
                .proxy_url("/__clerk")
                .sign_in_url("/in")
                .sign_up_url("https://a.example/up"),
            new().server_api_url("http://127.0.0.1:4010/v"),
        ] {
            assert_eq!(options.resolve(&Environment::empty()).validate(), Ok(()));
        }
    }
}
