//! An MCP server that Clerk's OAuth protects: two tools, the second of which needs a scope more.
//!
//! ```sh
//! cargo run -p clerk-middleware --example mcp_server
//! ```
//!
//! Give the URL that it prints to an MCP client: the client finds the authorization server, registers itself, and opens a browser.
//! With `CLERK_SECRET_KEY` and `CLERK_PUBLISHABLE_KEY` set, the same server uses your Clerk instance in place of `clerk-emulator`. The
//! instance must let clients register themselves; the scopes `profile` and `email` are Clerk's own.

mod server;

use std::process::ExitCode;

use server::McpServer;

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("mcp_server: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Box<dyn std::error::Error>> {
    let server = McpServer::start(8080).await?;
    println!("The MCP server is at {}", server.url);
    if let Some(emulator) = &server.emulator {
        println!(
            "Its users are those of the emulator at {}/user",
            emulator.url()
        );
    }
    tokio::signal::ctrl_c().await?;
    Ok(())
}
