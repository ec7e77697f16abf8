//! Clerk's documents, and where what belongs to each lies.

use serde_json::Value;

/// One of Clerk's documents.
///
/// ```
/// use xtask::document::Kind;
/// assert_eq!(Kind::BackendApi.to_string(), "Backend API");
/// assert_eq!(Kind::FrontendApi.facts(), "openapi/frontend-api.json");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Operations under `paths` that a secret key opens: `clerk-api` is generated from it.
    BackendApi,
    /// Events under `x-webhooks` (or OpenAPI 3.1's `webhooks`): the payload types are generated from it.
    Webhooks,
    /// Operations under `paths` that browsers call: facts for the emulator, no code.
    FrontendApi,
}

impl Kind {
    /// Every document.
    pub const ALL: [Kind; 3] = [Kind::BackendApi, Kind::Webhooks, Kind::FrontendApi];

    /// Its name in the names of files.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Kind::BackendApi => "backend-api",
            Kind::Webhooks => "webhooks",
            Kind::FrontendApi => "frontend-api",
        }
    }

    /// The committed facts.
    #[must_use]
    pub fn facts(self) -> &'static str {
        match self {
            Kind::BackendApi => "openapi/backend-api.json",
            Kind::Webhooks => "openapi/webhooks.json",
            Kind::FrontendApi => "openapi/frontend-api.json",
        }
    }

    /// The curated facts, those that hold for several documents first.
    #[must_use]
    pub fn overlays(self) -> &'static [&'static str] {
        match self {
            Kind::BackendApi => &["openapi/overlay.toml", "openapi/backend-api.overlay.toml"],
            Kind::Webhooks => &["openapi/overlay.toml", "openapi/webhooks.overlay.toml"],
            Kind::FrontendApi => &["openapi/frontend-api.overlay.toml"],
        }
    }

    /// The texts, those that hold for several documents first; none where no code is generated.
    #[must_use]
    pub fn texts(self) -> &'static [&'static str] {
        match self {
            Kind::BackendApi | Kind::Webhooks => &["openapi/docs.toml"],
            Kind::FrontendApi => &[],
        }
    }

    /// The title that the committed facts have.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Kind::BackendApi => "Backend API",
            Kind::Webhooks => "Webhooks",
            Kind::FrontendApi => "Frontend API",
        }
    }

    /// What a document is: only events make it the webhooks; the two with operations differ in their title.
    #[must_use]
    pub fn of(document: &Value) -> Kind {
        let title = document.pointer("/info/title").and_then(Value::as_str);
        let has = |key: &str| {
            let entries = document.get(key).and_then(Value::as_object);
            entries.is_some_and(|entries| !entries.is_empty())
        };
        if (has("x-webhooks") || has("webhooks")) && !has("paths") {
            Kind::Webhooks
        } else if title.is_some_and(|title| title.ends_with("Frontend API")) {
            Kind::FrontendApi
        } else {
            Kind::BackendApi
        }
    }
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Kind::BackendApi => "Backend API",
            Kind::Webhooks => "webhooks",
            Kind::FrontendApi => "Frontend API",
        })
    }
}
