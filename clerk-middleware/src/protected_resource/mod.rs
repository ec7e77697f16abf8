//! A server that accepts OAuth access tokens, such as an MCP server.

mod authorization_server;
#[cfg(feature = "axum")]
mod axum;
pub(crate) mod challenge;
mod description;
pub(crate) mod documents;
pub(crate) mod presented;

use std::fmt;
use std::sync::Arc;

use clerk_sdk::Clerk;
use clerk_sdk::auth::Accepts;
use clerk_sdk::tokens::{TokenType, WithoutAudience};
use http::request::Parts;

pub(crate) use self::description::Resource;
use crate::authenticator::Authenticator;
use crate::bearer::is_scope;
use crate::config_error::ConfigError;
use crate::guard::Guard;
use crate::options::AuthenticateOptions;
use crate::rejection::Rejection;

/// An MCP server or an API that Clerk's OAuth access tokens protect: a resource server of OAuth 2.
///
/// [`require`](Self::require) guards it, and `routes`, with the feature `axum`, serve the document by which clients find the
/// authorization server (RFC 9728). No other layer is needed:
///
/// ```
/// use axum::{Router, routing::post};
/// use clerk_middleware::{ProtectedResource, RequestAuth};
/// # fn run(clerk: clerk_sdk::Clerk) -> Result<Router, clerk_middleware::ConfigError> {
/// let mcp = ProtectedResource::new(&clerk, "https://api.example.com/mcp")?
///     .scopes(["profile", "email"])
///     .baseline_scopes(["profile"]);
/// let app = Router::new()
///     .route("/mcp", post(|auth: RequestAuth| async move { format!("{:?}", auth.machine()) }))
///     .route_layer(mcp.require())
///     .merge(mcp.routes());
/// # Ok(app)
/// # }
/// ```
///
/// # Which tokens are accepted
///
/// OAuth access tokens of the instance: JWTs are verified with its keys, opaque tokens by asking Clerk, one request each unless the
/// client has a [`MachineTokenCache`](clerk_sdk::tokens::MachineTokenCache). A token with an audience must name this resource
/// (`aud`, RFC 8707); one without is rejected, unless [`without_audience`](Self::without_audience) says otherwise. Clerk's opaque
/// tokens have no audience. [`accepts`](Self::accepts) adds other kinds of tokens. Tokens are read from the header
/// `Authorization`, never from the query.
///
/// # How requests are rejected
///
/// By the header `WWW-Authenticate` (RFC 6750, section 3) with `resource_metadata` (RFC 9728, section 5.1), which pages of other
/// origins can read. The URL in it follows from the configuration, and not from the request.
///
/// | request | status | `error` |
/// |---|---|---|
/// | without a token, or with another scheme than `Bearer` | 401 | none; `scope` says what to ask for first |
/// | with a malformed `Authorization` | 400 | `invalid_request` |
/// | with a token that is expired, not genuine, for another resource, or of a kind that is not accepted | 401 | `invalid_token` |
/// | with a token that lacks a scope | 403 | `insufficient_scope`; `scope` says what to ask for |
/// | with a token that cannot be verified, because Clerk cannot be reached | 503 | |
///
/// # Other frameworks
///
/// The guard works as a layer for tower, as a middleware of actix-web and poem, and in a [`Policy`](crate::Policy) for Rocket. The
/// documents are served by the layer, middleware or fairing of this crate, if it is made from the resource:
///
/// ```
/// use clerk_middleware::{Authenticator, ClerkLayer, ProtectedResource};
/// # fn run(clerk: clerk_sdk::Clerk) -> Result<(), clerk_middleware::ConfigError> {
/// let mcp = ProtectedResource::new(&clerk, "https://api.example.com/mcp")?;
/// // For a server that is nothing else:
/// let layer = ClerkLayer::new(&mcp);
/// // For an application with pages and sessions too:
/// let layer = ClerkLayer::new(mcp.extend(Authenticator::new(clerk)));
/// # let _ = layer;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct ProtectedResource {
    authenticator: Arc<Authenticator>,
    resource: Arc<Resource>,
}

impl ProtectedResource {
    /// Protects the resource at this URL, which is its name too: write it as clients write it. It must begin with `https://`, or
    /// with `http://` on this machine, and have neither a query nor a fragment (RFC 9728, section 1.2).
    ///
    /// The authorization server is the client's Frontend API, or its proxy if the client has one.
    ///
    /// # Errors
    ///
    /// [`ConfigError`]: the URL is not one of a resource, or the client lacks what authenticating needs, such as the publishable
    /// key.
    pub fn new(clerk: &Clerk, url: impl AsRef<str>) -> Result<Self, ConfigError> {
        let resource = Arc::new(Resource::new(url.as_ref())?);
        let options = AuthenticateOptions::new()
            .accepts_token(TokenType::OAuth)
            .handshake(false);
        let authenticator = Authenticator::new(clerk.clone())
            .options(options)
            .for_resource(Arc::clone(&resource))
            .validate()?;
        Ok(Self {
            authenticator: Arc::new(authenticator),
            resource,
        })
    }

    fn change(mut self, change: impl FnOnce(&mut Resource)) -> Self {
        change(Arc::make_mut(&mut self.resource));
        let resource = Arc::clone(&self.resource);
        self.authenticator = Arc::new((*self.authenticator).clone().for_resource(resource));
        self
    }

    /// Sets the scopes that the resource knows (`scopes_supported`). Default: none, and the document does not name any.
    ///
    /// A name that is no scope (RFC 6749, section 3.3) is left out of challenges.
    #[must_use]
    pub fn scopes<S: Into<String>>(self, scopes: impl IntoIterator<Item = S>) -> Self {
        let scopes = valid(scopes);
        self.change(|resource| resource.scopes = scopes)
    }

    /// Sets the scopes that every request with an access token needs, and that a client should therefore ask for first. Default:
    /// none; clients are then told to ask for all of [`scopes`](Self::scopes).
    ///
    /// Access tokens without them are rejected with 403. Other kinds of tokens need not have them.
    #[must_use]
    pub fn baseline_scopes<S: Into<String>>(self, scopes: impl IntoIterator<Item = S>) -> Self {
        let scopes = valid(scopes);
        self.change(|resource| resource.baseline_scopes = scopes)
    }

    /// Sets the name of the resource for people (`resource_name`). Default: none.
    #[must_use]
    pub fn name(self, name: impl Into<String>) -> Self {
        let name = name.into();
        self.change(|resource| resource.name = Some(name))
    }

    /// Sets the URL of a page for developers (`resource_documentation`). Default: none.
    #[must_use]
    pub fn documentation(self, url: impl Into<String>) -> Self {
        let url = url.into();
        self.change(|resource| resource.documentation = Some(url))
    }

    /// Sets which access tokens pass that do not say whom they are for. Default:
    /// [`WithoutAudience::Reject`], so that a token for another server is never accepted (RFC 8707, section 2; the specification of
    /// MCP asks for it). The log says so when such a token comes.
    ///
    /// Clerk's opaque tokens (`oat_…`) have no audience. Accept them with [`WithoutAudience::AcceptOpaque`] if the instance issues
    /// opaque tokens and has one resource only, or resources that trust each other: each of them can use the tokens that it gets at
    /// the others. If the instance issues JWTs, as its settings of OAuth applications say, no change is needed.
    #[must_use]
    pub fn without_audience(self, without: WithoutAudience) -> Self {
        self.change(|resource| resource.without_audience = without)
    }

    /// Sets which kinds of tokens are accepted. Default: OAuth access tokens. Include [`TokenType::OAuth`], or there is no need for
    /// this type.
    ///
    /// The audience and the baseline scopes are asked of access tokens only. With sessions accepted, browsers are authenticated by
    /// their cookies too: check [`RequestAuth::require_same_origin`](crate::RequestAuth::require_same_origin) before a change.
    #[must_use]
    pub fn accepts(self, accepts: impl Into<Accepts>) -> Self {
        let accepts = accepts.into();
        self.options(|options| options.accepts_token(accepts))
    }

    /// Changes how tokens are verified, such as the clock skew.
    ///
    /// ```
    /// # fn run(mcp: clerk_middleware::ProtectedResource) -> clerk_middleware::ProtectedResource {
    /// mcp.options(|options| options.clock_skew_ms(0))
    /// # }
    /// # let _ = run;
    /// ```
    #[must_use]
    pub fn options(
        mut self,
        change: impl FnOnce(AuthenticateOptions) -> AuthenticateOptions,
    ) -> Self {
        let options = change(self.authenticator.authenticate_options().clone());
        self.authenticator = Arc::new((*self.authenticator).clone().options(options));
        self
    }

    /// Changes the rejections of [`require`](Self::require), as [`Authenticator::on_error`] does.
    #[must_use]
    pub fn on_error(
        mut self,
        change: impl Fn(&Parts, &mut Rejection) + Send + Sync + 'static,
    ) -> Self {
        self.authenticator = Arc::new((*self.authenticator).clone().on_error(change));
        self
    }

    /// Also serves `/.well-known/oauth-authorization-server`, for clients that know no RFC 9728 and ask the resource's host for the
    /// metadata of the authorization server (RFC 8414). Default: it is not served.
    ///
    /// It is the document of the Frontend API, at most 64 KiB, fetched once and kept for five minutes. While there is no newer one
    /// to be had, it is served for a day; without any, the response is 503. At most one request goes to Clerk at a time.
    #[must_use]
    pub fn authorization_server_metadata(self) -> Self {
        self.change(|resource| resource.serves_authorization_server = true)
    }

    /// Serves the document of this resource at its own path only, such as `/.well-known/oauth-protected-resource/mcp`, and not at
    /// `/.well-known/oauth-protected-resource`. Use it if a server has several resources: that path can be for one of them only.
    #[must_use]
    pub fn only_at_its_path(self) -> Self {
        self.change(|resource| resource.is_at_root = false)
    }

    /// Returns the URL of the document of this resource, which challenges name.
    pub fn metadata_url(&self) -> String {
        self.resource.metadata_url()
    }

    /// Returns a guard that lets in whoever has a token for this resource, with the
    /// [`baseline_scopes`](Self::baseline_scopes). It needs no outer layer; what a layer of another configuration has found out
    /// does not count. Handlers find a [`RequestAuth`](crate::RequestAuth) in the request's extensions.
    ///
    /// Add more conditions by the methods of [`Guard`]. Put layers for CORS outside it: a preflight has no token.
    pub fn require(&self) -> Guard {
        Guard::of_resource(Arc::clone(&self.authenticator))
    }

    /// Returns the guard of [`require`](Self::require) that also asks for these scopes. Tokens without them get 403 with a challenge
    /// from which the client learns what to ask for.
    ///
    /// ```
    /// # fn run(mcp: clerk_middleware::ProtectedResource) {
    /// let readers = mcp.require_scopes(["notes:read"]);
    /// let owners = mcp.require_scopes(["notes:write"]).reject_delegated();
    /// # let _ = (readers, owners);
    /// # }
    /// ```
    pub fn require_scopes<S: Into<String>>(&self, scopes: impl IntoIterator<Item = S>) -> Guard {
        self.require().scopes(scopes)
    }

    /// Returns an authenticator that knows this resource, for an application that is more than the resource. Its layer serves the
    /// documents of the resource, and guards and extractors that accept OAuth access tokens, such as
    /// [`RequireOAuth`](crate::RequireOAuth), require tokens for the resource and reject others with its challenges.
    ///
    /// An authenticator knows one resource: the last one.
    #[must_use]
    pub fn extend(&self, authenticator: Authenticator) -> Authenticator {
        authenticator.for_resource(Arc::clone(&self.resource))
    }
}

fn valid<S: Into<String>>(scopes: impl IntoIterator<Item = S>) -> Vec<String> {
    let scopes = scopes.into_iter().map(Into::into);
    scopes.filter(|scope| is_scope(scope)).collect()
}

/// An authenticator that accepts what the resource accepts.
impl From<&ProtectedResource> for Authenticator {
    fn from(resource: &ProtectedResource) -> Self {
        (*resource.authenticator).clone()
    }
}

impl fmt::Debug for ProtectedResource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProtectedResource")
            .field("resource", &self.resource)
            .finish_non_exhaustive()
    }
}
