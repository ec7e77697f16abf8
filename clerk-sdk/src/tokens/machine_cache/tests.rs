#![allow(clippy::unwrap_used)]

use super::*;
use serde_json::json;

/// A cache, and a client that nothing is sent by.
type Staged = (MachineResponses, clerk_api::Client);

fn cache(capacity: usize) -> Staged {
    let policy = MachineTokenCache::new().capacity(capacity);
    let responses = MachineResponses::new(policy, Clock::from_fn(|| 1_750_000_000_000));
    (responses, clerk_api::Client::new(Config::new("sk_test_1")))
}

async fn learn(known: &Staged, token: &str, response: Result<JsonObject, TokenError>) {
    let (cache, api) = known;
    let _ = cache.get_or_ask(api, "/x", token, async { response }).await;
}

async fn knows(known: &Staged, token: &str) -> bool {
    let (cache, api) = known;
    let ask = async { Err(TokenError::new(Reason::UnexpectedError, "asked")) };
    match cache.get_or_ask(api, "/x", token, ask).await {
        Ok(_) => true,
        Err(error) => error.reason() == Reason::TokenInvalid,
    }
}

fn unknown() -> TokenError {
    TokenError::new(Reason::TokenInvalid, "unknown")
}

fn size((cache, _): &Staged) -> usize {
    let known = cache.known.lock().unwrap();
    [&known.accepted, &known.rejected]
        .map(|half| half.held().0)
        .iter()
        .sum()
}

#[tokio::test]
async fn the_number_of_tokens_is_bounded_and_made_up_ones_displace_no_accepted_one() {
    let cache = cache(40);
    learn(&cache, "mine", Ok(JsonObject::new())).await;
    for number in 0..1000 {
        learn(&cache, &format!("forged{number}"), Err(unknown())).await;
    }
    assert!(knows(&cache, "mine").await);
    assert!(knows(&cache, "forged999").await);
    assert!(!knows(&cache, "forged0").await);
    for number in 0..1000 {
        learn(&cache, &format!("good{number}"), Ok(JsonObject::new())).await;
        assert!(knows(&cache, "good0").await, "in use: {number}");
    }
    assert!(!knows(&cache, "mine").await);
    assert!(size(&cache) <= 40, "{}", size(&cache));
    assert!(cache.0.known.lock().unwrap().in_flight.is_empty());
}

#[tokio::test]
async fn without_room_nothing_is_kept_nor_is_an_endless_answer() {
    let none = cache(0);
    learn(&none, "a", Ok(JsonObject::new())).await;
    learn(&none, "b", Err(unknown())).await;
    assert_eq!(size(&none), 0);
    let mut response = JsonObject::new();
    response.insert("claims".to_owned(), json!("x".repeat(MAX_RESPONSE_BYTES)));
    let some = cache(40);
    learn(&some, "a", Ok(response)).await;
    assert_eq!(size(&some), 0);
}

#[tokio::test]
async fn a_question_whose_askers_are_dropped_is_asked_by_the_next_and_leaves_nothing_behind() {
    let (cache, api) = cache(40);
    let never = || std::future::pending::<Result<JsonObject, TokenError>>();
    let mut first = Box::pin(cache.get_or_ask(&api, "/x", "a", never()));
    assert!(futures_util::poll!(&mut first).is_pending());
    let mut second = Box::pin(cache.get_or_ask(&api, "/x", "a", async { Ok(JsonObject::new()) }));
    assert!(futures_util::poll!(&mut second).is_pending());
    assert_eq!(cache.known.lock().unwrap().in_flight.len(), 1);
    drop(first);
    assert!(second.await.is_ok());
    let mut third = Box::pin(cache.get_or_ask(&api, "/x", "b", never()));
    assert!(futures_util::poll!(&mut third).is_pending());
    drop(third);
    assert!(cache.known.lock().unwrap().in_flight.is_empty());
}

#[tokio::test]
async fn a_response_during_which_the_configuration_changed_is_not_kept() {
    let (cache, api) = cache(40);
    let ask = async {
        api.update(|config| config.secret_key = "sk_test_2".into());
        Ok(JsonObject::new())
    };
    assert!(cache.get_or_ask(&api, "/x", "a", ask).await.is_ok());
    api.update(|config| config.secret_key = "sk_test_1".into());
    let known = (cache, api);
    assert!(!knows(&known, "a").await);
    assert!(known.0.known.lock().unwrap().in_flight.is_empty());
}

#[test]
fn the_id_depends_on_all_of_what_is_asked_and_on_whom() {
    let config = Config::new("sk_test_1");
    let base = id("/x", &config, "token");
    assert_eq!(base, id("/x", &config, "token"));
    assert_ne!(base, id("/y", &config, "token"));
    assert_ne!(base, id("/x", &config, "token2"));
    assert_ne!(base, id("/x", &Config::new("sk_test_2"), "token"));
    let elsewhere = Config::new("sk_test_1").server_api_url("https://example.com");
    assert_ne!(base, id("/x", &elsewhere, "token"));
}

#[test]
fn an_expiration_is_read_in_either_unit_and_what_cannot_be_read_has_passed() {
    let of = |value: Value| {
        let mut response = JsonObject::new();
        response.insert("expiration".to_owned(), value);
        expires_at(&response)
    };
    assert_eq!(of(json!(1_750_000_000)), 1_750_000_000_000);
    assert_eq!(of(json!(1_750_000_000_000_i64)), 1_750_000_000_000);
    assert_eq!(of(json!(1_750_000_000_000.0)), 1_750_000_000_000);
    assert_eq!(of(Value::Null), i64::MAX);
    assert_eq!(expires_at(&JsonObject::new()), i64::MAX);
    assert_eq!(of(json!("soon")), i64::MIN);
    assert_eq!(of(json!(-1)), -1000);
}
