//! What a protected resource says of itself.

use std::net::IpAddr;
use std::sync::Arc;

use clerk_sdk::tokens::WithoutAudience;
use url::{Host, Url};

use super::authorization_server::ServerMetadata;
use crate::config_error::ConfigError;

pub(crate) const AUTHORIZATION_SERVER: &str = "/.well-known/oauth-authorization-server";
const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";

/// A resource, as it is configured.
#[derive(Clone, Debug)]
pub(crate) struct Resource {
    /// The URL that clients use.
    pub(crate) url: String,
    /// The origin of the URL.
    pub(crate) origin: String,
    /// The path of the document that is the resource's own (RFC 9728, section 3.1).
    pub(crate) metadata_path: String,
    pub(crate) scopes: Vec<String>,
    pub(crate) baseline_scopes: Vec<String>,
    pub(crate) name: Option<String>,
    pub(crate) documentation: Option<String>,
    pub(crate) without_audience: WithoutAudience,
    /// Whether the document is also served without the resource's path.
    pub(crate) is_at_root: bool,
    pub(crate) serves_authorization_server: bool,
    pub(crate) authorization_server: Arc<ServerMetadata>,
}

impl Resource {
    /// # Errors
    ///
    /// [`ConfigError::InvalidResource`].
    pub(crate) fn new(text: &str) -> Result<Self, ConfigError> {
        let invalid = || ConfigError::InvalidResource(text.to_owned());
        let url = parse(text).ok_or_else(invalid)?;
        let path = match url.path() {
            "/" => "",
            path => path,
        };
        Ok(Self {
            url: text.to_owned(),
            origin: url.origin().ascii_serialization(),
            metadata_path: format!("{WELL_KNOWN}{path}"),
            scopes: Vec::new(),
            baseline_scopes: Vec::new(),
            name: None,
            documentation: None,
            without_audience: WithoutAudience::default(),
            is_at_root: true,
            serves_authorization_server: false,
            authorization_server: Arc::default(),
        })
    }

    /// Returns the URL of the document with which clients begin.
    pub(crate) fn metadata_url(&self) -> String {
        format!("{}{}", self.origin, self.metadata_path)
    }

    /// Returns the scopes that a first sign-in should ask for. Without any, some clients ask for every scope that they have
    /// heard of.
    pub(crate) fn first_scopes(&self) -> &[String] {
        match self.baseline_scopes.as_slice() {
            [] => &self.scopes,
            baseline => baseline,
        }
    }

    /// Returns whether this is the path of the resource's document.
    pub(crate) fn is_metadata_path(&self, path: &str) -> bool {
        path == self.metadata_path || self.is_at_root && path == WELL_KNOWN
    }

    /// Returns the paths of the resource's document.
    #[cfg(feature = "axum")]
    pub(crate) fn metadata_paths(&self) -> Vec<&str> {
        match self.metadata_path.as_str() {
            WELL_KNOWN => vec![WELL_KNOWN],
            path if self.is_at_root => vec![WELL_KNOWN, path],
            path => vec![path],
        }
    }
}

/// Parses the URL of a resource: with HTTPS, or on this machine, without what RFC 9728 and RFC 8707 rule out, and written as
/// clients write it, because names of resources are compared letter by letter.
fn parse(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let is_secure = match url.scheme() {
        "https" => true,
        "http" => is_loopback(&url),
        _ => false,
    };
    let is_plain = url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none();
    // A URL without a path may be written without a slash.
    let is_written_so = url.as_str() == text || url.as_str() == format!("{text}/");
    let is_quotable = text
        .bytes()
        .all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\'));
    (is_secure && is_plain && is_written_so && is_quotable).then_some(url)
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => IpAddr::V4(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::V6(address).is_loopback(),
        None => false,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_resource_is_a_url_as_clients_write_it() {
        for (text, metadata) in [
            (
                "https://api.example.com/mcp",
                "https://api.example.com/.well-known/oauth-protected-resource/mcp",
            ),
            (
                "https://api.example.com",
                "https://api.example.com/.well-known/oauth-protected-resource",
            ),
            (
                "https://api.example.com/",
                "https://api.example.com/.well-known/oauth-protected-resource",
            ),
            (
                "https://api.example.com:8443/a/b/",
                "https://api.example.com:8443/.well-known/oauth-protected-resource/a/b/",
            ),
            (
                "http://localhost:3000/mcp",
                "http://localhost:3000/.well-known/oauth-protected-resource/mcp",
            ),
            (
                "http://[::1]:3000/mcp",
                "http://[::1]:3000/.well-known/oauth-protected-resource/mcp",
            ),
        ] {
            let resource = Resource::new(text).unwrap();
            assert_eq!(resource.metadata_url(), metadata);
            assert_eq!(resource.url, text);
        }
        for text in [
            "",
            "api.example.com/mcp",
            "/mcp",
            "http://api.example.com/mcp",
            "ftp://localhost/mcp",
            "https://API.example.com/mcp",
            "https://api.example.com:443/mcp",
            "https://u@api.example.com/mcp",
            "https://api.example.com/mcp?a=1",
            "https://api.example.com/mcp#a",
            "https://api.example.com/a/../mcp",
            "https://api.example.com/m cp",
            "https://api.example.com/\"",
            "https://api.example.com\\mcp",
            "urn:example:mcp",
        ] {
            let error = Resource::new(text).unwrap_err();
            assert_eq!(error, ConfigError::InvalidResource(text.to_owned()));
        }
    }
}
