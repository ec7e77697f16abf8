//! Receives webhooks on `http://127.0.0.1:4020`, with nothing but tokio.
//!
//! `CLERK_WEBHOOK_SIGNING_SECRET=whsec_… cargo run -p clerk-sdk --example receive_webhook`; without the variable it uses a secret
//! of its own and sends itself a signed event, to show what happens.

use std::error::Error;

use clerk_sdk::webhooks::{EventData, Webhooks};
use clerk_sdk::{Clerk, ClerkOptions, Environment};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// For the demonstration only.
const OWN_SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
/// The largest webhook that is read, in bytes.
const MAX_BYTES: usize = 1024 * 1024;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let environment = Environment::from_process();
    let mut clerk = Clerk::with_environment(ClerkOptions::new(), environment)?;
    let listener = TcpListener::bind("127.0.0.1:4020").await?;
    println!("waiting for webhooks on http://{}", listener.local_addr()?);
    let shows_itself = clerk.settings().webhook_signing_secret().is_missing();
    if shows_itself {
        clerk = Clerk::new(ClerkOptions::new().webhook_signing_secret(OWN_SECRET))?;
        tokio::spawn(send_one());
    }
    loop {
        let (stream, _) = listener.accept().await?;
        receive(stream, &clerk).await?;
        if shows_itself {
            return Ok(());
        }
    }
}

async fn receive(mut stream: TcpStream, clerk: &Clerk) -> Result<(), Box<dyn Error>> {
    let Some((headers, body)) = read(&mut stream).await? else {
        return Ok(());
    };
    // The bytes as they came: a body that was parsed and written again has other ones, and no signature fits them.
    let answer = match clerk.verify_webhook(headers.as_slice(), &body) {
        Ok(event) => {
            match &event.data {
                EventData::UserCreated(user) => println!("welcome, {}", user.id),
                other => println!("{} is not for us", other.kind()),
            }
            "204 No Content"
        }
        Err(error) => {
            println!("rejected: {error}");
            "400 Bad Request"
        }
    };
    let answer = format!("HTTP/1.1 {answer}\r\nconnection: close\r\n\r\n");
    Ok(stream.write_all(answer.as_bytes()).await?)
}

type Headers = Vec<(String, String)>;

/// Returns the headers and the body of a request, or `None` if the bytes are not a request.
async fn read(stream: &mut TcpStream) -> std::io::Result<Option<(Headers, Vec<u8>)>> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end;
        }
        if bytes.len() > MAX_BYTES || stream.read_buf(&mut bytes).await? == 0 {
            return Ok(None);
        }
    };
    let body = bytes.split_off(end + 4);
    let head = String::from_utf8_lossy(&bytes);
    let headers: Headers = head
        .lines()
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let length = length
        .and_then(|(_, length)| length.parse().ok())
        .unwrap_or(0);
    let mut body = body;
    while body.len() < length {
        if length > MAX_BYTES || stream.read_buf(&mut body).await? == 0 {
            return Ok(None);
        }
    }
    Ok(Some((headers, body)))
}

/// What Clerk would send.
async fn send_one() -> Result<(), Box<dyn Error + Send + Sync>> {
    let body = br#"{"type":"user.deleted","object":"event","data":{"id":"user_1","object":"user","deleted":true}}"#;
    let mut request = format!("POST / HTTP/1.1\r\ncontent-length: {}\r\n", body.len());
    for (name, value) in Webhooks::new(OWN_SECRET)?.sign("msg_1", body) {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    request.push_str("\r\n");
    let mut stream = TcpStream::connect("127.0.0.1:4020").await?;
    stream.write_all(request.as_bytes()).await?;
    stream.write_all(body).await?;
    Ok(())
}
