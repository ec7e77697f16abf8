//! A small HTTP server on loopback that records what it is sent and replies what it is told.

use std::sync::{Arc, Mutex};

use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// A request as it came over the wire.
#[derive(Clone, Debug)]
pub(crate) struct Recorded {
    method: String,
    /// Path and query, raw.
    target: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Recorded {
    /// Method and target, as in `GET /v1/users?limit=1`.
    pub(crate) fn line(&self) -> String {
        format!("{} {}", self.method, self.target)
    }

    pub(crate) fn query(&self) -> &str {
        self.target.split_once('?').map_or("", |(_, query)| query)
    }

    /// All values of a header, joined, so that one that was sent twice shows.
    pub(crate) fn header(&self, name: &str) -> Option<String> {
        let values: Vec<_> = self
            .headers
            .iter()
            .filter(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
            .collect();
        (!values.is_empty()).then(|| values.join(" | "))
    }

    pub(crate) fn authorization(&self) -> Option<String> {
        self.header("authorization")
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// What the server does with one request.
pub(crate) enum Reply {
    Answer {
        status: u16,
        headers: Vec<(&'static str, String)>,
        body: String,
    },
    /// Reads the request, and then nothing comes until the client hangs up.
    Silence,
}

impl Reply {
    pub(crate) fn header(mut self, name: &'static str, value: impl ToString) -> Self {
        if let Self::Answer { headers, .. } = &mut self {
            headers.push((name, value.to_string()));
        }
        self
    }
}

pub(crate) fn json(status: u16, body: Value) -> Reply {
    Reply::Answer {
        status,
        headers: vec![("content-type", "application/json".to_owned())],
        body: body.to_string(),
    }
}

/// An empty list, as the endpoint returns it.
pub(crate) fn nothing(request: &Recorded) -> Reply {
    match request.line().contains("/m2m_tokens") {
        true => json(
            200,
            serde_json::json!({ "m2m_tokens": [], "total_count": 0 }),
        ),
        false => json(200, serde_json::json!([])),
    }
}

pub(crate) fn html(status: u16, body: &str) -> Reply {
    Reply::Answer {
        status,
        headers: vec![("content-type", "text/html; charset=utf-8".to_owned())],
        body: body.to_owned(),
    }
}

pub(crate) fn empty(status: u16) -> Reply {
    Reply::Answer {
        status,
        headers: Vec::new(),
        body: String::new(),
    }
}

type Handler = dyn Fn(&Recorded) -> Reply + Send + Sync;

pub(crate) struct Server {
    url: String,
    requests: Arc<Mutex<Vec<Recorded>>>,
    serving: tokio::task::JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Server {
    /// Responds to each request with what the function returns.
    pub(crate) async fn handling(
        handler: impl Fn(&Recorded) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::<Mutex<Vec<_>>>::default();
        let handler: Arc<Handler> = Arc::new(handler);
        let records = Arc::clone(&requests);
        let serving = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (handler, records) = (Arc::clone(&handler), Arc::clone(&records));
                tokio::spawn(async move {
                    // A client that hangs up is part of some tests.
                    let _ = serve(stream, &*handler, &records).await;
                });
            }
        });
        Self {
            url,
            requests,
            serving,
        }
    }

    /// Responds to every request with this.
    pub(crate) async fn answering(status: u16, body: Value) -> Self {
        Self::handling(move |_| json(status, body.clone())).await
    }

    /// Responds to every request with an empty list.
    pub(crate) async fn of_nothing() -> Self {
        Self::handling(nothing).await
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// All requests that were read so far.
    pub(crate) fn requests(&self) -> Vec<Recorded> {
        self.requests.lock().unwrap().clone()
    }

    /// Their methods and targets.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.requests().iter().map(Recorded::line).collect()
    }

    /// The only request that was read.
    pub(crate) fn request(&self) -> Recorded {
        match self.requests().as_slice() {
            [request] => request.clone(),
            requests => panic!("one request expected, got {requests:#?}"),
        }
    }

    /// The latest request that was read.
    pub(crate) fn latest(&self) -> Recorded {
        self.requests().last().cloned().expect("a request")
    }
}

/// A URL on loopback where nothing listens.
pub(crate) async fn nowhere() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

async fn serve(
    stream: TcpStream,
    handler: &Handler,
    records: &Mutex<Vec<Recorded>>,
) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    while let Some(request) = read(&mut stream).await? {
        let reply = handler(&request);
        records.lock().unwrap().push(request);
        let Reply::Answer {
            status,
            headers,
            body,
        } = reply
        else {
            // Until the end, which comes as an error when the client was abrupt.
            let _ = stream.read(&mut [0]).await;
            return Ok(());
        };
        let mut answer = format!("HTTP/1.1 {status} Status\r\n");
        for (name, value) in headers {
            answer.push_str(&format!("{name}: {value}\r\n"));
        }
        if status != 204 {
            answer.push_str(&format!("content-length: {}\r\n", body.len()));
        }
        answer.push_str("\r\n");
        answer.push_str(&body);
        stream.write_all(answer.as_bytes()).await?;
        stream.flush().await?;
    }
    Ok(())
}

async fn read(stream: &mut BufReader<TcpStream>) -> std::io::Result<Option<Recorded>> {
    let mut line = String::new();
    if stream.read_line(&mut line).await? == 0 {
        return Ok(None);
    }
    let mut words = line.split_whitespace().map(str::to_owned);
    let mut request = Recorded {
        method: words.next().unwrap(),
        target: words.next().unwrap(),
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
    }
    Ok(Some(request))
}
