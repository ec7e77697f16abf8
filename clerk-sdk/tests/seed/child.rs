//! Processes of their own, for what depends on the environment of the process or writes to standard error.

use std::process::{Command, Output};

/// Names the part that the child plays.
const PART: &str = "SEED_PART";

/// What a child wrote.
pub(crate) struct Written {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Runs this program again as a child that plays one part, with these variables and none of Clerk's beside them.
pub(crate) async fn play(part: &str, variables: &[(&str, &str)]) -> Written {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args([
        "--exact",
        "child::plays_the_part_that_another_test_gives_it",
        "--nocapture",
    ]);
    for (name, _) in std::env::vars_os() {
        let upper = name.to_string_lossy().to_ascii_uppercase();
        if upper.starts_with("CLERK_") || upper.ends_with("_PROXY") {
            command.env_remove(name);
        }
    }
    command.env(PART, part).envs(variables.iter().copied());
    let output = tokio::task::spawn_blocking(move || command.output());
    let Output {
        status,
        stdout,
        stderr,
    } = output.await.unwrap().unwrap();
    let written = Written {
        stdout: String::from_utf8(stdout).unwrap(),
        stderr: String::from_utf8(stderr).unwrap(),
    };
    assert!(
        status.success() && written.stdout.contains("1 passed"),
        "{part} failed in its process\n{}\n{}",
        written.stdout,
        written.stderr
    );
    written
}

/// A variable of the child's that is for the test, not for the crate.
pub(crate) fn given(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} was not given"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn plays_the_part_that_another_test_gives_it() {
    let Ok(part) = std::env::var(PART) else {
        return;
    };
    match part.as_str() {
        "no key" => crate::process::no_key().await,
        "users" => crate::process::list_users().await,
        "sessions" => crate::process::list_sessions().await,
        "handles" => crate::process::change_under_handles().await,
        "instances" => crate::process::two_instances().await,
        "custom" => crate::process::custom_instance().await,
        "precedence" => crate::precedence::call_on_the_process_client().await,
        "legacy key" => crate::configuration::use_legacy_key().await,
        "failing call" => crate::logging::one_failing_call().await,
        "failing calls" => crate::logging::failing_calls().await,
        "secrets" => crate::logging::calls_full_of_secrets().await,
        other => panic!("unknown role {other}"),
    }
}
