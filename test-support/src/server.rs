//! A small HTTP server on loopback that records what it is sent and replies what it is told.
//!
//! ```
//! use test_support::server::{self, Server};
//!
//! # async fn test() {
//! let api = Server::replying([server::empty(503), server::json(200, serde_json::json!({ "id": "user_1" }))]).await;
//! // … what is tested sends requests to `api.url()` …
//! assert_eq!(api.lines(), ["GET /v1/users/user_1", "GET /v1/users/user_1"]);
//! # }
//! ```

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// A request as it came over the wire.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// The method.
    pub method: String,
    /// Path and query, raw.
    pub target: String,
    /// Names and values as they were sent.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Recorded {
    /// Returns method and target, as in `GET /v1/users?limit=1`.
    pub fn line(&self) -> String {
        format!("{} {}", self.method, self.target)
    }

    /// Returns the query, raw.
    pub fn query(&self) -> &str {
        self.target.split_once('?').map_or("", |(_, query)| query)
    }

    /// Returns all values of a header, joined, so that one that was sent twice shows.
    pub fn header(&self, name: &str) -> Option<String> {
        let values: Vec<_> = self
            .headers
            .iter()
            .filter(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
            .collect();
        (!values.is_empty()).then(|| values.join(" | "))
    }

    /// Returns the body as text.
    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    /// Returns the body as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// What the server does with one request.
#[derive(Clone, Debug)]
pub enum Reply {
    /// A response.
    Answer(Answer),
    /// Closes the connection before reading anything from it.
    DropBefore,
    /// Reads the request, then closes the connection.
    DropAfter,
    /// Reads the request, and then nothing comes until the client hangs up.
    Silence,
}

/// A response.
#[derive(Clone, Debug)]
pub struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    /// How much of the body comes; the connection stays open after it.
    cut: Option<usize>,
    /// Closes the connection at the cut.
    close_at_cut: bool,
}

/// Returns a response with a JSON body.
pub fn json(status: u16, body: serde_json::Value) -> Reply {
    answer(status, "application/json", body.to_string())
}

/// Returns a response without a body.
pub fn empty(status: u16) -> Reply {
    Reply::Answer(Answer {
        status,
        headers: Vec::new(),
        body: Vec::new(),
        cut: None,
        close_at_cut: false,
    })
}

/// Returns a response with a body of this media type.
pub fn answer(status: u16, media_type: &str, body: impl Into<Vec<u8>>) -> Reply {
    Reply::Answer(Answer {
        status,
        headers: vec![("content-type".to_owned(), media_type.to_owned())],
        body: body.into(),
        cut: None,
        close_at_cut: false,
    })
}

impl Reply {
    fn change(mut self, change: impl FnOnce(&mut Answer)) -> Self {
        match &mut self {
            Self::Answer(answer) => change(answer),
            other => panic!("{other:?} is no response"),
        }
        self
    }

    /// Adds a header.
    #[must_use]
    pub fn header(self, name: &str, value: impl ToString) -> Self {
        self.change(|answer| answer.headers.push((name.to_owned(), value.to_string())))
    }

    /// Sends so many bytes of the body and then nothing more.
    #[must_use]
    pub fn stall_after(self, bytes: usize) -> Self {
        self.change(|answer| answer.cut = Some(bytes))
    }

    /// Sends so many bytes of the body and then closes the connection.
    #[must_use]
    pub fn close_after(self, bytes: usize) -> Self {
        self.change(|answer| {
            answer.cut = Some(bytes);
            answer.close_at_cut = true;
        })
    }
}

type Handler = dyn Fn(&Recorded) -> Reply + Send + Sync;

enum Behaviour {
    /// One reply after the other; the last one again and again.
    Script(Mutex<VecDeque<Reply>>),
    Handler(Box<Handler>),
}

impl Behaviour {
    fn next_drops_before(&self) -> bool {
        match self {
            Self::Script(script) => {
                let mut script = script.lock().unwrap();
                let drops = matches!(script.front(), Some(Reply::DropBefore));
                if drops && script.len() > 1 {
                    script.pop_front();
                }
                drops
            }
            Self::Handler(_) => false,
        }
    }

    fn reply(&self, request: &Recorded) -> Reply {
        match self {
            Self::Script(script) => {
                let mut script = script.lock().unwrap();
                match script.len() {
                    1 => script.front().cloned().unwrap(),
                    _ => script.pop_front().expect("a script with a reply"),
                }
            }
            Self::Handler(handler) => handler(request),
        }
    }
}

/// How long a test waits for what it expects, so that one that fails does not hang.
const PATIENCE: Duration = Duration::from_secs(20);

/// What happened, for tests to look at and to wait for.
#[derive(Default)]
struct Records {
    requests: watch::Sender<Vec<Recorded>>,
    /// How often a client did not wait for a reply.
    hang_ups: watch::Sender<usize>,
}

/// A server that listens until it is dropped.
pub struct Server {
    /// Where it listens.
    pub address: SocketAddr,
    url: String,
    records: Arc<Records>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Server {
    /// Replies in this order, the last one again and again.
    pub async fn replying(script: impl IntoIterator<Item = Reply>) -> Self {
        Self::start(Behaviour::Script(Mutex::new(script.into_iter().collect()))).await
    }

    /// Replies what the function makes of each request.
    pub async fn handling(handler: impl Fn(&Recorded) -> Reply + Send + Sync + 'static) -> Self {
        Self::start(Behaviour::Handler(Box::new(handler))).await
    }

    async fn start(behaviour: Behaviour) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let records = Arc::<Records>::default();
        let behaviour = Arc::new(behaviour);
        let recorder = Arc::clone(&records);
        let task = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                if behaviour.next_drops_before() {
                    continue;
                }
                let (behaviour, recorder) = (Arc::clone(&behaviour), Arc::clone(&recorder));
                tokio::spawn(async move {
                    // A client that hangs up is part of some tests.
                    let _ = serve(stream, &behaviour, &recorder).await;
                });
            }
        });
        Self {
            address,
            url: format!("http://{address}"),
            records,
            task,
        }
    }

    /// Replies to every request with this JSON.
    pub async fn answering(status: u16, body: serde_json::Value) -> Self {
        Self::handling(move |_| json(status, body.clone())).await
    }

    /// Returns where it listens, without a slash at the end.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns all requests that were read so far.
    pub fn requests(&self) -> Vec<Recorded> {
        self.records.requests.borrow().clone()
    }

    /// Returns methods and targets of all requests that were read so far.
    pub fn lines(&self) -> Vec<String> {
        self.requests().iter().map(Recorded::line).collect()
    }

    /// Returns the requests that were read since this was called last.
    pub fn take(&self) -> Vec<Recorded> {
        self.records.requests.send_replace(Vec::new())
    }

    /// Waits until so many requests were read, and returns all that were.
    pub async fn received(&self, count: usize) -> Vec<Recorded> {
        let mut requests = self.records.requests.subscribe();
        let seen = requests.wait_for(|requests| requests.len() >= count);
        let seen = tokio::time::timeout(PATIENCE, seen).await;
        seen.expect("the requests come").unwrap().clone()
    }

    /// Waits until so many clients hung up instead of waiting for a reply.
    pub async fn hung_up(&self, count: usize) {
        let mut hang_ups = self.records.hang_ups.subscribe();
        let seen = hang_ups.wait_for(|seen| *seen >= count);
        let seen = tokio::time::timeout(PATIENCE, seen).await;
        seen.expect("the client hangs up").unwrap();
    }

    /// Returns the latest request that was read.
    pub fn latest(&self) -> Recorded {
        self.requests().pop().expect("a request")
    }

    /// Returns the only request that was read.
    pub fn request(&self) -> Recorded {
        match self.requests().as_slice() {
            [request] => request.clone(),
            requests => panic!("one request expected, got {requests:#?}"),
        }
    }
}

/// Returns a URL on loopback where nothing listens.
pub async fn nowhere() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

async fn serve(stream: TcpStream, behaviour: &Behaviour, records: &Records) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    while let Some(request) = read(&mut stream).await? {
        let record = request.clone();
        records
            .requests
            .send_modify(|requests| requests.push(record));
        match behaviour.reply(&request) {
            Reply::Answer(answer) => {
                let cut = answer.cut;
                write(&mut stream, &answer, request.method == "HEAD").await?;
                if cut.is_some() {
                    if !answer.close_at_cut {
                        std::future::pending::<()>().await;
                    }
                    return Ok(());
                }
            }
            Reply::DropAfter | Reply::DropBefore => return Ok(()),
            Reply::Silence => {
                // Until the end, which comes as an error when the client was abrupt.
                let _ = stream.read(&mut [0]).await;
                records.hang_ups.send_modify(|seen| *seen += 1);
                return Ok(());
            }
        }
    }
    Ok(())
}

async fn read(stream: &mut BufReader<TcpStream>) -> std::io::Result<Option<Recorded>> {
    let mut line = String::new();
    if stream.read_line(&mut line).await? == 0 {
        return Ok(None);
    }
    let mut parts = line.split_whitespace();
    let (method, target) = (
        parts.next().unwrap().to_owned(),
        parts.next().unwrap().to_owned(),
    );
    let mut request = Recorded {
        method,
        target,
        headers: Vec::new(),
        body: Vec::new(),
    };
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await?;
        match line.trim_end().split_once(": ") {
            Some((name, value)) => request.headers.push((name.to_owned(), value.to_owned())),
            None => break,
        }
    }
    if let Some(length) = request.header("content-length") {
        request.body = vec![0; length.parse().unwrap()];
        stream.read_exact(&mut request.body).await?;
    } else if request.header("transfer-encoding").is_some() {
        loop {
            let mut line = String::new();
            stream.read_line(&mut line).await?;
            // Empty when the client gave up in the middle.
            let length = usize::from_str_radix(line.trim(), 16).map_err(std::io::Error::other)?;
            let mut chunk = vec![0; length + 2];
            stream.read_exact(&mut chunk).await?;
            request.body.extend_from_slice(&chunk[..length]);
            if length == 0 {
                break;
            }
        }
    }
    Ok(Some(request))
}

async fn write(
    stream: &mut BufReader<TcpStream>,
    answer: &Answer,
    without_body: bool,
) -> std::io::Result<()> {
    let mut head = format!("HTTP/1.1 {} Status\r\n", answer.status);
    for (name, value) in &answer.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    if answer.status != 204 {
        head.push_str(&format!("content-length: {}\r\n", answer.body.len()));
    }
    head.push_str("\r\n");
    let mut bytes = head.into_bytes();
    if !without_body {
        bytes.extend_from_slice(&answer.body[..answer.cut.unwrap_or(answer.body.len())]);
    }
    stream.write_all(&bytes).await?;
    stream.flush().await
}
