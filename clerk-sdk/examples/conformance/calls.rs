//! Calls to the Backend API.

use std::future::IntoFuture;

use clerk_sdk::clerk_api::reqwest::Url;
use clerk_sdk::{Clerk, ClerkOptions, Environment, Error, HttpOptions, RetryPolicy, Timestamp};
use serde_json::{Value, json};

use super::mock_api::{MockApi, versionless};
use super::{Failure, Outcome, text};

/// Makes the call of a case. Compared are the outcome, what an application sees of the answer, and what went over the wire.
pub(crate) async fn call(case: &Value, recorded: &Value) -> Result<Option<Outcome>, Failure> {
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

    let argument = |index: usize| case["call"][index].as_str().unwrap_or_default();
    let answer: Result<Value, Error> = match (argument(0), argument(1)) {
        // The recorded users lack most of what a user has, so they are read untyped.
        ("users", "getUser") => untyped(clerk.users().get_user(argument(2)).json()).await,
        ("users", "getUserList") => untyped(users(&clerk, &case["call"][2]).json())
            .await
            .map(|users| json!({ "data": users })),
        ("sessions", "getToken") => {
            let mut request = clerk.sessions().get_token(argument(2));
            if !argument(3).is_empty() {
                request = request.template(argument(3));
            }
            if let Some(seconds) = case["call"][4].as_i64() {
                request = request.expires_in_seconds(seconds);
            }
            request.await.map(|token| json!({ "jwt": token.jwt }))
        }
        ("m2m", "list") => {
            let subject = text(&case["call"][2], "subject");
            let page = clerk.m2m().list().subject(subject).await;
            page.map(|page| json!({ "data": page.data, "totalCount": page.total_count }))
        }
        _ => return Ok(None),
    };

    let mut ours = match answer {
        Ok(result) => json!({ "kind": "ok", "result": essence(&result) }),
        Err(error) => json!({
            "kind": "throw",
            "status": error.status().map(|status| status.as_u16()),
            "traceId": error.clerk_trace_id(),
            "retryAfter": error.retry_after().map(|after| after.as_secs()),
            "code": error.code(),
        }),
    };
    ours["calls"] = api
        .whole_calls()
        .iter()
        .map(|call| wire(call, &agent))
        .collect();
    let outcome = &recorded["outcome"];
    let error = &outcome["error"];
    let mut theirs = match text(outcome, "kind").as_str() {
        "ok" => json!({ "kind": "ok", "result": essence(&outcome["result"]) }),
        _ => json!({
            "kind": "throw", "status": error["status"], "traceId": error["clerkTraceId"],
            "retryAfter": error["retryAfter"], "code": error["errors"][0]["code"],
        }),
    };
    let calls = recorded["apiCalls"].as_array().into_iter().flatten();
    theirs["calls"] = calls.map(|call| recorded_wire(call, &agent)).collect();
    Ok(Some(Outcome {
        ours,
        recorded: theirs,
    }))
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
fn users(clerk: &Clerk, given: &Value) -> clerk_sdk::operations::GetUserList<clerk_sdk::Paged> {
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

/// What of an answer both SDKs name: ids, the first name, the token, the count.
fn essence(result: &Value) -> Value {
    let one = |value: &Value| {
        let name = value.get("firstName").or(value.get("first_name"));
        json!({ "id": value["id"], "firstName": name, "jwt": value["jwt"] })
    };
    match result {
        Value::String(_) => result.clone(),
        _ => match result["data"].as_array() {
            Some(data) => json!({
                "data": data.iter().map(one).collect::<Vec<_>>(), "totalCount": result["totalCount"],
            }),
            None => one(result),
        },
    }
}

fn wire(call: &Value, agent: &str) -> Value {
    let query = Url::parse(&format!("http://localhost?{}", text(call, "query")))
        .map(|url| url.query_pairs().into_owned().collect::<Vec<_>>())
        .unwrap_or_default();
    shape(
        call,
        query,
        [
            &call["authorization"],
            &call["clerk-api-version"],
            &call["user-agent"],
        ],
        agent,
    )
}

fn recorded_wire(call: &Value, agent: &str) -> Value {
    let query = serde_json::from_value(call["query"].clone()).unwrap_or_default();
    let headers = &call["headers"];
    shape(
        call,
        query,
        [
            &headers["authorization"],
            &headers["clerk-api-version"],
            &headers["user-agent"],
        ],
        agent,
    )
}

fn shape(
    call: &Value,
    mut query: Vec<(String, String)>,
    [authorization, version, sent_agent]: [&Value; 3],
    agent: &str,
) -> Value {
    // Stable: the order of the values of one parameter counts, that of the parameters does not.
    query.sort_by(|one, other| one.0.cmp(&other.0));
    // Each SDK has a name of its own unless the case gives one.
    let agent = (!agent.is_empty()).then_some(sent_agent);
    json!({
        "method": call["method"], "path": versionless(&text(call, "path")), "query": query, "body": call["body"],
        "authorization": authorization, "version": version, "agent": agent,
    })
}
