use clerk_api::Method;
use clerk_api::operations::GetPublicInterstitial;

use super::{LEGACY_API_VERSION, resource};
use crate::Plain;
use crate::request::Request;

resource! {
    /// The page that older SDKs served while a browser's session was being looked up.
    ///
    /// ```
    /// fn handle(clerk: &clerk_sdk::Clerk) -> clerk_sdk::resources::Interstitial {
    ///     clerk.interstitial()
    /// }
    /// # let _ = handle;
    /// ```
    pub struct Interstitial;
}

impl Interstitial {
    /// Answers an HTML page that boots Clerk's JavaScript in the browser when a server cannot tell whether a visitor is signed in. Needs no secret key.
    ///
    /// `GET /public/interstitial`, operation `GetPublicInterstitial`.
    pub fn get_public_interstitial(&self) -> GetPublicInterstitial<Plain> {
        GetPublicInterstitial::new(self.clerk.api())
    }

    /// The HTML of the interstitial page, as it came.
    ///
    /// `GET /internal/interstitial`, which is in no published document: it is sent with `Clerk-API-Version: 2021-02-05`.
    #[deprecated(note = "browsers are sent through the handshake instead")]
    pub fn get_interstitial(&self) -> Request<String> {
        let request = self
            .clerk
            .api()
            .request(Method::GET, "/internal/interstitial");
        Request::new(
            "GetInterstitial",
            request.clerk_api_version(LEGACY_API_VERSION),
        )
        .text()
    }
}
