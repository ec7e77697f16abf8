//! What every operation rejects, as the document says.

use serde_json::{Value, json};

use super::http::{Api, Reply, emulator};
use super::oracle::{BACKEND_API, Operation, operations};

/// Returns the path with unknown ids.
fn path_of(operation: Operation) -> String {
    let segments = operation.path.split('/').map(|segment| match segment {
        "{template_type}" => "email",
        variable if variable.starts_with('{') => "nobody_3",
        literal => literal,
    });
    segments.collect::<Vec<_>>().join("/")
}

fn check(operation: Operation, reply: &Reply, expected: &[u16], failures: &mut Vec<String>) {
    let errors = reply.body["errors"]
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
    let traced =
        !reply.trace_id.is_empty() && reply.body["clerk_trace_id"] == reply.trace_id.as_str();
    if !expected.contains(&reply.status) || !entries_are_whole || !traced {
        failures.push(format!("{}: {reply:?}", operation.id));
    }
}

#[tokio::test]
async fn without_the_key_nothing_is_answered() {
    let emulator = emulator().await;
    let mut failures = Vec::new();
    for key in ["", "sk_test_another", "ak_of_no_machine"] {
        let api = Api::new(&emulator).with_key(key);
        for operation in operations(&BACKEND_API)
            .into_iter()
            .filter(|operation| operation.id != "GetPublicInterstitial")
        {
            let reply = api.send(operation.method, &path_of(operation), None).await;
            check(operation, &reply, &[401], &mut failures);
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// Returns a body in which each known field has a wrong type.
fn ill_typed(operation: Operation, schema: &Value) -> Value {
    let schema = operation.follow(schema);
    if schema["type"] == "array" {
        return json!([{"no_such_field": 1}]);
    }
    let wrong = |(name, property): (&String, &Value)| {
        let property = operation.follow(property);
        let value = match property["type"].as_str() {
            Some("string") => json!({"not": "a string"}),
            Some(_) => json!("neither number nor flag, list nor object"),
            None => return None,
        };
        Some((name.clone(), value))
    };
    Value::Object(
        schema["properties"]
            .as_object()
            .unwrap()
            .iter()
            .filter_map(wrong)
            .collect(),
    )
}

#[tokio::test]
async fn bad_input_is_refused_by_every_operation_that_takes_any() {
    let emulator = emulator().await;
    let api = Api::new(&emulator);
    let (mut failures, mut takes_nothing) = (Vec::new(), Vec::new());
    for operation in operations(&BACKEND_API) {
        let path = path_of(operation);
        let schema = &operation.facts["requestBody"]["content"]["application/json"]["schema"];
        let parameters: Vec<&Value> = operation.facts["parameters"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|parameter| operation.follow(parameter))
            .filter(|p| p["in"] == "query")
            .collect();
        let is_number = |parameter: &&&Value| {
            ["integer", "number", "boolean"]
                .iter()
                .any(|kind| parameter["schema"]["type"] == *kind)
        };
        if !schema.is_null() {
            let reply = api
                .send(operation.method, &path, Some(&ill_typed(operation, schema)))
                .await;
            check(operation, &reply, &[422], &mut failures);
            let required = operation.follow(schema)["required"]
                .as_array()
                .cloned()
                .unwrap_or_default();
            if !required.is_empty() {
                let reply = api.send(operation.method, &path, Some(&json!({}))).await;
                check(operation, &reply, &[422], &mut failures);
                let named: Vec<&Value> = reply.body["errors"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|e| &e["meta"]["param_name"])
                    .collect();
                for name in &required {
                    if !named.contains(&name) {
                        failures.push(format!("{}: {name} is not named: {reply:?}", operation.id));
                    }
                }
            }
        } else if path.contains("nobody_3") {
            let reply = api.send(operation.method, &path, None).await;
            // A file is checked before its owner; a subject is in the query.
            let expected: &[u16] = if operation.facts["requestBody"].is_null() {
                &[404]
            } else {
                &[400, 404]
            };
            check(operation, &reply, expected, &mut failures);
        } else if let Some(parameter) = parameters.iter().find(is_number) {
            let path = format!("{path}?{}=nonsense", parameter["name"].as_str().unwrap());
            check(
                operation,
                &api.send(operation.method, &path, None).await,
                &[422],
                &mut failures,
            );
        } else {
            takes_nothing.push(operation.id);
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(takes_nothing.len() < 25, "{takes_nothing:?}");
}

#[tokio::test]
async fn an_id_that_nothing_has_is_404_where_nothing_else_is_asked_for() {
    let emulator = emulator().await;
    let api = Api::new(&emulator);
    let mut failures = Vec::new();
    for operation in operations(&BACKEND_API) {
        let path = path_of(operation);
        let required =
            &operation.facts["requestBody"]["content"]["application/json"]["schema"]["required"];
        let is_template = operation.id == "UpsertTemplate";
        let is_file = operation.facts["requestBody"]["content"]["multipart/form-data"].is_object();
        let has_reference = operation.facts["requestBody"]["content"]["application/json"]["schema"]
            ["$ref"]
            .is_string();
        if path.contains("nobody_3")
            && required.is_null()
            && !is_template
            && !is_file
            && !has_reference
        {
            let is_array = operation.facts["requestBody"]["content"]["application/json"]["schema"]
                ["type"]
                == "array";
            let body = operation.facts["requestBody"].is_object().then(|| {
                if is_array {
                    json!([{"email_address": "a@example.com", "role": "org:member"}])
                } else {
                    json!({})
                }
            });
            let reply = api.send(operation.method, &path, body.as_ref()).await;
            check(operation, &reply, &[404], &mut failures);
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[tokio::test]
async fn what_is_no_json_is_400() {
    let emulator = emulator().await;
    let request = reqwest::Client::new()
        .post(format!("{}/v1/users", emulator.url()))
        .bearer_auth(emulator.secret_key())
        .body("{\"first_name\": ");
    let reply = super::http::reply(request).await;
    assert_eq!(reply.status, 400);
    assert_eq!(reply.body["errors"][0]["code"], "request_body_invalid");
}

#[tokio::test]
async fn unknown_paths_are_404_and_unknown_methods_405() {
    let emulator = emulator().await;
    let api = Api::new(&emulator);
    for path in ["/nothing", "/users/user_1/nothing/at/all", "/users/%ff"] {
        assert_eq!(api.send("GET", path, None).await.status, 404, "{path}");
    }
    assert_eq!(
        api.rejected("PUT", "/users", Value::Null).await,
        (405, "method_not_allowed".to_owned())
    );
    let outside = reqwest::get(format!("{}/anything", emulator.url()))
        .await
        .unwrap();
    assert_eq!(outside.status(), 404);
}

#[tokio::test]
async fn unknown_fields_and_values_have_codes_of_their_own() {
    let emulator = emulator().await;
    let api = Api::new(&emulator);
    let unknown = api
        .rejected(
            "POST",
            "/users",
            json!({"email_address": ["a@example.com"], "nickname": "a"}),
        )
        .await;
    assert_eq!(unknown, (422, "form_param_unknown".to_owned()));
    let value = api
        .rejected("GET", "/organization_invitations?status=lost", Value::Null)
        .await;
    assert_eq!(value, (422, "form_param_value_invalid".to_owned()));
    let limit = api.rejected("GET", "/users?limit=501", Value::Null).await;
    assert_eq!(limit, (422, "form_param_value_invalid".to_owned()));
    let form = api
        .rejected("POST", "/users", json!({"email_address": ["nonsense"]}))
        .await;
    assert_eq!(form, (422, "form_param_format_invalid".to_owned()));
}

#[tokio::test]
async fn numbers_beyond_all_measure_break_nothing() {
    let emulator = emulator().await;
    let api = Api::new(&emulator);
    let user = api.user("ada@example.com").await;
    let huge = i64::MAX;
    api.post(
        "/sign_in_tokens",
        json!({"user_id": user, "expires_in_seconds": huge}),
    )
    .await;
    api.post(
        "/api_keys",
        json!({"name": "forever", "subject": user, "seconds_until_expiration": huge}),
    )
    .await;
    let machine = api.post("/machines", json!({"name": "one"})).await;
    let machine = api.with_key(machine["secret_key"].as_str().unwrap());
    machine
        .post("/m2m_tokens", json!({"seconds_until_expiration": 1e300}))
        .await;
    machine
        .post("/m2m_tokens", json!({"min_remaining_ttl_seconds": huge}))
        .await;
    let credit = json!({"action": "increase", "amount": huge, "idempotency_key": "1"});
    api.post(&format!("/users/{user}/billing/credits"), credit)
        .await;
    assert_eq!(api.get("/users?offset=99999999999").await, json!([]));
    let zone =
        json!({"username": "zone", "created_at": "2020-01-01T00:00:00+9223372036854775807:00"});
    assert_eq!(api.rejected("POST", "/users", zone).await.0, 422);
}
