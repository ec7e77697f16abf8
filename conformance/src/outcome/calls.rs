//! Calls to the Backend API.

use std::future::IntoFuture;

use anyhow::{Result, bail};
use clerk_sdk::{Clerk, ClerkOptions, Environment, Error, HttpOptions, RetryPolicy, Timestamp};
use serde_json::{Value, json};

use crate::cases::text;
use crate::mock_api::MockApi;
use crate::recorded::{essence, wires};

/// Makes the call of a case. Compared are the outcome, what an application sees of the response, and what went over the
/// wire.
pub(super) async fn call(case: &Value) -> Result<Value> {
    let api = MockApi::start(&case["api"]["routes"]).await?;
    let mut http = HttpOptions::new().retry(RetryPolicy::none());
    let agent = text(&case["options"], "userAgent");
    if !agent.is_empty() {
        http = http.user_agent(&agent);
    }
    let options = ClerkOptions::new()
        .secret_key(text(&case["options"], "secretKey"))
        .server_api_url(&api.url)
        .http_options(http);
    let clerk = Clerk::with_environment(options, Environment::empty())?;
    let mut ours = match made(&clerk, &case["call"]).await? {
        Ok(result) => json!({ "kind": "ok", "result": essence(&result) }),
        Err(error) => failure(&error),
    };
    ours["calls"] = wires(&api.calls(), &agent);
    Ok(ours)
}

async fn made(clerk: &Clerk, call: &Value) -> Result<std::result::Result<Value, Error>> {
    let argument = |index: usize| call[index].as_str().unwrap_or_default();
    Ok(match (argument(0), argument(1)) {
        // The recorded users lack most of what a user has, so they are read untyped.
        ("users", "getUser") => untyped(clerk.users().get_user(argument(2)).json()).await,
        ("users", "getUserList") => untyped(users(clerk, &call[2]).json())
            .await
            .map(|users| json!({ "data": users })),
        ("sessions", "getToken") => {
            let mut request = clerk.sessions().get_token(argument(2));
            if !argument(3).is_empty() {
                request = request.template(argument(3));
            }
            if let Some(seconds) = call[4].as_i64() {
                request = request.expires_in_seconds(seconds);
            }
            request.await.map(|token| json!({ "jwt": token.jwt }))
        }
        ("m2m", "list") => {
            let subject = text(&call[2], "subject");
            let page = clerk.m2m().list().subject(subject).await;
            page.map(|page| json!({ "data": page.data, "totalCount": page.total_count }))
        }
        (resource, method) => bail!("no case may call {resource}.{method}"),
    })
}

fn failure(error: &Error) -> Value {
    let class = match error {
        Error::Api(_) => "api",
        Error::Decode(_) => "decode",
        Error::Transport(_) => "transport",
        Error::InvalidRequest { .. } => "invalid-request",
        _ => "other",
    };
    json!({
        "kind": "throw",
        "class": class,
        "status": error.status().map(|status| status.as_u16()),
        "traceId": error.clerk_trace_id(),
        "retryAfter": error.retry_after().map(|after| after.as_secs()),
        "codes": codes(error),
    })
}

/// The codes of all errors of a response.
fn codes(error: &Error) -> Vec<&str> {
    match error {
        Error::Api(error) => error
            .errors
            .iter()
            .map(|error| error.code.as_str())
            .collect(),
        _ => Vec::new(),
    }
}

async fn untyped<T>(request: T) -> Result<Value, Error>
where
    T: IntoFuture<
        Output = Result<clerk_sdk::clerk_api::Response<Value>, clerk_sdk::clerk_api::Error>,
    >,
{
    Ok(request.await?.into_body())
}

#[allow(deprecated)] // One of the recorded parameters is.
fn users(clerk: &Clerk, given: &Value) -> clerk_sdk::operations::GetUserList {
    let mut request = clerk.users().get_user_list();
    if let Some(list) = given["emailAddress"].as_array() {
        request = request.email_address(list.iter().filter_map(Value::as_str));
    }
    if let Some(limit) = given["limit"].as_i64() {
        request = request.limit(limit);
    }
    if let Some(offset) = given["offset"].as_i64() {
        request = request.offset(offset);
    }
    if let Some(order) = given["orderBy"].as_str() {
        request = request.order_by(order);
    }
    if let Some(since) = given["lastActiveAtSince"].as_i64() {
        request = request.last_active_at_since(Timestamp::from(since));
    }
    if let Some(banned) = given["banned"].as_bool() {
        request = request.banned(banned);
    }
    request
}
