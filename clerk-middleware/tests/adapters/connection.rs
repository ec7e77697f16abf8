//! Requests as raw bytes: HTTP clients would not send some of them.

use std::net::SocketAddr;
use std::time::Duration;

use http_body_util::BodyExt as _;
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// A server's response. `status` is 0 if the server closed the connection without a response.
#[derive(Debug, Default)]
pub(crate) struct Received {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Received {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    pub(crate) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.headers
            .iter()
            .filter(move |(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }
}

/// A request to send.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, Vec<u8>)>,
    pub(crate) body: Vec<u8>,
}

impl Sent {
    /// A request for `app.example.com`.
    pub(crate) fn new(line: &str) -> Self {
        let (method, target) = line.split_once(' ').unwrap();
        Self {
            method: method.to_owned(),
            target: target.to_owned(),
            headers: vec![("host".to_owned(), b"app.example.com".to_vec())],
            body: Vec::new(),
        }
    }

    pub(crate) fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.headers
            .push((name.to_owned(), value.as_ref().to_vec()));
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(known, _)| known != name);
        self
    }

    pub(crate) fn bearer(self, token: &str) -> Self {
        self.header("authorization", format!("Bearer {token}"))
    }

    pub(crate) fn body(mut self, body: &[u8]) -> Self {
        self.body = body.to_vec();
        self
    }

    /// Marks the request as a browser's page load.
    pub(crate) fn page(self) -> Self {
        self.header("sec-fetch-dest", "document")
            .header("accept", "text/html")
            .header("x-forwarded-proto", "https")
    }

    pub(crate) async fn to(&self, address: SocketAddr) -> Received {
        tokio::time::timeout(Duration::from_secs(30), self.exchange(address))
            .await
            .unwrap_or_else(|_| panic!("no response to {} {}", self.method, self.target))
    }

    /// Sends the request over HTTP/2, with the host as the authority. Headers named `host` are sent as well.
    pub(crate) async fn over_http2(&self, address: SocketAddr, authority: &str) -> Received {
        let stream = TcpStream::connect(address).await.unwrap();
        let (executor, io) = (TokioExecutor::new(), TokioIo::new(stream));
        let (mut sender, connection) = http2::handshake(executor, io).await.unwrap();
        tokio::spawn(connection);
        let mut request = http::Request::builder()
            .method(self.method.as_str())
            .uri(format!("http://{authority}{}", self.target))
            .version(http::Version::HTTP_2);
        for (name, value) in &self.headers {
            request = request.header(name, value.as_slice());
        }
        let request = request.body(String::new()).unwrap();
        let (parts, body) = sender.send_request(request).await.unwrap().into_parts();
        let text = |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into();
        let headers = parts.headers.iter();
        Received {
            status: parts.status.as_u16(),
            headers: headers
                .map(|(name, value)| (name.to_string(), text(value)))
                .collect(),
            body: String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap(),
        }
    }

    async fn exchange(&self, address: SocketAddr) -> Received {
        let mut bytes = format!("{} {} HTTP/1.1\r\n", self.method, self.target).into_bytes();
        for (name, value) in &self.headers {
            bytes.extend_from_slice(name.as_bytes());
            bytes.extend_from_slice(b": ");
            bytes.extend_from_slice(value);
            bytes.extend_from_slice(b"\r\n");
        }
        if !self.body.is_empty() {
            bytes.extend_from_slice(format!("content-length: {}\r\n", self.body.len()).as_bytes());
        }
        bytes.extend_from_slice(b"connection: close\r\n\r\n");
        bytes.extend_from_slice(&self.body);
        let (mut read, mut write) = TcpStream::connect(address).await.unwrap().into_split();
        let mut received = Vec::new();
        // A server may respond and close before it has read the whole request.
        let (_, _) = tokio::join!(write.write_all(&bytes), read.read_to_end(&mut received));
        parse(&String::from_utf8_lossy(&received))
    }
}

fn parse(text: &str) -> Received {
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return Received::default();
    };
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1));
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let is_chunked = headers
        .iter()
        .any(|(name, value)| name == "transfer-encoding" && value == "chunked");
    Received {
        status: status.unwrap().parse().unwrap(),
        body: if is_chunked {
            unchunked(body)
        } else {
            body.to_owned()
        },
        headers,
    }
}

fn unchunked(mut body: &str) -> String {
    let mut whole = String::new();
    while let Some((length, rest)) = body.split_once("\r\n") {
        let length = usize::from_str_radix(length.trim(), 16).unwrap();
        if length == 0 {
            break;
        }
        whole.push_str(&rest[..length]);
        body = rest[length..].trim_start_matches("\r\n");
    }
    whole
}
