//! Extractors for axum.

use axum::body::Body;
use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::response::{IntoResponse, Response};
use http::request::Parts;

use super::tower::{WithOriginalUri, of_extensions};
use crate::extractors::{
    Auth, Policy, Require, RequireApiKey, RequireAuth, RequireM2m, RequireOAuth,
};
use crate::redirect::Redirects;
use crate::rejection::Rejection;
use crate::request_auth::RequestAuth;

impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        Rejection::into_response(self).map(Body::from)
    }
}

impl<S: Sync> FromRequestParts<S> for RequestAuth {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Rejection> {
        of_extensions(parts).cloned()
    }
}

impl<S: Sync> FromRequestParts<S> for Auth {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Rejection> {
        of_extensions(parts).map(Self::of)
    }
}

impl<S: Sync> FromRequestParts<S> for Redirects {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Rejection> {
        of_extensions(parts).map(RequestAuth::redirects)
    }
}

impl<S: Sync> FromRequestParts<S> for RequireAuth {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Rejection> {
        let authenticated = of_extensions(parts)?;
        if let Some(auth) = Self::of(authenticated) {
            return Ok(auth);
        }
        let authenticated = authenticated.clone();
        let original = WithOriginalUri::of(parts);
        Err(authenticated.reject(&original, Rejection::unauthenticated()))
    }
}

impl<S: Sync> OptionalFromRequestParts<S> for RequireAuth {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Option<Self>, Rejection> {
        of_extensions(parts).map(Self::of)
    }
}

macro_rules! lazily_verified {
    ($($type:ty $(where $param:ident: $bound:path)?;)*) => {
        $(
            impl<S: Sync $(, $param: $bound)?> FromRequestParts<S> for $type {
                type Rejection = Rejection;

                async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Rejection> {
                    let authenticated = of_extensions(parts)?.clone();
                    Self::of(&authenticated, &WithOriginalUri::of(parts)).await
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
                type Rejection = Rejection;

                async fn from_request_parts(
                    parts: &mut Parts,
                    state: &S,
                ) -> Result<Option<Self>, Rejection> {
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
