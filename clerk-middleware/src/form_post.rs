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
        let own = ("origin", "https://app.example.com");
        let form = ("content-type", FORM);
        let document = ("sec-fetch-dest", "document");
        let site = |site| ("sec-fetch-site", site);
        let html = ("accept", "text/html,*/*");
        for headers in [
            vec![own, form, document, site("same-origin")],
            vec![form, document, site("same-origin")],
            vec![("origin", "null"), form, document, site("same-origin")],
            vec![own, form, html],
            vec![
                own,
                (
                    "content-type",
                    "application/X-www-form-urlencoded; charset=UTF-8",
                ),
                html,
            ],
        ] {
            assert!(is_own_form("POST", &headers), "{headers:?}");
        }
        assert!(!is_own_form("GET", &[own, form, html]));
        assert!(!is_own_form("PUT", &[own, form, html]));
    }

    #[test]
    fn forms_of_other_origins_are_not_own_forms_whatever_they_send() {
        let own = ("origin", "https://app.example.com");
        let form = ("content-type", FORM);
        let document = ("sec-fetch-dest", "document");
        let site = |site| ("sec-fetch-site", site);
        let html = ("accept", "text/html,*/*");
        for headers in [
            vec![
                ("origin", "https://evil.example"),
                form,
                document,
                site("same-origin"),
            ],
            vec![own, form, document, site("same-site")],
            vec![own, form, document, site("cross-site")],
            vec![own, form, document, site("none")],
            vec![("origin", "https://evil.example"), form, html],
            vec![("origin", "http://app.example.com"), form, html],
            vec![
                ("origin", "https://app.example.com.evil.example"),
                form,
                html,
            ],
            vec![("origin", "null"), form, html],
            vec![form, html],
            vec![own, ("origin", "https://evil.example"), form, html],
            vec![own, form, document, site("same-origin"), site("cross-site")],
        ] {
            assert!(!is_own_form("POST", &headers), "{headers:?}");
        }
    }

    #[test]
    fn scripts_frames_and_other_bodies_are_not_own_forms() {
        let own = ("origin", "https://app.example.com");
        let form = ("content-type", FORM);
        let site = |site| ("sec-fetch-site", site);
        let html = ("accept", "text/html,*/*");
        for headers in [
            vec![own, form, ("sec-fetch-dest", "empty"), site("same-origin")],
            vec![own, form, ("sec-fetch-dest", "iframe"), site("same-origin")],
            vec![own, form, ("accept", "application/json")],
            vec![
                own,
                ("content-type", "multipart/form-data; boundary=x"),
                html,
            ],
            vec![own, ("content-type", "text/plain"), html],
            vec![
                own,
                (
                    "content-type",
                    "application/x-www-form-urlencoded; charset=utf-16",
                ),
                html,
            ],
            vec![own, html],
        ] {
            assert!(!is_own_form("POST", &headers), "{headers:?}");
        }
    }
}
