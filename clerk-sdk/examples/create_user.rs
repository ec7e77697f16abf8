//! Creates a user, changes it, and deletes it again.
//!
//! `CLERK_SECRET_KEY=sk_test_… cargo run -p clerk-sdk --example create_user -- ada@example.com`; `CLERK_API_URL` points it at
//! another server, such as `cargo run -p clerk-emulator`.

use clerk_sdk::{Clerk, Error, Patch};
use serde_json::json;

#[tokio::main]
async fn main() -> Result<(), Error> {
    let email = std::env::args().nth(1);
    let email = email.unwrap_or_else(|| "ada@example.com".to_owned());
    let clerk = Clerk::from_env()?;
    let users = clerk.users();

    let request = users
        .create_user()
        .email_address([&email])
        .first_name("Ada")
        .last_name("King")
        .skip_password_requirement(true);
    let ada = match request.await {
        Ok(user) => user,
        Err(error) if error.code() == Some("form_identifier_exists") => {
            println!("{email} has an account already");
            return Ok(());
        }
        Err(error) => return Err(error),
    };
    println!("created {}", ada.id);

    // What is not named stays as it is; `Patch::Null` takes a value away.
    let change = users
        .update_user(&ada.id)
        .first_name(Patch::Null)
        .last_name("Lovelace");
    let ada = change.public_metadata(json!({ "plan": "pro" })).await?;
    println!(
        "is now called {:?} {:?}, on {}",
        ada.first_name,
        ada.last_name,
        ada.public_metadata.get("plan").unwrap_or(&json!("no plan"))
    );

    users.delete_user(&ada.id).await?;
    println!("deleted {}", ada.id);
    Ok(())
}
