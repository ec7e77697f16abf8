//! Several requests, which share one cache of keys.

use serde_json::{Value, json};

use super::api::Api;
use super::rule::Rule;
use super::verify::Jwks;
use super::{Model, Rules};

/// What an SDK makes of a sequence.
pub(crate) fn sequence(case: &Value, rules: Rules) -> Value {
    let mut api = Api::new(case, rules);
    let mut jwks = Jwks::default();
    let mut now = case["clock"].as_i64().unwrap_or_default();
    let mut steps = Vec::new();
    let mut instance = None;
    for step in case["steps"].as_array().into_iter().flatten() {
        now = step["clock"].as_i64().unwrap_or(now);
        if let Some(routes) = step.get("setRoutes") {
            api.set_routes(routes);
        }
        let options = step.get("options").unwrap_or(&case["options"]);
        // Ours keeps the keys of the instance that is configured, and forgets them with it.
        let of_step = Some((
            &options["secretKey"],
            &options["apiUrl"],
            &options["apiVersion"],
        ));
        if rules.has(Rule::JwksCache) && instance.is_some() && instance != of_step {
            jwks = Jwks::default();
        }
        instance = of_step;
        let request = step.get("request").unwrap_or(&case["request"]);
        let before = api.calls.len();
        let run = |jwks: Jwks, api: Api| {
            let mut model = Model::with(case, options, request, rules);
            (model.now, model.jwks, model.api) = (now, jwks, api);
            let outcome = match model.authenticate() {
                Ok(state) => brief(&state),
                Err(error) => json!({ "kind": "throw", "error": error }),
            };
            (outcome, model.jwks, model.api)
        };
        let Some(parallel) = step["parallel"].as_u64() else {
            let (outcome, next_jwks, next_api) = run(jwks, api);
            (jwks, api) = (next_jwks, next_api);
            steps.push(json!({ "outcome": outcome, "apiCalls": api.calls.len() - before }));
            continue;
        };
        let cold = jwks.clone();
        let mut outcomes = Vec::new();
        for _ in 0..parallel {
            // The JavaScript SDK lets each of them fetch.
            let is_shared = rules.has(Rule::JwksCache) && !outcomes.is_empty();
            let calls = api.calls.clone();
            let (outcome, next_jwks, next_api) = run(cold.clone(), api);
            (jwks, api) = (next_jwks, next_api);
            if is_shared {
                api.calls = calls;
            }
            outcomes.push(outcome);
        }
        steps.push(json!({ "outcomes": outcomes, "apiCalls": api.calls.len() - before }));
    }
    json!({ "kind": "sequence", "steps": steps, "calls": api.calls })
}

fn brief(state: &Value) -> Value {
    if state["auth"]["threw"] == true {
        return json!({ "kind": "throw", "error": "unforeseen-Error" });
    }
    json!({
        "kind": "state", "status": state["status"], "reason": state["reason"], "tokenType": state["tokenType"],
        "userId": state["auth"]["userId"],
    })
}
