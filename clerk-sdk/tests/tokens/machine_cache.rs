//! What is kept of Clerk's responses about opaque machine tokens, with real requests over loopback.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering::SeqCst};
use std::time::Duration;

use crate::loopback::{Api, HANGS_UP};
use clerk_sdk::auth::MachineAuth;
use clerk_sdk::tokens::{
    MachineTokenCache, TokenErrorReason as Reason, TokenVerifier, VerifyTokenOptions,
};
use clerk_sdk::{Clerk, ClerkOptions, Clock, Environment, HttpOptions, RetryPolicy};
use serde_json::{Value, json};

const NOW: i64 = 1_750_000_000;

/// A clock that goes on when it is told to.
#[derive(Clone)]
struct Time(Arc<AtomicI64>);

impl Time {
    fn new() -> Self {
        Self(Arc::new(AtomicI64::new(NOW * 1000)))
    }

    fn clock(&self) -> Clock {
        let now = Arc::clone(&self.0);
        Clock::from_fn(move || now.load(SeqCst))
    }

    fn pass(&self, milliseconds: i64) {
        self.0.fetch_add(milliseconds, SeqCst);
    }
}

fn verifier(api: &Api, time: &Time, cache: MachineTokenCache) -> TokenVerifier {
    TokenVerifier::builder()
        .api(api.client())
        .clock(time.clock())
        .machine_token_cache(cache)
        .build()
}

/// A verifier with the defaults, on an API that accepts every token.
async fn accepting() -> (Api, Time, TokenVerifier) {
    let (api, time) = (Api::start(200, answer(&json!({}))).await, Time::new());
    let verifier = verifier(&api, &time, MachineTokenCache::new());
    (api, time, verifier)
}

/// Clerk's response about a valid token, with these changes.
fn answer(changes: &Value) -> Value {
    let mut answer = json!({ "id": "x_1", "subject": "user_1", "scopes": [], "revoked": false, "expired": false });
    for (name, value) in changes.as_object().unwrap() {
        answer[name] = value.clone();
    }
    answer
}

async fn verify(verifier: &TokenVerifier, token: &str) -> Result<MachineAuth, Reason> {
    let options = VerifyTokenOptions::new();
    let result = MachineAuth::verify(verifier, token, &options).await;
    result.map_err(|error| error.error.reason())
}

#[tokio::test]
async fn without_the_option_each_verification_is_a_request() {
    let api = Api::start(200, answer(&json!({}))).await;
    let verifier = TokenVerifier::new(api.client());
    for requests in 1..4 {
        assert!(verify(&verifier, "ak_1").await.is_ok());
        assert_eq!(api.requests(), requests);
    }
}

#[tokio::test]
async fn an_accepted_token_of_each_kind_is_asked_about_once_in_its_time() {
    for token in ["ak_1", "mt_1", "oat_1"] {
        let (api, time, verifier) = accepting().await;
        let first = verify(&verifier, token).await;
        assert!(first.is_ok());
        time.pass(29_999);
        assert_eq!(verify(&verifier, token).await, first);
        assert_eq!(api.requests(), 1, "{token}");
        assert!(verify(&verifier, &format!("{token}x")).await.is_ok());
        assert_eq!(api.requests(), 2, "another token is another question");
        time.pass(1);
        assert_eq!(verify(&verifier, token).await, first);
        assert_eq!(api.requests(), 3, "{token}");
    }
}

#[tokio::test]
async fn a_revoked_key_works_until_its_time_is_over_and_use_does_not_prolong_it() {
    let (api, time, verifier) = accepting().await;
    assert!(verify(&verifier, "ak_1").await.is_ok());
    api.answer(200, answer(&json!({ "revoked": true })));
    for _ in 0..29 {
        time.pass(1000);
        assert!(verify(&verifier, "ak_1").await.is_ok());
    }
    time.pass(1000);
    assert_eq!(verify(&verifier, "ak_1").await, Err(Reason::TokenInvalid));
}

#[tokio::test]
async fn the_time_for_accepted_tokens_is_an_option_and_none_means_none() {
    let (api, time) = (Api::start(200, answer(&json!({}))).await, Time::new());
    let short = MachineTokenCache::new().accepted_for(Duration::from_secs(2));
    let short = verifier(&api, &time, short);
    assert!(verify(&short, "ak_1").await.is_ok());
    time.pass(1999);
    assert!(verify(&short, "ak_1").await.is_ok());
    assert_eq!(api.requests(), 1);
    time.pass(1);
    assert!(verify(&short, "ak_1").await.is_ok());
    assert_eq!(api.requests(), 2);
    let none = MachineTokenCache::new().accepted_for(Duration::ZERO);
    let none = verifier(&api, &time, none);
    assert!(verify(&none, "ak_1").await.is_ok());
    assert!(verify(&none, "ak_1").await.is_ok());
    assert_eq!(api.requests(), 4);
}

#[tokio::test]
async fn no_token_outlives_its_own_expiration() {
    let expiration = (NOW + 5) * 1000;
    let (api, time, verifier) = accepting().await;
    api.answer(200, answer(&json!({ "expiration": expiration })));
    assert!(verify(&verifier, "ak_1").await.is_ok());
    time.pass(4999);
    assert!(verify(&verifier, "ak_1").await.is_ok());
    assert_eq!(api.requests(), 1);
    time.pass(1);
    api.answer(
        200,
        answer(&json!({ "expiration": expiration, "expired": true })),
    );
    assert_eq!(verify(&verifier, "ak_1").await, Err(Reason::TokenInvalid));
    assert_eq!(api.requests(), 2);
}

#[tokio::test]
async fn what_clerk_rejects_is_remembered_for_its_time() {
    for (status, rejection) in [
        (404, json!({})),
        (200, answer(&json!({ "revoked": true }))),
        (200, answer(&json!({ "expired": true }))),
        (200, json!({ "active": false })),
    ] {
        let (api, time, verifier) = accepting().await;
        api.answer(status, rejection.clone());
        assert_eq!(verify(&verifier, "oat_1").await, Err(Reason::TokenInvalid));
        api.answer(200, answer(&json!({})));
        time.pass(9_999);
        assert_eq!(verify(&verifier, "oat_1").await, Err(Reason::TokenInvalid));
        assert_eq!(api.requests(), 1, "{rejection}");
        time.pass(1);
        assert!(verify(&verifier, "oat_1").await.is_ok());
        assert_eq!(api.requests(), 2, "{rejection}");
    }
}

#[tokio::test]
async fn what_says_nothing_about_the_token_is_not_remembered() {
    for (status, body, reason) in [
        (401, json!({}), Reason::SecretKeyInvalid),
        (400, json!({}), Reason::UnexpectedError),
        (403, json!({}), Reason::UnexpectedError),
        (500, json!({}), Reason::UnexpectedError),
        (503, json!({}), Reason::UnexpectedError),
        (HANGS_UP, json!({}), Reason::UnexpectedError),
        (200, json!([]), Reason::UnexpectedError),
        (200, json!({}), Reason::UnexpectedError),
        (
            200,
            json!({ "revoked": false, "expired": false }),
            Reason::UnexpectedError,
        ),
    ] {
        let (api, _, verifier) = accepting().await;
        api.answer(status, body);
        assert_eq!(verify(&verifier, "ak_1").await, Err(reason), "{status}");
        assert_eq!(api.requests(), 1, "{status}");
        api.answer(200, answer(&json!({})));
        assert!(verify(&verifier, "ak_1").await.is_ok(), "{status}");
    }
}

#[tokio::test]
async fn an_accepted_token_is_served_through_an_outage_for_its_time_only() {
    let (mut api, time, verifier) = accepting().await;
    assert!(verify(&verifier, "ak_1").await.is_ok());
    api.go_down().await;
    time.pass(29_999);
    assert!(verify(&verifier, "ak_1").await.is_ok());
    time.pass(1);
    assert_eq!(
        verify(&verifier, "ak_1").await,
        Err(Reason::UnexpectedError)
    );
}

#[tokio::test]
async fn a_flood_of_made_up_tokens_displaces_no_accepted_one() {
    let (api, time) = (Api::start(200, answer(&json!({}))).await, Time::new());
    let small = MachineTokenCache::new().capacity(8);
    let verifier = verifier(&api, &time, small);
    assert!(verify(&verifier, "ak_mine").await.is_ok());
    api.answer(404, json!({}));
    for number in 0..100 {
        let forged = format!("ak_forged{number}");
        assert_eq!(verify(&verifier, &forged).await, Err(Reason::TokenInvalid));
    }
    assert!(verify(&verifier, "ak_mine").await.is_ok());
    assert_eq!(api.requests(), 101);
}

#[tokio::test]
async fn the_audience_is_checked_each_time() {
    let (api, _, verifier) = accepting().await;
    api.answer(200, answer(&json!({ "aud": ["api"] })));
    let of = |audience: &str| VerifyTokenOptions::new().audience([audience]);
    for _ in 0..2 {
        assert!(
            MachineAuth::verify(&verifier, "oat_1", &of("api"))
                .await
                .is_ok()
        );
        let error = MachineAuth::verify(&verifier, "oat_1", &of("other"))
            .await
            .unwrap_err();
        assert_eq!(error.error.reason(), Reason::TokenVerificationFailed);
    }
    assert_eq!(api.requests(), 1);
}

#[tokio::test]
async fn verifiers_share_nothing_and_clones_share_everything() {
    let (api, time, one) = accepting().await;
    let other = verifier(&api, &time, MachineTokenCache::new());
    assert!(verify(&one, "ak_1").await.is_ok());
    assert!(verify(&one.clone(), "ak_1").await.is_ok());
    assert_eq!(api.requests(), 1);
    assert!(verify(&other, "ak_1").await.is_ok());
    assert_eq!(api.requests(), 2);
}

#[tokio::test]
async fn what_one_secret_key_learned_is_not_used_with_another() {
    let (api, time) = (Api::start(200, answer(&json!({}))).await, Time::new());
    let options = ClerkOptions::new()
        .secret_key("sk_test_1")
        .server_api_url(&api.url)
        .http_options(HttpOptions::new().retry(RetryPolicy::none()))
        .clock(time.clock())
        .machine_token_cache(MachineTokenCache::new());
    let clerk = Clerk::with_environment(options, Environment::empty()).unwrap();
    for token in ["ak_1", "mt_1"] {
        assert!(clerk.verify_machine_token(token).await.is_ok());
        assert!(clerk.verify_machine_token(token).await.is_ok());
    }
    assert_eq!(api.requests(), 2);

    api.answer(404, json!({}));
    clerk
        .update(|options| options.machine_secret_key = Some("ak_machine".into()))
        .unwrap();
    assert!(clerk.verify_machine_token("ak_1").await.is_err());
    assert!(clerk.verify_machine_token("mt_1").await.is_err());
    clerk.set_secret_key("sk_test_2");
    assert!(clerk.verify_machine_token("ak_1").await.is_err());
    assert_eq!(api.requests(), 5);

    clerk
        .update(|options| options.machine_token_cache = None)
        .unwrap();
    assert!(clerk.verify_machine_token("ak_1").await.is_err());
    assert_eq!(api.requests(), 6, "it can be turned off");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn ten_thousand_first_uses_of_one_key_make_one_request() {
    for (status, accepted) in [(200, true), (500, false)] {
        let (api, _, verifier) = accepting().await;
        api.answer(status, answer(&json!({})));
        // Failures are not remembered, so all calls have to begin before the response arrives.
        api.hold(true);
        let mut uses = Vec::new();
        for _ in 0..10_000 {
            // Tokio's budget for one poll would keep some from beginning.
            let mut one = Box::pin(tokio::task::unconstrained(verify(&verifier, "ak_1")));
            assert!(futures_util::poll!(&mut one).is_pending());
            uses.push(one);
        }
        api.hold(false);
        let answers = futures_util::future::join_all(uses).await;
        assert!(answers.iter().all(|answer| answer.is_ok() == accepted));
        assert_eq!(api.requests(), 1, "{status}");
    }
    let (api, _, verifier) = accepting().await;
    let uses: Vec<_> = (0..10_000)
        .map(|_| {
            let verifier = verifier.clone();
            tokio::spawn(async move { verify(&verifier, "ak_1").await.is_ok() })
        })
        .collect();
    for accepted in uses {
        assert!(accepted.await.unwrap());
    }
    assert_eq!(api.requests(), 1, "on several threads");
}

#[tokio::test]
async fn a_clock_that_is_set_back_makes_clerk_be_asked_again() {
    let (api, time, verifier) = accepting().await;
    assert!(verify(&verifier, "ak_1").await.is_ok());
    time.pass(-1000);
    assert!(verify(&verifier, "ak_1").await.is_ok());
    assert_eq!(api.requests(), 2);
}

#[tokio::test]
async fn nothing_prints_a_token_nor_a_key() {
    let (api, time, verifier) = accepting().await;
    api.answer(404, json!({}));
    let mut texts = Vec::new();
    for _ in 0..2 {
        let options = VerifyTokenOptions::new();
        let error = MachineAuth::verify(&verifier, "ak_secret", &options)
            .await
            .unwrap_err();
        texts.push(format!("{error} {error:?}"));
    }
    let cache = MachineTokenCache::new();
    let builder = TokenVerifier::builder()
        .api(api.client())
        .clock(time.clock())
        .machine_token_cache(cache.clone());
    texts.push(format!("{verifier:?} {builder:?} {cache:?}"));
    for text in texts {
        assert!(
            !text.contains("ak_secret") && !text.contains("sk_test"),
            "{text}"
        );
    }
}
