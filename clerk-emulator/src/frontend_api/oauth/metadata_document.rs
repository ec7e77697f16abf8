//! Clients whose id is the URL of their metadata: the metadata is fetched, within bounds.

use std::time::Duration;

use serde_json::Value;
use tokio::sync::Semaphore;
use url::Url;

use super::client::has_type;
use crate::domain::oauth::error::OAuthError;
use crate::domain::oauth::registration::{accept_document, document_to_fetch};
use crate::instance::Instance;

/// How long a server may take to send its document.
const PATIENCE: Duration = Duration::from_secs(5);
const MAX_DOCUMENT: usize = 16 * 1024;
/// So many documents are fetched at once: a stranger chooses the servers, and how slow they are.
static FETCHES: Semaphore = Semaphore::const_new(8);

/// Fetches the metadata of a client that is not known yet, or no longer well enough.
pub(super) async fn learn_client(
    instance: &Instance,
    client_id: Option<&str>,
) -> Result<(), OAuthError> {
    let Some(client_id) = client_id else {
        return Ok(());
    };
    let cx = instance.context();
    let wanted = document_to_fetch(cx, &instance.read(), client_id)?;
    let Some(url) = wanted else {
        return Ok(());
    };
    let _permit = FETCHES.try_acquire().map_err(|_| {
        OAuthError::new(
            "temporarily_unavailable",
            "Too many clients are looked up at once. Try again.",
        )
    })?;
    let document = fetch(url).await?;
    instance.commit(|state| accept_document(cx, state, client_id, &document))
}

async fn fetch(url: Url) -> Result<Value, OAuthError> {
    let failed = |why: &str| {
        let description = format!("The metadata of the client could not be fetched: {why}.");
        OAuthError::invalid_client(&description)
    };
    let mut builder = reqwest::Client::builder()
        .timeout(PATIENCE)
        // A redirect would lead past what was checked of the URL.
        .redirect(reqwest::redirect::Policy::none());
    if url.scheme() == "http" {
        builder = builder.no_proxy();
    }
    let http = builder
        .build()
        .map_err(|_| failed("there is no HTTP client"))?;
    let request = http.get(url).header("accept", "application/json");
    let mut response = request.send().await.map_err(|error| {
        failed(if error.is_timeout() {
            "it took too long"
        } else {
            "no answer"
        })
    })?;
    if response.status() != 200 {
        return Err(failed(&format!("status {}", response.status().as_u16())));
    }
    if !has_type(response.headers(), "application/json") {
        return Err(failed("it is not application/json"));
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = response
        .chunk()
        .await
        .map_err(|_| failed("the answer broke off"))?
    {
        if bytes.len() + chunk.len() > MAX_DOCUMENT {
            return Err(failed("it is too long"));
        }
        bytes.extend_from_slice(&chunk);
    }
    serde_json::from_slice(&bytes).map_err(|_| failed("it is no JSON"))
}
