#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::atomic::{AtomicI64, AtomicU32, AtomicU64, Ordering::SeqCst};

use serde_json::{Value, json};
use tokio::sync::Semaphore;

use super::*;

/// Where a source reads what to answer, and where it counts.
struct Stage {
    now: AtomicI64,
    instance: AtomicU64,
    requests: AtomicU32,
    answer: Mutex<Result<Value, TokenError>>,
    /// How many fetches may end.
    gate: Semaphore,
}

struct Staged(Arc<Stage>);

impl JwksSource for Staged {
    fn instance(&self) -> u64 {
        self.0.instance.load(SeqCst)
    }

    fn fetch(&self) -> BoxFuture<'_, Result<FetchedJwks, TokenError>> {
        async {
            self.0.requests.fetch_add(1, SeqCst);
            let _open = self.0.gate.acquire().await.unwrap();
            let jwks = self.0.answer.lock().unwrap().clone()?;
            Ok(FetchedJwks {
                instance: self.instance(),
                jwks,
            })
        }
        .boxed()
    }
}

fn jwk(kid: &str, modulus: &str) -> Value {
    json!({ "kty": "RSA", "use": "sig", "alg": "RS256", "kid": kid, "n": modulus, "e": "AQAB" })
}

fn main_key(kid: &str) -> Value {
    jwk(
        kid,
        include_str!("../../../tests/keys/main.modulus.txt").trim(),
    )
}

fn other_key(kid: &str) -> Value {
    jwk(
        kid,
        include_str!("../../../tests/keys/other.modulus.txt").trim(),
    )
}

fn stage(keys: &[Value]) -> (Arc<Stage>, Arc<JwksCache>) {
    let stage = Arc::new(Stage {
        now: AtomicI64::new(1_000_000),
        instance: AtomicU64::new(1),
        requests: AtomicU32::new(0),
        answer: Mutex::new(Ok(json!({ "keys": keys }))),
        gate: Semaphore::new(Semaphore::MAX_PERMITS),
    });
    let time = Arc::clone(&stage);
    let clock = Clock::from_fn(move || time.now.load(SeqCst));
    let cache = JwksCache::new(
        Box::new(Staged(Arc::clone(&stage))),
        JwksPolicy::default(),
        clock,
    );
    (stage, Arc::new(cache))
}

impl Stage {
    fn pass(&self, seconds: i64) {
        self.now.fetch_add(seconds * 1000, SeqCst);
    }

    fn answer(&self, keys: &[Value]) {
        *self.answer.lock().unwrap() = Ok(json!({ "keys": keys }));
    }

    fn fail(&self, reason: Reason) {
        *self.answer.lock().unwrap() = Err(TokenError::new(reason, "staged"));
    }

    fn requests(&self) -> u32 {
        self.requests.load(SeqCst)
    }
}

async fn reason(cache: &JwksCache, kid: &str) -> Option<Reason> {
    cache.key(Some(kid)).await.err().map(|error| error.reason())
}

#[tokio::test]
async fn keys_are_fetched_once_and_again_when_their_time_is_over() {
    let (stage, cache) = stage(&[main_key("a")]);
    for _ in 0..3 {
        assert_eq!(reason(&cache, "a").await, None);
    }
    stage.pass(299);
    assert_eq!(reason(&cache, "a").await, None);
    assert_eq!(stage.requests(), 1);
    stage.pass(1);
    assert_eq!(reason(&cache, "a").await, None);
    assert_eq!(stage.requests(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn ten_thousand_tasks_on_a_cold_cache_make_one_request() {
    let (stage, cache) = stage(&[main_key("a")]);
    let tasks: Vec<_> = (0..10_000)
        .map(|_| {
            let cache = Arc::clone(&cache);
            tokio::spawn(async move { cache.key(Some("a")).await.is_ok() })
        })
        .collect();
    for task in tasks {
        assert!(task.await.unwrap());
    }
    assert_eq!(stage.requests(), 1);
}

#[tokio::test]
async fn a_thousand_forged_kids_make_one_more_request_in_the_interval() {
    let (stage, cache) = stage(&[main_key("a")]);
    assert_eq!(reason(&cache, "a").await, None);
    for number in 0..1000 {
        assert_eq!(
            reason(&cache, &format!("forged{number}")).await,
            Some(Reason::JwkKidMismatch)
        );
    }
    assert_eq!(stage.requests(), 2);
    stage.pass(10);
    assert_eq!(
        reason(&cache, "forged0").await,
        Some(Reason::JwkKidMismatch)
    );
    assert_eq!(
        stage.requests(),
        2,
        "a kid that was looked for is remembered as unknown"
    );
    assert_eq!(
        reason(&cache, "forged1").await,
        Some(Reason::JwkKidMismatch)
    );
    assert_eq!(stage.requests(), 3);
}

#[tokio::test]
async fn a_token_without_a_kid_or_with_an_endless_one_costs_no_request() {
    let (stage, cache) = stage(&[main_key("a")]);
    assert_eq!(
        cache.key(None).await.unwrap_err().reason(),
        Reason::JwkKidMismatch
    );
    assert_eq!(
        reason(&cache, &"x".repeat(1000)).await,
        Some(Reason::JwkKidMismatch)
    );
    assert_eq!(stage.requests(), 0);
}

#[tokio::test]
async fn a_new_key_is_found_at_once_and_a_removed_one_is_gone_with_the_next_fetch() {
    let (stage, cache) = stage(&[main_key("a")]);
    assert_eq!(reason(&cache, "a").await, None);
    stage.answer(&[other_key("b")]);
    assert_eq!(reason(&cache, "b").await, None);
    assert_eq!(stage.requests(), 2);
    assert_eq!(reason(&cache, "a").await, Some(Reason::JwkKidMismatch));
}

#[tokio::test]
async fn a_removed_key_is_gone_after_its_lifetime_whatever_forged_kids_do() {
    let (stage, cache) = stage(&[main_key("a")]);
    assert_eq!(reason(&cache, "a").await, None);
    stage.answer(&[other_key("b")]);
    stage.pass(300);
    assert_eq!(reason(&cache, "a").await, Some(Reason::JwkKidMismatch));
}

#[tokio::test]
async fn known_keys_go_on_while_clerk_is_out_of_reach_but_not_for_ever() {
    let (stage, cache) = stage(&[main_key("a")]);
    assert_eq!(reason(&cache, "a").await, None);
    stage.fail(Reason::UnexpectedError);
    stage.pass(301);
    for _ in 0..100 {
        assert_eq!(reason(&cache, "a").await, None);
    }
    assert_eq!(stage.requests(), 2, "one try, then a pause");
    assert_eq!(reason(&cache, "b").await, Some(Reason::UnexpectedError));
    stage.pass(24 * 3600);
    assert_eq!(reason(&cache, "a").await, Some(Reason::UnexpectedError));
    stage.answer(&[main_key("a")]);
    stage.pass(3);
    assert_eq!(reason(&cache, "a").await, None);
}

#[tokio::test]
async fn in_a_long_outage_requests_do_not_wait_for_the_next_attempt() {
    let (stage, cache) = stage(&[main_key("a")]);
    assert_eq!(reason(&cache, "a").await, None);
    stage.fail(Reason::UnexpectedError);
    stage.pass(301);
    assert_eq!(reason(&cache, "a").await, None);
    // From now on no fetch ends, and the keys are answered all the same.
    stage.gate.forget_permits(Semaphore::MAX_PERMITS);
    stage.pass(3);
    for _ in 0..10 {
        assert_eq!(reason(&cache, "a").await, None);
    }
    tokio::task::yield_now().await;
    assert_eq!(stage.requests(), 3);
}

#[tokio::test]
async fn a_rejected_key_is_no_outage() {
    let (stage, cache) = stage(&[main_key("a")]);
    assert_eq!(reason(&cache, "a").await, None);
    stage.fail(Reason::SecretKeyInvalid);
    stage.pass(301);
    for _ in 0..10 {
        assert_eq!(reason(&cache, "a").await, Some(Reason::SecretKeyInvalid));
    }
    assert_eq!(stage.requests(), 2);
}

#[tokio::test]
async fn an_answer_without_keys_is_an_error_and_replaces_nothing() {
    let (stage, cache) = stage(&[]);
    assert_eq!(
        reason(&cache, "a").await,
        Some(Reason::JwkRemoteFailedToLoad)
    );
    stage.answer(&[main_key("a")]);
    stage.pass(3);
    assert_eq!(reason(&cache, "a").await, None);
    stage.answer(&[]);
    stage.pass(301);
    assert_eq!(reason(&cache, "a").await, None);
}

#[tokio::test]
async fn keys_of_one_instance_never_serve_another() {
    let (stage, cache) = stage(&[main_key("same")]);
    let first = cache.key(Some("same")).await.unwrap();
    stage.instance.store(2, SeqCst);
    stage.answer(&[other_key("same")]);
    let second = cache.key(Some("same")).await.unwrap();
    assert_ne!(first, second);
    assert_eq!(stage.requests(), 2);
}

#[tokio::test]
async fn a_key_that_cannot_be_used_is_told_from_one_that_is_not_there() {
    let mut encryption = main_key("enc");
    encryption["use"] = json!("enc");
    let (stage, cache) = stage(&[encryption, main_key("a")]);
    let found = cache.key(Some("enc")).await.unwrap();
    assert_eq!(found.unwrap_err(), KeyError::OtherUse);
    assert!(cache.key(Some("a")).await.unwrap().is_ok());
    assert_eq!(stage.requests(), 1);
}

#[tokio::test]
async fn whoever_began_a_fetch_may_be_dropped() {
    let (stage, cache) = stage(&[main_key("a")]);
    stage.gate.forget_permits(Semaphore::MAX_PERMITS);
    {
        let key = cache.key(Some("a"));
        tokio::pin!(key);
        assert!(futures_util::poll!(&mut key).is_pending());
    }
    let waiting = tokio::spawn({
        let cache = Arc::clone(&cache);
        async move { cache.key(Some("a")).await.is_ok() }
    });
    tokio::task::yield_now().await;
    stage.gate.add_permits(10);
    assert!(waiting.await.unwrap());
    assert_eq!(stage.requests(), 1);
}

#[test]
fn a_runtime_that_shuts_down_takes_no_other_with_it() {
    let (stage, cache) = stage(&[main_key("a")]);
    stage.gate.forget_permits(Semaphore::MAX_PERMITS);
    let runtime = || {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap()
    };
    let first = runtime();
    first.block_on(async {
        let key = cache.key(Some("a"));
        tokio::pin!(key);
        assert!(futures_util::poll!(&mut key).is_pending());
    });
    drop(first);
    stage.gate.add_permits(10);
    assert_eq!(runtime().block_on(reason(&cache, "a")), None);
}

#[tokio::test(start_paused = true)]
async fn a_fetch_that_never_ends_is_cut_off() {
    let (stage, cache) = stage(&[main_key("a")]);
    stage.gate.forget_permits(Semaphore::MAX_PERMITS);
    assert_eq!(reason(&cache, "a").await, Some(Reason::UnexpectedError));
}

#[tokio::test]
async fn without_the_cache_each_token_costs_a_request() {
    let (stage, cache) = stage(&[main_key("a")]);
    for _ in 0..3 {
        assert!(cache.key_uncached(Some("a")).await.is_ok());
    }
    assert_eq!(stage.requests(), 3);
}
