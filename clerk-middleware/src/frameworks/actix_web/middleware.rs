//! The middleware and the guards.

use std::future::{Future, Ready, ready};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};

use actix_web::body::{BodyStream, EitherBody, MessageBody, to_bytes_limited};
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform};
use actix_web::error::InternalError;
use actix_web::{Error, HttpMessage as _, HttpResponse};

use super::headers::{finish, head, response};
use super::{Head, found};
use crate::authenticator::{Authenticator, Decision};
use crate::expired_form::ExpiredForm;
use crate::guard::Guard;

/// Authenticates every request to the application, scope or resource that it wraps.
///
/// By default it rejects no requests; configure that with an [`Authenticator`]. It redirects browsers for handshakes, adds
/// the authentication headers and cookies to the response, and puts [`RequestAuth`](crate::RequestAuth) into the extensions
/// of the request, where extractors and guards find it. A request whose head is not valid HTTP is rejected with 400.
///
/// Create it once, and clone it for each worker.
///
/// ```
/// use actix_web::App;
/// use clerk_middleware::Authenticator;
/// use clerk_middleware::actix_web::ClerkMiddleware;
/// # fn run(clerk: clerk_sdk::Clerk) -> Result<(), clerk_middleware::ConfigError> {
/// let lax = ClerkMiddleware::new(clerk.clone());
/// let strict = ClerkMiddleware::new(Authenticator::new(clerk).reject_signed_out().validate()?);
/// let app = App::new().wrap(strict);
/// # let _ = (lax, app);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct ClerkMiddleware {
    authenticator: Arc<Authenticator>,
}

impl ClerkMiddleware {
    /// Creates a middleware from a client or an [`Authenticator`]. If the configuration cannot work, it logs an error; use
    /// [`Authenticator::validate`] to get the error instead.
    pub fn new(authenticator: impl Into<Authenticator>) -> Self {
        let authenticator = authenticator.into();
        authenticator.log_config_error();
        Self {
            authenticator: Arc::new(authenticator),
        }
    }
}

type Answering<B> = Pin<Box<dyn Future<Output = Result<ServiceResponse<EitherBody<B>>, Error>>>>;

/// The wrapped service and the middleware's own part.
#[derive(Debug)]
pub struct Around<S, A> {
    // Shared, because the future outlives the call.
    service: Rc<S>,
    around: Arc<A>,
}

impl<S, B> Transform<S, ServiceRequest> for ClerkMiddleware
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Transform = Around<S, Authenticator>;
    type InitError = ();
    type Future = Ready<Result<Self::Transform, ()>>;

    fn new_transform(&self, service: S) -> Self::Future {
        ready(Ok(Around {
            service: Rc::new(service),
            around: Arc::clone(&self.authenticator),
        }))
    }
}

impl<S, B> Service<ServiceRequest> for Around<S, Authenticator>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Future = Answering<B>;

    fn poll_ready(&self, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.service.poll_ready(context)
    }

    fn call(&self, request: ServiceRequest) -> Self::Future {
        let service = Rc::clone(&self.service);
        let authenticator = Arc::clone(&self.around);
        Box::pin(async move {
            let mut request = request;
            let Some(parts) = head(request.request()) else {
                return Ok(without_inner(request, HttpResponse::BadRequest().finish()));
            };
            let (decision, expired) = authenticator.decide_or_keep(&parts).await;
            if let Some(expired) = expired {
                let payload = request.take_payload();
                let body = to_bytes_limited(BodyStream::new(payload), ExpiredForm::MAX_BODY).await;
                let body = body.ok().and_then(Result::ok);
                return Ok(without_inner(
                    request,
                    response(expired.respond(body.as_deref())),
                ));
            }
            let authenticated = match decision {
                Decision::Continue(authenticated) => authenticated,
                Decision::Respond(instead) => return Ok(without_inner(request, response(instead))),
            };
            request.extensions_mut().insert(authenticated.clone());
            request.extensions_mut().insert(Head(Rc::new(parts)));
            match service.call(request).await {
                Ok(mut response) => {
                    finish(&authenticated, response.headers_mut());
                    Ok(response.map_into_left_body())
                }
                // An error of a middleware inside. It becomes a response further outside.
                Err(error) => {
                    let mut response = error.error_response();
                    finish(&authenticated, response.headers_mut());
                    Err(InternalError::from_response(error, response).into())
                }
            }
        })
    }
}

fn without_inner<B>(
    request: ServiceRequest,
    response: HttpResponse,
) -> ServiceResponse<EitherBody<B>> {
    request.into_response(response).map_into_right_body()
}

impl<S, B> Transform<S, ServiceRequest> for Guard
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Transform = Around<S, Guard>;
    type InitError = ();
    type Future = Ready<Result<Self::Transform, ()>>;

    fn new_transform(&self, service: S) -> Self::Future {
        ready(Ok(Around {
            service: Rc::new(service),
            around: Arc::new(self.clone()),
        }))
    }
}

impl<S, B> Service<ServiceRequest> for Around<S, Guard>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Future = Answering<B>;

    fn poll_ready(&self, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.service.poll_ready(context)
    }

    fn call(&self, request: ServiceRequest) -> Self::Future {
        let service = Rc::clone(&self.service);
        let guard = Arc::clone(&self.around);
        Box::pin(async move {
            let found = found(request.request());
            let parts = match &found {
                Some((_, parts)) => Rc::clone(parts),
                None => match head(request.request()) {
                    Some(parts) => Rc::new(parts),
                    None => return Ok(without_inner(request, HttpResponse::BadRequest().finish())),
                },
            };
            let authenticated = found.as_ref().map(|(authenticated, _)| authenticated);
            match guard.admit(authenticated, &parts).await {
                Ok(authenticated) => {
                    request.extensions_mut().insert(authenticated.clone());
                    request.extensions_mut().insert(Head(parts));
                    let mut response = service.call(request).await?;
                    finish(&authenticated, response.headers_mut());
                    Ok(response.map_into_left_body())
                }
                Err(rejection) => Ok(without_inner(request, response(rejection.into_response()))),
            }
        })
    }
}
