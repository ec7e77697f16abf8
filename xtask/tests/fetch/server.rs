//! An HTTP server on loopback that responds by a script, once per connection.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

pub(crate) enum Reply {
    /// These bytes, then the connection is closed.
    Bytes(Vec<u8>),
    /// Reads the request and sends nothing until the client goes away.
    Hang,
}

impl Reply {
    pub(crate) fn new(status: &str, headers: &[&str], body: &[u8]) -> Reply {
        let mut head = format!("HTTP/1.1 {status}\r\nconnection: close\r\n");
        for header in headers {
            head.push_str(header);
            head.push_str("\r\n");
        }
        head.push_str("\r\n");
        Reply::Bytes([head.as_bytes(), body].concat())
    }

    pub(crate) fn ok(body: &[u8]) -> Reply {
        Reply::new(
            "200 OK",
            &[&format!("content-length: {}", body.len())],
            body,
        )
    }

    pub(crate) fn status(status: &str) -> Reply {
        Reply::new(status, &["content-length: 0"], b"")
    }
}

pub(crate) struct Server {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Serves that many connections and stops listening after the last.
    pub(crate) fn start(script: Vec<Reply>) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        std::thread::spawn(move || {
            for reply in script {
                let (stream, _) = listener.accept().unwrap();
                serve(stream, &reply, &seen);
            }
        });
        Server { address, requests }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Method and target of each request so far.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

/// An address on which nothing listens: unlike one just given up, port 1 is never handed to another test.
pub(crate) const REFUSED: &str = "http://127.0.0.1:1";

fn serve(mut stream: TcpStream, reply: &Reply, seen: &Mutex<Vec<String>>) {
    let mut request = Vec::new();
    let mut buffer = [0; 1024];
    while !request.windows(4).any(|end| end == b"\r\n\r\n") {
        match stream.read(&mut buffer) {
            Ok(0) | Err(_) => return,
            Ok(read) => request.extend_from_slice(&buffer[..read]),
        }
    }
    let text = String::from_utf8_lossy(&request);
    let line = text.lines().next().unwrap_or_default();
    seen.lock()
        .unwrap()
        .push(line.trim_end_matches(" HTTP/1.1").to_owned());
    match reply {
        // The client may have gone already, having read enough.
        Reply::Bytes(bytes) => drop(stream.write_all(bytes)),
        Reply::Hang => while matches!(stream.read(&mut buffer), Ok(read) if read > 0) {},
    }
}
