//! `openapi/source.toml`: which upstream documents the generated code comes from.

use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;
use url::{Host, Url};

use crate::document::Kind;

/// Larger than any source.toml will be; a wrong path must not fill the memory.
const MAX_BYTES: u64 = 64 * 1024;

/// The upstream repository and the documents pinned in it.
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
/// [frontend_api]
/// path = "fapi/2026-05-12.yml"
/// version = "2026-05-12"
/// commit = "7987d1b776258d5ddd9163e1a03d256b5ac4d64a"
/// sha256 = "1b16fc8d2886210d8f23175bd3113e7c20c24fdb408347a1219994d413104c57"
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
    /// The Frontend API document.
    pub frontend_api: Pin,
}

/// One file at one commit, with the checksum of its bytes.
///
/// ```
/// let pin = xtask::source::Pin {
///     path: "bapi/2026-05-12.yml".to_owned(),
///     version: "2026-05-12".to_owned(),
///     commit: "7987d1b776258d5ddd9163e1a03d256b5ac4d64a".to_owned(),
///     sha256: "75df3a43fcb2d9fc4467a23c717714f5228aa3267b0930ba34612728365fd8f2".to_owned(),
///     stated_version: None,
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
    /// The version that the document itself states, where that is known to be another one than the date in its name.
    #[serde(default)]
    pub stated_version: Option<String>,
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

    /// The text of a source.toml with these values, its comments and its order kept.
    ///
    /// # Errors
    /// When a value does not have its form, or the text is not TOML.
    pub fn written_into(&self, text: &str) -> Result<String> {
        self.check().context("not saved")?;
        let mut document: toml_edit::DocumentMut =
            text.parse().context("not a valid source.toml")?;
        set(
            document.as_table_mut(),
            "repository",
            Some(&self.repository),
        );
        for (key, url, default) in [
            ("base_url", &self.base_url, default_base_url()),
            ("api_url", &self.api_url, default_api_url()),
        ] {
            if document.contains_key(key) || *url != default {
                set(document.as_table_mut(), key, Some(url));
            }
        }
        for kind in Kind::ALL {
            let (pin, section) = (self.pin(kind), section(kind));
            let table = document
                .entry(section)
                .or_insert_with(toml_edit::table)
                .as_table_like_mut()
                .with_context(|| format!("`{section}` is not a table"))?;
            set(table, "path", Some(&pin.path));
            set(table, "version", Some(&pin.version));
            set(table, "commit", Some(&pin.commit));
            set(table, "sha256", Some(&pin.sha256));
            set(table, "stated_version", pin.stated_version.as_deref());
        }
        Ok(document.to_string())
    }

    /// The pin of that document.
    #[must_use]
    pub fn pin(&self, kind: Kind) -> &Pin {
        match kind {
            Kind::BackendApi => &self.backend_api,
            Kind::Webhooks => &self.webhooks,
            Kind::FrontendApi => &self.frontend_api,
        }
    }

    /// Moves the pin of that document.
    pub fn set_pin(&mut self, kind: Kind, pin: Pin) {
        match kind {
            Kind::BackendApi => self.backend_api = pin,
            Kind::Webhooks => self.webhooks = pin,
            Kind::FrontendApi => self.frontend_api = pin,
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
        for kind in Kind::ALL {
            self.pin(kind)
                .check()
                .with_context(|| format!("in [{}]", section(kind)))?;
        }
        Ok(())
    }
}

/// The name of a document's table.
fn section(kind: Kind) -> &'static str {
    match kind {
        Kind::BackendApi => "backend_api",
        Kind::Webhooks => "webhooks",
        Kind::FrontendApi => "frontend_api",
    }
}

/// Replaces a text and keeps what stands around it; `None` removes it.
fn set(table: &mut dyn toml_edit::TableLike, key: &str, text: Option<&str>) {
    let Some(text) = text else {
        table.remove(key);
        return;
    };
    match table.get_mut(key).and_then(toml_edit::Item::as_value_mut) {
        Some(value) => {
            let decor = value.decor().clone();
            *value = text.into();
            *value.decor_mut() = decor;
        }
        None => drop(table.insert(key, toml_edit::value(text))),
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
    dated_version(file.strip_suffix(".yml")?)
}

/// A version that is a date.
pub(crate) fn dated_version(date: &str) -> Option<&str> {
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
