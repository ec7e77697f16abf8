//! Authenticates HTTP requests with Clerk, for the web frameworks that Rust people use.
//!
// The README has an example for each adapter, so it compiles with all of them, as on docs.rs.
#![cfg_attr(
    all(
        feature = "axum",
        feature = "actix-web",
        feature = "poem",
        feature = "rocket",
        feature = "tower",
        feature = "fapi-proxy"
    ),
    doc = include_str!("../README.md")
)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod authenticate;
mod authenticator;
mod bearer;
mod clerk_js;
mod config_error;
mod config_warning;
pub mod cookies;
mod expired_form;
mod extractors;
#[cfg(feature = "fapi-proxy")]
mod fapi_proxy;
mod form_post;
mod frameworks;
mod guard;
mod long_connection;
mod names;
mod options;
mod protected_resource;
mod redirect;
mod rejection;
mod request_auth;
mod request_state;
mod request_url;
mod response_headers;
mod sign_out;

pub use authenticate::{CLERK_SESSION_ID_PARAM, authenticate_request};
pub use authenticator::{Authenticator, Decision};
pub use clerk_js::ClerkJs;
pub use config_error::ConfigError;
pub use config_warning::ConfigWarning;
pub use expired_form::ExpiredForm;
pub use extractors::{Auth, Policy, Require, RequireApiKey, RequireAuth, RequireM2m, RequireOAuth};
#[cfg(feature = "fapi-proxy")]
#[cfg_attr(docsrs, doc(cfg(feature = "fapi-proxy")))]
pub use fapi_proxy::{
    FrontendApiProxy, FrontendApiProxyOptions, PeerAddr, ProxyBody, VisitorAddress,
};
#[cfg(feature = "actix-web")]
#[cfg_attr(docsrs, doc(cfg(feature = "actix-web")))]
pub use frameworks::actix_web;
#[cfg(all(feature = "axum", feature = "fapi-proxy"))]
#[cfg_attr(docsrs, doc(cfg(all(feature = "axum", feature = "fapi-proxy"))))]
pub use frameworks::axum_proxy::ProxiedService;
#[cfg(feature = "poem")]
#[cfg_attr(docsrs, doc(cfg(feature = "poem")))]
pub use frameworks::poem;
#[cfg(feature = "rocket")]
#[cfg_attr(docsrs, doc(cfg(feature = "rocket")))]
pub use frameworks::rocket;
#[cfg(feature = "tower")]
#[cfg_attr(docsrs, doc(cfg(feature = "tower")))]
pub use frameworks::tower::{ClerkLayer, ClerkService, GuardService, ResponseBody};
#[cfg(any(
    feature = "actix-web",
    feature = "axum",
    feature = "poem",
    feature = "rocket"
))]
#[cfg_attr(
    docsrs,
    doc(cfg(any(
        feature = "actix-web",
        feature = "axum",
        feature = "poem",
        feature = "rocket"
    )))
)]
pub use frameworks::webhook::ClerkWebhook;
pub use guard::{Guard, require, require_auth, require_token};
pub use options::{
    AuthenticateOptions, CrossOriginSync, ForwardedHeaders, M2mCallers, OrganizationSync,
    PendingSessions, SessionResolution,
};
pub use protected_resource::ProtectedResource;
pub use redirect::{RedirectError, Redirects};
pub use rejection::{Rejection, RejectionKind};
pub use request_auth::RequestAuth;
pub use request_state::{AuthSource, Handshake, Reason, RequestState, SignedIn, SignedOut, Status};
pub use request_url::public_url;
