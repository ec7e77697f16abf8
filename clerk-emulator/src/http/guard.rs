//! The outermost layer: it rejects requests under foreign host names and from foreign pages.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use url::Host;

use super::error::ApiError;
use super::response;
use crate::instance::Instance;
use crate::instance::access::{Access, Authority, header_text};

/// The longest head of a request, in bytes: its target and all headers.
const MAX_HEAD: usize = 32 * 1024;

/// What programs in pages of any origin may use, because it needs no cookies: the endpoints of OAuth for clients.
const FOR_EVERY_ORIGIN: [&str; 7] = [
    "/.well-known/oauth-authorization-server",
    "/.well-known/openid-configuration",
    "/oauth/register",
    "/oauth/token",
    "/oauth/token/revoke",
    "/oauth/token_info",
    "/oauth/userinfo",
];

const CORP: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// Rejects requests before any other layer sees them: they are not even logged.
pub(crate) async fn guard(
    State(instance): State<Arc<Instance>>,
    mut request: Request,
    next: Next,
) -> Response {
    let mut response = match check_request(&instance.settings.access, &request) {
        Ok(own) => {
            request.extensions_mut().insert(own);
            next.run(request).await
        }
        Err(error) => response::error(&error, &instance.ids.hex(32)),
    };
    let headers = response.headers_mut();
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    // Pages of other origins embed images, and nothing else.
    headers
        .entry(CORP)
        .or_insert(HeaderValue::from_static("same-origin"));
    response
}

/// The header of responses that pages of other origins may embed.
pub(crate) const EMBEDDABLE: (HeaderName, &str) = (CORP, "cross-origin");

fn check_request(access: &Access, request: &Request) -> Result<Authority, ApiError> {
    check_size(request)?;
    let own = authority(access, request)?;
    let headers = request.headers();
    let mut origins = headers.get_all(header::ORIGIN).into_iter();
    match (origins.next(), origins.next()) {
        (None, _) => check_without_origin(request)?,
        (Some(_), None) if FOR_EVERY_ORIGIN.contains(&request.uri().path()) => {}
        (Some(origin), None)
            if origin
                .to_str()
                .is_ok_and(|origin| access.allows_origin(origin, &own)) => {}
        _ => {
            return Err(ApiError::forbidden(
                "origin_not_allowed",
                "The emulator accepts requests of pages on loopback hosts only. Start it with --allow-origin ORIGIN (in \
                 Rust: allow_origin) to accept those of another origin.",
            ));
        }
    }
    Ok(own)
}

/// Checks a request without `Origin`: a navigation, an image or a script of a page, or a request of a program.
fn check_without_origin(request: &Request) -> Result<(), ApiError> {
    let headers = request.headers();
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    let is_navigation = header_text(headers, "sec-fetch-mode") == Some("navigate");
    let path = request.uri().path();
    // Clerk's published scripts are no secret.
    let is_public = path.starts_with("/images/") || path.starts_with("/npm/");
    if header_text(headers, "sec-fetch-site") == Some("cross-site")
        && !(is_read && (is_navigation || is_public))
    {
        return Err(ApiError::forbidden(
            "origin_not_allowed",
            "The emulator is no source of scripts, styles or forms for pages of other sites.",
        ));
    }
    Ok(())
}

/// Returns the host that the request names: in its target, in `Host`, or the same in both.
fn authority(access: &Access, request: &Request) -> Result<Authority, ApiError> {
    let invalid = |long| {
        ApiError::new(
            StatusCode::BAD_REQUEST,
            "host_invalid",
            "Invalid host",
            long,
        )
    };
    let mut hosts = request.headers().get_all(header::HOST).into_iter();
    let in_header = hosts.next().map(|host| host.to_str().unwrap_or_default());
    let in_target = request
        .uri()
        .authority()
        .map(|authority| authority.as_str());
    let differ = matches!((in_header, in_target), (Some(a), Some(b)) if !a.eq_ignore_ascii_case(b));
    if hosts.next().is_some() || differ {
        return Err(invalid("The request names several hosts."));
    }
    let given = in_header.or(in_target).unwrap_or_default();
    let host = host_of(given)
        .ok_or_else(|| invalid("The request names no host, or not as browsers do."))?;
    if access.allows_host(&host) {
        return Ok(Authority::new(given));
    }
    Err(ApiError::forbidden(
        "host_not_allowed",
        "The emulator accepts requests to loopback names and to its own address only. Start it with --allow-host \
         HOST (in Rust: allow_host) to be reached under another name.",
    ))
}

/// Reads a host and an optional port in the form in which browsers send them; `None` for addresses in other notations.
fn host_of(authority: &str) -> Option<Host<String>> {
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, port),
        _ => (authority, ""),
    };
    let host = host.to_ascii_lowercase();
    let is_port = port.len() <= 5 && port.bytes().all(|byte| byte.is_ascii_digit());
    let read = Host::parse(&host).ok().filter(|_| is_port)?;
    (read.to_string() == host).then_some(read)
}

fn check_size(request: &Request) -> Result<(), ApiError> {
    let headers = request.headers().iter();
    let size: usize = headers
        .map(|(name, value)| name.as_str().len() + value.len())
        .sum();
    let target = request.uri().path().len() + request.uri().query().map_or(0, str::len);
    if size + target <= MAX_HEAD {
        return Ok(());
    }
    Err(ApiError::new(
        StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
        "request_headers_too_large",
        "Request headers too large",
        &format!("The request's target and headers are longer than {MAX_HEAD} bytes."),
    ))
}
