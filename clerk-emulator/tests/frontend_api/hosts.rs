//! Under which hosts the emulator is reached.

use clerk_emulator::{Emulator, StartError};

use crate::browser::emulator;
use crate::page::{Page, SURFACES, raw, redirect};

#[tokio::test]
async fn a_rebound_host_is_rejected_on_every_surface() {
    let emulator = emulator().await;
    let page = Page::new(&emulator);
    for host in [
        "evil.example",
        "evil.example:4010",
        "localhost.evil.example",
        "evillocalhost",
        "127.0.0.1.evil.example",
        "localhost.",
        "0.0.0.0",
        "192.168.1.5",
        "8.8.8.8",
        "[::2]",
    ] {
        for (method, path) in SURFACES {
            let rejected = page.ask(method, path, &[("host", host)]).await;
            let got = (rejected.status, rejected.code.as_str());
            assert_eq!(got, (403, "host_not_allowed"), "{host} {method} {path}");
        }
    }
    // A page under that name is of its own origin, and says so.
    let headers = [("host", "evil.example"), ("origin", "http://evil.example")];
    assert_eq!(page.get("/v1/environment", &headers).await.status, 403);
}

#[tokio::test]
async fn a_host_that_no_browser_writes_is_rejected() {
    let emulator = emulator().await;
    for host in [
        "",
        "2130706433",
        "0x7f.0.0.1",
        "0177.0.0.1",
        "127.1",
        "127.0.0.1.",
        "[::ffff:127.0.0.1]",
        "::1",
        "user@localhost",
        "localhost:port",
        "localhost:1:2",
        "localhost, evil.example",
        "localhost/evil.example",
        "localhost#.evil.example",
        "local%68ost",
    ] {
        let head = format!("GET /v1/environment HTTP/1.1\nHost: {host}");
        assert_eq!(raw(&emulator, &head).await, 400, "{host}");
    }
}

#[tokio::test]
async fn loopback_hosts_are_accepted() {
    let emulator = emulator().await;
    for host in [
        "localhost",
        "LocalHost:4010",
        "a.localhost",
        "127.0.0.1:1",
        "127.1.2.3",
        "[::1]:4010",
    ] {
        let head = format!("GET /v1/environment HTTP/1.1\nHost: {host}");
        assert_eq!(raw(&emulator, &head).await, 200, "{host}");
    }
    assert_eq!(
        raw(
            &emulator,
            "GET http://localhost/v1/environment HTTP/1.1\nHost: localhost"
        )
        .await,
        200
    );
}

#[tokio::test]
async fn a_request_that_names_several_hosts_is_rejected() {
    let emulator = emulator().await;
    for head in [
        "GET /v1/environment HTTP/1.1\nHost: localhost\nHost: localhost",
        "GET /v1/environment HTTP/1.1\nHost: evil.example\nHost: localhost",
        "GET /v1/environment HTTP/1.1\nHost: localhost\nHost: evil.example",
        "GET http://evil.example/v1/environment HTTP/1.1\nHost: localhost",
        "GET http://localhost/v1/environment HTTP/1.1\nHost: evil.example",
        "GET /v1/environment HTTP/1.1",
        "GET /v1/environment HTTP/1.0",
    ] {
        assert_eq!(raw(&emulator, head).await, 400, "{head}");
    }
    let target = "GET http://evil.example/v1/environment HTTP/1.1\nHost: evil.example";
    assert_eq!(raw(&emulator, target).await, 403);
}

#[tokio::test]
async fn what_was_allowed_is_accepted() {
    let builder = Emulator::builder()
        .allow_host("Emulator")
        .allow_host("fe80::1")
        .allow_origin("https://app.example:8443/")
        .allow_origin("http://192.168.1.5:3000");
    let emulator = builder.start().await.unwrap();
    let page = Page::new(&emulator);
    for host in ["emulator:4010", "[fe80::1]:4010", "localhost"] {
        assert_eq!(
            page.get("/v1/environment", &[("host", host)]).await.status,
            200
        );
    }
    // Its own pages under that name.
    let own = [
        ("host", "emulator:4010"),
        ("origin", "http://emulator:4010"),
    ];
    assert_eq!(page.ask("POST", "/v1/dev_browser", &own).await.status, 200);
    for origin in ["https://app.example:8443", "http://192.168.1.5:3000"] {
        let made = page
            .ask("POST", "/v1/dev_browser", &[("origin", origin)])
            .await;
        assert_eq!(made.headers["access-control-allow-origin"], origin);
        let handshake = redirect("/v1/client/handshake", &format!("{origin}/a"));
        assert_eq!(page.get(&handshake, &[]).await.status, 307);
    }
    for origin in [
        "https://app.example",
        "http://app.example:8443",
        "http://192.168.1.5",
        "http://emulator:3000",
    ] {
        assert_eq!(
            page.ask("POST", "/v1/dev_browser", &[("origin", origin)])
                .await
                .status,
            403
        );
        let handshake = redirect("/v1/client/handshake", origin);
        assert_eq!(page.get(&handshake, &[]).await.status, 400);
    }
}

#[tokio::test]
async fn an_emulator_on_all_addresses_is_reached_by_any_of_them() {
    let everywhere = std::net::IpAddr::from([0, 0, 0, 0]);
    let emulator = Emulator::builder().bind(everywhere).start().await.unwrap();
    let page = Page::new(&emulator);
    for (host, status) in [
        ("192.168.1.5:4010", 200),
        ("[fe80::1]", 200),
        ("emulator", 403),
        ("0.0.0.0", 403),
    ] {
        let reply = page.get("/v1/environment", &[("host", host)]).await;
        assert_eq!(reply.status, status, "{host}");
    }
}

#[tokio::test]
async fn hosts_and_origins_that_are_none_do_not_start() {
    for host in [
        "",
        "*",
        "*.example",
        "http://emulator",
        "emulator:4010",
        "a b",
        ".example",
        "example.",
    ] {
        let rejected = Emulator::builder().allow_host(host).start().await;
        assert!(
            matches!(rejected, Err(StartError::InvalidHost { .. })),
            "{host}"
        );
    }
    for origin in [
        "",
        "*",
        "null",
        "app.example",
        "https://*.example/a",
        "https://a@app.example",
        "file:///a",
        "https://app.example/?b",
    ] {
        let rejected = Emulator::builder().allow_origin(origin).start().await;
        assert!(
            matches!(rejected, Err(StartError::InvalidOrigin { .. })),
            "{origin}"
        );
    }
}
