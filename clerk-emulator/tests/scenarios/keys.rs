//! The keys of tokens: an outage, a rotation, and a clock that moves.

use std::time::Duration;

use clerk_emulator::{Emulator, Fault, SignedIn};
use clerk_sdk::tokens::{JwksPolicy, TokenErrorReason as Reason};
use clerk_sdk::{Clerk, Error};

use crate::application::{connect, options, requests, start, start_with, token};

const KEYS: &str = "GET /v1/jwks";

async fn signed_in(emulator: &Emulator, clerk: &Clerk) -> SignedIn {
    let ada = clerk
        .users()
        .create_user()
        .email_address(["ada@example.com"])
        .await
        .unwrap();
    let session = emulator.sign_in(&ada.id).unwrap();
    emulator.forget_requests();
    session
}

async fn rejected(clerk: &Clerk, jwt: &str) -> Reason {
    match clerk.verify_token(jwt).await {
        Err(Error::Token(error)) => error.reason(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn keys_are_fetched_once_and_again_when_they_are_five_minutes_old() {
    let (emulator, clerk) = start().await;
    let session = signed_in(&emulator, &clerk).await;
    // However many ask at once.
    let verifying = (0..20).map(|_| {
        let (clerk, jwt) = (clerk.clone(), session.token.clone());
        tokio::spawn(async move { clerk.verify_token(&jwt).await.unwrap() })
    });
    for verified in verifying.collect::<Vec<_>>() {
        verified.await.unwrap();
    }
    assert_eq!(requests(&emulator), [KEYS]);
    emulator.clock().advance(Duration::from_secs(299));
    let jwt = token(&clerk, &session.session_id).await;
    emulator.forget_requests();
    clerk.verify_token(&jwt).await.unwrap();
    assert_eq!(requests(&emulator), [""; 0]);
    emulator.clock().advance(Duration::from_secs(1));
    clerk.verify_token(&jwt).await.unwrap();
    assert_eq!(requests(&emulator), [KEYS]);
}

#[tokio::test]
async fn tokens_of_known_keys_verify_while_the_keys_cannot_be_fetched() {
    let (emulator, clerk) = start().await;
    let session = signed_in(&emulator, &clerk).await;
    clerk.verify_token(&session.token).await.unwrap();
    let outage = emulator.faults().inject(Fault::jwks_down());
    let hours = |count: u64| Duration::from_secs(count * 3600);
    // Hours after the keys were fetched; the first request learns that Clerk is down, without waiting long.
    emulator.clock().advance(hours(23));
    let jwt = token(&clerk, &session.session_id).await;
    clerk.verify_token(&jwt).await.unwrap();
    let tries = emulator.faults().hits(outage);
    assert_eq!(tries, 4, "a fetch with its retries");
    clerk.verify_token(&jwt).await.unwrap();
    assert_eq!(emulator.faults().hits(outage), tries, "not for each token");

    // A day later they are too old to be believed.
    emulator.clock().advance(hours(1));
    let jwt = token(&clerk, &session.session_id).await;
    let error = clerk.verify_token(&jwt).await.unwrap_err();
    assert_eq!(error.code(), Some("jwk-remote-failed-to-load"));
    assert!(error.is_retryable());
    assert!(error.to_string().contains("503"), "{error}");
    // The end of the outage is noticed, two seconds after the last try at the latest.
    emulator.faults().clear();
    assert_eq!(rejected(&clerk, &jwt).await, Reason::JwkRemoteFailedToLoad);
    emulator.clock().advance(Duration::from_secs(2));
    clerk.verify_token(&jwt).await.unwrap();
}

#[tokio::test]
async fn without_keys_nothing_verifies_and_with_the_pem_nothing_is_fetched() {
    let (emulator, clerk) = start().await;
    let session = signed_in(&emulator, &clerk).await;
    emulator.faults().inject(Fault::jwks_down());
    assert_eq!(
        rejected(&clerk, &session.token).await,
        Reason::JwkRemoteFailedToLoad
    );
    emulator.forget_requests();
    let without_network = connect(options(&emulator).jwt_key(emulator.jwt_key()));
    without_network.verify_token(&session.token).await.unwrap();
    assert_eq!(requests(&emulator), [""; 0]);
}

#[tokio::test]
async fn a_new_key_is_found_at_once_and_an_old_one_stops_verifying() {
    let (emulator, clerk) = start().await;
    let session = signed_in(&emulator, &clerk).await;
    let old = session.token;
    clerk.verify_token(&old).await.unwrap();
    emulator.rotate_keys().unwrap();
    let new = token(&clerk, &session.session_id).await;
    // The rotation is unknown yet; the new key's name causes one fetch.
    clerk.verify_token(&old).await.unwrap();
    emulator.forget_requests();
    clerk.verify_token(&new).await.unwrap();
    assert_eq!(requests(&emulator), [KEYS]);
    // The keys replaced the old ones, and what was verified with them goes with them.
    assert_eq!(rejected(&clerk, &old).await, Reason::JwkKidMismatch);
    // Made-up names do not cause a request each.
    emulator.forget_requests();
    for _ in 0..5 {
        assert_eq!(rejected(&clerk, &old).await, Reason::JwkKidMismatch);
    }
    assert!(requests(&emulator).len() <= 1);
    clerk.verify_token(&new).await.unwrap();
}

#[tokio::test]
async fn a_key_that_is_gone_stops_verifying_after_the_lifetime_of_the_keys() {
    let (emulator, _) = start().await;
    let policy = JwksPolicy::default().lifetime(Duration::from_secs(30));
    let clerk = connect(options(&emulator).jwks_policy(policy));
    let session = signed_in(&emulator, &clerk).await;
    clerk.verify_token(&session.token).await.unwrap();
    emulator.rotate_keys().unwrap();
    emulator.clock().advance(Duration::from_secs(29));
    clerk.verify_token(&session.token).await.unwrap();
    emulator.clock().advance(Duration::from_secs(1));
    assert_eq!(
        rejected(&clerk, &session.token).await,
        Reason::JwkKidMismatch
    );
}

#[tokio::test]
async fn a_clock_that_moves_makes_tokens_expire_and_not_be_valid_yet() {
    let (emulator, clerk) = start().await;
    let session = signed_in(&emulator, &clerk).await;
    emulator.clock().rewind(Duration::from_secs(3600));
    let early = rejected(&clerk, &session.token).await;
    assert_eq!(early, Reason::TokenNotActiveYet);
    emulator.clock().advance(Duration::from_secs(3600));
    clerk.verify_token(&session.token).await.unwrap();
    emulator.clock().advance(Duration::from_secs(65));
    assert_eq!(rejected(&clerk, &session.token).await, Reason::TokenExpired);
    // The session lives on: a page refreshes its token, after a week no more.
    let jwt = token(&clerk, &session.session_id).await;
    clerk.verify_token(&jwt).await.unwrap();
    emulator.clock().advance(Duration::from_secs(8 * 24 * 3600));
    let error = clerk
        .sessions()
        .get_token(&session.session_id)
        .await
        .unwrap_err();
    assert_eq!(error.code(), Some("session_expired"), "{error}");
}

#[tokio::test]
async fn keys_that_do_not_arrive_hold_up_nobody_for_long() {
    let (emulator, _) = start().await;
    let policy = JwksPolicy::default().timeout(Duration::from_millis(100));
    let clerk = connect(options(&emulator).jwks_policy(policy));
    let session = signed_in(&emulator, &clerk).await;
    clerk.verify_token(&session.token).await.unwrap();
    let late = Fault::latency(Duration::from_secs(3600)).path("/v1/jwks");
    emulator.faults().inject(late);
    emulator.clock().advance(Duration::from_secs(300));
    let jwt = token(&clerk, &session.session_id).await;
    clerk.verify_token(&jwt).await.unwrap();
    // One that has nothing to go on with says so.
    let policy = JwksPolicy::default().timeout(Duration::from_millis(100));
    let fresh = connect(options(&emulator).jwks_policy(policy));
    let error = fresh.verify_token(&jwt).await.unwrap_err();
    assert_eq!(error.code(), Some("unexpected-error"));
    assert!(error.is_retryable());
    let text = error.to_string();
    assert!(
        text.starts_with("the keys did not arrive in time"),
        "{text}"
    );
}

#[tokio::test]
async fn tokens_of_another_instance_are_refused_until_the_client_moves_there() {
    let (here, clerk) = start_with(Emulator::builder().random_keys()).await;
    let (there, other) = start_with(Emulator::builder().random_keys()).await;
    let ours = signed_in(&here, &clerk).await.token;
    let theirs = signed_in(&there, &other).await.token;
    clerk.verify_token(&ours).await.unwrap();
    assert_eq!(rejected(&clerk, &theirs).await, Reason::JwkKidMismatch);
    clerk
        .update(|options| {
            options.secret_key = Some(there.secret_key().into());
            options.server_api_url = Some(there.url().to_owned());
        })
        .unwrap();
    clerk.verify_token(&theirs).await.unwrap();
    assert_eq!(rejected(&clerk, &ours).await, Reason::JwkKidMismatch);
}
