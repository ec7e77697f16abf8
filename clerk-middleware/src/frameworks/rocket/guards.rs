//! Request guards, and the data guard of webhooks.

use bytes::Bytes;
use http::StatusCode;
use rocket::data::{self, Data, FromData, Limits};
use rocket::outcome::Outcome;
use rocket::request::{self, FromRequest, Request};

use super::responses::status;
use super::seen::Seen;
use crate::authenticated::{
    Auth, Authenticated, Policy, Require, RequireApiKey, RequireAuth, RequireM2m, RequireOAuth,
};
use crate::frameworks::webhook::ClerkWebhook;
use crate::refusal::Refusal;

/// Rocket keeps only the status of an error for whoever answers it: the rest is kept beside.
fn refused(request: &Request<'_>, refusal: Refusal) -> (rocket::http::Status, Refusal) {
    if let Some(seen) = Seen::of(request) {
        seen.refuse(&refusal);
    }
    (status(refusal.status()), refusal)
}

macro_rules! guards {
    ($($type:ty $(where $param:ident: $bound:path)? = |$authenticated:ident, $parts:ident| $of:expr;)*) => {
        $(
            #[rocket::async_trait]
            impl<'r $(, $param: $bound)?> FromRequest<'r> for $type {
                type Error = Refusal;

                async fn from_request(request: &'r Request<'_>) -> request::Outcome<Self, Refusal> {
                    let seen = Seen::of(request).ok_or_else(Refusal::missing_layer);
                    let found = async {
                        let seen = seen?;
                        let ($authenticated, $parts) = (seen.authenticated()?, &seen.parts);
                        $of
                    };
                    match found.await {
                        Ok(found) => Outcome::Success(found),
                        Err(refusal) => Outcome::Error(refused(request, refusal)),
                    }
                }
            }
        )*
    };
}

guards! {
    Authenticated = |authenticated, _parts| Ok(authenticated.clone());
    Auth = |authenticated, _parts| Ok(Self::of(authenticated));
    RequireAuth = |authenticated, parts| {
        Self::of(authenticated)
            .ok_or_else(|| authenticated.refuse(parts, Refusal::unauthenticated()))
    };
    RequireApiKey = |authenticated, parts| Self::of(authenticated, parts).await;
    RequireM2m = |authenticated, parts| Self::of(authenticated, parts).await;
    RequireOAuth = |authenticated, parts| Self::of(authenticated, parts).await;
    Require<P> where P: Policy = |authenticated, parts| Self::of(authenticated, parts).await;
}

#[rocket::async_trait]
impl<'r> FromData<'r> for ClerkWebhook {
    type Error = Refusal;

    async fn from_data(request: &'r Request<'_>, data: Data<'r>) -> data::Outcome<'r, Self> {
        match webhook(request, data).await {
            Ok(webhook) => Outcome::Success(webhook),
            Err(refusal) => Outcome::Error(refused(request, refusal)),
        }
    }
}

async fn webhook(request: &Request<'_>, data: Data<'_>) -> Result<ClerkWebhook, Refusal> {
    let seen = Seen::of(request).ok_or_else(Refusal::missing_layer)?;
    let limit = request.limits().get("json").unwrap_or(Limits::JSON);
    let body = match data.open(limit).into_bytes().await {
        Ok(body) if body.is_complete() => Ok(Bytes::from(body.into_inner())),
        Ok(_) => Err(StatusCode::PAYLOAD_TOO_LARGE),
        Err(_) => Err(StatusCode::BAD_REQUEST),
    };
    ClerkWebhook::of(seen.authenticated()?, &seen.parts, body)
}
