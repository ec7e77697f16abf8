//! The figures in `docs/security.md` are those of the code.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clerk_sdk::__private::LINE_EVERY_MS;
use clerk_sdk::clerk_api::Config;
use clerk_sdk::tokens::{JwksPolicy, MachineTokenCache, VerifyTokenOptions};

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn page() -> String {
    fs::read_to_string(repository().join("docs/security.md")).unwrap()
}

/// Returns a duration as the page writes it.
fn words(time: Duration) -> String {
    let (count, unit) = match time.as_secs() {
        seconds if seconds % 3600 == 0 => (seconds / 3600, "hour"),
        seconds if seconds % 60 == 0 && seconds != 60 => (seconds / 60, "minute"),
        60 => (1, "minute"),
        seconds => (seconds, "second"),
    };
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {unit}{plural}")
}

/// Returns the row of a table that begins with this cell.
fn row<'p>(page: &'p str, cell: &str) -> &'p str {
    let begin = format!("| {cell} |");
    let found = page.lines().find(|line| line.starts_with(&begin));
    found.unwrap_or_else(|| panic!("there is no row {cell}"))
}

#[test]
fn security_page_states_the_defaults() {
    let page = page();
    let keys = JwksPolicy::default();
    let api = Config::new("").http_options;
    let skew = VerifyTokenOptions::default().clock_skew_ms.unsigned_abs();
    let mebibytes = api.max_response_bytes / (1024 * 1024);
    let line_every = words(Duration::from_millis(LINE_EVERY_MS.unsigned_abs()));
    let total = format!("{} seconds with all tries", api.total_timeout.as_secs());
    for (cell, figures) in [
        ("session token", vec![words(Duration::from_millis(skew))]),
        (
            "signing key of the instance, fetched",
            vec![words(keys.lifetime), words(keys.lifetime_in_outage)],
        ),
        (
            "signing keys of the instance",
            vec![words(keys.lifetime), words(keys.lifetime_in_outage)],
        ),
        (
            "`kid`s that Clerk does not know",
            vec![words(keys.unknown_kid_memory)],
        ),
        (
            "session tokens, no keys yet",
            vec![words(keys.pause_after_failure)],
        ),
        (
            "session tokens, keys at hand or `jwt_key`",
            vec![words(keys.lifetime_in_outage)],
        ),
        (
            "the keys of the instance",
            vec![words(keys.refresh_interval)],
        ),
        (
            "response of the Backend API",
            vec![format!("{mebibytes} MiB")],
        ),
        (
            "one try of a call to the Backend API",
            vec![words(api.timeout), total],
        ),
        (
            "line in the log that a stranger can cause",
            vec![line_every],
        ),
    ] {
        let row = row(&page, cell);
        for figure in figures {
            assert!(row.contains(&figure), "{figure} is not in {row}");
        }
    }
    let keys_wait = format!("at most {} for keys", words(keys.timeout));
    assert!(page.contains(&keys_wait), "{keys_wait}");
    assert_eq!(
        format!("{:?}", MachineTokenCache::default()),
        "MachineTokenCache { accepted_for: 30s, rejected_for: 10s, capacity: 4096 }"
    );
    let row = row(&page, "what Clerk said of opaque machine tokens");
    assert!(row.contains("30 seconds, rejected ones 10 seconds, at most 4096"));
}

fn sources(folder: &Path, text: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            if !path.ends_with("generated") {
                sources(&path, text);
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            text.push_str(&fs::read_to_string(&path).unwrap());
        }
    }
}

/// Figures that only private constants of the crates contain. If you change one, change the page too.
#[test]
fn security_page_states_the_constants() {
    let page = page().replace('\n', " ");
    let mut code = String::new();
    for name in ["clerk-api", "clerk-sdk", "clerk-middleware"] {
        sources(&repository().join(name).join("src"), &mut code);
    }
    let stated = [
        (
            "const MAX_TOKEN_BYTES: usize = 16 * 1024;",
            "| token, in a header or a cookie | 16 KiB |",
        ),
        (
            "verified_tokens: 4096,",
            "until they expire, at most 4096 and 64 MiB",
        ),
        (
            "verified_token_bytes: 64 * 1024 * 1024,",
            "until they expire, at most 4096 and 64 MiB",
        ),
        (
            "const LIMIT: Duration = Duration::from_secs(10);",
            "sent once, take 10 seconds at most",
        ),
        (
            "const AT_ONCE: usize = 64;",
            "At most 64 of them are under way",
        ),
        (
            "const UNSTATED: Duration = Duration::from_secs(10);",
            "(10 seconds where there is none, 300 seconds at most)",
        ),
        (
            "(Duration::from_secs(1), Duration::from_secs(300));",
            "(10 seconds where there is none, 300 seconds at most)",
        ),
        ("const MAX_KID_BYTES: usize = 256;", "| `kid` | 256 bytes |"),
        (
            "const MAX_REDIRECTS: u8 = 3;",
            "| handshakes in a row | 3 |",
        ),
        ("const MAX_LENGTH: usize = 1024;", "1024 bytes, and"),
        (
            "const MAX_BACKTRACKS: usize = 20_000;",
            "20,000 attempts for one path",
        ),
        (
            "tolerance: Duration::from_secs(300),",
            "| age of a webhook | 5 minutes",
        ),
        (
            "const MAX_WEBHOOK: usize = 2 * 1024 * 1024;",
            "2 MiB in poem",
        ),
        (
            "read_timeout: Duration::from_secs(30),",
            "nothing moves for 30 seconds",
        ),
    ];
    for (constant, sentence) in stated {
        assert!(code.contains(constant), "not in the code: {constant}");
        assert!(page.contains(sentence), "not on the page: {sentence}");
    }
}

#[test]
fn links_of_the_security_page_lead_somewhere() {
    let page = page();
    let headings: Vec<String> = page
        .lines()
        .filter_map(|line| line.strip_prefix("##"))
        .map(|line| {
            let words = line.trim_start_matches('#').trim().to_lowercase();
            let kept = words
                .chars()
                .filter(|char| char.is_alphanumeric() || " -".contains(*char));
            kept.collect::<String>().replace(' ', "-")
        })
        .collect();
    for link in page.split("](").skip(1) {
        let target = link.split(')').next().unwrap();
        match target.strip_prefix('#') {
            Some(heading) => assert!(headings.iter().any(|known| known == heading), "{heading}"),
            None if target.contains("://") => {}
            None => assert!(repository().join("docs").join(target).exists(), "{target}"),
        }
    }
}
