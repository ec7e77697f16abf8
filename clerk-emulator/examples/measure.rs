//! Measures how quickly the emulator starts and responds, and how much memory users take.
//!
//! `cargo run --release -p clerk-emulator --example measure [users]`

use std::error::Error;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use clerk_emulator::Emulator;

const CONNECTIONS: usize = 8;

type Failure = Box<dyn Error + Send + Sync>;

fn main() -> Result<(), Failure> {
    let users: usize = std::env::args()
        .nth(1)
        .map_or(Ok(100_000), |users| users.parse())?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;

    let began = Instant::now();
    let emulator = runtime.block_on(Emulator::builder().start())?;
    let host = Arc::new(emulator.url().trim_start_matches("http://").to_owned());
    let key = Arc::new(emulator.secret_key().to_owned());
    Connection::open(&host, &key)?.send("GET", "/v1/users/count", "")?;
    println!(
        "start to first answer: {:.1} ms",
        began.elapsed().as_secs_f64() * 1000.0
    );

    let before = resident_megabytes();
    let began = Instant::now();
    let ids = in_parallel(&host, &key, move |connection, worker| {
        let mut ids = Vec::new();
        for number in (worker..users).step_by(CONNECTIONS) {
            let body = format!(
                r#"{{"email_address":["user{number}@example.com"],"username":"user_{number}","first_name":"Ada",
                "last_name":"Lovelace","external_id":"ext_{number}","public_metadata":{{"plan":"pro","seats":3}}}}"#
            );
            let user = connection.send("POST", "/v1/users", &body)?;
            let at = user.find(r#""id":"user_"#).ok_or("no id")? + 6;
            ids.push(user.get(at..at + 32).ok_or("no id")?.to_owned());
        }
        Ok(ids)
    })?;
    let ids: Arc<Vec<String>> = Arc::new(ids.into_iter().flatten().collect());
    println!(
        "{} users made: {:.0} a second",
        ids.len(),
        users as f64 / began.elapsed().as_secs_f64()
    );
    println!(
        "memory: {before:.0} MB before, {:.0} MB with them",
        resident_megabytes()
    );

    let shared = Arc::clone(&ids);
    let began = Instant::now();
    let reads = in_parallel(&host, &key, move |connection, worker| {
        let mut count = 0;
        while began.elapsed() < Duration::from_secs(3) {
            let id = shared
                .get((count * CONNECTIONS + worker) % shared.len())
                .ok_or("no users")?;
            let user = connection.send("GET", &format!("/v1/users/{id}"), "")?;
            assert!(user.contains(id.as_str()), "{user}");
            count += 1;
        }
        Ok(count)
    })?;
    println!(
        "reads: {:.0} a second",
        reads.iter().sum::<usize>() as f64 / began.elapsed().as_secs_f64()
    );

    let mut connection = Connection::open(&host, &key)?;
    for path in [
        "/v1/users?limit=500&offset=50000",
        "/v1/users?order_by=first_name&limit=10",
        "/v1/users?query=user99999",
        "/v1/users?email_address=user7@example.com",
    ] {
        let began = Instant::now();
        connection.send("GET", path, "")?;
        println!("{path}: {:.1} ms", began.elapsed().as_secs_f64() * 1000.0);
    }
    runtime.block_on(emulator.shutdown());
    Ok(())
}

/// Runs the work on several connections, each in a thread.
fn in_parallel<T: Send + 'static>(
    host: &Arc<String>,
    key: &Arc<String>,
    work: impl Fn(&mut Connection, usize) -> Result<T, Failure> + Send + Sync + 'static,
) -> Result<Vec<T>, Failure> {
    let work = Arc::new(work);
    let threads: Vec<_> = (0..CONNECTIONS)
        .map(|worker| {
            let (host, key, work) = (Arc::clone(host), Arc::clone(key), Arc::clone(&work));
            thread::spawn(move || work(&mut Connection::open(&host, &key)?, worker))
        })
        .collect();
    threads
        .into_iter()
        .map(|thread| thread.join().map_err(|_| "a thread panicked")?)
        .collect()
}

/// A kept-alive connection: as little of a client as possible, because it shares the processor with the server.
struct Connection {
    stream: BufReader<TcpStream>,
    head: String,
}

impl Connection {
    fn open(host: &str, key: &str) -> Result<Self, Failure> {
        let stream = TcpStream::connect(host)?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream: BufReader::with_capacity(1 << 16, stream),
            head: format!("HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {key}\r\n"),
        })
    }

    fn send(&mut self, method: &str, path: &str, body: &str) -> Result<String, Failure> {
        let request = format!(
            "{method} {path} {}content-length: {}\r\n\r\n{body}",
            self.head,
            body.len()
        );
        self.stream.get_mut().write_all(request.as_bytes())?;
        let mut length = 0;
        let mut first = String::new();
        loop {
            let mut line = String::new();
            self.stream.read_line(&mut line)?;
            if first.is_empty() {
                first.clone_from(&line);
            }
            if let Some(value) = line.strip_prefix("content-length: ") {
                length = value.trim().parse()?;
            }
            if line.trim().is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body)?;
        let body = String::from_utf8(body)?;
        if first.contains(" 200 ") {
            Ok(body)
        } else {
            Err(format!("{first}{body}").into())
        }
    }
}

/// Linux only; 0 elsewhere.
fn resident_megabytes() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes: f64 = line
        .and_then(|line| line.trim().trim_end_matches(" kB").parse().ok())
        .unwrap_or(0.0);
    kilobytes / 1024.0
}
