//! The rules by which we differ from Clerk's JavaScript SDK on purpose. Each is a switch of the model: off, it does what
//! the JavaScript SDK does; on, what we do.

/// A rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Rule {
    NoThrow,
    Origin,
    Kid,
    Retries,
    Pem,
    SmallKey,
    LoopLimit,
    LoopCookie,
    Strict,
    MachineReplies,
    MachineClaims,
    PrimaryRedirect,
    Configuration,
    Versioned,
    NoStore,
    Padding,
    Subject,
    HandshakeToken,
    Crit,
    Cors,
    Once,
    Size,
    Depth,
    Types,
    ApiClient,
    JwksCache,
    BackendApi,
    Factors,
    Forwarded,
    Bytes,
    Visitor,
    SessionId,
}

impl Rule {
    /// All of them, with the row of the specification and what it says.
    pub(crate) const ALL: &'static [(Self, &'static str)] = &[
        (
            Self::NoThrow,
            "30.1: nothing is thrown; what cannot be read is signed out with a reason",
        ),
        (
            Self::Origin,
            "30.2: no path, credentials or odd scheme becomes the origin",
        ),
        (
            Self::Kid,
            "30.3: keys are looked up by the kid, and fetched only for one",
        ),
        (
            Self::Retries,
            "30.3: keys are tried again only where that can help, and not again within the same request",
        ),
        (
            Self::JwksCache,
            "30.3: keys replace earlier ones, and are fetched as seldom as possible",
        ),
        (
            Self::Pem,
            "30.4: a PEM key is read whatever its form, and rejected at the start when it is none",
        ),
        (
            Self::SmallKey,
            "30.4: an RSA key of less than 2048 bits is rejected",
        ),
        (
            Self::LoopLimit,
            "30.5: handshakes end at the third, however they are counted",
        ),
        (
            Self::LoopCookie,
            "30.5: the cookie that counts handshakes is for all paths",
        ),
        (
            Self::Strict,
            "30.6: an empty sub, dates beyond all dates and malformed audiences are rejected",
        ),
        (
            Self::MachineReplies,
            "30.7: machine tokens are rejected unless the reply says that they are neither revoked nor expired",
        ),
        (
            Self::MachineClaims,
            "30.7: scopes of a machine's JWT that are not text reject it; only texts are scopes and audiences",
        ),
        (
            Self::PrimaryRedirect,
            "30.8: a development instance redirects back to loopback and its own origins only",
        ),
        (
            Self::Configuration,
            "30.12: a configuration that cannot work is rejected at the start",
        ),
        (
            Self::BackendApi,
            "30.13: every parameter that was set is sent, ids are one segment, a list is one request, JSON is JSON",
        ),
        (
            Self::Versioned,
            "30.13: every path of the Backend API begins with the version",
        ),
        (
            Self::Visitor,
            "30.11: the proxy of the Frontend API tells the address of a visitor in one header only",
        ),
        (
            Self::NoStore,
            "30.15: responses that set session cookies are not stored",
        ),
        (
            Self::Padding,
            "30.18: padding of base64url is rejected in tokens",
        ),
        (
            Self::Subject,
            "30.18: a machine is never the subject of a session",
        ),
        (
            Self::SessionId,
            "30.18: a token without sid is no session: the same key signs ID tokens for other applications",
        ),
        (
            Self::HandshakeToken,
            "30.19: a handshake token has a handshake claim, no sub, and is within its time",
        ),
        (Self::Crit, "30.20: any crit is rejected"),
        (
            Self::Cors,
            "30.21: CORS headers only when a handshake was resolved",
        ),
        (
            Self::Once,
            "30.22: calls that a stranger causes are made once, for things of Clerk's form",
        ),
        (Self::Size, "30.23: tokens above 16 KiB are rejected unread"),
        (
            Self::Forwarded,
            "30.25: scheme and host fall back separately; ws and wss are read as http and https",
        ),
        (
            Self::Depth,
            "30, JSON: nesting beyond 127 levels is rejected",
        ),
        (
            Self::Types,
            "30, JSON: claims of another type than Clerk's are absent",
        ),
        (Self::Factors, "30, JSON: a malformed fva is absent"),
        (
            Self::Bytes,
            "30, JSON: the signature of a webhook is of the bytes as they came",
        ),
        (Self::ApiClient, "30.12: a client always has an API client"),
    ];
}

/// Which rules are on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rules(u64);

impl Rules {
    /// What the JavaScript SDK does.
    pub(crate) const NONE: Self = Self(0);
    /// What we do.
    pub(crate) const OURS: Self = Self(u64::MAX);

    pub(crate) fn has(self, rule: Rule) -> bool {
        self.0 & (1 << rule as u8) != 0
    }

    pub(crate) const fn without(self, rule: Rule) -> Self {
        Self(self.0 & !(1 << rule as u8))
    }

    pub(crate) fn only(rule: Rule) -> Self {
        Self(1 << rule as u8)
    }
}
