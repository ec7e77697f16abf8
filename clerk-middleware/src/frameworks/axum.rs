//! Extractors for axum.

use axum::body::Body;
use axum::extract::{FromRequestParts, OptionalFromRequestParts, OriginalUri};
use axum::response::{IntoResponse, Response};
use http::request::Parts;

use super::tower::of_extensions;
use crate::authenticated::{
    Auth, Authenticated, Policy, Require, RequireApiKey, RequireAuth, RequireM2m, RequireOAuth,
};
use crate::refusal::Refusal;

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        Refusal::into_response(self).map(Body::from)
    }
}

/// The request as it was sent. Extractors run inside of nested routers, which cut off where they are.
pub(super) fn uncut(parts: &Parts) -> Option<Parts> {
    let OriginalUri(uri) = parts.extensions.get()?;
    if *uri == parts.uri {
        return None;
    }
    let mut whole = parts.clone();
    whole.uri = uri.clone();
    Some(whole)
}

impl<S: Sync> FromRequestParts<S> for Authenticated {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Refusal> {
        of_extensions(parts).cloned()
    }
}

impl<S: Sync> FromRequestParts<S> for Auth {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Refusal> {
        of_extensions(parts).map(Self::of)
    }
}

impl<S: Sync> FromRequestParts<S> for RequireAuth {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Refusal> {
        let authenticated = of_extensions(parts)?;
        Self::of(authenticated).ok_or_else(|| {
            let whole = uncut(parts);
            authenticated.refuse(whole.as_ref().unwrap_or(parts), Refusal::unauthenticated())
        })
    }
}

impl<S: Sync> OptionalFromRequestParts<S> for RequireAuth {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Option<Self>, Refusal> {
        of_extensions(parts).map(Self::of)
    }
}

macro_rules! lazily_verified {
    ($($type:ty $(where $param:ident: $bound:path)?;)*) => {
        $(
            impl<S: Sync $(, $param: $bound)?> FromRequestParts<S> for $type {
                type Rejection = Refusal;

                async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Refusal> {
                    let whole = uncut(parts);
                    Self::of(of_extensions(parts)?, whole.as_ref().unwrap_or(parts)).await
                }
            }
        )*
    };
}

lazily_verified! {
    RequireApiKey;
    RequireM2m;
    RequireOAuth;
    Require<P> where P: Policy;
}

macro_rules! optional {
    ($($type:ty $(where $param:ident: $bound:path)?;)*) => {
        $(
            impl<S: Sync $(, $param: $bound)?> OptionalFromRequestParts<S> for $type {
                type Rejection = Refusal;

                async fn from_request_parts(
                    parts: &mut Parts,
                    state: &S,
                ) -> Result<Option<Self>, Refusal> {
                    of_extensions(parts)?;
                    let found = <Self as FromRequestParts<S>>::from_request_parts(parts, state).await;
                    Ok(found.ok())
                }
            }
        )*
    };
}

optional! {
    RequireApiKey;
    RequireM2m;
    RequireOAuth;
    Require<P> where P: Policy;
}
