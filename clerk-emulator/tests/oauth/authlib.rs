//! Authlib, which knows OAuth and nothing of Clerk, on the provider. Skipped where Python does not have it.

use std::process::Command;

use crate::client::emulator;

#[tokio::test(flavor = "multi_thread")]
async fn authlib_gets_refreshes_and_verifies_tokens() {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/oauth/authlib_client.py");
    let emulator = emulator().await;
    // Authlib judges times by the system's clock.
    emulator.clock().set(system_millis());
    let url = emulator.url().to_owned();
    let run = move || Command::new("python3").arg(script).arg(url).output();
    let output = match tokio::task::spawn_blocking(run).await.unwrap() {
        Ok(output) => output,
        Err(error) => return eprintln!("skipped: python3 does not run: {error}"),
    };
    let text = String::from_utf8_lossy(&output.stderr);
    if output.status.code() == Some(77) {
        return eprintln!("skipped: {text}");
    }
    assert!(output.status.success(), "{text}");
}

fn system_millis() -> i64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    i64::try_from(now.unwrap().as_millis()).unwrap()
}
