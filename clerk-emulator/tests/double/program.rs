//! The program's options for seeds and webhooks.

use std::process::Stdio;

use serde_json::json;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;

use super::receiver::{Receiver, SECRET};

/// The program, where it was built.
fn program() -> Option<Command> {
    let mut command = option_env!("CARGO_BIN_EXE_clerk-emulator").map(Command::new)?;
    command.args(["--port", "0"]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command.kill_on_drop(true);
    Some(command)
}

#[tokio::test]
async fn it_begins_with_seeds_and_tells_webhooks() {
    let Some(mut program) = program() else { return };
    let receiver = Receiver::start().await;
    let seed = std::env::temp_dir().join(format!("{}-program.toml", std::process::id()));
    std::fs::write(&seed, "[[users]]\nid = 'user_mary'\nusername = 'mary'").unwrap();
    let mut child = program
        .args([
            "--demo",
            "--webhook",
            &receiver.url,
            "--webhook-secret",
            SECRET,
        ])
        .arg("--seed")
        .arg(&seed)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut url = String::new();
    let mut secret = String::new();
    while secret.is_empty() {
        let line = lines.next_line().await.unwrap().unwrap();
        if let Some(value) = line.strip_prefix("CLERK_API_URL=") {
            url = value.to_owned();
        }
        if let Some(value) = line.strip_prefix("CLERK_WEBHOOK_SIGNING_SECRET=") {
            secret = value.to_owned();
        }
    }
    assert_eq!(secret, SECRET);
    std::fs::remove_file(&seed).unwrap();
    let http = reqwest::Client::new();
    for user in ["user_mary", "user_ada"] {
        let sign_in = http
            .post(format!("{url}/__emulator/sign_in"))
            .json(&json!({"user_id": user}));
        assert_eq!(sign_in.send().await.unwrap().status(), 200);
    }
    let settled = format!("{url}/__emulator/webhooks/deliveries?settled=true");
    assert_eq!(http.get(settled).send().await.unwrap().status(), 200);
    assert_eq!(receiver.kinds(), ["session.created", "session.created"]);
}

#[tokio::test]
async fn it_says_what_is_wrong_with_a_seed() {
    let Some(mut program) = program() else { return };
    let output = program
        .args(["--seed", "nowhere.toml"])
        .output()
        .await
        .unwrap();
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.starts_with("clerk-emulator: nowhere.toml: "), "{said}");
}

#[tokio::test]
async fn its_options_allow_hosts_and_origins() {
    let Some(mut program) = program() else { return };
    let mut child = program
        .args(["--allow-host", "emulator", "--allow-host", "phone.local"])
        .args(["--allow-origin", "http://192.168.1.5:3000"])
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let line = lines.next_line().await.unwrap().unwrap();
    let url = line.strip_prefix("CLERK_API_URL=").unwrap();
    let http = reqwest::Client::new();
    for (host, origin, status) in [
        ("emulator:4010", "http://192.168.1.5:3000", 200),
        ("phone.local", "http://192.168.1.5:3000", 200),
        ("emulator:4010", "http://192.168.1.6:3000", 403),
        ("other", "http://192.168.1.5:3000", 403),
    ] {
        let request = http.get(format!("{url}/v1/environment"));
        let answer = request.header("host", host).header("origin", origin);
        assert_eq!(
            answer.send().await.unwrap().status(),
            status,
            "{host} {origin}"
        );
    }
}

#[tokio::test]
async fn its_help_says_what_is_allowed() {
    let Some(mut program) = program() else { return };
    let output = program.arg("--help").output().await.unwrap();
    let help = String::from_utf8_lossy(&output.stdout).into_owned();
    for said in ["--allow-host <HOST>", "--allow-origin <ORIGIN>", "loopback"] {
        assert!(help.contains(said), "{said}: {help}");
    }
}

#[tokio::test]
async fn it_names_an_origin_that_is_none() {
    let Some(mut program) = program() else { return };
    let output = program
        .args(["--allow-origin", "*"])
        .output()
        .await
        .unwrap();
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        said.starts_with("clerk-emulator: `*` is no origin"),
        "{said}"
    );
}
