use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// A server on loopback, which gives every request the same answer.
pub struct Upstream {
    url: String,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    answer: Vec<u8>,
    heads: Vec<Vec<u8>>,
}

impl Upstream {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&shared);
                thread::spawn(move || serve(stream, &shared));
            }
        });
        Self { url, state }
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns the host and the port, as the header `Host` has them.
    pub fn host(&self) -> &str {
        self.url.trim_start_matches("http://")
    }

    /// Sets what is answered from now on, and forgets what was asked.
    pub fn answer(&self, status: u16, headers: &[(&str, &[u8])], body: &[u8]) {
        let mut answer = format!("HTTP/1.1 {status} -\r\n").into_bytes();
        for (name, value) in headers {
            answer.extend_from_slice(name.as_bytes());
            answer.extend_from_slice(b": ");
            answer.extend_from_slice(value);
            answer.extend_from_slice(b"\r\n");
        }
        answer.extend_from_slice(format!("content-length: {}\r\n\r\n", body.len()).as_bytes());
        answer.extend_from_slice(body);
        let mut state = self.state.lock().unwrap();
        state.answer = answer;
        state.heads.clear();
    }

    /// Returns the heads of the requests since then, as they came.
    pub fn asked(&self) -> Vec<Vec<u8>> {
        self.state.lock().unwrap().heads.clone()
    }
}

/// One connection. Requests have a length or no body.
fn serve(mut stream: TcpStream, state: &Mutex<State>) {
    let _ = stream.set_nodelay(true);
    let mut bytes = Vec::new();
    let mut buffer = [0; 16 * 1024];
    loop {
        let end = bytes.windows(4).position(|end| end == b"\r\n\r\n");
        let length = end.map(|end| length(&bytes[..end]));
        if let (Some(end), Some(length)) = (end, length)
            && bytes.len() >= end + 4 + length
        {
            let mut state = state.lock().unwrap();
            state.heads.push(bytes[..end].to_vec());
            let answer = state.answer.clone();
            drop(state);
            bytes.drain(..end + 4 + length);
            if stream.write_all(&answer).is_err() {
                return;
            }
            continue;
        }
        match stream.read(&mut buffer) {
            Ok(0) | Err(_) => return,
            Ok(read) => bytes.extend_from_slice(&buffer[..read]),
        }
    }
}

fn length(head: &[u8]) -> usize {
    let head = String::from_utf8_lossy(head).to_lowercase();
    head.lines()
        .find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok())
        .unwrap_or(0)
}
