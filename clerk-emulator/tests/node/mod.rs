//! Running JavaScript.

use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::Duration;

use clerk_emulator::Emulator;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

/// A folder of tests in JavaScript.
#[derive(Clone, Copy, Debug)]
pub struct Node {
    /// Below `tests`.
    pub folder: &'static str,
    /// What `npm ci` installs there.
    pub packages: &'static [&'static str],
    /// How long one file may take.
    pub limit: Duration,
}

impl Node {
    pub fn path(&self) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests")
            .join(self.folder)
    }
}

/// A program that sees of this one's environment only where programs are.
fn node(of: &Node) -> Command {
    let kept = ["PATH", "SystemRoot"];
    let mut command = Command::new("node");
    command
        .env_clear()
        .envs(
            kept.into_iter()
                .filter_map(|name| Some((name, std::env::var_os(name)?))),
        )
        .current_dir(of.path())
        .kill_on_drop(true);
    command
}

/// What is missing to run JavaScript, if anything is.
async fn missing(of: &Node) -> Option<String> {
    let answered = node(of).arg("--version").output().await;
    if !answered.is_ok_and(|output| output.status.success()) {
        return Some("there is no Node".to_owned());
    }
    let packages = of.path().join("node_modules");
    let mut names = of.packages.iter();
    let installed = names.all(|package| packages.join(package).is_dir());
    let long = || format!("run `npm ci` in clerk-emulator/tests/{}", of.folder);
    (!installed).then(long)
}

/// Whether JavaScript can be run; says so where it cannot.
///
/// # Panics
/// If it cannot, and `CLERK_REQUIRE_NODE` is 1.
pub async fn is_there(of: &Node) -> bool {
    let missing = missing(of).await;
    if let Some(missing) = &missing {
        let required = std::env::var_os("CLERK_REQUIRE_NODE").is_some_and(|value| value == "1");
        assert!(!required, "{missing}");
        eprintln!("skipped: {missing}");
    }
    missing.is_none()
}

/// Runs a file with an emulator's settings. Not by `node --test`, which starts a process of its own for the file: that
/// one would outlive the time limit.
pub async fn run(
    of: &Node,
    emulator: &Emulator,
    file: &str,
    settings: &[(&str, &str)],
    input: &str,
) -> Output {
    let mut command = node(of);
    command
        .args(["--test-reporter=spec", file])
        .env("CLERK_API_URL", emulator.url())
        .env("CLERK_SECRET_KEY", emulator.secret_key())
        .env("CLERK_PUBLISHABLE_KEY", emulator.publishable_key())
        .env("CLERK_PROXY_URL", emulator.proxy_url())
        .env("CLERK_SIGN_IN_URL", emulator.sign_in_url())
        .env("CLERK_TELEMETRY_DISABLED", "1")
        .env("EMULATOR_JWT_KEY", emulator.jwt_key())
        .envs(settings.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let done = async {
        // A file that does not read it may be done before it is written.
        let _ = stdin.write_all(input.as_bytes()).await;
        drop(stdin);
        child.wait_with_output().await.unwrap()
    };
    let output = tokio::time::timeout(of.limit, done).await;
    output.unwrap_or_else(|_| panic!("{file} was not done after {:?}", of.limit))
}

/// Checks that a file succeeded, and that it tested something: a file that tests nothing succeeds as well.
pub fn check(file: &str, output: &Output) {
    let text = text(output);
    assert!(output.status.success(), "{file}\n{text}");
    let mut lines = text.lines().map(|line| line.trim_start_matches('ℹ').trim());
    let passed = lines.find_map(|line| line.strip_prefix("pass "));
    assert!(
        passed.is_some_and(|count| count != "0"),
        "{file} tested nothing\n{text}"
    );
}

/// Both of its streams.
pub fn text(output: &Output) -> String {
    let (stdout, stderr) = (&output.stdout, &output.stderr);
    format!(
        "{}{}",
        String::from_utf8_lossy(stdout),
        String::from_utf8_lossy(stderr)
    )
}
