//! Forms whose session expired while a visitor filled them in.

use bytes::Bytes;
use http::header::{
    AUTHORIZATION, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE,
    SET_COOKIE, X_CONTENT_TYPE_OPTIONS,
};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use percent_encoding::percent_decode;
use url::{Url, form_urlencoded};

use crate::cookies::cookie;
use crate::form_post;
use crate::rejection::Rejection;
use crate::request_auth::RequestAuth;
use crate::request_url::public_url;
use crate::response_headers::add;

/// The query parameter of the document that renews the session in a frame of the page.
const RENEWAL: &str = "__clerk_renew";
/// The cookie that is set with the page: as long as the browser has it, a form is not kept again.
const SENT_AGAIN: &str = "__clerk_form_sent_again";
/// How many seconds that cookie lives: longer than renewing a session takes.
const SENT_AGAIN_SECONDS: u32 = 30;
/// How many fields a form may have. Each becomes an element of the page.
const MAX_FIELDS: usize = 500;
/// The title of the document by which the page knows that the session was renewed.
const RENEWED: &str = "renewed";

/// Sends the form as soon as the frame says that the session was renewed. A form can have a field named `submit`, so this calls
/// the method of the prototype.
const SCRIPT: &str = "const f=document.getElementById('renewal');const look=()=>{let t='';try{t=f.contentDocument.title}catch{}if(t==='renewed'){f.onload=null;HTMLFormElement.prototype.submit.call(document.forms[0])}};f.onload=look;look();";
/// The SHA-256 of the script, by which the policy allows it and no other. A test compares the two.
const SCRIPT_HASH: &str = "gO0undrl9F/RVwhiNJGHbWtc07ELOAcVq0ZhdcSq5Gg=";

/// A form that a page of this application sent after the session had expired. It was not processed.
///
/// The layers for axum and tower and the middleware for actix-web and poem use it if
/// [`AuthenticateOptions::expired_forms`](crate::AuthenticateOptions::expired_forms) is set. With another framework, read at
/// most [`MAX_BODY`](Self::MAX_BODY) bytes of the body and [`respond`](Self::respond):
///
/// ```
/// use clerk_middleware::RequestAuth;
/// use http::request::Parts;
///
/// fn instead(auth: &RequestAuth, parts: &Parts, body: &[u8]) -> Option<http::Response<bytes::Bytes>> {
///     Some(auth.expired_form(parts)?.respond(Some(body)))
/// }
/// # let _ = instead;
/// ```
#[derive(Debug)]
pub struct ExpiredForm {
    /// Where the form was sent to.
    url: Url,
    /// The origin to which the frame that renews the session is redirected, if it is not this one.
    frontend_api: Option<String>,
    /// The response if the form cannot be kept.
    rejection: Rejection,
    headers: HeaderMap,
}

impl RequestAuth {
    /// Returns the form that this request sends, if its session has expired and the form can be kept: all of these hold.
    ///
    /// * [`expired_forms`](crate::AuthenticateOptions::expired_forms) is set.
    /// * The request is a `POST` of `application/x-www-form-urlencoded` of at most 64 KiB (by its `Content-Length`), and loads a
    ///   page.
    /// * A page of the same origin sent it, by `Sec-Fetch-Site`, or by `Origin` if the browser does not send that header.
    /// * Its session token came in a cookie, is genuine, and was rejected only because it has expired.
    /// * No form was sent again within the last 30 seconds, by a cookie that comes with the page.
    pub fn expired_form(&self, parts: &Parts) -> Option<ExpiredForm> {
        let options = self.authenticate_options();
        let is_expired = self
            .state()
            .reason()
            .is_some_and(|reason| reason.is_expired());
        if !options.expired_forms
            || !is_expired
            || parts.headers.contains_key(AUTHORIZATION)
            || cookie(&parts.headers, SENT_AGAIN).is_some()
        {
            return None;
        }
        let url = public_url(parts, options);
        let length = parts.headers.get(CONTENT_LENGTH)?.to_str().ok()?;
        let fits = length
            .parse()
            .is_ok_and(|length: usize| length <= ExpiredForm::MAX_BODY);
        (fits && form_post::is_own(parts, &url)).then(|| ExpiredForm {
            url,
            frontend_api: self.frontend_origin(),
            rejection: self.reject(parts, Rejection::unauthenticated()),
            headers: self.state().headers().clone(),
        })
    }

    /// Returns the document in the frame that renews the session, if this request loads it. A request whose session has to be
    /// renewed was redirected before.
    pub(crate) fn renewal(&self, parts: &Parts) -> Option<Response<Bytes>> {
        let query = parts.uri.query().unwrap_or_default();
        let is_renewal = self.authenticate_options().expired_forms
            && parts.method == Method::GET
            && form_urlencoded::parse(query.as_bytes()).any(|(name, _)| name == RENEWAL);
        if !is_renewal {
            return None;
        }
        let is_renewed = self.session().is_signed_in();
        let own = public_url(parts, self.authenticate_options());
        let sign_in = self.redirects().to_sign_in(Some(own.as_str())).ok();
        let html = html! {
            (DOCTYPE)
            html lang="en" {
                head { meta charset="utf-8"; title { (if is_renewed { RENEWED } else { "signed out" }) } }
                body {
                    @if is_renewed {
                        p { "Your session is renewed. Close this tab and send the form again." }
                    } @else {
                        p {
                            "You are signed out. "
                            @if let Some(url) = sign_in { a href=(url) { "Sign in" } }
                            ", and then send the form again in the other tab."
                        }
                    }
                }
            }
        };
        let policy =
            "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";
        let mut response = document(&html, StatusCode::OK, HeaderValue::from_static(policy));
        self.finish(response.headers_mut());
        Some(response)
    }
}

impl ExpiredForm {
    /// The size of the largest body that is kept, in bytes: 64 KiB. Larger forms are rejected as usual.
    pub const MAX_BODY: usize = 64 * 1024;

    /// Returns the response: a page that keeps the fields of this body as hidden inputs of a form, renews the session in a frame,
    /// and then sends the form again, without a click. Its status is 401, because the form was not processed. It must not be
    /// stored, no other page may frame it, and no script but its own runs on it.
    ///
    /// For a body that could not be read (`None`), and for one that the page could not repeat unchanged (larger than
    /// [`MAX_BODY`](Self::MAX_BODY), of more than 500 fields, or not UTF-8), it is the usual rejection with 401.
    pub fn respond(self, body: Option<&[u8]>) -> Response<Bytes> {
        let page = body.and_then(|body| self.page(body));
        page.unwrap_or_else(|| self.rejection.into_response())
    }

    fn page(&self, body: &[u8]) -> Option<Response<Bytes>> {
        let html = self.html(&fields(body)?);
        let frames = self.frontend_api.as_deref().unwrap_or_default();
        // Without `form-action`: it would also forbid the redirect with which the application responds to the form.
        let policy = format!(
            "default-src 'none'; script-src 'sha256-{SCRIPT_HASH}'; frame-src 'self' {frames}; base-uri 'none'; \
             frame-ancestors 'none'"
        );
        let policy = HeaderValue::try_from(policy).ok()?;
        let cookie = format!(
            "{SENT_AGAIN}=1; Path=/; Max-Age={SENT_AGAIN_SECONDS}; HttpOnly; SameSite=Strict"
        );
        let mut response = document(&html, StatusCode::UNAUTHORIZED, policy);
        let headers = response.headers_mut();
        headers.append(SET_COOKIE, HeaderValue::try_from(cookie).ok()?);
        add(headers, &self.headers);
        Some(response)
    }

    pub(crate) fn rejection(&self) -> &Rejection {
        &self.rejection
    }

    fn html(&self, fields: &[(String, String)]) -> Markup {
        let mut renewal = self.url.clone();
        renewal.set_query(Some(&format!("{RENEWAL}=1")));
        html! {
            (DOCTYPE)
            html lang="en" {
                head { meta charset="utf-8"; title { "One moment" } }
                body {
                    p {
                        "Your session has to be renewed. If this page does not go on by itself, "
                        a href=(renewal) target="_blank" { "renew the session in another tab" }
                        ", and then send the form again."
                    }
                    form method="post" action=(self.url) accept-charset="utf-8" {
                        @for (name, value) in fields {
                            input type="hidden" name=(name) value=(value);
                        }
                        button { "Send again" }
                    }
                    iframe id="renewal" src=(renewal) hidden {}
                    script { (PreEscaped(SCRIPT)) }
                }
            }
        }
    }
}

fn document(html: &Markup, status: StatusCode, policy: HeaderValue) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(html.0.clone()));
    *response.status_mut() = status;
    let headers: &mut HeaderMap = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, policy);
    for (name, value) in [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CACHE_CONTROL, "no-store"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Returns the names and values of a form. `None` if a browser would not send them again as they are.
fn fields(body: &[u8]) -> Option<Vec<(String, String)>> {
    if body.len() > ExpiredForm::MAX_BODY {
        return None;
    }
    // Decoding would replace what is not UTF-8, and HTML has no way to write a NUL.
    let is_text = |bytes: &[u8]| {
        percent_decode(bytes)
            .decode_utf8()
            .is_ok_and(|text| !text.contains('\0'))
    };
    if !is_text(body) {
        return None;
    }
    let fields: Vec<_> = form_urlencoded::parse(body)
        .take(MAX_FIELDS + 1)
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect();
    // Browsers leave out inputs without a name, and fill this one in.
    let is_sent = |name: &str| !name.is_empty() && name != "_charset_";
    (fields.len() <= MAX_FIELDS && fields.iter().all(|(name, _)| is_sent(name))).then_some(fields)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    fn form() -> ExpiredForm {
        ExpiredForm {
            url: Url::parse("https://app.example.com//evil.example/\"><script>?a=1&b=\"2").unwrap(),
            frontend_api: Some("https://clerk.example.com".to_owned()),
            rejection: Rejection::unauthenticated(),
            headers: HeaderMap::new(),
        }
    }

    fn html(body: &[u8]) -> String {
        let response = form().page(body).unwrap();
        String::from_utf8(response.body().to_vec()).unwrap()
    }

    #[test]
    fn the_policy_allows_the_script_and_no_other() {
        let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, SCRIPT.as_bytes());
        assert_eq!(STANDARD.encode(hash), SCRIPT_HASH);
        assert!(html(b"a=1").contains(SCRIPT));
        let response = form().page(b"a=1").unwrap();
        let policy = response.headers()[CONTENT_SECURITY_POLICY]
            .to_str()
            .unwrap();
        assert!(policy.starts_with("default-src 'none'; "), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(response.headers()[CACHE_CONTROL], "no-store");
        assert_eq!(response.status(), 401);
    }

    #[test]
    fn names_and_values_stay_text() {
        for hostile in [
            "\"><script>alert(1)</script>",
            "' autofocus onfocus=alert(1) x='",
            "</form><form action=https://evil.example>",
            "<!--",
            "&quot;&lt;",
        ] {
            let body = form_urlencoded::Serializer::new(String::new())
                .append_pair(hostile, hostile)
                .finish();
            let html = html(body.as_bytes());
            assert_eq!(html.matches("<script>").count(), 1, "{html}");
            assert_eq!(html.matches("<form").count(), 1, "{html}");
            assert_eq!(html.matches("<input").count(), 1, "{html}");
            assert!(!html.contains("<!--"), "{html}");
            let input = html.split("<input").nth(1).unwrap();
            let input = input.split_once('>').unwrap().0;
            assert_eq!(input.matches('"').count(), 6, "{input}");
        }
        // The form goes where it was sent to, which is this origin, whatever the path looks like.
        let html = html(b"");
        assert!(
            html.contains(" action=\"https://app.example.com//evil.example/"),
            "{html}"
        );
    }

    #[test]
    fn what_the_page_could_not_repeat_is_not_kept() {
        let many = |count: usize| "a=1&".repeat(count);
        for (body, is_kept) in [
            (Vec::new(), true),
            (
                b"a=1&a=2&b=%0D%0A&c=%E2%82%AC&%F0%9F%8E%89=+".to_vec(),
                true,
            ),
            (many(MAX_FIELDS).into_bytes(), true),
            (many(MAX_FIELDS + 1).into_bytes(), false),
            (vec![b'a'; ExpiredForm::MAX_BODY], true),
            (vec![b'a'; ExpiredForm::MAX_BODY + 1], false),
            (b"a=%FF".to_vec(), false),
            (b"a=\xFF".to_vec(), false),
            (b"a=%00".to_vec(), false),
            (b"=1".to_vec(), false),
            (b"_charset_=".to_vec(), false),
        ] {
            assert_eq!(form().page(&body).is_some(), is_kept);
        }
    }
}
