//! Whatever is asked of the proxy: it goes to the Frontend API and nowhere else, beneath its path, with one secret key.
//!
//! The first byte chooses the method and the Frontend API's path. Then come lines: the target of the request, the `Location`
//! that the Frontend API answers, and `name: value` for each header.
#![no_main]

use std::net::{IpAddr, Ipv4Addr};
use std::sync::LazyLock;

use clerk_fuzz::{PRODUCTION, RUNTIME, Upstream, add_lines, choice, clerk, line, request};
use clerk_middleware::{FrontendApiProxy, FrontendApiProxyOptions};
use clerk_sdk::clerk_api::reqwest;
use http::{HeaderValue, Method};
use libfuzzer_sys::fuzz_target;

static FRONTEND: LazyLock<Upstream> = LazyLock::new(Upstream::start);
static PROXIES: LazyLock<[FrontendApiProxy; 2]> = LazyLock::new(|| {
    ["", "/base"].map(|path| {
        let options = FrontendApiProxyOptions::new().fapi_url(format!("{}{path}", FRONTEND.url()));
        FrontendApiProxy::with_variables(&clerk(self::options()), options, |_| None).unwrap()
    })
});

fn options() -> clerk_sdk::ClerkOptions {
    clerk_fuzz::options(PRODUCTION)
}

fuzz_target!(|data: &[u8]| {
    let Some((choice, rest)) = choice(data) else {
        return;
    };
    let (uri, rest) = line(rest);
    let (location, headers) = line(rest);
    let Some(mut parts) = request(uri) else {
        return;
    };
    let methods = [Method::GET, Method::POST, Method::HEAD, Method::DELETE];
    parts.method = methods[usize::from(choice & 3)].clone();
    add_lines(&mut parts, headers.split(|byte| *byte == b'\n'));
    let location =
        HeaderValue::from_bytes(location).unwrap_or_else(|_| HeaderValue::from_static("/"));
    FRONTEND.answer(200, &[("location", location.as_bytes())], b"");

    let (proxy, base) = match choice & 4 {
        0 => (&PROXIES[0], "/"),
        _ => (&PROXIES[1], "/base"),
    };
    let peer = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 7));
    let answer = RUNTIME.block_on(proxy.handle(&parts, reqwest::Body::from(""), Some(peer)));
    let asked = FRONTEND.asked();
    match answer.status().as_u16() {
        200 => {
            let [head] = asked.as_slice() else {
                panic!("{} requests", asked.len());
            };
            arrived(head, base, &parts.method);
        }
        400 | 501 => assert!(asked.is_empty()),
        // It went to an address at which nothing listens.
        status => panic!("{status}"),
    }
    assert!(proxy.matches(parts.uri.path()) || asked.is_empty());
});

fn arrived(head: &[u8], base: &str, method: &Method) {
    let head = std::str::from_utf8(head).map_or_else(
        |_| head.iter().map(|byte| char::from(*byte)).collect(),
        str::to_owned,
    );
    let mut lines = head.split("\r\n");
    let first = lines.next().unwrap();
    let words: Vec<&str> = first.split(' ').collect();
    let [asked, target, "HTTP/1.1"] = words[..] else {
        panic!("{first}");
    };
    assert_eq!(asked, method.as_str());
    assert!(target.starts_with(base), "{target}");
    let path = target.split('?').next().unwrap();
    assert!(
        path.split('/')
            .all(|segment| !matches!(segment, "." | "..")),
        "{path}"
    );
    let headers: Vec<(&str, &str)> = lines.map(|line| line.split_once(':').unwrap()).collect();
    let values = |name: &str| -> Vec<&str> {
        let named = headers
            .iter()
            .filter(|(given, _)| given.eq_ignore_ascii_case(name));
        named.map(|(_, value)| value.trim()).collect()
    };
    assert_eq!(values("host"), [FRONTEND.host()]);
    assert_eq!(values("clerk-secret-key"), ["sk_live_1"]);
    assert_eq!(values("clerk-proxy-url").len(), 1);
    assert!(values("connection").len() <= 1);
    for name in ["proxy-authorization", "te", "upgrade", "keep-alive"] {
        assert!(values(name).is_empty(), "{name}");
    }
}
