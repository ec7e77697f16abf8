//! Lists the latest users.
//!
//! `CLERK_SECRET_KEY=sk_test_… cargo run -p clerk-sdk --example list_users`; `CLERK_API_URL` points it at another server,
//! such as `cargo run -p clerk-emulator`.

use clerk_sdk::{Error, clerk_client};

#[tokio::main]
async fn main() -> Result<(), Error> {
    let users = clerk_client().users();
    println!("{} users in all; the latest:", users.get_count().await?);
    for user in &users
        .get_user_list()
        .limit(10)
        .order_by("-created_at")
        .await?
    {
        let email = user.email_addresses.first();
        println!(
            "{}  {}",
            user.id,
            email.map_or("", |email| email.email_address.as_str())
        );
    }
    Ok(())
}
