//! Signs a user out: ends the session at Clerk and clears the cookies in the browser.

use std::collections::BTreeSet;
use std::net::IpAddr;

use clerk_sdk::{Error, PublishableKey};
use http::header::{CACHE_CONTROL, SET_COOKIE};
use http::{HeaderMap, HeaderValue};
use url::Url;

use crate::cookies::{first, pairs};
use crate::names::{CLIENT_UAT, HANDSHAKE, HANDSHAKE_NONCE, REFRESH, SESSION};
use crate::request_auth::RequestAuth;
use crate::request_state::RequestState;

/// The cookies by which a browser is signed in or becomes so, each also with the suffix of the instance. The development
/// browser token is not among them: it says which browser this is, not who is signed in.
const COOKIES: [&str; 5] = [SESSION, CLIENT_UAT, REFRESH, HANDSHAKE, HANDSHAKE_NONCE];
/// A cookie that never has a suffix: which session and organization a browser showed last.
const ACTIVE_CONTEXT: &str = "clerk_active_context";
/// A cookie may belong to the host or to a domain above it. No public suffix has more labels than these domains.
const MAX_DOMAINS: usize = 4;
/// How long ago a session token may have expired to still say which session is to end.
const EXPIRED_FOR_MS: i64 = 30 * 24 * 60 * 60 * 1000;

impl RequestAuth {
    /// Signs the user out: revokes the session at Clerk (`POST /sessions/{session_id}/revoke`), so that the browser gets no
    /// new token for it, and returns the headers that clear Clerk's cookies. The layer adds these headers to the response as
    /// well, so a handler may ignore them. [`Auth`](crate::Auth) and [`RequireAuth`](crate::RequireAuth) have this method too.
    ///
    /// It also works after the session token has expired, as it has a minute after the page was loaded, if the handler takes
    /// [`Auth`](crate::Auth): the session is then that of the expired token in the cookie, whose signature is still checked.
    /// Without any session it only clears the cookies. A token that was issued before works until it expires, within a minute,
    /// for whoever has it; other sessions in the same browser stay.
    ///
    /// **Sign out on `POST` only.** Browsers send the session cookie with links from other sites but not with their forms
    /// (`SameSite=Lax`), so a `GET` route would let any site sign your users out.
    ///
    /// ```
    /// use clerk_middleware::Auth;
    /// use clerk_sdk::Error;
    ///
    /// // POST /sign-out, from `<form method="post" action="/sign-out"><button>Sign out</button></form>`
    /// async fn sign_out(auth: Auth) -> Result<&'static str, Error> {
    ///     auth.sign_out().await?;
    ///     Ok("good bye")
    /// }
    /// # let _ = sign_out;
    /// ```
    ///
    /// # Errors
    ///
    /// An [`Error`] if Clerk did not revoke the session; no cookie is cleared then, because the user would only seem to be
    /// signed out. A session that does not exist any more is no error.
    pub async fn sign_out(&self) -> Result<HeaderMap, Error> {
        if let Some(session_id) = self.session_to_end().await {
            let revoked = self.clerk().sessions().revoke_session(session_id).await;
            revoked.map(drop).or_else(unless_ended)?;
        }
        let key = self.settings().publishable_key().ok().flatten();
        let headers = clearing(self.cookies(), key, &self.public_url());
        self.clear_cookies(headers.clone());
        Ok(headers)
    }

    /// Returns the session of the request, pending or not, or that of an expired token in its cookies.
    async fn session_to_end(&self) -> Option<String> {
        if let Some(id) = &self.session().session_id {
            return Some(id.clone());
        }
        if let RequestState::SignedIn(signed_in) = self.state() {
            return signed_in.pending.as_ref()?.session_id.clone();
        }
        let settings = self.settings();
        let mut options = self.authenticate_options().token_requirements(settings);
        options.clock_skew_ms = EXPIRED_FOR_MS;
        let suffix = settings.publishable_key().ok().flatten()?.cookie_suffix();
        for name in [format!("{SESSION}_{suffix}"), SESSION.to_owned()] {
            let Some(token) = first(self.cookies(), &name) else {
                continue;
            };
            let verified = self.clerk().verify_session_token_with(&token, &options);
            if let Ok(claims) = verified.await {
                return claims.sid().map(str::to_owned);
            }
        }
        None
    }
}

/// A session that does not exist any more has ended, and after a success it does not matter how Clerk describes it.
fn unless_ended(error: Error) -> Result<(), Error> {
    if error.is_not_found() || matches!(error, Error::Decode(_)) {
        Ok(())
    } else {
        Err(error)
    }
}

/// Returns the headers that clear those of Clerk's cookies that the browser sent, for every domain that they may belong to. The
/// browser does not say which domain that is.
fn clearing(cookies: &[HeaderValue], key: Option<&PublishableKey>, url: &Url) -> HeaderMap {
    let suffix = key.map(PublishableKey::cookie_suffix);
    let is_clerks = |name: &str| {
        let plain = suffix
            .as_deref()
            .and_then(|suffix| name.strip_suffix(suffix)?.strip_suffix('_'))
            .unwrap_or(name);
        name == ACTIVE_CONTEXT || COOKIES.contains(&plain)
    };
    let sent: BTreeSet<&str> = pairs(cookies)
        .filter_map(|(name, _)| std::str::from_utf8(name).ok())
        .filter(|name| is_clerks(name))
        .collect();
    let secure = if url.scheme() == "https" {
        "; Secure"
    } else {
        ""
    };
    let domains = domains(url);
    let mut headers = HeaderMap::new();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    for name in sent {
        for domain in &domains {
            let cookie = format!(
                "{name}=; Path=/{domain}; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; SameSite=Lax{secure}"
            );
            if let Ok(cookie) = HeaderValue::from_str(&cookie) {
                headers.append(SET_COOKIE, cookie);
            }
        }
    }
    headers
}

/// Returns the `Domain` attributes of cookies that this host can get: none, the host itself, and the domains above it.
/// Browsers ignore those that are public suffixes.
fn domains(url: &Url) -> Vec<String> {
    let mut domains = vec![String::new()];
    let host = url.host_str().unwrap_or_default().trim_end_matches('.');
    if host.starts_with('[') || host.parse::<IpAddr>().is_ok() {
        return domains;
    }
    let labels: Vec<&str> = host.split('.').collect();
    let longest = labels.len().saturating_sub(MAX_DOMAINS + 1);
    for first in longest..labels.len().saturating_sub(1) {
        if let Some(labels) = labels.get(first..) {
            domains.push(format!("; Domain={}", labels.join(".")));
        }
    }
    domains
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn cookies_are_cleared_for_the_host_and_the_domains_above_it() {
        let of = |url: &str| domains(&Url::parse(url).unwrap());
        let app = ["", "; Domain=app.example.com", "; Domain=example.com"];
        assert_eq!(of("https://app.example.com/x"), app);
        for host in ["localhost:3000", "127.0.0.1:3000", "[::1]:3000"] {
            assert_eq!(of(&format!("http://{host}/")), [""]);
        }
        // However many labels a stranger writes into the `Host` header.
        let long = format!("https://{}example.com/", "a.".repeat(100));
        assert_eq!(of(&long).len(), 1 + MAX_DOMAINS);
        assert_eq!(of(&long).last().unwrap(), "; Domain=example.com");
    }

    #[test]
    fn only_clerks_cookies_that_were_sent_are_cleared() {
        let key: PublishableKey = "pk_live_Y2xlcmsuZXhhbXBsZS5jb20k".parse().unwrap();
        let suffix = key.cookie_suffix();
        let cookies = format!(
            "own=1; __session=a; __session_{suffix}=b; __client_uat=1; __session_OTHER=c; __refresh_{suffix}=d; \
             __clerk_db_jwt=e; __clerk_handshake_nonce=f; __session=twice; clerk_active_context=g"
        );
        let cookies = [HeaderValue::try_from(cookies).unwrap()];
        let url = Url::parse("https://example.com/").unwrap();
        let headers = clearing(&cookies, Some(&key), &url);
        let all: Vec<&str> = headers
            .get_all(SET_COOKIE)
            .iter()
            .map(|value| value.to_str().unwrap())
            .collect();
        let mut names: Vec<&str> = all
            .iter()
            .map(|cookie| cookie.split('=').next().unwrap())
            .collect();
        names.dedup();
        assert_eq!(
            names,
            [
                "__clerk_handshake_nonce",
                "__client_uat",
                &format!("__refresh_{suffix}"),
                "__session",
                &format!("__session_{suffix}"),
                "clerk_active_context",
            ]
        );
        assert_eq!(all.len(), 2 * names.len());
        assert_eq!(headers.get(CACHE_CONTROL).unwrap(), "no-store");
    }
}
