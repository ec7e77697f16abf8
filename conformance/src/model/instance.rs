//! The instance of a case, and what is asserted of its options.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde_json::Value;
use url::Url;

use super::keys::Key;
use super::organization::Pattern;
use super::rule::Rule;
use super::{Model, Thrown};
use crate::cases::text;

/// What the publishable key and the options say of the instance.
#[derive(Default)]
pub(super) struct Instance {
    pub(super) is_production: bool,
    /// Whose tokens are its own.
    pub(super) issuer: String,
    pub(super) frontend_api: String,
    pub(super) suffix: String,
    pub(super) is_satellite: bool,
}

/// The host that a publishable key holds.
fn decoded(key: &str) -> Option<String> {
    let rest = key
        .strip_prefix("pk_test_")
        .or_else(|| key.strip_prefix("pk_live_"))?;
    if rest.is_empty() || rest.contains('_') {
        return None;
    }
    let config = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    let text: String = rest
        .chars()
        .filter(|char| !char.is_ascii_whitespace())
        .collect();
    let bytes = GeneralPurpose::new(&STANDARD, config).decode(text).ok()?;
    let host: String = bytes.iter().map(|byte| char::from(*byte)).collect();
    let host = host.strip_suffix('$')?;
    (!host.contains('$') && host.contains('.')).then(|| host.to_owned())
}

fn suffix(key: &str) -> String {
    let digest =
        aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA1_FOR_LEGACY_USE_ONLY, key.as_bytes());
    let text = base64::engine::general_purpose::URL_SAFE.encode(digest);
    text.chars().take(8).collect()
}

impl Model<'_> {
    /// What is wrong with the key that was given, which we look at first.
    pub(super) fn unusable_key(&self) -> Option<Thrown> {
        let pem = self.option("jwtKey");
        let is_wrong = self.rules.has(Rule::Pem) && !pem.is_empty() && Key::of_pem(&pem).is_none();
        is_wrong.then(|| "invalid-jwt-key".to_owned())
    }

    pub(super) fn assert_options(&mut self) -> Result<(), Thrown> {
        let accepts = self.options["acceptsToken"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        let key = self.option("publishableKey");
        let is_ours = self.rules.has(Rule::Configuration);
        if is_ours && !key.is_empty() && decoded(&key).is_none() {
            return Err("invalid-publishable-key".to_owned());
        }
        if let Some(error) = self.unusable_key() {
            return Err(error);
        }
        if !matches!(accepts.as_str(), "m2m_token" | "api_key") {
            self.instance(&key)?;
        }
        let secret = self.option("secretKey");
        if accepts == "m2m_token" {
            if secret.is_empty() && self.option("machineSecretKey").is_empty() {
                return Err("missing-machine-secret-key".to_owned());
            }
        } else {
            if secret.is_empty() {
                return Err("missing-secret-key".to_owned());
            }
            if self.is_option("isSatellite") {
                self.assert_satellite(&secret)?;
            }
        }
        let sync = &self.options["organizationSyncOptions"];
        for name in ["organizationPatterns", "personalAccountPatterns"] {
            for pattern in sync[name]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
            {
                if Pattern::new(pattern).is_none() {
                    return Err("invalid-pattern".to_owned());
                }
            }
        }
        Ok(())
    }

    fn instance(&mut self, key: &str) -> Result<(), Thrown> {
        if key.is_empty() {
            return Err("missing-publishable-key".to_owned());
        }
        let host = decoded(key).ok_or("invalid-publishable-key")?;
        let is_production = key.starts_with("pk_live_");
        let is_satellite = self.is_option("isSatellite");
        let (domain, proxy) = (self.option("domain"), self.option("proxyUrl"));
        let issuer = match is_production && is_satellite && !domain.is_empty() {
            true => format!("clerk.{domain}"),
            false => host,
        };
        let origin = self.request.url.origin().ascii_serialization();
        let env = &self.case["env"];
        let is_vercel = text(env, "VERCEL_TARGET_ENV") == "production"
            && text(env, "VERCEL_PROJECT_PRODUCTION_URL").ends_with(".vercel.app");
        let frontend_api = if proxy.starts_with('/') {
            format!("{origin}{proxy}")
        } else if !proxy.is_empty() {
            proxy.clone()
        } else if is_vercel && is_production && domain.is_empty() {
            format!("{origin}/__clerk")
        } else {
            issuer.clone()
        };
        if self.rules.has(Rule::Configuration)
            && !proxy.is_empty()
            && !proxy.starts_with('/')
            && base(&proxy).is_none()
        {
            return Err("invalid-proxy-url".to_owned());
        }
        self.instance = Instance {
            is_production,
            issuer,
            frontend_api,
            suffix: suffix(key),
            is_satellite,
        };
        // Reading the cookies of a payload that is `null` throws, and comes before everything else.
        if self.rules.has(Rule::NoThrow) || !self.reads_null() {
            Ok(())
        } else {
            Err("unforeseen-TypeError".to_owned())
        }
    }

    fn assert_satellite(&self, secret: &str) -> Result<(), Thrown> {
        let (sign_in, domain) = (self.option("signInUrl"), self.option("domain"));
        let is_development = secret.starts_with("test_") || secret.starts_with("sk_test_");
        if sign_in.is_empty() && is_development {
            return Err("missing-sign-in-url".to_owned());
        }
        if self.rules.has(Rule::Configuration) {
            if !sign_in.is_empty() {
                let url = Url::parse(&sign_in).map_err(|_| "invalid-sign-in-url")?;
                let own = Url::parse(&format!("{}://{domain}", url.scheme())).ok();
                if !domain.is_empty() && own.is_some_and(|own| own.origin() == url.origin()) {
                    return Err("invalid-sign-in-url".to_owned());
                }
            }
            let is_production = self.option("publishableKey").starts_with("pk_live_");
            if !domain.is_empty() && !is_domain(&domain, is_production) {
                return Err("invalid-domain".to_owned());
            }
        } else if let Some(origin) = self
            .request
            .header("origin")
            .filter(|_| !sign_in.is_empty())
        {
            match Url::parse(&sign_in) {
                Ok(url) if url.origin().ascii_serialization() != origin => {}
                _ => return Err("invalid-sign-in-url".to_owned()),
            }
        }
        // The JavaScript SDK takes the proxy of Vercel for one that was set.
        let is_proxied = !self.rules.has(Rule::Configuration)
            && self.instance.frontend_api.ends_with("/__clerk");
        if domain.is_empty() && self.option("proxyUrl").is_empty() && !is_proxied {
            return Err("missing-domain".to_owned());
        }
        Ok(())
    }

    /// Ours: a request that shows that the sign-in page of a satellite is its own signs out.
    pub(super) fn satellite_signs_in_here(&self) -> Result<Option<Value>, Thrown> {
        let sign_in = self.option("signInUrl");
        let accepts = self.options["acceptsToken"].clone();
        if !self.rules.has(Rule::Configuration)
            || !self.is_option("isSatellite")
            || accepts == "m2m_token"
        {
            return Ok(None);
        }
        let Some(origin) = self
            .request
            .header("origin")
            .filter(|_| !sign_in.is_empty())
        else {
            return Ok(None);
        };
        let is_here =
            Url::parse(&sign_in).is_ok_and(|url| url.origin().ascii_serialization() == origin);
        let kind = match &accepts {
            Value::Null => Some("session_token"),
            Value::String(any) if any == "any" => Some("session_token"),
            Value::Array(list) if list.iter().any(|one| one == "session_token") => {
                Some("session_token")
            }
            other => other.as_str(),
        };
        Ok(is_here.then(|| self.signed_out_as(kind, "unexpected-error")))
    }
}

/// Whether a text is a host and nothing besides.
fn is_domain(text: &str, is_production: bool) -> bool {
    let is_plain =
        |char: char| char.is_alphanumeric() || matches!(char, '.' | '-' | ':' | '[' | ']');
    let url = Url::parse(&format!("https://{text}/"))
        .ok()
        .filter(|_| text.chars().all(is_plain));
    match url.as_ref().and_then(Url::host) {
        Some(url::Host::Domain(name)) => !is_production || name.trim_end_matches('.').contains('.'),
        Some(_) => !is_production,
        None => false,
    }
}

/// The URL beneath which a Frontend API is.
pub(super) fn base(frontend_api: &str) -> Option<Url> {
    let scheme = if frontend_api.starts_with("http") {
        ""
    } else {
        "https://"
    };
    let url = Url::parse(&format!("{scheme}{}/", frontend_api.trim_end_matches('/'))).ok()?;
    (matches!(url.scheme(), "http" | "https") && url.has_host()).then_some(url)
}
