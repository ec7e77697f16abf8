//! An export of 100,000 users through a rate limit: complete, without repetition, without waste, and in little memory.

#![allow(missing_docs, unreachable_pub)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod user;

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use clerk_api::{Client, Config, HttpOptions, RetryPolicy};
use reqwest::Url;
use test_support::server::{Recorded, Reply, Server, answer, empty};

const USERS: usize = 100_000;
const PAGE: usize = 500;

/// How many requests a window of the limit allows, and how long it takes until there is another one, as Clerk states it: in
/// whole seconds.
const ALLOWED: usize = 60;
const WINDOW: Duration = Duration::from_secs(1);

/// Every so many requests, the server fails for a moment.
const FAILING: usize = 37;

/// The limit, counted by the server.
///
/// A window is over when it is used up and its time has passed. So a slow machine needs no more windows than a fast one, and
/// all that is counted is up to the client.
#[derive(Debug, Default)]
struct Limit {
    /// Requests of the open window.
    used: usize,
    /// When the open window was used up.
    used_up: Option<Instant>,
    /// Requests that were let through.
    allowed: usize,
    rejected: usize,
    failed: usize,
    windows: usize,
    /// Windows that passed without a request although there was more to fetch.
    missed: u32,
}

impl Limit {
    /// Lets a request through, or says that it may not.
    fn take(&mut self, now: Instant) -> bool {
        if let Some(used_up) = self.used_up {
            let passed = now.duration_since(used_up);
            if passed < WINDOW {
                self.rejected += 1;
                return false;
            }
            self.missed += u32::try_from(passed.as_nanos() / WINDOW.as_nanos()).unwrap() - 1;
            self.used_up = None;
            self.used = 0;
        }
        if self.used == 0 {
            self.windows += 1;
        }
        self.used += 1;
        self.allowed += 1;
        if self.used == ALLOWED {
            self.used_up = Some(now);
        }
        true
    }
}

/// Returns a page of users without building 100,000 of them: the id stands between parts that are always the same.
struct Directory {
    parts: Vec<String>,
}

impl Directory {
    fn new() -> Self {
        let user = user::user("ID").to_string();
        Self {
            parts: user.split("ID").map(str::to_owned).collect(),
        }
    }

    fn page(&self, request: &Recorded) -> Reply {
        let url = Url::parse("http://localhost").unwrap();
        let url = url.join(&request.target).unwrap();
        let value = |name| {
            let (_, value) = url.query_pairs().find(|(known, _)| known == name).unwrap();
            value.parse::<usize>().unwrap()
        };
        let (limit, offset) = (value("limit"), value("offset"));
        let users = offset.min(USERS)..(offset + limit).min(USERS);
        let users: Vec<String> = users
            .map(|n| self.parts.join(&format!("user_{n:06}")))
            .collect();
        answer(200, "application/json", format!("[{}]", users.join(",")))
    }
}

/// How much memory the process has in use, in bytes, where the system tells.
fn resident() -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: usize = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib << 10)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_thousand_users_come_through_a_rate_limit_in_as_many_windows_as_it_takes() {
    let limit = Arc::new(Mutex::new(Limit::default()));
    let counts = Arc::clone(&limit);
    let directory = Directory::new();
    let server = Server::handling(move |request| {
        let mut limit = limit.lock().unwrap();
        if !limit.take(Instant::now()) {
            return empty(429).header("retry-after", WINDOW.as_secs());
        }
        if limit.allowed.is_multiple_of(FAILING) {
            limit.failed += 1;
            return empty(503);
        }
        drop(limit);
        directory.page(request)
    })
    .await;

    let config = Config::new("sk_test_123").server_api_url(server.url());
    let retry = RetryPolicy::default().base_delay(Duration::from_millis(10));
    let api = Client::new(config.http_options(HttpOptions::new().retry(retry)));
    let mut users = api
        .get_user_list()
        .order_by("created_at")
        .limit(PAGE as i64)
        .stream();
    let mut got = 0;
    // After some pages, so that what the first ones need once and for all is in it.
    let (mut before, mut most) = (None, None);
    while let Some(user) = users.next().await {
        let user = user.unwrap_or_else(|error| panic!("{error} at {}", users.offset()));
        assert_eq!(user.id, format!("user_{got:06}"), "none lost, none twice");
        got += 1;
        if got % PAGE == PAGE / 2 {
            match got / PAGE {
                10 => before = resident(),
                n if n > 10 => most = most.max(resident()),
                _ => {}
            }
        }
    }
    assert_eq!(got, USERS);
    assert_eq!(users.offset(), USERS as i64);

    let counts = counts.lock().unwrap();
    println!("{counts:?}, {before:?} to {most:?} bytes");
    // A full page before the end does not tell that it is the last.
    assert_eq!(counts.allowed - counts.failed, USERS / PAGE + 1);
    assert_eq!(counts.failed, counts.allowed / FAILING);
    assert_eq!(counts.windows, counts.allowed.div_ceil(ALLOWED));
    assert!(
        counts.rejected < counts.windows,
        "one rejection tells when to come back: {counts:?}"
    );
    assert!(counts.missed <= 1, "{counts:?}");

    match (before, most) {
        (Some(before), Some(most)) => {
            let grown = most.saturating_sub(before);
            assert!(grown <= 40 << 20, "{grown} bytes more than at the start");
        }
        _ => eprintln!("memory not looked at: /proc/self/status does not tell"),
    }
}
