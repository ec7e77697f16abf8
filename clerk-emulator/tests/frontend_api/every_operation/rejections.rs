//! What every operation rejects, in Clerk's form.

use serde_json::Value;

use crate::browser::{Browser, Reply, emulator, user};
use crate::oracle::{FRONTEND_API, Operation, operations};

/// Operations that speak OAuth, whose errors have another form, or that redirect.
fn speaks_clerk(operation: &Operation) -> bool {
    !operation.path.starts_with("/oauth/")
}

/// Returns the path with unknown ids.
fn path_of(operation: Operation) -> String {
    let segments = operation.path.split('/').map(|segment| {
        if segment.starts_with('{') {
            "nobody_3"
        } else {
            segment
        }
    });
    segments.collect::<Vec<_>>().join("/")
}

fn check(operation: Operation, reply: &Reply, expected: &[u16], failures: &mut Vec<String>) {
    let body = reply.json();
    let errors = body["errors"]
        .as_array()
        .filter(|errors| !errors.is_empty());
    let entries_are_whole = errors.is_some_and(|errors| {
        errors.iter().all(|error| {
            ["code", "message", "long_message"]
                .iter()
                .all(|name| error[name].as_str().is_some_and(|text| !text.is_empty()))
                && error["meta"].is_object()
        })
    });
    let may_be_read = reply.header("access-control-allow-origin") == "http://localhost:3000";
    if !expected.contains(&reply.status) || !entries_are_whole || !may_be_read {
        failures.push(format!("{}: {reply:?}", operation.id));
    }
}

fn form_schema(operation: Operation) -> Option<&'static Value> {
    let content = operation.facts["requestBody"]["content"].as_object()?;
    let form = content
        .get("application/x-www-form-urlencoded")
        .or_else(|| content.get("application/json"));
    Some(operation.follow(&form?["schema"]))
}

#[tokio::test]
async fn who_is_signed_out_is_told_so_in_clerks_form() {
    let emulator = emulator().await;
    let mut failures = Vec::new();
    let mut told = 0;
    for operation in operations(&FRONTEND_API).into_iter().filter(speaks_clerk) {
        let path = path_of(operation);
        let of_users = ["/v1/me", "/v1/organizations", "/api_keys"];
        if !of_users.iter().any(|root| path.starts_with(root)) {
            continue;
        }
        let browser = &mut Browser::new(&emulator);
        browser.form("POST", "/v1/dev_browser", &[]).await;
        let required = form_schema(operation).and_then(|schema| schema["required"].as_array());
        let named = ["query", "body"].iter().any(|_| required.is_some());
        let reply = browser
            .form(&operation.method.to_uppercase(), &path, &[])
            .await;
        let expected: &[u16] = if named || path.contains("image") || path.contains("logo") {
            &[400, 401, 422]
        } else {
            &[401, 422]
        };
        check(operation, &reply, expected, &mut failures);
        told += usize::from(reply.status == 401);
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(told > 80, "{told}");
}

#[tokio::test]
async fn what_is_missing_is_named() {
    let emulator = emulator().await;
    let ada = user(&emulator, "ada@example.com").await;
    let mut failures = Vec::new();
    for operation in operations(&FRONTEND_API).into_iter().filter(speaks_clerk) {
        let required = form_schema(operation).and_then(|schema| schema["required"].as_array());
        let Some(required) = required.filter(|required| !required.is_empty()) else {
            continue;
        };
        let browser = &mut Browser::signed_in(&emulator, &ada).await;
        let method = operation.method.to_uppercase();
        let reply = browser.form(&method, &path_of(operation), &[]).await;
        check(operation, &reply, &[422], &mut failures);
        let body = reply.json();
        let errors = body["errors"].as_array().cloned().unwrap_or_default();
        for name in required {
            if errors
                .iter()
                .all(|error| error["meta"]["param_name"] != *name)
            {
                failures.push(format!("{}: {name} is not named: {reply:?}", operation.id));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[tokio::test]
async fn nothing_fails_whatever_is_sent() {
    let emulator = emulator().await;
    let mut failures = Vec::new();
    for operation in operations(&FRONTEND_API) {
        let method = operation.method.to_uppercase();
        let path = path_of(operation);
        let schema = form_schema(operation);
        let names = schema.and_then(|schema| schema["properties"].as_object());
        let names: Vec<&str> = names
            .into_iter()
            .flatten()
            .map(|(name, _)| &**name)
            .collect();
        // A user for each: one of them is deleted.
        let email = format!("{}@example.com", operation.id);
        let user = user(&emulator, &email).await;
        let browser = &mut Browser::signed_in(&emulator, &user).await;
        for value in ["", "\u{1F600}", "null", "[1,2", "-1", "{\"a\":{}}", "%00"] {
            let fields: Vec<(&str, &str)> = names.iter().map(|name| (*name, value)).collect();
            let path = format!("{path}?limit={value}&offset={value}&redirect_url={value}");
            let reply = browser.form(&method, &path, &fields).await;
            if reply.status >= 500 {
                failures.push(format!("{} with {value}: {reply:?}", operation.id));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
