//! Tokens: decoding them, verifying them, and the keys for that.
//!
//! A [`TokenVerifier`] holds the keys of one instance. They are either given, as the PEM that the Clerk Dashboard shows, so
//! that verifying needs no network at all, or fetched from Clerk and kept for five minutes.
//!
//! ```no_run
//! use clerk_sdk::tokens::{PublicKey, TokenVerifier, VerifyTokenOptions};
//!
//! # async fn run(jwt: &str) -> Result<(), Box<dyn std::error::Error>> {
//! let verifier = match std::env::var("CLERK_JWT_KEY") {
//!     Ok(pem) => TokenVerifier::builder().jwt_key(PublicKey::from_pem(&pem)?).build(),
//!     Err(_) => TokenVerifier::new(clerk_api::Client::new(clerk_api::Config::new("sk_test_123"))),
//! };
//! let options = VerifyTokenOptions::new().authorized_parties(["https://app.example.com"]);
//! let claims = verifier.verify(jwt, &options).await?;
//! println!("{:?}", claims.sub());
//! # Ok(())
//! # }
//! ```

mod claims;
mod error;
mod generations;
mod json;
mod jwks;
mod jwt;
mod machine;
mod machine_cache;
mod options;
mod peek;
mod public_key;
mod rules;
mod skim;
mod verified;
mod verifier;

pub use claims::Claims;
pub use error::{TokenError, TokenErrorReason};
pub use jwks::{ApiJwks, FetchedJwks, JwksPolicy, JwksSource};
#[doc(hidden)]
pub use jwt::Decoded;
pub use jwt::{Jwt, decode_jwt};
pub use machine::{MachineTokenError, TokenType};
pub(crate) use machine::{VerifiedMachineToken, text, texts};
pub use machine_cache::MachineTokenCache;
pub use options::{VerifyTokenOptions, WithoutAudience};
pub use public_key::{KeyError, PublicKey};
pub(crate) use skim::View;
#[doc(hidden)]
pub use verified::{InspectedToken, Issuer, VerifiedToken};
pub use verifier::{TokenVerifier, TokenVerifierBuilder};
