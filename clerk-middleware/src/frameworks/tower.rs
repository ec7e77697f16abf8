//! Layers for tower services.

use std::future::{Future, poll_fn};
use std::ops::Deref;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::{Buf, Bytes};
use http::request::Parts;
use http::{Request, Response, Uri};
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;

use super::grpc;
use crate::authenticator::{Authenticator, Decision};
use crate::expired_form::ExpiredForm;
use crate::guard::Guard;
use crate::rejection::Rejection;
use crate::request_auth::RequestAuth;

/// Authenticates every request to the inner service.
///
/// By default it rejects no requests; configure that with an [`Authenticator`]. It redirects browsers for handshakes (307),
/// adds the authentication headers and cookies to the response, and puts [`RequestAuth`] into the extensions of the request,
/// where extractors and guards find it. Rejections have HTTP statuses, unless [`grpc`](Self::grpc) is set.
///
/// ```
/// use clerk_middleware::{Authenticator, ClerkLayer};
/// # fn run(clerk: clerk_sdk::Clerk) -> Result<(), clerk_middleware::ConfigError> {
/// let lax = ClerkLayer::new(clerk.clone());
/// let strict = ClerkLayer::new(Authenticator::new(clerk).reject_signed_out().validate()?);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct ClerkLayer {
    authenticator: Arc<Authenticator>,
    form: Form,
}

/// The form of rejections. A layer puts it into the extensions of the request, so that inner guards use the same form.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Form {
    #[default]
    Http,
    /// gRPC statuses for gRPC calls; HTTP statuses for other requests.
    Grpc,
}

impl ClerkLayer {
    /// Creates a layer from a client or an [`Authenticator`]. If the configuration cannot work, it logs an error; use
    /// [`Authenticator::validate`] to get the error instead.
    pub fn new(authenticator: impl Into<Authenticator>) -> Self {
        let authenticator = authenticator.into();
        authenticator.log_config_error();
        Self {
            authenticator: Arc::new(authenticator),
            form: Form::default(),
        }
    }

    /// Rejects gRPC calls with gRPC statuses, as gRPC clients expect: for example, HTTP status 200 with `grpc-status: 16`
    /// instead of 401. Guards inside this layer do the same. A request is a gRPC call if its content type is
    /// `application/grpc`; other requests still get HTTP statuses. By default all requests get HTTP statuses.
    ///
    /// Use it only on servers whose clients are all gRPC clients, such as tonic's. The client chooses the content type. If a
    /// proxy lets requests pass by the status of this application, such as nginx with `auth_request`, Traefik with
    /// ForwardAuth or Envoy with `ext_authz`, any client could then turn each rejection into a 200.
    ///
    /// ```
    /// use clerk_middleware::ClerkLayer;
    ///
    /// fn of_services(clerk: clerk_sdk::Clerk) -> ClerkLayer {
    ///     ClerkLayer::new(clerk).grpc()
    /// }
    /// # let _ = of_services;
    /// ```
    #[must_use]
    pub fn grpc(mut self) -> Self {
        self.form = Form::Grpc;
        self
    }
}

impl<S> Layer<S> for ClerkLayer {
    type Service = ClerkService<S>;

    fn layer(&self, inner: S) -> ClerkService<S> {
        ClerkService {
            inner,
            authenticator: Arc::clone(&self.authenticator),
            form: self.form,
        }
    }
}

/// A service wrapped by [`ClerkLayer`].
///
/// ```
/// use clerk_middleware::{ClerkLayer, ClerkService};
/// use tower_layer::Layer;
///
/// fn around<S>(layer: &ClerkLayer, service: S) -> ClerkService<S> {
///     layer.layer(service)
/// }
/// # let _ = around::<()>;
/// ```
#[derive(Clone, Debug)]
pub struct ClerkService<S> {
    inner: S,
    authenticator: Arc<Authenticator>,
    form: Form,
}

type Answering<B, E> = Pin<Box<dyn Future<Output = Result<Response<ResponseBody<B>>, E>> + Send>>;

impl<S, B, R> Service<Request<B>> for ClerkService<S>
where
    S: Service<Request<B>, Response = Response<R>> + Clone + Send + 'static,
    S::Future: Send,
    B: Body + Send + 'static,
    B::Data: Send,
{
    type Response = Response<ResponseBody<R>>;
    type Error = S::Error;
    type Future = Answering<R, S::Error>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let mut inner = ready(&mut self.inner);
        let authenticator = Arc::clone(&self.authenticator);
        let form = self.form;
        // Outside of the future, which would otherwise have room for both.
        let (mut parts, body) = request.into_parts();
        Box::pin(async move {
            let original = WithOriginalUri::of(&mut parts);
            let (decision, expired) = authenticator.decide_or_keep(&original).await;
            drop(original);
            if let Some(expired) = expired {
                // Rare. Boxed, so that the future of every request stays small.
                let body = Box::pin(read(body)).await;
                return Ok(respond(&parts, form, expired.respond(body.as_deref())));
            }
            let authenticated = match decision {
                Decision::Continue(authenticated) => authenticated,
                Decision::Respond(response) => return Ok(respond(&parts, form, response)),
            };
            parts.extensions.insert(authenticated.clone());
            match form {
                // What guards take for granted, also where another layer around this one has set another.
                Form::Http => parts.extensions.remove::<Form>(),
                Form::Grpc => parts.extensions.insert(form),
            };
            let mut response = inner.call(Request::from_parts(parts, body)).await?;
            authenticated.finish(response.headers_mut());
            Ok(response.map(ResponseBody::inner))
        })
    }
}

/// Returns the response that replaces that of the inner service.
fn respond<B>(parts: &Parts, form: Form, response: Response<Bytes>) -> Response<ResponseBody<B>> {
    let response = if form == Form::Grpc && grpc::is_call(parts) {
        grpc::trailers_only(response)
    } else {
        response
    };
    response.map(ResponseBody::from_bytes)
}

/// Returns a form, or `None` if it cannot be read or is larger than it said.
async fn read(body: impl Body) -> Option<Vec<u8>> {
    let mut body = std::pin::pin!(body);
    let mut bytes = Vec::new();
    while let Some(frame) = poll_fn(|context| body.as_mut().poll_frame(context)).await {
        let Ok(mut data) = frame.ok()?.into_data() else {
            continue;
        };
        if bytes.len() + data.remaining() > ExpiredForm::MAX_BODY {
            return None;
        }
        while data.has_remaining() {
            let chunk = data.chunk();
            bytes.extend_from_slice(chunk);
            let length = chunk.len();
            data.advance(length);
        }
    }
    Some(bytes)
}

/// Takes the service that is ready, and leaves a clone, which need not be ready, in its place.
fn ready<S: Clone>(service: &mut S) -> S {
    let next = service.clone();
    std::mem::replace(service, next)
}

/// The head of a request with the URI that was originally sent. A nested router of axum shortens the URI by the router's own
/// path; the shortened URI is restored afterwards. The head is not copied.
pub(super) struct WithOriginalUri<'p> {
    parts: &'p mut Parts,
    /// Boxed, so that the future of every request stays small.
    nested: Option<Box<Uri>>,
}

impl<'p> WithOriginalUri<'p> {
    pub(super) fn of(parts: &'p mut Parts) -> Self {
        #[cfg(feature = "axum")]
        let original = parts.extensions.get::<axum::extract::OriginalUri>();
        #[cfg(feature = "axum")]
        let original = original.map(|axum::extract::OriginalUri(uri)| uri);
        #[cfg(not(feature = "axum"))]
        let original: Option<&Uri> = None;
        let original = original.filter(|uri| **uri != parts.uri).cloned();
        let nested = original.map(|uri| Box::new(std::mem::replace(&mut parts.uri, uri)));
        Self { parts, nested }
    }
}

impl Deref for WithOriginalUri<'_> {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        self.parts
    }
}

impl Drop for WithOriginalUri<'_> {
    fn drop(&mut self) {
        if let Some(uri) = self.nested.take() {
            self.parts.uri = *uri;
        }
    }
}

impl<S> Layer<S> for Guard {
    type Service = GuardService<S>;

    fn layer(&self, inner: S) -> GuardService<S> {
        GuardService {
            inner,
            guard: Arc::new(self.clone()),
        }
    }
}

/// A service wrapped by a [`Guard`].
///
/// ```
/// use clerk_middleware::{GuardService, require_auth};
/// use tower_layer::Layer;
///
/// fn around<S>(service: S) -> GuardService<S> {
///     require_auth().layer(service)
/// }
/// # let _ = around::<()>;
/// ```
#[derive(Clone, Debug)]
pub struct GuardService<S> {
    inner: S,
    guard: Arc<Guard>,
}

impl<S, B, R> Service<Request<B>> for GuardService<S>
where
    S: Service<Request<B>, Response = Response<R>> + Clone + Send + 'static,
    S::Future: Send,
    B: Send + 'static,
{
    type Response = Response<ResponseBody<R>>;
    type Error = S::Error;
    type Future = Answering<R, S::Error>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let mut inner = ready(&mut self.inner);
        let guard = Arc::clone(&self.guard);
        let (mut parts, body) = request.into_parts();
        Box::pin(async move {
            let form = parts.extensions.get().copied().unwrap_or_default();
            let original = WithOriginalUri::of(&mut parts);
            let checked = guard.admit(original.extensions.get(), &original).await;
            drop(original);
            match checked {
                Ok(authenticated) => {
                    parts.extensions.insert(authenticated.clone());
                    let mut response = inner.call(Request::from_parts(parts, body)).await?;
                    authenticated.finish(response.headers_mut());
                    Ok(response.map(ResponseBody::inner))
                }
                Err(rejection) => Ok(respond(&parts, form, rejection.into_response())),
            }
        })
    }
}

/// Returns what the layer stored.
pub(crate) fn of_extensions(parts: &Parts) -> Result<&RequestAuth, Rejection> {
    parts.extensions.get().ok_or_else(Rejection::missing_layer)
}

pin_project! {
    /// The body of a response: that of the inner service, or that of a rejection.
    ///
    /// ```
    /// use clerk_middleware::ResponseBody;
    ///
    /// fn needs_a_body<B: http_body::Body>() {}
    ///
    /// fn is_one<B: http_body::Body<Data = bytes::Bytes>>() {
    ///     needs_a_body::<ResponseBody<B>>();
    /// }
    /// # let _ = is_one::<String>;
    /// ```
    #[derive(Debug)]
    pub struct ResponseBody<B> {
        #[pin]
        body: Kind<B>,
    }
}

pin_project! {
    #[project = KindProjection]
    #[derive(Debug)]
    enum Kind<B> {
        Inner { #[pin] body: B },
        Own { bytes: Option<Bytes> },
    }
}

impl<B> ResponseBody<B> {
    fn inner(body: B) -> Self {
        let body = Kind::Inner { body };
        Self { body }
    }

    fn from_bytes(bytes: Bytes) -> Self {
        let bytes = Some(bytes).filter(|bytes| !bytes.is_empty());
        let body = Kind::Own { bytes };
        Self { body }
    }
}

impl<B: Body<Data = Bytes>> Body for ResponseBody<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        match self.project().body.project() {
            KindProjection::Inner { body } => body.poll_frame(context),
            KindProjection::Own { bytes } => Poll::Ready(bytes.take().map(Frame::data).map(Ok)),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.body {
            Kind::Inner { body } => body.is_end_stream(),
            Kind::Own { bytes } => bytes.is_none(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.body {
            Kind::Inner { body } => body.size_hint(),
            Kind::Own { bytes } => {
                let length = bytes.as_ref().map_or(0, Bytes::len);
                SizeHint::with_exact(u64::try_from(length).unwrap_or(u64::MAX))
            }
        }
    }
}
