//! One table of challenges for the servers of five frameworks.

mod servers;
mod table;
mod tokens;

use std::net::SocketAddr;

use clerk_middleware::{Authenticator, ProtectedResource, Rejection, RequestAuth};

/// How a framework serves a resource. All routes are `GET`:
///
/// | route | who may come |
/// |---|---|
/// | `/mcp` | behind `resource.require()` |
/// | `/mcp/email` | behind `resource.require_scopes(["email"])` |
/// | `/mcp/tool` | behind `resource.require()`; the handler calls `auth.require_scopes(["email"])?` |
/// | `/mcp/self` | behind `resource.require().reject_delegated()` |
/// | `/oauth` | takes `RequireOAuth`, where the layer is `resource.extend(…)` |
/// | `/page` | takes `RequireAuth`, where the layer is the same |
pub(crate) trait ResourceServer {
    const NAME: &'static str;

    async fn serve(resource: ProtectedResource, layer: Authenticator) -> SocketAddr;
}

fn caller(auth: &RequestAuth) -> String {
    match auth.machine() {
        Some(clerk_sdk::auth::MachineAuth::OAuth(token)) => token.user_id.clone(),
        other => format!("{other:?}"),
    }
}

fn tool(auth: &RequestAuth) -> Result<String, Rejection> {
    auth.require_scopes(["email"])?;
    Ok(caller(auth))
}

macro_rules! tests {
    ($($test:ident: $server:ident;)*) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                table::every_request_has_its_challenge::<servers::$server>().await;
            }
        )*
    };
}

tests! {
    axum_has_every_challenge: Axum;
    tower_has_every_challenge: Tower;
    actix_web_has_every_challenge: ActixWeb;
    poem_has_every_challenge: Poem;
    rocket_has_every_challenge: RocketWeb;
}
