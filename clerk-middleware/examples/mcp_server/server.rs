//! The server and its tools.

use std::error::Error;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use clerk_emulator::{Emulator, Seed};
use clerk_middleware::{ProtectedResource, Rejection, RequestAuth};
use clerk_sdk::auth::MachineAuth;
use clerk_sdk::tokens::WithoutAudience;
use clerk_sdk::{Clerk, ClerkOptions, Environment};
use http::StatusCode;
use http::request::Parts;
use rmcp::handler::server::router::tool::ToolRouter;
use rmcp::handler::server::tool::Extension;
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use rmcp::{ErrorData, ServerHandler, tool, tool_handler, tool_router};
use serde_json::{Value, json};
use tokio::net::TcpListener;

const SEED: &str = r#"
[[users]]
id = "user_ada"
email_address = "ada@example.com"
first_name = "Ada"

# Clients register themselves, and access tokens say whom they are for.
[[oauth_application_settings]]
dynamic_oauth_client_registration = true
oauth_jwt_access_tokens = true
"#;

/// The longest message of a client.
const MAX_MESSAGE: usize = 1024 * 1024;

/// A running server.
pub(crate) struct McpServer {
    pub(crate) url: String,
    pub(crate) emulator: Option<Emulator>,
}

impl McpServer {
    /// Starts a server on this port; 0 is a free one.
    pub(crate) async fn start(port: u16) -> Result<Self, Box<dyn Error>> {
        let listener = TcpListener::bind(("127.0.0.1", port)).await?;
        // In production this is the URL that clients use, from your configuration.
        let url = format!("http://{}/mcp", listener.local_addr()?);
        let (clerk, emulator) = if std::env::var_os("CLERK_SECRET_KEY").is_some() {
            (Clerk::from_env()?, None)
        } else {
            let (clerk, emulator) = emulated().await?;
            (clerk, Some(emulator))
        };
        let mut mcp = ProtectedResource::new(&clerk, &url)?
            .name("Example")
            .scopes(["profile", "email"])
            .baseline_scopes(["profile"])
            .authorization_server_metadata();
        if emulator.is_none() {
            // The tokens of your instance may be opaque. Right for an instance with one resource: see docs/mcp.md.
            mcp = mcp.without_audience(WithoutAudience::AcceptOpaque);
        }
        let tools = StreamableHttpService::new(
            || Ok(Tools::new()),
            LocalSessionManager::default().into(),
            StreamableHttpServerConfig::default(),
        );
        let app = Router::new()
            .route_service("/mcp", tools)
            .route_layer(from_fn(scopes_of_tools))
            .route_layer(mcp.require())
            .merge(mcp.routes());
        tokio::spawn(async move { axum::serve(listener, app).await });
        Ok(Self { url, emulator })
    }
}

async fn emulated() -> Result<(Clerk, Emulator), Box<dyn Error>> {
    let emulator = Emulator::builder()
        .seed(Seed::from_toml(SEED)?)
        .start()
        .await?;
    let options = ClerkOptions::new()
        .server_api_url(emulator.url())
        .secret_key(emulator.secret_key())
        .publishable_key(emulator.publishable_key())
        .proxy_url(emulator.proxy_url())
        .jwt_key(emulator.jwt_key());
    let clerk = Clerk::with_environment(options, Environment::empty())?;
    Ok((clerk, emulator))
}

/// Rejects calls of tools that need more scopes than the token has. A client learns of scopes by a response of HTTP, which a tool
/// cannot make; so the message is looked at before the tools get it.
async fn scopes_of_tools(auth: RequestAuth, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, MAX_MESSAGE).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let message: Value = serde_json::from_slice(&body).unwrap_or_default();
    if message["method"] == "tools/call"
        && let Some(tool) = message["params"]["name"].as_str()
        && let Err(rejection) = auth.require_scopes(scopes_of(tool).iter().copied())
    {
        return IntoResponse::into_response(rejection);
    }
    next.run(Request::from_parts(parts, Body::from(body))).await
}

/// The one place that says what a tool needs.
fn scopes_of(tool: &str) -> &'static [&'static str] {
    match tool {
        "my_email" => &["email"],
        _ => &[],
    }
}

#[derive(Clone)]
struct Tools {
    tool_router: ToolRouter<Self>,
}

#[tool_router]
impl Tools {
    fn new() -> Self {
        Self {
            tool_router: Self::tool_router(),
        }
    }

    #[tool(description = "Says who you are")]
    async fn who_am_i(&self, Extension(parts): Extension<Parts>) -> Result<String, ErrorData> {
        let (_, user_id) = caller(&parts, "who_am_i")?;
        Ok(user_id)
    }

    #[tool(description = "Says who you are and what your email address is")]
    async fn my_email(&self, Extension(parts): Extension<Parts>) -> Result<String, ErrorData> {
        let (auth, user_id) = caller(&parts, "my_email")?;
        let user = auth.clerk().users().get_user(&user_id).await;
        let user = user.map_err(|_| ErrorData::internal_error("Clerk cannot be asked", None))?;
        let primary = user.primary_email_address_id.as_ref();
        let email = user
            .email_addresses
            .iter()
            .find(|email| Some(&email.id) == primary);
        let email = email.map(|email| email.email_address.clone());
        Ok(json!({ "id": user_id, "email": email }).to_string())
    }
}

#[tool_handler(router = self.tool_router)]
impl ServerHandler for Tools {}

/// Returns who calls a tool. The scopes are checked here once more, because this is what counts: however a message came to the tool.
fn caller(parts: &Parts, tool: &str) -> Result<(RequestAuth, String), ErrorData> {
    let forbidden = |_: Rejection| ErrorData::invalid_request("the token lacks a scope", None);
    let nobody = || ErrorData::invalid_request("nobody is signed in", None);
    let auth = parts.extensions.get::<RequestAuth>().ok_or_else(nobody)?;
    auth.require_scopes(scopes_of(tool).iter().copied())
        .map_err(forbidden)?;
    match auth.machine() {
        Some(MachineAuth::OAuth(token)) => Ok((auth.clone(), token.user_id.clone())),
        _ => Err(nobody()),
    }
}
