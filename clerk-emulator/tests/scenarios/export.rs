use std::collections::HashSet;
use std::time::Duration;

use clerk_emulator::{Emulator, Fault, Seed};
use serde_json::json;

use crate::application::{connect, options, requests, start_with};

const USERS: usize = 10_000;

#[tokio::test]
async fn ten_thousand_users_are_exported_and_a_refusal_loses_none() {
    let users: Vec<_> = (0..USERS)
        .map(|number| json!({"id": format!("user_{number:05}"), "email_address": format!("user{number}@example.com")}))
        .collect();
    let seed = Seed::from_json(&json!({"users": users}).to_string()).unwrap();
    let (emulator, clerk) = start_with(Emulator::builder().seed(seed)).await;
    assert_eq!(clerk.users().get_count().await.unwrap(), USERS as i64);

    emulator.forget_requests();
    let mut everyone = clerk.users().get_user_list().limit(500).stream();
    let limit = Fault::rate_limit(Duration::ZERO).path("/v1/users").times(3);
    let (mut ids, mut limited) = (Vec::new(), None);
    while let Some(user) = everyone.next().await {
        ids.push(user.unwrap().id);
        if ids.len() == USERS / 2 {
            limited = Some(emulator.faults().inject(limit.clone()));
        }
    }
    assert_eq!(emulator.faults().hits(limited.unwrap()), 3);
    assert_eq!(ids.len(), USERS, "none lost");
    let different: HashSet<&String> = ids.iter().collect();
    assert_eq!(different.len(), USERS, "none twice");
    // Twenty full pages, one that says that there is no more, and the three that were rejected.
    assert_eq!(requests(&emulator), vec!["GET /v1/users"; 24]);
}

#[tokio::test]
async fn an_export_goes_on_where_no_retry_helps_any_more() {
    let seed =
        json!({"users": [{"email_address": "a@example.com"}, {"email_address": "b@example.com"}]});
    let seed = Seed::from_json(&seed.to_string()).unwrap();
    let (emulator, _) = start_with(Emulator::builder().seed(seed)).await;
    let http = clerk_sdk::HttpOptions::new().retry(clerk_sdk::RetryPolicy::none());
    let clerk = connect(options(&emulator).http_options(http));
    let limit = emulator
        .faults()
        .inject(Fault::rate_limit(Duration::ZERO).times(1));
    // One call gives up …
    let error = clerk.users().get_user_list().await.unwrap_err();
    assert!(error.is_rate_limited() && emulator.faults().hits(limit) == 1);
    // … and a walk waits, because it would lose what it has.
    emulator
        .faults()
        .inject(Fault::rate_limit(Duration::ZERO).times(1));
    let mut everyone = clerk.users().get_user_list().stream();
    let mut count = 0;
    while let Some(user) = everyone.next().await {
        user.unwrap();
        count += 1;
    }
    assert_eq!(count, 2);
}
