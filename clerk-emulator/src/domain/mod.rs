//! The rules: what may happen to an instance.
//!
//! The Backend API, the Frontend API, the pages and seeds call these functions. They change the state and return ids or
//! stored values; how documents look is the business of `views`.

pub(crate) mod api_keys;
pub(crate) mod billing;
pub(crate) mod codes;
pub(crate) mod contacts;
pub(crate) mod direct;
pub(crate) mod documents;
pub(crate) mod enterprise;
pub(crate) mod environment;
pub(crate) mod external_accounts;
pub(crate) mod factors;
pub(crate) mod images;
pub(crate) mod invitations;
pub(crate) mod jwt_templates;
pub(crate) mod links;
pub(crate) mod m2m_tokens;
pub(crate) mod machines;
pub(crate) mod oauth;
pub(crate) mod operation_error;
pub(crate) mod organizations;
pub(crate) mod passkeys;
pub(crate) mod permissions;
pub(crate) mod populate;
pub(crate) mod reverification;
pub(crate) mod role_sets;
pub(crate) mod roles;
pub(crate) mod sessions;
pub(crate) mod settings;
pub(crate) mod sign_in;
pub(crate) mod sign_up;
pub(crate) mod social;
pub(crate) mod synthesize;
pub(crate) mod tickets;
pub(crate) mod tokens;
pub(crate) mod trusted_devices;
pub(crate) mod users;
pub(crate) mod verifications;
pub(crate) mod visits;
pub(crate) mod waitlist;
pub(crate) mod webauthn;

/// A day in milliseconds.
pub(crate) const DAY: i64 = 86_400_000;
/// Ten minutes in milliseconds: how long codes, links and challenges are good.
pub(crate) const TEN_MINUTES: i64 = 600_000;
