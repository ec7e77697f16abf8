//! From the bare URL of an MCP server to the answer of a tool, with the client of the crate `rmcp`: 401, metadata, registration,
//! consent, token, tool; then a second scope.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../examples/mcp_server/server.rs"]
mod server;

use std::collections::BTreeMap;

use clerk_emulator::Emulator;
use reqwest::{Client, Response};
use rmcp::ServiceExt as _;
use rmcp::model::CallToolRequestParams;
use rmcp::transport::StreamableHttpClientTransport;
use rmcp::transport::auth::{AuthClient, AuthorizationManager, AuthorizationRequest, OAuthState};
use rmcp::transport::streamable_http_client::StreamableHttpClientTransportConfig;
use serde_json::{Value, json};
use url::Url;

use self::server::McpServer;

const CALLBACK: &str = "http://127.0.0.1:9/callback";

fn http() -> Client {
    let builder = Client::builder().redirect(reqwest::redirect::Policy::none());
    builder.no_proxy().build().unwrap()
}

async fn post(server: &McpServer, token: Option<&str>, message: &Value) -> Response {
    let mut request = http().post(&server.url).json(message);
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    let accept = "application/json, text/event-stream";
    request.header("accept", accept).send().await.unwrap()
}

fn challenge(response: &Response) -> String {
    let value = &response.headers()["www-authenticate"];
    value.to_str().unwrap().to_owned()
}

/// What Ada's browser does: it opens the page, allows what it asks for, and ends where the client waits.
async fn consent(emulator: &Emulator, url: &str) -> String {
    let client = emulator.sign_in("user_ada").unwrap().client_token;
    let mut cookies = BTreeMap::from([("__client".to_owned(), client)]);
    let mut request = http().get(url);
    for _ in 0..5 {
        let pairs: Vec<String> = cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let request_with = request.header("cookie", pairs.join("; "));
        let response = request_with
            .header("accept", "text/html")
            .send()
            .await
            .unwrap();
        for cookie in response.headers().get_all("set-cookie") {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            cookies.insert(name.to_owned(), value.to_owned());
        }
        let here = response.url().clone();
        if let Some(location) = response.headers().get("location") {
            let next = here.join(location.to_str().unwrap()).unwrap();
            if next.as_str().starts_with(CALLBACK) {
                return next.into();
            }
            request = http().get(next);
            continue;
        }
        let html = response.text().await.unwrap();
        let (action, fields) = form(&html);
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .append_pair("consented", "true")
            .finish();
        request = http()
            .post(here.join(&action).unwrap())
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body);
    }
    panic!("no way back to the client");
}

/// Returns the action and the hidden fields of the form that allows.
fn form(html: &str) -> (String, Vec<(String, String)>) {
    let mut forms = html.split("<form").skip(1);
    let form = forms
        .find(|form| form.contains("Allow"))
        .unwrap_or_else(|| panic!("no form: {html}"));
    let form = form.split("</form>").next().unwrap();
    let value = |tag: &str, name: &str| {
        let (_, rest) = tag.split_once(&format!("{name}=\""))?;
        Some(
            rest.split('"')
                .next()?
                .replace("&quot;", "\"")
                .replace("&amp;", "&"),
        )
    };
    let fields = form.split("<input").skip(1);
    let fields = fields.filter_map(|tag| Some((value(tag, "name")?, value(tag, "value")?)));
    (value(form, "action").unwrap(), fields.collect())
}

/// Authorizes a client that knows nothing but the URL of the server and a challenge of it.
async fn authorize(server: &McpServer, challenge: &str) -> (AuthorizationManager, String) {
    let emulator = server.emulator.as_ref().unwrap();
    let mut state = OAuthState::new(server.url.as_str(), None).await.unwrap();
    let request = AuthorizationRequest::new(CALLBACK)
        .with_client_name("Test")
        .with_challenge(challenge)
        // Without this, the client asks for every scope of the server at once.
        .with_initial_scope_selection();
    state.start_authorization(request).await.unwrap();
    let page = state.get_authorization_url().await.unwrap();
    let query = Url::parse(&page).unwrap();
    let scope = query.query_pairs().find(|(name, _)| name == "scope");
    let scope = scope.unwrap().1.into_owned();
    let back = consent(emulator, &page).await;
    state.handle_callback_url(&back).await.unwrap();
    (state.into_authorization_manager().unwrap(), scope)
}

/// Returns the text of a tool's answer.
async fn call(server: &McpServer, manager: AuthorizationManager, tool: &'static str) -> String {
    let config = StreamableHttpClientTransportConfig::with_uri(server.url.as_str());
    let client = AuthClient::new(http(), manager);
    let transport = StreamableHttpClientTransport::with_client(client, config);
    let service = ().serve(transport).await.unwrap();
    let result = service
        .call_tool(CallToolRequestParams::new(tool))
        .await
        .unwrap();
    let result = serde_json::to_value(&result).unwrap();
    service.cancel().await.unwrap();
    let text = result["content"][0]["text"].as_str();
    text.unwrap_or_else(|| panic!("{result}")).to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_gets_from_the_bare_url_to_a_tool_and_on_to_a_second_scope() {
    let server = McpServer::start(0).await.unwrap();
    let origin = server.url.strip_suffix("/mcp").unwrap();
    let list = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list" });
    let rejected = post(&server, None, &list).await;
    assert_eq!(rejected.status(), 401);
    let first = challenge(&rejected);
    let metadata = format!("{origin}/.well-known/oauth-protected-resource/mcp");
    assert_eq!(
        first,
        format!("Bearer resource_metadata=\"{metadata}\", scope=\"profile\"")
    );
    // Older clients ask the server itself.
    let document = format!("{origin}/.well-known/oauth-authorization-server");
    let document: Value = http()
        .get(document)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(document["issuer"], server.emulator.as_ref().unwrap().url());

    let (manager, scope) = authorize(&server, &first).await;
    assert_eq!(scope, "profile offline_access");
    let token = manager.get_access_token().await.unwrap();
    assert_eq!(call(&server, manager, "who_am_i").await, "user_ada");

    // The second tool needs more. The challenge says what to ask for.
    let email = json!({ "jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": { "name": "my_email", "arguments": {} } });
    let rejected = post(&server, Some(&token), &email).await;
    assert_eq!(rejected.status(), 403);
    let second = challenge(&rejected);
    assert!(
        second.starts_with("Bearer error=\"insufficient_scope\""),
        "{second}"
    );
    let (manager, scope) = authorize(&server, &second).await;
    assert_eq!(scope, "profile email offline_access");
    let answer: Value = serde_json::from_str(&call(&server, manager, "my_email").await).unwrap();
    assert_eq!(
        answer,
        json!({ "id": "user_ada", "email": "ada@example.com" })
    );
}
