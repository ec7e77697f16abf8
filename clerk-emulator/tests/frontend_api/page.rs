//! A page that is open in a browser, and what it can send.

use clerk_emulator::Emulator;
use reqwest::Method;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

pub const EVIL: &str = "https://evil.example";

/// One request for each surface: the Frontend API, pages, keys, images, the Backend API and the control endpoint.
pub const SURFACES: [(&str, &str); 9] = [
    ("POST", "/v1/dev_browser"),
    ("GET", "/v1/environment"),
    ("GET", "/v1/client"),
    ("POST", "/v1/client/sign_ins"),
    ("POST", "/sign-in"),
    ("GET", "/.well-known/jwks.json"),
    ("GET", "/images/default"),
    ("GET", "/v1/users"),
    ("GET", "/__emulator"),
];

pub struct Reply {
    pub status: u16,
    pub code: String,
    pub headers: reqwest::header::HeaderMap,
    pub text: String,
}

/// Sends requests as a page can make them, without cookies of its own.
pub struct Page {
    http: reqwest::Client,
    url: String,
}

impl Page {
    pub fn new(emulator: &Emulator) -> Self {
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
        Self {
            http: http.build().unwrap(),
            url: emulator.url().to_owned(),
        }
    }

    pub async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Reply {
        self.ask("GET", path, headers).await
    }

    pub async fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Reply {
        let method: Method = method.parse().unwrap();
        let mut request = self.http.request(method, format!("{}{path}", self.url));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let text = response.text().await.unwrap();
        let body: Value = serde_json::from_str(&text).unwrap_or_default();
        let code = body["errors"][0]["code"].as_str().unwrap_or_default();
        Reply {
            status,
            code: code.to_owned(),
            headers,
            text,
        }
    }
}

/// Returns the emulator's state.
pub fn state(emulator: &Emulator) -> Value {
    emulator.export().unwrap()["state"].take()
}

/// The status of what is sent as it is written, with the end of the head added.
pub async fn raw(emulator: &Emulator, head: &str) -> u16 {
    let address = emulator.url().strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = head.replace('\n', "\r\n") + "\r\nConnection: close\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer.split(' ').nth(1).unwrap().parse().unwrap()
}

pub fn redirect(path: &str, url: &str) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("redirect_url", url)
        .finish();
    format!("{path}?{query}")
}
