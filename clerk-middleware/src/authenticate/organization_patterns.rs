//! Which organization a path names, by the patterns of the options.

use super::path_pattern::PathPattern;
use crate::config_error::ConfigError;
use crate::options::OrganizationSync;

/// The compiled patterns of [`OrganizationSync`].
pub(super) struct Patterns {
    organization: Vec<PathPattern>,
    personal_account: Vec<PathPattern>,
}

impl Patterns {
    pub(super) fn new(sync: &OrganizationSync) -> Result<Self, ConfigError> {
        let read = |patterns: &[String]| {
            let patterns = patterns.iter().map(|pattern| {
                PathPattern::new(pattern).map_err(|reason| ConfigError::InvalidPattern {
                    pattern: pattern.clone(),
                    reason,
                })
            });
            patterns.collect::<Result<Vec<_>, _>>()
        };
        Ok(Self {
            organization: read(&sync.organization_patterns)?,
            personal_account: read(&sync.personal_account_patterns)?,
        })
    }

    /// Returns what a path requires to be active.
    pub(super) fn target(&self, path: &str) -> Option<Target> {
        let found = self
            .organization
            .iter()
            .find_map(|pattern| pattern.parameters(path));
        if let Some(parameters) = found {
            if let Some(id) = parameters.get("id") {
                return Some(Target::Id(id.to_owned()));
            }
            if let Some(slug) = parameters.get("slug") {
                return Some(Target::Slug(slug.to_owned()));
            }
        }
        self.personal_account
            .iter()
            .any(|pattern| pattern.parameters(path).is_some())
            .then_some(Target::PersonalAccount)
    }
}

/// What should be active on a path.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Target {
    Id(String),
    Slug(String),
    PersonalAccount,
}

impl Target {
    /// Returns the name under which a handshake requests the organization.
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Id(name) | Self::Slug(name) => name,
            Self::PersonalAccount => "",
        }
    }
}
