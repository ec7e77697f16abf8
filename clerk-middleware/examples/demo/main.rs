//! A web application with users in one command: an axum server, with `clerk-emulator` in place of Clerk.
//!
//! ```sh
//! cargo demo
//! ```
//!
//! With `CLERK_SECRET_KEY` and `CLERK_PUBLISHABLE_KEY` set, the same application uses your Clerk instance.

mod app;

use std::process::ExitCode;

use app::{Demo, Setup};

const HELP: &str = "\
cargo demo [--port PORT] [--emulator-port PORT]

  --port PORT           where the application listens; by default 3000, or any free port if that is taken
  --emulator-port PORT  where the emulator listens; by default 4010, or any free port if that is taken

CLERK_SECRET_KEY and CLERK_PUBLISHABLE_KEY make it run on your Clerk instead of the emulator.
";

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("demo: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Box<dyn std::error::Error>> {
    let mut setup = Setup::from_process()?;
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let port = match argument.as_str() {
            "--port" => &mut setup.port,
            "--emulator-port" => &mut setup.emulator_port,
            "--help" | "-h" => {
                print!("{HELP}");
                return Ok(());
            }
            other => return Err(format!("there is no option {other}\n\n{HELP}").into()),
        };
        let value = arguments.next().unwrap_or_default();
        let number = value.parse().ok().filter(|port: &u16| *port != 0);
        *port = Some(number.ok_or_else(|| format!("{argument}: `{value}` is no port"))?);
    }
    let demo = Demo::start(setup).await?;
    print!("{}", demo.banner());
    tokio::signal::ctrl_c().await?;
    Ok(())
}
