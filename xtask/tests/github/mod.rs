//! What GitHub does for the pipeline, on loopback.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

/// The newest commit of every file.
pub(crate) const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

/// Each request: its head, and whether a token came with it.
pub(crate) type Seen = Arc<Mutex<Vec<(String, bool)>>>;

/// Serves what GitHub does: listings, commits and raw files, until the test ends.
pub(crate) fn github(documents: Vec<(&'static str, String)>) -> (String, Seen) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let seen = Seen::default();
    let requests = Arc::clone(&seen);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut request = [0; 4096];
            let read = stream.read(&mut request).unwrap_or(0);
            let head = String::from_utf8_lossy(&request[..read]).into_owned();
            let target = head.split(' ').nth(1).unwrap_or_default().to_owned();
            let token = head
                .to_lowercase()
                .contains("authorization: bearer ghp_secret");
            requests.lock().unwrap().push((target.clone(), token));
            let body = if target.contains("/commits") {
                json!([{"sha": COMMIT}]).to_string()
            } else if let Some(folder) = target.split("/contents/").nth(1) {
                let files = documents.iter().filter_map(|(path, text)| {
                    let name = path.strip_prefix(folder)?.strip_prefix('/')?;
                    Some(json!({"name": name, "type": "file", "size": text.len()}))
                });
                Value::Array(files.collect()).to_string()
            } else {
                let found = documents.iter().find(|(path, _)| target.ends_with(path));
                found.map(|(_, text)| text.clone()).unwrap_or_default()
            };
            let head = format!(
                "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                body.len()
            );
            let _ = stream
                .write_all(head.as_bytes())
                .and_then(|()| stream.write_all(body.as_bytes()));
        }
    });
    (format!("http://{address}"), seen)
}
