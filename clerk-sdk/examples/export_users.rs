//! Writes every user to standard output, one JSON object a line, with a progress bar on standard error.
//!
//! `CLERK_SECRET_KEY=sk_test_… cargo run -p clerk-sdk --example export_users > users.jsonl`; `CLERK_API_URL` points it at another
//! server, such as `cargo run -p clerk-emulator`. With an offset as its argument it goes on where an export broke off.

use std::error::Error;
use std::io::{BufWriter, Write as _};

use clerk_sdk::Clerk;
use indicatif::{ProgressBar, ProgressStyle};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let clerk = Clerk::from_env()?;
    let from: i64 = match std::env::args().nth(1) {
        Some(offset) => offset.parse()?,
        None => 0,
    };
    let total = clerk.users().get_count().await?;
    let bar = ProgressBar::new(u64::try_from(total)?).with_style(ProgressStyle::with_template(
        "{bar:40} {pos}/{len} users, {per_sec}, {eta} to go",
    )?);
    bar.set_position(u64::try_from(from)?);

    // The oldest first, so that users who sign up meanwhile come last and do not move others to another page.
    let users = clerk.users().get_user_list().order_by("+created_at");
    let mut users = users.limit(500).offset(from).stream();
    let mut out = BufWriter::new(std::io::stdout().lock());
    // Too many requests are waited for; any other failure ends the stream.
    while let Some(user) = users.next().await {
        let user = user.inspect_err(|_| {
            bar.abandon();
            eprintln!("broke off; go on with: export_users {}", users.offset());
        })?;
        serde_json::to_writer(&mut out, &user)?;
        out.write_all(b"\n")?;
        bar.inc(1);
    }
    out.flush()?;
    bar.finish();
    Ok(())
}
