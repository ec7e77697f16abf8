//! Pages on the internet that are open in a developer's browser.

use serde_json::json;

use crate::browser::{Browser, emulator, organization, parameter, user};
use crate::page::{EVIL, Page, SURFACES, raw, redirect, state};

#[tokio::test]
async fn pages_of_foreign_origins_are_rejected() {
    let emulator = emulator().await;
    let page = Page::new(&emulator);
    for origin in [
        EVIL,
        "null",
        "",
        "file://",
        "http://localhost.evil.com",
        "http://127.0.0.1.evil.com",
        "http://evillocalhost",
        "http://.localhost",
        "http://evil.com#localhost",
        "http://evil.com/.localhost",
        "http://localhost@evil.com",
        "http://evil.com@localhost",
        "http://evil.com\\.localhost",
        "http:\\\\localhost",
        "ftp://localhost",
        "chrome-extension://localhost",
        "http://192.168.1.5:3000",
        "http://0.0.0.0:3000",
        // Loopback, but not as a browser writes it.
        "HTTP://LOCALHOST:3000",
        "http://localhost:3000/",
        "http://localhost.:3000",
        "http://localhost:80",
        "http://2130706433",
        "http://0177.0.0.1",
        "http://0x7f.1",
        "http://127.1",
        "http://[::ffff:127.0.0.1]",
        "http://localhost:3000, https://evil.example",
    ] {
        for (method, path) in SURFACES {
            let rejected = page.ask(method, path, &[("origin", origin)]).await;
            let got = (rejected.status, rejected.code.as_str());
            assert_eq!(got, (403, "origin_not_allowed"), "{origin} {method} {path}");
            for name in ["access-control-allow-origin", "set-cookie"] {
                assert!(rejected.headers.get(name).is_none(), "{origin} {path}");
            }
        }
    }
    assert_eq!(emulator.requests(), []);
}

#[tokio::test]
async fn a_foreign_form_changes_nothing() {
    let emulator = emulator().await;
    let page = Page::new(&emulator);
    let ada = user(&emulator, "ada@example.com").await;
    let browser = Browser::signed_in(&emulator, &ada).await;
    let cookie = format!("__client={}", browser.cookies["__client"]);
    let before = state(&emulator);
    for (method, path) in [
        ("POST", "/v1/client/sessions?_method=DELETE"),
        ("DELETE", "/v1/client"),
        ("POST", "/v1/client/sign_ups"),
        ("POST", "/v1/dev_browser"),
        ("POST", "/v1/client?_is_native=1"),
        ("POST", "/sign-out"),
        ("POST", "/__emulator/reset"),
    ] {
        for headers in [
            [("origin", EVIL), ("sec-fetch-site", "cross-site")],
            [("origin", "null"), ("sec-fetch-site", "cross-site")],
            // Not known from any browser.
            [
                ("sec-fetch-mode", "navigate"),
                ("sec-fetch-site", "cross-site"),
            ],
        ] {
            let form = [("content-type", "text/plain"), ("cookie", &cookie)];
            let rejected = page
                .ask(method, path, &[&headers[..], &form].concat())
                .await;
            assert_eq!(rejected.status, 403, "{method} {path}");
        }
    }
    assert!(state(&emulator) == before);
}

#[tokio::test]
async fn foreign_preflights_are_rejected() {
    let emulator = emulator().await;
    let page = Page::new(&emulator);
    for (_, path) in SURFACES {
        let headers = [
            ("origin", EVIL),
            ("access-control-request-method", "POST"),
            ("access-control-request-headers", "authorization"),
        ];
        let rejected = page.ask("OPTIONS", path, &headers).await;
        assert_eq!(rejected.status, 403);
        let allowed =
            |name: &reqwest::header::HeaderName| name.as_str().starts_with("access-control");
        assert!(!rejected.headers.keys().any(allowed), "{path}");
    }
}

#[tokio::test]
async fn pages_on_loopback_hosts_are_accepted() {
    let emulator = emulator().await;
    let page = Page::new(&emulator);
    for origin in [
        emulator.url(),
        "http://localhost",
        "http://localhost:3000",
        "https://localhost:3000",
        "http://app.localhost:5173",
        "http://127.0.0.1:3000",
        "http://127.8.9.10",
        "http://[::1]:3000",
        "http://[::ffff:7f00:1]:3000",
    ] {
        let made = page
            .ask("POST", "/v1/dev_browser", &[("origin", origin)])
            .await;
        assert_eq!(made.status, 200, "{origin}");
        assert_eq!(made.headers["access-control-allow-origin"], origin);
    }
}

#[tokio::test]
async fn a_request_with_two_origins_is_rejected() {
    let emulator = emulator().await;
    for origins in [
        [EVIL, "http://localhost:3000"],
        ["http://localhost:3000", EVIL],
    ] {
        let [first, second] = origins;
        let head = format!(
            "POST /v1/dev_browser HTTP/1.1\nHost: localhost\nContent-Length: 0\nOrigin: {first}\nOrigin: {second}"
        );
        assert_eq!(raw(&emulator, &head).await, 403);
    }
}

#[tokio::test]
async fn other_sites_get_images_and_nothing_else() {
    let emulator = emulator().await;
    let page = Page::new(&emulator);
    let before = state(&emulator);
    let from_page = |mode| [("sec-fetch-site", "cross-site"), ("sec-fetch-mode", mode)];
    for (method, path) in SURFACES {
        let reply = page.ask(method, path, &from_page("no-cors")).await;
        let status = if path.starts_with("/images/") {
            200
        } else {
            403
        };
        assert_eq!(reply.status, status, "{method} {path}");
    }
    let handshake = redirect("/v1/client/handshake", "http://localhost:3000/");
    assert_eq!(
        page.get(&handshake, &from_page("no-cors")).await.status,
        403
    );
    assert!(state(&emulator) == before);
    // An application sends its visitors by a link or a redirect.
    assert_eq!(
        page.get(&handshake, &from_page("navigate")).await.status,
        307
    );
}

#[tokio::test]
async fn no_answer_is_a_script_of_another_page() {
    let emulator = emulator().await;
    let page = Page::new(&emulator);
    for (method, path) in SURFACES {
        let reply = page.ask(method, path, &[]).await;
        assert_eq!(reply.headers["x-content-type-options"], "nosniff", "{path}");
        let readers = if path.starts_with("/images/") {
            "cross-origin"
        } else {
            "same-origin"
        };
        assert_eq!(
            reply.headers["cross-origin-resource-policy"], readers,
            "{path}"
        );
    }
}

/// The headers of a browser that follows a link on a page, or in the address bar.
fn link<'a>(cookie: &'a str, site: &'a str, referer: &'a str) -> Vec<(&'a str, &'a str)> {
    let mut headers = vec![
        ("cookie", cookie),
        ("user-agent", "Mozilla/5.0 (X11; Linux x86_64)"),
        ("sec-fetch-mode", "navigate"),
    ];
    if !site.is_empty() {
        headers.push(("sec-fetch-site", site));
    }
    if !referer.is_empty() {
        headers.push(("referer", referer));
    }
    headers
}

const FOREIGN_LINKS: [(&str, &str); 6] = [
    ("cross-site", ""),
    ("cross-site", "https://evil.example/"),
    ("cross-site", "http://localhost.evil.example/"),
    ("same-site", "http://evil.example/"),
    ("none", ""),
    // A browser that does not say.
    ("", ""),
];

#[tokio::test]
async fn a_foreign_link_asks_before_signing_out() {
    let emulator = emulator().await;
    let page = Page::new(&emulator);
    let ada = user(&emulator, "ada@example.com").await;
    for trusted in [
        ("cross-site", "http://localhost:3000/"),
        ("same-origin", ""),
        ("", "http://127.0.0.1:3000/a"),
    ] {
        let mut browser = Browser::signed_in(&emulator, &ada).await;
        let cookie = format!("__client={}", browser.cookies["__client"]);
        for (site, referer) in FOREIGN_LINKS {
            let path = redirect("/sign-out", "http://localhost:3000/");
            let asked = page.get(&path, &link(&cookie, site, referer)).await;
            assert_eq!(asked.status, 200, "{site} {referer}");
            assert!(asked.text.contains("Sign out?") && asked.text.contains(&path));
            assert_eq!(asked.headers["x-frame-options"], "DENY");
        }
        assert_ne!(
            browser.directives(&emulator, &[]).await["__client_uat"],
            "0"
        );
        let out = page
            .get("/sign-out", &link(&cookie, trusted.0, trusted.1))
            .await;
        assert_eq!(out.status, 303);
        assert_eq!(
            browser.directives(&emulator, &[]).await["__client_uat"],
            "0"
        );
    }
}

#[tokio::test]
async fn a_foreign_link_asks_before_switching_the_organization() {
    let emulator = emulator().await;
    let page = Page::new(&emulator);
    let ada = user(&emulator, "ada@example.com").await;
    let engines = organization(&emulator, &ada, "Engines").await;
    let browser = Browser::signed_in(&emulator, &ada).await;
    let cookie = format!("__client={}", browser.cookies["__client"]);
    let path = redirect("/v1/client/handshake", "http://localhost:3000/");
    let path = format!("{path}&organization_id={engines}");
    let active = || {
        let state = state(&emulator);
        state["sessions"]["sessions"][0][1]["organization_id"].clone()
    };
    for (site, referer) in FOREIGN_LINKS {
        let asked = page.get(&path, &link(&cookie, site, referer)).await;
        assert_eq!(asked.status, 200, "{site} {referer}");
        assert!(
            asked.text.contains("Switch organization?"),
            "{}",
            asked.text
        );
        assert!(asked.text.contains(&format!("organization_id={engines}")));
        assert_eq!(asked.headers["x-frame-options"], "DENY");
    }
    assert_eq!(active(), json!(null));
    let switched = page
        .get(
            &path,
            &link(&cookie, "cross-site", "http://localhost:3000/"),
        )
        .await;
    assert_eq!(switched.status, 307);
    assert_eq!(active(), engines.as_str());
    // Nothing changes any more: nothing is asked.
    let again = page.get(&path, &link(&cookie, "cross-site", "")).await;
    assert_eq!(again.status, 307);
    let url = url::Url::parse(again.headers["location"].to_str().unwrap()).unwrap();
    assert!(parameter(&url, "__clerk_handshake").is_some());
}
