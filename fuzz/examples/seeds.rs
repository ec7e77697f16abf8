//! Makes `seeds/` from the recorded cases of Clerk's JavaScript SDK: run it in this folder, with theirs.
//!
//! ```sh
//! cargo run --example seeds -- ../../shared/conformance
//! ```

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clerk_sdk::cookie_suffix;
use serde_json::Value;

/// One of each family suffices: the fuzzer makes more of them.
const OF_EACH_FAMILY: usize = 1;
const OF_ALL: usize = 60;

/// Inputs by target, and by name.
#[derive(Default)]
struct Seeds(BTreeMap<&'static str, BTreeMap<String, Vec<u8>>>);

impl Seeds {
    fn add(&mut self, target: &'static str, id: &str, input: Vec<u8>) {
        let inputs = self.0.entry(target).or_default();
        let family = id.split('/').next().unwrap_or(id);
        let same = inputs
            .keys()
            .filter(|name| name.starts_with(&format!("{family}-")));
        let is_new = !inputs.values().any(|known| *known == input);
        if same.count() < OF_EACH_FAMILY && inputs.len() < OF_ALL && is_new && input.len() < 4096 {
            inputs.insert(format!("{family}-{}", inputs.len()), input);
        }
    }

    fn write(&self) -> std::io::Result<()> {
        for (target, inputs) in &self.0 {
            let folder = Path::new("seeds").join(target);
            if folder.exists() {
                fs::remove_dir_all(&folder)?;
            }
            fs::create_dir_all(&folder)?;
            for (name, input) in inputs {
                fs::write(folder.join(name), input)?;
            }
            println!("{target}: {}", inputs.len());
        }
        Ok(())
    }
}

fn main() -> std::io::Result<()> {
    let folder = std::env::args().nth(1).expect("the folder of the cases");
    let cases = |kind: &str| -> Vec<Value> {
        let text = fs::read_to_string(Path::new(&folder).join(format!("{kind}.cases.jsonl")));
        let text = text.expect("the cases can be read");
        text.lines()
            .map(|line| serde_json::from_str(line).expect("a case is JSON"))
            .collect()
    };
    let mut seeds = Seeds::default();
    for case in cases("authenticate-request") {
        request(&mut seeds, &case);
        handshake(&mut seeds, &case);
        choice_of_cookies(&mut seeds, &case);
        answers(&mut seeds, &case);
        pattern(&mut seeds, &case);
    }
    for case in cases("verify-token").iter().chain(&cases("misc")) {
        if let Some(payload) = case["token"].as_str().and_then(payload) {
            let family = text(case, "id").replace('/', "-");
            seeds.add("skim", &family, payload.clone());
            seeds.add(
                "signed_claims",
                &family,
                [&b"0role=admin permission=posts:read\n"[..], &payload].concat(),
            );
        }
    }
    for case in cases("has") {
        let input = format!("0{}\n{}", required(&case), case["claims"]);
        seeds.add(
            "signed_claims",
            &text(&case, "id").replace('/', "-"),
            input.into_bytes(),
        );
    }
    for case in cases("misc").iter().filter(|case| case["fn"] == "proxy") {
        proxied(&mut seeds, case);
    }
    for case in cases("webhook") {
        webhook(&mut seeds, &case);
    }
    by_hand(&mut seeds);
    seeds.write()
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap_or_default()
}

/// What follows the host in a URL.
fn target(url: &str) -> &str {
    let after = url.split_once("://").map_or(url, |(_, rest)| rest);
    after.find('/').map_or("/", |at| &after[at..])
}

fn headers(case: &Value) -> Vec<(&str, &str)> {
    let list = case["request"]["headers"].as_array();
    let pairs = list.into_iter().flatten();
    pairs
        .map(|pair| {
            (
                pair[0].as_str().unwrap_or_default(),
                pair[1].as_str().unwrap_or_default(),
            )
        })
        .collect()
}

fn payload(token: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()
}

fn request(seeds: &mut Seeds, case: &Value) {
    let request = &case["request"];
    let is_development = text(&case["options"], "publishableKey").starts_with("pk_test_");
    let is_satellite = case["options"]["isSatellite"] == true;
    let accepts_any = case["options"]["acceptsToken"] == "any";
    let is_post = request["method"] == "POST";
    let choice = u8::from(is_satellite)
        | u8::from(is_development) << 1
        | u8::from(accepts_any) << 2
        | u8::from(is_post) << 4;
    let mut input = format!(
        "{}{}\n",
        char::from(b'0' + choice),
        target(text(request, "url"))
    );
    for (name, value) in headers(case) {
        // Without signatures, which are long and of another key.
        let words = value.split(' ').map(|word| match word.rsplit_once('.') {
            Some((signed, signature)) if signature.len() > 300 => format!("{signed}.AAAA"),
            _ => word.to_owned(),
        });
        let value: Vec<String> = words.collect();
        input.push_str(&format!("{name}: {}\n", value.join(" ")));
    }
    seeds.add("authenticate_request", text(case, "id"), input.into_bytes());
}

/// A cookie, or a parameter of the query.
fn carried<'c>(case: &'c Value, name: &str) -> Option<&'c str> {
    let in_query = target(text(&case["request"], "url"))
        .split_once('?')
        .map(|(_, query)| query);
    let in_cookies = headers(case)
        .into_iter()
        .find(|(name, _)| *name == "cookie")
        .map(|(_, value)| value);
    let pairs = in_query.into_iter().flat_map(|query| query.split('&'));
    let pairs = pairs.chain(
        in_cookies
            .into_iter()
            .flat_map(|cookies| cookies.split(';')),
    );
    let mut named = pairs
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(given, _)| *given == name);
    named.next().map(|(_, value)| value)
}

fn handshake(seeds: &mut Seeds, case: &Value) {
    let Some(token) = carried(case, "__clerk_handshake") else {
        return;
    };
    let Some(Ok(mut payload)) =
        payload(token).map(|payload| serde_json::from_slice::<Value>(&payload))
    else {
        return;
    };
    for cookie in payload["handshake"].as_array_mut().into_iter().flatten() {
        if let Some((begin, rest)) = cookie.as_str().and_then(|cookie| cookie.split_once("=eyJ")) {
            let end = rest.find(';').map_or("", |at| &rest[at..]);
            *cookie = format!("{begin}={{{{SESSION}}}}{end}").into();
        }
    }
    let in_query = target(text(&case["request"], "url")).contains("__clerk_handshake");
    let is_development = text(&case["options"], "publishableKey").starts_with("pk_test_");
    let choice = u8::from(is_development) | u8::from(!in_query) << 1;
    let input = format!("{}{payload}", char::from(b'0' + choice));
    seeds.add(
        "handshake_token",
        &text(case, "id").replace('/', "-"),
        input.into_bytes(),
    );
}

fn choice_of_cookies(seeds: &mut Seeds, case: &Value) {
    let suffix = cookie_suffix(text(&case["options"], "publishableKey"));
    let token = |name: &str| {
        let payload = carried(case, name).and_then(payload).unwrap_or_default();
        // The issuer of the target's satellite, where it is the instance's own.
        String::from_utf8_lossy(&payload).replace("clerk.example.com", "clerk.satellite.example")
    };
    let uat = |name: &str| carried(case, name).unwrap_or_default().to_owned();
    let lines = [
        token("__session"),
        token(&format!("__session_{suffix}")),
        uat("__client_uat"),
        uat(&format!("__client_uat_{suffix}")),
        "a=1; b=%20x; a=2; c=\"q\"; d".to_owned(),
    ];
    let family = text(case, "id").replace("suffix-prod/", "suffix-prod-");
    seeds.add("cookies", &family, lines.join("\n").into_bytes());
}

fn answers(seeds: &mut Seeds, case: &Value) {
    for route in case["api"]["routes"].as_array().into_iter().flatten() {
        let kinds = [
            ("/api_keys/verify", 0),
            ("/m2m_tokens/verify", 1),
            ("/access_tokens/verify", 2),
        ];
        let kind = kinds
            .into_iter()
            .find(|(path, _)| text(route, "path").ends_with(path));
        let Some((_, kind)) = kind else {
            continue;
        };
        let status = match route["status"].as_u64() {
            None | Some(200) => 0,
            Some(401) => 5,
            Some(404) => 6,
            _ => 7,
        };
        let choice = char::from(b'0' + (kind | status << 2));
        let body = route["text"]
            .as_str()
            .map_or_else(|| route["body"].to_string(), str::to_owned);
        let id = format!(
            "{}-{kind}/",
            text(case, "id").split('/').next().unwrap_or_default()
        );
        seeds.add(
            "machine_answers",
            &id,
            format!("{choice}{body}").into_bytes(),
        );
    }
}

fn pattern(seeds: &mut Seeds, case: &Value) {
    let sync = &case["options"]["organizationSyncOptions"];
    let path = target(text(&case["request"], "url"));
    for pattern in sync["organizationPatterns"]
        .as_array()
        .into_iter()
        .flatten()
    {
        let pattern = pattern.as_str().unwrap_or_default();
        let id = format!("{}/", text(case, "id").replace('/', "-"));
        seeds.add("patterns", &id, format!("{pattern}\n{path}").into_bytes());
    }
}

/// The checks of a case, in the words of the target.
fn required(case: &Value) -> String {
    let mut words = Vec::new();
    for check in case["checks"].as_array().into_iter().flatten() {
        for (kind, name) in check.as_object().into_iter().flatten() {
            let kind = if kind == "reverification" {
                "fresh"
            } else {
                kind
            };
            words.extend(name.as_str().map(|name| format!("{kind}={name}")));
        }
    }
    words.join(" ")
}

fn proxied(seeds: &mut Seeds, case: &Value) {
    let mut input = format!(
        "0{}\nhttps://example.com/x\n",
        target(text(&case["request"], "url"))
    );
    for (name, value) in headers(case) {
        input.push_str(&format!("{name}: {value}\n"));
    }
    seeds.add(
        "proxy_target",
        &text(case, "id").replace('/', "-"),
        input.into_bytes(),
    );
}

fn webhook(seeds: &mut Seeds, case: &Value) {
    let headers = headers(case);
    let header = |name: &str| {
        let found = headers
            .iter()
            .find(|(given, _)| given.eq_ignore_ascii_case(name));
        found.map(|(_, value)| *value).unwrap_or_default()
    };
    let body = text(&case["request"], "body");
    let [id, at, signature] = ["svix-id", "svix-timestamp", "svix-signature"].map(header);
    let id_of_case = text(case, "id").replace('/', "-");
    seeds.add(
        "webhook",
        &id_of_case,
        format!("0{id}\n{at}\n{signature}\n{body}").into_bytes(),
    );
    // The secret of the cases is public, and so the signature is of the target's: without it.
    let forged = signature.replace("v1,", "v1,AA");
    seeds.add(
        "webhook",
        &id_of_case,
        format!("3{id}\n{at}\n{forged}\n{body}").into_bytes(),
    );
}

/// What no case has.
fn by_hand(seeds: &mut Seeds) {
    patterns_by_hand(seeds);
    proxy_targets_by_hand(seeds);
    handshake_tokens_by_hand(seeds);
    claims_by_hand(seeds);
    webhooks_by_hand(seeds);
}

fn patterns_by_hand(seeds: &mut Seeds) {
    for (index, (pattern, path)) in [
        ("/orgs/:slug?", "/orgs"),
        ("/orgs{/:slug}?/x", "/orgs/acme/x"),
        ("/:slug(\\d+)", "/12"),
        ("/:slug(a|b(?:c))", "/bc"),
        ("/x/:slug+", "/x/a/b"),
        ("/a.:slug", "/a.b"),
        ("/o/:slug.:ext", "/o/acme.tar.gz"),
        ("/a\\:b/:slug", "/a:b/c"),
        ("/:id(a{9,1})", "/a"),
        ("(.*)", "/anything%2f..?a=b"),
    ]
    .into_iter()
    .enumerate()
    {
        seeds.add(
            "patterns",
            &format!("hand{index}/"),
            format!("{pattern}\n{path}").into_bytes(),
        );
    }
}

fn proxy_targets_by_hand(seeds: &mut Seeds) {
    for (index, path) in [
        "/__clerk",
        "/__clerk/",
        "/__clerk//evil.example/x",
        "/__clerk/@evil.example/",
        "/__clerk/%2e%2e/admin",
        "/__clerk/..\\admin",
        "/__clerk/v1/a?b=//c#d",
        "http://evil.example/__clerk/v1",
        "/__clerk/npm/@clerk/clerk-js@5/dist/clerk.browser.js",
    ]
    .into_iter()
    .enumerate()
    {
        let headers = "host: app.example.com\nx-forwarded-for: 1.2.3.4\nclerk-secret-key: sk_live_2\nconnection: close, x-drop\ntransfer-encoding: chunked\nx-drop: 1\n";
        for choice in ['0', '5'] {
            let input = format!("{choice}{path}\n/v1/redirected?a#b\n{headers}");
            seeds.add("proxy_target", &format!("hand{index}/"), input.into_bytes());
        }
    }
}

fn handshake_tokens_by_hand(seeds: &mut Seeds) {
    for (index, payload) in [
        r#"{"handshake":["__session={{SESSION}}; Path=/","__client_uat=5; Path=/"],"sub":"user_1"}"#,
        r#"{"handshake":["__session={{SESSION}}; Path=/"],"exp":1}"#,
        r#"{"handshake":["__session={{EXPIRED}}; Path=/"],"iat":1749999990}"#,
        r#"{"handshake":[]}"#,
        r#"{"sub":"mch_1"}"#,
    ]
    .into_iter()
    .enumerate()
    {
        for choice in ['0', '1', '@'] {
            seeds.add("handshake_token", &format!("hand{index}{choice}/"), format!("{choice}{payload}").into_bytes());
        }
    }
}

fn claims_by_hand(seeds: &mut Seeds) {
    for (index, payload) in [
        r#"{"sub":"mch_1","jti":"mt_1","iat":1749999990,"exp":1750000050,"scopes":"mch_2 mch_3","aud":["mch_2"]}"#,
        r#"{"sub":"user_1","client_id":"c","jti":"oat_1","iat":1749999990,"exp":1750000050,"scp":"profile email"}"#,
        r#"{"sub":"user_1","sid":"sess_1","sts":"pending","exp":1750000050,"iat":1749999990,"v":2,"fva":[1,-1],"fea":"o:posts,u:ai","pla":"o:pro","o":{"id":"org_1","slg":"a","rol":"admin","per":"read,write","fpm":"3"}}"#,
        "{\"sub\":\"\\ud800user_1\",\"exp\":1e300,\"nested\":[[[[{}]]]],\"\u{e9}\":null}",
    ]
    .into_iter()
    .enumerate()
    {
        for choice in ['0', '1', '2', '3'] {
            let input = format!("{choice}role=admin permission=posts:read feature=ai plan=pro fresh=strict_mfa fresh=5\n{payload}");
            seeds.add("signed_claims", &format!("hand{index}{choice}/"), input.into_bytes());
        }
        seeds.add("skim", &format!("hand{index}/"), payload.as_bytes().to_vec());
    }
}

fn webhooks_by_hand(seeds: &mut Seeds) {
    for kind in [
        "user.created",
        "user.deleted",
        "session.created",
        "organization.created",
        "organizationMembership.updated",
        "email.created",
        "sms.created",
        "role.created",
        "permission.deleted",
        "waitlistEntry.created",
        "subscription.active",
    ] {
        let body = format!(
            r#"{{"object":"event","type":"{kind}","timestamp":1750000000000,"instance_id":"ins_1","data":{{"id":"x_1","object":"x","deleted":true,"user_id":"user_1","status":"active","created_at":1,"updated_at":2}}}}"#
        );
        for choice in ['0', '1'] {
            seeds.add(
                "webhook",
                &format!("hand-{kind}{choice}/"),
                format!("{choice}msg_1\n1750000000\nv1,AAAA\n{body}").into_bytes(),
            );
        }
    }
}
