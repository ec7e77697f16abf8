//! What the crates of this workspace make of one case, before any rule.

mod authenticate;
mod calls;
mod claims;
mod errors;
mod proxy;
mod setting;
mod tokens;
mod urls;
mod webhook;

use anyhow::{Result, bail};
use serde_json::Value;

use crate::Kind;
use crate::cases::text;

/// What no Rust program can be given.
pub(crate) const UNREPRESENTABLE: &str = "unrepresentable";

/// What the crates of this workspace make of one case, before any rule, in the form of [`expected`](crate::expected).
///
/// It must be called within a tokio runtime.
///
/// # Errors
///
/// The case is of an unknown function, or cannot be read.
///
/// ```
/// use clerk_conformance::{Kind, outcome};
/// use serde_json::json;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> anyhow::Result<()> {
/// let case = json!({ "fn": "parsePublishableKey", "key": "pk_test_x" });
/// assert_eq!(outcome(Kind::Misc, &case).await?["isPublishableKey"], false);
/// # Ok(())
/// # }
/// ```
pub async fn outcome(kind: Kind, case: &Value) -> Result<Value> {
    let function = text(case, "fn");
    if !kind.functions().contains(&function.as_str()) {
        bail!("there is no function `{function}` among cases of kind {kind}");
    }
    match function.as_str() {
        "authenticateRequest" => Box::pin(authenticate::one(case)).await,
        "sequence" => Box::pin(authenticate::sequence(case)).await,
        "verifyToken" => tokens::verify(case).await,
        "verifyMachineAuthToken" => tokens::verify_machine(case).await,
        "decodeJwt" => Ok(tokens::decode(case)),
        "has" => claims::has(case),
        "jwtPayloadToAuth" => claims::auth(case),
        "parsePublishableKey" => Ok(claims::publishable_key(case)),
        "verifyWebhook" => Ok(webhook::verify(case)),
        "clerkRequest" => urls::url_and_cookies(case),
        "createRedirect" => urls::redirect(case),
        "proxy" => Box::pin(proxy::one(case)).await,
        "bapi" => Box::pin(calls::call(case)).await,
        _ => bail!("there is no function `{function}`"),
    }
}
