//! Recognizes forms that pages of this application send.

use http::Method;
use http::header::{ACCEPT, CONTENT_TYPE, HeaderName, ORIGIN};
use http::request::Parts;
use url::Url;

const SEC_FETCH_DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const FORM: &str = "application/x-www-form-urlencoded";

/// Returns whether a page of this origin sends a form, with a response that the browser shows as a page. `url` is the URL of
/// the request as its sender sees it.
///
/// Browsers set both headers, and no page can change them. Newer ones say where the request comes from (`Sec-Fetch-Site`);
/// those that do not must name this origin.
pub(crate) fn is_own(parts: &Parts, url: &Url) -> bool {
    let is_own_origin = || text(parts, &ORIGIN) == Some(&url.origin().ascii_serialization());
    let (loads_a_page, is_own) = match text(parts, &SEC_FETCH_SITE) {
        Some(site) => (
            text(parts, &SEC_FETCH_DEST) == Some("document"),
            // A page can hide its origin, which is then `null`.
            site == "same-origin"
                && (is_own_origin() || matches!(text(parts, &ORIGIN), None | Some("null"))),
        ),
        None => (
            text(parts, &ACCEPT).is_some_and(|accept| accept.starts_with("text/html")),
            is_own_origin(),
        ),
    };
    parts.method == Method::POST && loads_a_page && is_own && is_urlencoded(parts)
}

fn is_urlencoded(parts: &Parts) -> bool {
    let content_type = text(parts, &CONTENT_TYPE).unwrap_or_default();
    let (essence, parameters) = content_type.split_once(';').unwrap_or((content_type, ""));
    let parameters = parameters.trim();
    essence.trim().eq_ignore_ascii_case(FORM)
        && (parameters.is_empty() || parameters.eq_ignore_ascii_case("charset=utf-8"))
}

/// Returns a header that was sent once.
fn text<'p>(parts: &'p Parts, name: &HeaderName) -> Option<&'p str> {
    let mut values = parts.headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().ok(),
        (Some(_), Some(_)) => Some("sent twice"),
        (None, _) => None,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    type Header = (&'static str, &'static str);
    const OWN: Header = ("origin", "https://app.example.com");
    const FORM_BODY: Header = ("content-type", FORM);
    const DOCUMENT: Header = ("sec-fetch-dest", "document");
    const HTML: Header = ("accept", "text/html,*/*");

    fn site(site: &'static str) -> Header {
        ("sec-fetch-site", site)
    }

    fn is_own_form(method: &str, headers: &[(&str, &str)]) -> bool {
        let mut request = http::Request::builder().method(method).uri("/notes");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let (parts, ()) = request.body(()).unwrap().into_parts();
        is_own(
            &parts,
            &Url::parse("https://app.example.com/notes").unwrap(),
        )
    }

    #[test]
    fn forms_of_the_own_origin_are_own_forms() {
        for headers in [
            vec![OWN, FORM_BODY, DOCUMENT, site("same-origin")],
            vec![FORM_BODY, DOCUMENT, site("same-origin")],
            vec![("origin", "null"), FORM_BODY, DOCUMENT, site("same-origin")],
            vec![OWN, FORM_BODY, HTML],
            vec![
                OWN,
                (
                    "content-type",
                    "application/X-www-form-urlencoded; charset=UTF-8",
                ),
                HTML,
            ],
        ] {
            assert!(is_own_form("POST", &headers), "{headers:?}");
        }
        assert!(!is_own_form("GET", &[OWN, FORM_BODY, HTML]));
        assert!(!is_own_form("PUT", &[OWN, FORM_BODY, HTML]));
    }

    #[test]
    fn forms_of_other_origins_are_not_own_forms_whatever_they_send() {
        for headers in [
            vec![
                ("origin", "https://evil.example"),
                FORM_BODY,
                DOCUMENT,
                site("same-origin"),
            ],
            vec![OWN, FORM_BODY, DOCUMENT, site("same-site")],
            vec![OWN, FORM_BODY, DOCUMENT, site("cross-site")],
            vec![OWN, FORM_BODY, DOCUMENT, site("none")],
            vec![("origin", "https://evil.example"), FORM_BODY, HTML],
            vec![("origin", "http://app.example.com"), FORM_BODY, HTML],
            vec![
                ("origin", "https://app.example.com.evil.example"),
                FORM_BODY,
                HTML,
            ],
            vec![("origin", "null"), FORM_BODY, HTML],
            vec![FORM_BODY, HTML],
            vec![OWN, ("origin", "https://evil.example"), FORM_BODY, HTML],
            vec![
                OWN,
                FORM_BODY,
                DOCUMENT,
                site("same-origin"),
                site("cross-site"),
            ],
        ] {
            assert!(!is_own_form("POST", &headers), "{headers:?}");
        }
    }

    #[test]
    fn scripts_frames_and_other_bodies_are_not_own_forms() {
        for headers in [
            vec![
                OWN,
                FORM_BODY,
                ("sec-fetch-dest", "empty"),
                site("same-origin"),
            ],
            vec![
                OWN,
                FORM_BODY,
                ("sec-fetch-dest", "iframe"),
                site("same-origin"),
            ],
            vec![OWN, FORM_BODY, ("accept", "application/json")],
            vec![
                OWN,
                ("content-type", "multipart/form-data; boundary=x"),
                HTML,
            ],
            vec![OWN, ("content-type", "text/plain"), HTML],
            vec![
                OWN,
                (
                    "content-type",
                    "application/x-www-form-urlencoded; charset=utf-16",
                ),
                HTML,
            ],
            vec![OWN, HTML],
        ] {
            assert!(!is_own_form("POST", &headers), "{headers:?}");
        }
    }
}
