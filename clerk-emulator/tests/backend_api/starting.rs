//! Starting and stopping, keys, ids.

use clerk_emulator::{Clock, Emulator, StartError};
use serde_json::json;
use tokio::io::{AsyncBufReadExt, BufReader};

use super::http::{Api, START, emulator, with};

#[tokio::test]
async fn keys_are_those_of_a_development_instance_each_emulator_has_its_own() {
    use base64::Engine;
    let emulator = emulator().await;
    assert!(emulator.secret_key().starts_with("sk_test_"));
    let host = |emulator: &Emulator| {
        let encoded = emulator.publishable_key().strip_prefix("pk_test_").unwrap();
        let host = base64::engine::general_purpose::STANDARD
            .decode(encoded)
            .unwrap();
        String::from_utf8(host).unwrap()
    };
    // Clerk's frontends take it for one of Clerk's own development instances.
    assert!(host(&emulator).ends_with(".clerk.accounts.dev$"));
    let another = Emulator::builder().start().await.unwrap();
    assert_ne!(host(&emulator), host(&another));
    assert!(emulator.jwt_key().starts_with("-----BEGIN PUBLIC KEY-----"));
    assert!(emulator.url().starts_with("http://127.0.0.1:"));
}

#[tokio::test]
async fn live_keys_are_refused() {
    let secret = Emulator::builder().secret_key("sk_live_abc").start().await;
    assert!(matches!(
        secret,
        Err(StartError::LiveKey {
            expected: "sk_test_"
        })
    ));
    let publishable = Emulator::builder()
        .publishable_key("pk_live_abc")
        .start()
        .await;
    assert!(matches!(
        publishable,
        Err(StartError::LiveKey {
            expected: "pk_test_"
        })
    ));
    assert!(matches!(
        Emulator::builder().secret_key("abc").start().await,
        Err(StartError::InvalidKey { .. })
    ));
    assert!(matches!(
        Emulator::builder().signing_key_pem("abc").start().await,
        Err(StartError::SigningKey(_))
    ));
}

#[tokio::test]
async fn a_taken_port_is_an_error_that_names_it() {
    let first = emulator().await;
    let port: u16 = first.url().rsplit(':').next().unwrap().parse().unwrap();
    let error = Emulator::builder().port(port).start().await.unwrap_err();
    assert!(error.to_string().contains(&port.to_string()), "{error}");
}

#[tokio::test]
async fn a_stopped_emulator_answers_no_more() {
    let emulator = emulator().await;
    let url = format!("{}/.well-known/jwks.json", emulator.url());
    assert!(reqwest::get(&url).await.unwrap().status().is_success());
    emulator.shutdown().await;
    assert!(reqwest::get(&url).await.is_err());
}

#[tokio::test]
async fn the_same_seed_makes_the_same_ids() {
    let mut runs = Vec::new();
    for seed in [7, 7, 8] {
        let emulator = with(Emulator::builder().deterministic_ids(seed)).await;
        let api = Api::new(&emulator);
        runs.push((
            emulator.secret_key().to_owned(),
            api.user("ada@example.com").await,
        ));
    }
    assert_eq!(runs[0], runs[1]);
    assert_ne!(runs[0], runs[2]);
    let (_, user_id) = &runs[0];
    assert!(
        user_id.starts_with("user_") && user_id.len() == "user_".len() + 27,
        "{user_id}"
    );
}

#[tokio::test]
async fn the_clock_is_the_tests_own() {
    let clock = Clock::fixed(START);
    let emulator = Emulator::builder()
        .clock(clock.clone())
        .start()
        .await
        .unwrap();
    let api = Api::new(&emulator);
    let before = api.post("/users", json!({"username": "before"})).await;
    clock.advance(std::time::Duration::from_secs(5));
    let after = api.post("/users", json!({"username": "after"})).await;
    assert_eq!(before["created_at"], START);
    assert_eq!(after["created_at"], START + 5000);
}

#[tokio::test]
async fn debug_output_has_no_secrets() {
    let emulator = emulator().await;
    let user_id = Api::new(&emulator).user("ada@example.com").await;
    let signed_in = emulator.sign_in(&user_id).unwrap();
    let printed = format!(
        "{emulator:?} {signed_in:?} {:?}",
        Emulator::builder().secret_key("sk_test_secret")
    );
    for secret in [
        emulator.secret_key(),
        &signed_in.token,
        &signed_in.client_token,
        &signed_in.refresh_token,
        "sk_test_secret",
    ] {
        assert!(!printed.contains(secret), "{printed}");
    }
}

/// The program, where it was built.
fn program() -> Option<tokio::process::Command> {
    option_env!("CARGO_BIN_EXE_clerk-emulator").map(tokio::process::Command::new)
}

#[tokio::test]
async fn the_program_prints_its_address_and_keys_and_a_warning() {
    let Some(mut program) = program() else { return };
    let mut child = program
        .args(["--port", "0", "--secret-key", "sk_test_given"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let url = lines.next_line().await.unwrap().unwrap();
    let url = url.strip_prefix("CLERK_API_URL=").unwrap();
    assert_eq!(
        lines.next_line().await.unwrap().unwrap(),
        "CLERK_SECRET_KEY=sk_test_given"
    );
    assert!(
        lines
            .next_line()
            .await
            .unwrap()
            .unwrap()
            .starts_with("CLERK_PUBLISHABLE_KEY=pk_test_")
    );
    let users = reqwest::Client::new()
        .get(format!("{url}/v1/users"))
        .bearer_auth("sk_test_given");
    assert_eq!(super::http::reply(users).await.body, json!([]));
    let mut warnings = BufReader::new(child.stderr.take().unwrap()).lines();
    assert!(
        warnings
            .next_line()
            .await
            .unwrap()
            .unwrap()
            .contains("test double")
    );
}

#[tokio::test]
async fn the_program_refuses_live_keys() {
    let Some(mut program) = program() else { return };
    let output = program
        .args(["--port", "0", "--secret-key", "sk_live_secret"])
        .output()
        .await
        .unwrap();
    assert!(!output.status.success());
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.contains("sk_test_") && !said.contains("secret"),
        "{said}"
    );
}
