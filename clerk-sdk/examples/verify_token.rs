//! Verifies a session token by hand, as an application does that uses no middleware.
//!
//! `CLERK_JWT_KEY="$(cat key.pem)" cargo run -p clerk-sdk --example verify_token -- TOKEN` needs no network; with
//! `CLERK_SECRET_KEY` in place of the key, the keys are fetched. In the console of a page that is signed in,
//! `await Clerk.session.getToken()` gives a token, which is valid for a minute.

use clerk_sdk::auth::{Auth, Role};
use clerk_sdk::{Clerk, Error};

#[tokio::main]
async fn main() -> Result<(), Error> {
    let Some(token) = std::env::args().nth(1) else {
        eprintln!("usage: verify_token TOKEN");
        std::process::exit(2);
    };
    let clerk = Clerk::from_env()?;
    let claims = match clerk.verify_session_token(&token).await {
        Ok(claims) => claims,
        Err(Error::Token(error)) => {
            println!("not signed in: {error}");
            std::process::exit(1);
        }
        Err(error) => return Err(error),
    };
    // A session that still lacks something, such as a second factor to set up, counts as signed out.
    let auth = Auth::from_claims(claims)?.pending_as_signed_out();
    println!("user {:?}, session {:?}", auth.user_id, auth.session_id);
    println!("organization {:?} as {:?}", auth.org_slug, auth.org_role);
    println!("administrator: {}", auth.has(Role("org:admin")));
    Ok(())
}
