//! Where browsers are sent.

use serde_json::json;

use crate::browser::{Browser, backend, emulator};
use crate::page::{Page, redirect};

#[tokio::test]
async fn redirects_lead_to_loopback_pages_only() {
    let emulator = emulator().await;
    let page = Page::new(&emulator);
    for url in [
        "https://evil.example/",
        "http://localhost.evil.com/",
        "http://127.0.0.1.evil.com/",
        "http://localhost@evil.com/",
        "http://localhost:3000@evil.com/",
        "http://evil.com@localhost/",
        "http://:secret@localhost/",
        "http://evil.com#localhost",
        "http://evil.com?localhost",
        "http://evil.com\\localhost",
        "http:\\\\evil.com\\@localhost",
        "http:/\\evil.com/",
        "http:///evil.com/",
        "http:evil.com",
        "HTTPS://EVIL.EXAMPLE/",
        "http://localhost./",
        "http://evil.localhost.example/",
        "http://0.0.0.0/",
        "http://[::]/",
        "http://134744072/",
        "http://8.8.2056/",
        "http://[::ffff:8.8.8.8]/",
        "//evil.example/",
        "/\\evil.example",
        "java\nscript:alert(1)",
        "\tjavascript://localhost/%0aalert(1)",
        "data://localhost/,x",
        "file://localhost/etc/passwd",
        "blob:http://localhost/",
        "view-source:http://localhost/",
        "intent://localhost/",
    ] {
        for path in [
            "/v1/client/handshake",
            "/sign-in",
            "/sign-up",
            "/user",
            "/sign-out",
        ] {
            let rejected = page.get(&redirect(path, url), &[]).await;
            assert_eq!(rejected.status, 400, "{path} {url}");
            assert!(rejected.headers.get("location").is_none());
            assert!(!rejected.text.contains("evil"), "{}", rejected.text);
        }
        let mut browser = Browser::new(&emulator);
        let fields = [("action", "identifier"), ("redirect_url", url)];
        assert_eq!(
            browser.submit("/sign-in", &fields).await.status,
            400,
            "{url}"
        );
    }
}

#[tokio::test]
async fn redirects_are_sent_as_they_were_read() {
    let emulator = emulator().await;
    let page = Page::new(&emulator);
    for (given, sent) in [
        ("http://localhost:3000/a", "http://localhost:3000/a?"),
        ("HTTP://LOCALHOST:3000\\a", "http://localhost:3000/a?"),
        ("https://a.localhost/", "https://a.localhost/?"),
        ("http://2130706433/", "http://127.0.0.1/?"),
        ("http://0177.0.0.1/", "http://127.0.0.1/?"),
        ("http://[::1]:3000/", "http://[::1]:3000/?"),
        ("http://[0:0::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/?"),
    ] {
        let sent_on = page
            .get(&redirect("/v1/client/handshake", given), &[])
            .await;
        assert_eq!(sent_on.status, 307, "{given}");
        let location = sent_on.headers["location"].to_str().unwrap();
        assert!(location.starts_with(sent), "{given} {location}");
    }
}

#[tokio::test]
async fn a_ticket_leads_to_loopback_pages_only() {
    let emulator = emulator().await;
    let page = Page::new(&emulator);
    let invitation = |url: &str| json!({"email_address": "ada@example.com", "redirect_url": url, "ignore_existing": true});
    for (url, status) in [
        ("https://evil.example/", 400),
        ("http://localhost:3000/welcome", 303),
    ] {
        let made = backend(&emulator, "/invitations", invitation(url)).await;
        let link = made["url"].as_str().unwrap();
        let path = link.strip_prefix(emulator.url()).unwrap();
        let followed = page.get(path, &[]).await;
        assert_eq!(followed.status, status, "{url}");
    }
}
