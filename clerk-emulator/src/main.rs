//! `clerk-emulator`: a local Clerk on a port of your choice.

use std::io::Write;
use std::net::IpAddr;
use std::process::ExitCode;

use clap::{Parser, ValueEnum};
use clerk_emulator::{Emulator, Seed, TokenVersion};

/// A local Clerk to develop and test against. It is a test double: it keeps no secrets.
///
/// Web pages on the internet cannot use it: it is reached under loopback names (localhost, *.localhost, 127.0.0.0/8, [::1])
/// and its own address only, accepts requests of pages on loopback hosts only, and redirects to loopback hosts only.
/// --allow-host and --allow-origin allow more. For a phone that opens the application at http://192.168.1.5:3000:
/// --bind 192.168.1.5 --allow-origin http://192.168.1.5:3000. In Docker, as the service "clerk":
/// --bind 0.0.0.0 --allow-host clerk.
#[derive(Parser)]
#[command(version, about)]
struct Options {
    /// The port; 0 takes any free one.
    #[arg(long, default_value_t = 4010)]
    port: u16,
    /// The address to listen on.
    #[arg(long, default_value = "127.0.0.1")]
    bind: IpAddr,
    /// A host name or an IP address under which the emulator is reached, besides loopback names and its own address, such
    /// as that of a container; may be repeated.
    #[arg(long, value_name = "HOST")]
    allow_host: Vec<String>,
    /// An origin, besides those on loopback hosts, whose pages may use the Frontend API and be redirected to, such as
    /// http://192.168.1.5:3000; may be repeated.
    #[arg(long, value_name = "ORIGIN")]
    allow_origin: Vec<String>,
    /// The secret key (sk_test_…) of the Backend API; a random one by default.
    #[arg(long)]
    secret_key: Option<String>,
    /// The publishable key (pk_test_…); the one for this address by default.
    #[arg(long)]
    publishable_key: Option<String>,
    /// A file with the RSA key, in PEM, that signs tokens; the built-in test key by default.
    #[arg(long, conflicts_with = "random_keys")]
    signing_key: Option<std::path::PathBuf>,
    /// Sign with a new key.
    #[arg(long)]
    random_keys: bool,
    /// The version of session tokens.
    #[arg(long, value_enum, default_value_t = Version::V2)]
    token_version: Version,
    /// Make the same ids and keys in each run.
    #[arg(long)]
    id_seed: Option<u64>,
    /// A file (.toml or .json) with users, organizations and more that exist from the start; may be repeated.
    #[arg(long, value_name = "FILE")]
    seed: Vec<std::path::PathBuf>,
    /// Start with three users and two organizations; each user has the password 424242-emulator.
    #[arg(long)]
    demo: bool,
    /// A folder of npm packages (node_modules): Clerk's scripts are served from it at /npm/@clerk/…, where <ClerkProvider>
    /// looks for them.
    #[arg(long, value_name = "FOLDER")]
    npm: Option<std::path::PathBuf>,
    /// An address (http://…) that gets an event for each change; may be repeated.
    #[arg(long, value_name = "URL")]
    webhook: Vec<String>,
    /// The secret (whsec_…) that signs the events; a random one by default.
    #[arg(long, requires = "webhook")]
    webhook_secret: Option<String>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Version {
    #[value(name = "1")]
    V1,
    #[value(name = "2")]
    V2,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Options::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("clerk-emulator: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(options: Options) -> Result<(), Box<dyn std::error::Error>> {
    let mut builder = Emulator::builder()
        .port(options.port)
        .bind(options.bind)
        .token_version(match options.token_version {
            Version::V1 => TokenVersion::V1,
            Version::V2 => TokenVersion::V2,
        });
    for host in options.allow_host {
        builder = builder.allow_host(host);
    }
    for origin in options.allow_origin {
        builder = builder.allow_origin(origin);
    }
    if let Some(key) = options.secret_key {
        builder = builder.secret_key(key);
    }
    if let Some(key) = options.publishable_key {
        builder = builder.publishable_key(key);
    }
    if let Some(path) = options.signing_key {
        let pem = std::fs::read_to_string(&path)
            .map_err(|error| format!("{}: {error}", path.display()))?;
        builder = builder.signing_key_pem(pem);
    }
    if options.random_keys {
        builder = builder.random_keys();
    }
    if let Some(folder) = options.npm {
        if !folder.join("@clerk").is_dir() {
            return Err(format!("{}: there are no @clerk packages in it", folder.display()).into());
        }
        builder = builder.npm(folder);
    }
    if let Some(seed) = options.id_seed {
        builder = builder.deterministic_ids(seed);
    }
    if options.demo {
        builder = builder.seed(Seed::demo());
    }
    for path in &options.seed {
        builder = builder.seed(Seed::from_file(path)?);
    }
    if let Some(secret) = &options.webhook_secret {
        for url in &options.webhook {
            builder = builder.webhook(url, secret);
        }
    }
    let emulator = builder.start().await?;
    if options.webhook_secret.is_none() {
        for url in &options.webhook {
            emulator.add_webhook(url)?;
        }
    }
    eprintln!(
        "This is a test double of Clerk: it keeps no secrets. Never put it on a network that strangers reach."
    );
    if !options.bind.is_loopback() {
        eprintln!(
            "It listens on {}: everybody who reaches this machine can change everything in it.",
            options.bind
        );
    }
    let settings = settings_of(&emulator, &options.webhook);
    // The reader may close the pipe; the emulator goes on.
    let _ = std::io::stdout().write_all(settings.as_bytes());
    tokio::signal::ctrl_c().await?;
    emulator.shutdown().await;
    Ok(())
}

/// Returns the variables that make an application use the emulator, in the form of `.env` files.
fn settings_of(emulator: &Emulator, webhooks: &[String]) -> String {
    let mut settings = String::new();
    for (name, value) in emulator.environment() {
        settings += &match value.trim_end() {
            line if line.contains('\n') => format!("{name}=\"{line}\"\n"),
            line => format!("{name}={line}\n"),
        };
    }
    if !webhooks.is_empty() {
        settings += &format!(
            "CLERK_WEBHOOK_SIGNING_SECRET={}\n",
            emulator.webhook_secret()
        );
    }
    settings
}
