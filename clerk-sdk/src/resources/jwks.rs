use clerk_api::operations::GetJwks;

use super::resource;
use crate::Plain;

resource! {
    /// The public keys of the instance.
    ///
    /// ```
    /// fn handle(clerk: &clerk_sdk::Clerk) -> clerk_sdk::resources::Jwks {
    ///     clerk.jwks()
    /// }
    /// # let _ = handle;
    /// ```
    pub struct Jwks;
}

impl Jwks {
    /// Fetches the public signing keys as a JSON Web Key Set, so that session tokens can be checked locally without a call per request.
    ///
    /// `GET /jwks`, operation `GetJWKS`.
    pub fn get_jwks(&self) -> GetJwks<Plain> {
        GetJwks::new(self.clerk.api())
    }
}
