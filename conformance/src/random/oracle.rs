//! Clerk's own JavaScript in Node, asked line by line.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout};

use crate::cases::parse;

/// How many questions one Node gets: Clerk's JavaScript keeps something of each, and Node has a few gigabytes for all.
const QUESTIONS: u32 = 1000;

/// Clerk's JavaScript, in one Node after the other.
pub(super) struct Oracle {
    node: Node,
    asked: u32,
}

/// A running Node. It ends when it is dropped.
struct Node {
    _process: Child,
    questions: ChildStdin,
    replies: Lines<BufReader<ChildStdout>>,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("oracle")
}

/// Whether Node and the packages of the oracle are there.
///
/// ```
/// if !clerk_conformance::is_available() {
///     println!("run `npm ci` in conformance/oracle");
/// }
/// ```
pub fn is_available() -> bool {
    let has_node = Command::new("node").arg("--version").output().is_ok();
    has_node && folder().join("node_modules/@clerk/backend").exists()
}

impl Oracle {
    pub(super) fn start() -> Result<Self> {
        ensure!(
            is_available(),
            "random runs ask Clerk's own JavaScript: install Node 20 or later, and run `npm ci` in conformance/oracle"
        );
        Ok(Self {
            node: Node::start()?,
            asked: 0,
        })
    }

    /// The case of this number, with its kind and what is recorded of it.
    pub(super) async fn made(&mut self, seed: u32, index: u32) -> Result<Value> {
        self.ask(&json!({ "seed": seed, "index": index })).await
    }

    /// What is recorded of a case.
    pub(super) async fn recorded(&mut self, case: &Value) -> Result<Value> {
        self.ask(case).await
    }

    async fn ask(&mut self, question: &Value) -> Result<Value> {
        if self.asked == QUESTIONS {
            self.node = Node::start()?;
            self.asked = 0;
        }
        self.asked += 1;
        self.node.ask(question).await
    }
}

impl Node {
    fn start() -> Result<Self> {
        let mut process = tokio::process::Command::new("node")
            .arg("oracle.mjs")
            .current_dir(folder())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let questions = process.stdin.take().context("no input")?;
        let output = process.stdout.take().context("no output")?;
        Ok(Self {
            _process: process,
            questions,
            replies: BufReader::new(output).lines(),
        })
    }

    async fn ask(&mut self, question: &Value) -> Result<Value> {
        self.questions
            .write_all(format!("{question}\n").as_bytes())
            .await?;
        let line = self.replies.next_line().await?;
        parse(&line.context("Node ended")?)
    }
}
