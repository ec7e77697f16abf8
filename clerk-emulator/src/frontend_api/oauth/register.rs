//! `/oauth/register`: applications that register themselves.

use std::sync::Arc;

use axum::extract::{Request, State as Shared};
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::Value;

use super::{answer, client};
use crate::domain::oauth::error::OAuthError;
use crate::domain::oauth::registration;
use crate::http::params::Params;
use crate::http::parse;
use crate::instance::Instance;
use crate::views::oauth::registered_view;

pub(super) async fn register(
    Shared(instance): Shared<Arc<Instance>>,
    request: Request,
) -> Response {
    let registered = match read_metadata(request).await {
        Ok(metadata) => {
            let cx = instance.context();
            let params = Params::new(&metadata);
            instance.commit(|state| registration::register(cx, state, params))
        }
        Err(error) => Err(error),
    };
    match registered {
        Ok(application) => {
            answer::json_for_once(StatusCode::CREATED, &registered_view(&application))
        }
        Err(error) => answer::error(&error),
    }
}

async fn read_metadata(request: Request) -> Result<Value, OAuthError> {
    let invalid = |description: &str| OAuthError::new("invalid_client_metadata", description);
    if !client::has_type(request.headers(), "application/json") {
        return Err(invalid("The request's body has to be application/json."));
    }
    let bytes = parse::body_bytes(request).await?;
    let metadata = serde_json::from_slice(&bytes).ok().filter(Value::is_object);
    metadata.ok_or_else(|| invalid("The request's body is no JSON object."))
}
