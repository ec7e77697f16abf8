//! `openapi/source.toml`: which upstream documents the generated code comes from.

use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;
use url::{Host, Url};

use crate::document::Kind;

/// Larger than any source.toml will be; a wrong path must not fill the memory.
const MAX_BYTES: u64 = 64 * 1024;

/// The upstream repository and the two documents pinned in it.
///
/// ```
/// let source: xtask::source::Source = xtask::source::Source::parse(r#"
/// repository = "clerk/openapi-specs"
/// [backend_api]
/// path = "bapi/2026-05-12.yml"
/// version = "2026-05-12"
/// commit = "7987d1b776258d5ddd9163e1a03d256b5ac4d64a"
/// sha256 = "75df3a43fcb2d9fc4467a23c717714f5228aa3267b0930ba34612728365fd8f2"
/// [webhooks]
/// path = "webhooks/2025-04-15.yml"
/// version = "2025-04-15"
/// commit = "7987d1b776258d5ddd9163e1a03d256b5ac4d64a"
/// sha256 = "92f60e4e81612b088aba4e71cbb4dbc8372f3a5d9bf70c3daba17145aa42f93f"
/// "#)?;
/// assert!(source.raw_url(&source.webhooks).ends_with("d64a/webhooks/2025-04-15.yml"));
/// # Ok::<(), anyhow::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// `owner/name` on GitHub.
    pub repository: String,
    /// Where raw files are served; default `https://raw.githubusercontent.com`, no trailing slash.
    #[serde(default = "default_base_url")]
    pub base_url: String,
    /// Where GitHub's API is served; default `https://api.github.com`, no trailing slash.
    #[serde(default = "default_api_url")]
    pub api_url: String,
    /// The Backend API document.
    pub backend_api: Pin,
    /// The webhooks document.
    pub webhooks: Pin,
}

/// One file at one commit, with the checksum of its bytes.
///
/// ```
/// let pin = xtask::source::Pin {
///     path: "bapi/2026-05-12.yml".to_owned(),
///     version: "2026-05-12".to_owned(),
///     commit: "7987d1b776258d5ddd9163e1a03d256b5ac4d64a".to_owned(),
///     sha256: "75df3a43fcb2d9fc4467a23c717714f5228aa3267b0930ba34612728365fd8f2".to_owned(),
/// };
/// assert_eq!(pin.folder(), "bapi");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pin {
    /// `folder/YYYY-MM-DD.yml` in the repository.
    pub path: String,
    /// The date in the file's name.
    pub version: String,
    /// The commit to read the file at, 40 lower-case hex digits.
    pub commit: String,
    /// SHA-256 of the file's bytes, 64 lower-case hex digits.
    pub sha256: String,
}

fn default_base_url() -> String {
    "https://raw.githubusercontent.com".to_owned()
}

fn default_api_url() -> String {
    "https://api.github.com".to_owned()
}

impl Source {
    /// Reads and checks the file.
    ///
    /// # Errors
    /// When it cannot be read, is not TOML, or a field does not have its form; the text names file and field.
    pub fn load(path: &Path) -> Result<Source> {
        Source::parse(&read(path)?).with_context(|| format!("in {}", path.display()))
    }

    /// Reads and checks the text of a source.toml.
    ///
    /// # Errors
    /// When it is not TOML or a field does not have its form.
    pub fn parse(text: &str) -> Result<Source> {
        let source: Source = toml::from_str(text)
            .context("not a valid source.toml; see the comments in the committed one")?;
        source.check()?;
        Ok(source)
    }

    /// Writes the values into the file that is there, keeping its comments and its order, all or nothing.
    ///
    /// # Errors
    /// When a value does not have its form, the file is missing or cannot be replaced, or its layout (something else
    /// than `key = "value"` lines) leaves no place for a value.
    pub fn save(&self, path: &Path) -> Result<()> {
        self.check().context("not saved")?;
        let text = self.fill(&read(path)?);
        let again = Source::parse(&text)
            .with_context(|| format!("not saved: {} would not read back", path.display()))?;
        ensure!(
            again == *self,
            "not saved: a value found no place in {}; write each field as one `key = \"value\"` line",
            path.display()
        );
        let folder = path
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        let saving = || format!("cannot replace {}", path.display());
        let mut file = tempfile::NamedTempFile::new_in(folder).with_context(saving)?;
        file.write_all(text.as_bytes()).with_context(saving)?;
        // A temporary file is private to its owner; the committed one is not.
        let permissions = std::fs::metadata(path).with_context(saving)?.permissions();
        file.as_file()
            .set_permissions(permissions)
            .with_context(saving)?;
        file.as_file().sync_all().with_context(saving)?;
        file.persist(path).with_context(saving)?;
        Ok(())
    }

    /// The pin of that document.
    #[must_use]
    pub fn pin(&self, kind: Kind) -> &Pin {
        match kind {
            Kind::BackendApi => &self.backend_api,
            Kind::Webhooks => &self.webhooks,
        }
    }

    /// Moves the pin of that document.
    pub fn set_pin(&mut self, kind: Kind, pin: Pin) {
        match kind {
            Kind::BackendApi => self.backend_api = pin,
            Kind::Webhooks => self.webhooks = pin,
        }
    }

    /// Where the pinned bytes are: `<base_url>/<repository>/<commit>/<path>`.
    #[must_use]
    pub fn raw_url(&self, pin: &Pin) -> String {
        format!(
            "{}/{}/{}/{}",
            self.base_url, self.repository, pin.commit, pin.path
        )
    }

    fn check(&self) -> Result<()> {
        let parts: Vec<&str> = self.repository.split('/').collect();
        ensure!(
            parts.len() == 2 && parts.iter().all(|part| is_plain(part)),
            "`repository` is {:?}; it is written `owner/name`",
            self.repository
        );
        for (field, url) in [("base_url", &self.base_url), ("api_url", &self.api_url)] {
            check_url(url).with_context(|| format!("`{field}` is {url:?}"))?;
        }
        self.backend_api.check().context("in [backend_api]")?;
        self.webhooks.check().context("in [webhooks]")
    }

    fn fill(&self, text: &str) -> String {
        let mut section = String::new();
        let mut out = String::with_capacity(text.len());
        for line in text.lines() {
            let trimmed = line.trim();
            if let Some(name) = trimmed
                .strip_prefix('[')
                .and_then(|rest| rest.split(']').next())
            {
                section = name.trim().to_owned();
            }
            let value = trimmed
                .split_once('=')
                .and_then(|(key, _)| self.value(&section, key.trim()));
            match value {
                Some(value) => out.push_str(&replace_quoted(line, value)),
                None => out.push_str(line),
            }
            out.push('\n');
        }
        out
    }

    fn value(&self, section: &str, key: &str) -> Option<&str> {
        let pin = match section {
            "backend_api" => &self.backend_api,
            "webhooks" => &self.webhooks,
            _ => {
                return match key {
                    "repository" => Some(&self.repository),
                    "base_url" => Some(&self.base_url),
                    "api_url" => Some(&self.api_url),
                    _ => None,
                };
            }
        };
        match key {
            "path" => Some(&pin.path),
            "version" => Some(&pin.version),
            "commit" => Some(&pin.commit),
            "sha256" => Some(&pin.sha256),
            _ => None,
        }
    }
}

impl Pin {
    /// The folder of the file, such as `bapi`.
    #[must_use]
    pub fn folder(&self) -> &str {
        self.path.rsplit_once('/').map_or("", |(folder, _)| folder)
    }

    pub(crate) fn check(&self) -> Result<()> {
        let file = self.path.rsplit('/').next().unwrap_or_default();
        let folder = self.folder();
        ensure!(
            !folder.is_empty() && folder.split('/').all(is_plain),
            "`path` is {:?}; it is written `folder/YYYY-MM-DD.yml`",
            self.path
        );
        match dated(file) {
            None => bail!(
                "`path` is {:?}; the file's name is written `YYYY-MM-DD.yml`",
                self.path
            ),
            Some(date) if date != self.version => {
                bail!(
                    "`version` is {:?} but the file of `path` is of {date}",
                    self.version
                )
            }
            Some(_) => {}
        }
        ensure!(
            is_hex(&self.commit, 40),
            "`commit` is {:?}; 40 lower-case hex digits are needed",
            self.commit
        );
        ensure!(
            is_hex(&self.sha256, 64),
            "`sha256` is {:?}; 64 lower-case hex digits are needed",
            self.sha256
        );
        Ok(())
    }
}

/// The date of a file named `YYYY-MM-DD.yml`.
pub(crate) fn dated(file: &str) -> Option<&str> {
    let date = file.strip_suffix(".yml")?;
    let bytes = date.as_bytes();
    let shaped = bytes.len() == 10
        && bytes.iter().enumerate().all(|(at, byte)| {
            if at == 4 || at == 7 {
                *byte == b'-'
            } else {
                byte.is_ascii_digit()
            }
        });
    let within = |range: std::ops::Range<usize>, limits: std::ops::RangeInclusive<u8>| {
        date.get(range)
            .and_then(|digits| digits.parse().ok())
            .is_some_and(|number| limits.contains(&number))
    };
    (shaped && within(5..7, 1..=12) && within(8..10, 1..=31)).then_some(date)
}

pub(crate) fn is_hex(text: &str, digits: usize) -> bool {
    text.len() == digits
        && text
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// HTTPS everywhere, plain HTTP to this machine only (tests).
pub(crate) fn is_safe(url: &Url) -> bool {
    url.scheme() == "https" || (url.scheme() == "http" && is_loopback(url))
}

pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn check_url(text: &str) -> Result<()> {
    let url = Url::parse(text).context("not an address")?;
    ensure!(
        is_safe(&url),
        "HTTPS is needed (plain HTTP only to a loopback address)"
    );
    ensure!(
        url.username().is_empty() && url.password().is_none(),
        "remove the user name or password"
    );
    ensure!(
        url.query().is_none() && url.fragment().is_none(),
        "remove what follows the path"
    );
    ensure!(!text.ends_with('/'), "remove the trailing slash");
    Ok(())
}

/// One part of a path that cannot climb or be read as something else.
fn is_plain(part: &str) -> bool {
    !part.is_empty()
        && !part.starts_with('.')
        && part
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

/// Replaces the text between the first pair of double quotes.
fn replace_quoted(line: &str, value: &str) -> String {
    let mut parts = line.splitn(3, '"');
    match (parts.next(), parts.next(), parts.next()) {
        (Some(before), Some(_), Some(after)) => format!("{before}\"{value}\"{after}"),
        _ => line.to_owned(),
    }
}

fn read(path: &Path) -> Result<String> {
    let size = std::fs::metadata(path)
        .with_context(|| format!("cannot read {}", path.display()))?
        .len();
    ensure!(
        size <= MAX_BYTES,
        "{} has {size} bytes, more than any source.toml; is the path right?",
        path.display()
    );
    std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}
