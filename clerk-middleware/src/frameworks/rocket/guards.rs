//! Request guards, and the data guard for webhooks.

use bytes::Bytes;
use http::StatusCode;
use rocket::data::{self, Data, FromData, Limits};
use rocket::outcome::Outcome;
use rocket::request::{self, FromRequest, Request};

use super::request_state::RequestState;
use super::responses::status;
use crate::extractors::{
    Auth, Policy, Require, RequireApiKey, RequireAuth, RequireM2m, RequireOAuth,
};
use crate::frameworks::webhook::ClerkWebhook;
use crate::redirect::Redirects;
use crate::rejection::Rejection;
use crate::request_auth::RequestAuth;

/// Stores a rejection for its catcher, because Rocket passes only the status of an error on.
fn rejected(request: &Request<'_>, rejection: Rejection) -> (rocket::http::Status, Rejection) {
    if let Some(state) = RequestState::of(request) {
        state.reject(&rejection);
    }
    (status(rejection.status()), rejection)
}

macro_rules! guards {
    ($($type:ty $(where $param:ident: $bound:path)? = |$authenticated:ident, $parts:ident| $extract:expr;)*) => {
        $(
            #[rocket::async_trait]
            impl<'r $(, $param: $bound)?> FromRequest<'r> for $type {
                type Error = Rejection;

                async fn from_request(request: &'r Request<'_>) -> request::Outcome<Self, Rejection> {
                    let state = RequestState::of(request).ok_or_else(Rejection::missing_layer);
                    let found = async {
                        let state = state?;
                        let ($authenticated, $parts) = (state.authenticated()?, &state.parts);
                        $extract
                    };
                    match found.await {
                        Ok(found) => Outcome::Success(found),
                        Err(rejection) => Outcome::Error(rejected(request, rejection)),
                    }
                }
            }
        )*
    };
}

guards! {
    RequestAuth = |authenticated, _parts| Ok(authenticated.clone());
    Auth = |authenticated, _parts| Ok(Self::of(authenticated));
    Redirects = |authenticated, _parts| Ok(authenticated.redirects());
    RequireAuth = |authenticated, parts| {
        Self::of(authenticated)
            .ok_or_else(|| authenticated.reject(parts, Rejection::unauthenticated()))
    };
    RequireApiKey = |authenticated, parts| Self::of(authenticated, parts).await;
    RequireM2m = |authenticated, parts| Self::of(authenticated, parts).await;
    RequireOAuth = |authenticated, parts| Self::of(authenticated, parts).await;
    Require<P> where P: Policy = |authenticated, parts| Self::of(authenticated, parts).await;
}

#[rocket::async_trait]
impl<'r> FromData<'r> for ClerkWebhook {
    type Error = Rejection;

    async fn from_data(request: &'r Request<'_>, data: Data<'r>) -> data::Outcome<'r, Self> {
        match webhook(request, data).await {
            Ok(webhook) => Outcome::Success(webhook),
            Err(rejection) => Outcome::Error(rejected(request, rejection)),
        }
    }
}

async fn webhook(request: &Request<'_>, data: Data<'_>) -> Result<ClerkWebhook, Rejection> {
    let state = RequestState::of(request).ok_or_else(Rejection::missing_layer)?;
    let limit = request.limits().get("json").unwrap_or(Limits::JSON);
    let body = match data.open(limit).into_bytes().await {
        Ok(body) if body.is_complete() => Ok(Bytes::from(body.into_inner())),
        Ok(_) => Err(StatusCode::PAYLOAD_TOO_LARGE),
        Err(_) => Err(StatusCode::BAD_REQUEST),
    };
    ClerkWebhook::of(state.authenticated()?, &state.parts, body)
}
