//! A browser without a window: it keeps cookies, and goes nowhere by itself.

use std::collections::BTreeMap;

use aws_lc_rs::hmac;

use clerk_emulator::{Clock, Emulator};
use reqwest::RequestBuilder;
use reqwest::header::HeaderMap;
use serde_json::{Value, json};
use url::Url;

/// 2023-11-14T22:13:20Z
pub const START: i64 = 1_700_000_000_000;
/// The application, on another host than the emulator.
pub const APP: &str = "http://localhost:3000/dashboard?tab=1";
pub const PASSWORD: &str = "correct horse battery";

/// An emulator whose clock stands still.
pub async fn emulator() -> Emulator {
    let builder = Emulator::builder().clock(Clock::fixed(START));
    builder.start().await.unwrap()
}

/// Returns the Backend API's response to a POST.
pub async fn backend(emulator: &Emulator, path: &str, body: Value) -> Value {
    backend_with(emulator, "POST", path, body).await
}

pub async fn backend_with(emulator: &Emulator, method: &str, path: &str, body: Value) -> Value {
    let url = format!("{}/v1{path}", emulator.url());
    let request = http().request(method.parse().unwrap(), url);
    let request = request
        .bearer_auth(emulator.secret_key())
        .header("content-type", "application/json")
        .body(body.to_string());
    reply(request).await.json()
}

pub async fn backend_get(emulator: &Emulator, path: &str) -> Reply {
    let request = http().get(format!("{}/v1{path}", emulator.url()));
    reply(request.bearer_auth(emulator.secret_key())).await
}

/// A user with the password, by its id.
pub async fn user(emulator: &Emulator, email: &str) -> String {
    let fields = json!({"email_address": [email], "password": PASSWORD, "first_name": "Ada"});
    text(&backend(emulator, "/users", fields).await["id"])
}

/// An organization that the user belongs to, by its id.
pub async fn organization(emulator: &Emulator, user_id: &str, name: &str) -> String {
    let fields = json!({"name": name, "created_by": user_id});
    text(&backend(emulator, "/organizations", fields).await["id"])
}

pub fn text(value: &Value) -> String {
    value
        .as_str()
        .unwrap_or_else(|| panic!("no text: {value}"))
        .to_owned()
}

fn http() -> reqwest::Client {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap()
}

#[derive(Clone, Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_default()
    }

    pub fn code(&self) -> String {
        text(&self.json()["errors"][0]["code"])
    }

    pub fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value.map_or("", |value| value.to_str().unwrap())
    }

    pub fn location(&self) -> Url {
        let base = Url::parse("http://emulator.test").unwrap();
        base.join(self.header("location")).unwrap()
    }

    pub fn set_cookies(&self) -> Vec<String> {
        let headers = self.headers.get_all("set-cookie").iter();
        headers
            .map(|value| value.to_str().unwrap().to_owned())
            .collect()
    }
}

pub fn parameter(url: &Url, name: &str) -> Option<String> {
    let mut pairs = url.query_pairs();
    pairs
        .find(|(have, _)| have == name)
        .map(|(_, value)| value.into_owned())
}

async fn reply(request: RequestBuilder) -> Reply {
    let response = request.send().await.unwrap();
    Reply {
        status: response.status().as_u16(),
        headers: response.headers().clone(),
        text: response.text().await.unwrap(),
    }
}

pub struct Browser {
    url: String,
    http: reqwest::Client,
    pub cookies: BTreeMap<String, String>,
}

impl Browser {
    pub fn new(emulator: &Emulator) -> Self {
        Self {
            url: emulator.url().to_owned(),
            http: http(),
            cookies: BTreeMap::new(),
        }
    }

    /// A browser that a user is signed in to.
    pub async fn signed_in(emulator: &Emulator, user_id: &str) -> Self {
        let mut browser = Self::new(emulator);
        let signed_in = emulator.sign_in(user_id).unwrap();
        let token = signed_in.client_token;
        browser.cookies.insert("__client".into(), token);
        browser
    }

    pub async fn get(&mut self, path: &str) -> Reply {
        let request = self.http.get(format!("{}{path}", self.url));
        self.send(request.header("origin", "http://localhost:3000"))
            .await
    }

    pub async fn delete(&mut self, path: &str) -> Reply {
        let request = self.http.delete(format!("{}{path}", self.url));
        self.send(request).await
    }

    pub async fn post(&mut self, path: &str, body: Value) -> Reply {
        let request = self
            .http
            .post(format!("{}{path}", self.url))
            .header("content-type", "application/json")
            .header("origin", "http://localhost:3000")
            .body(body.to_string());
        self.send(request).await
    }

    /// Sends a form as clerk-js does: always as POST, with the method in the query.
    pub async fn form(&mut self, method: &str, path: &str, fields: &[(&str, &str)]) -> Reply {
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let media_type = "application/x-www-form-urlencoded";
        self.send_as(method, path, media_type, body.into_bytes())
            .await
    }

    /// Sends a request with an access token.
    pub async fn with_token(&mut self, method: &str, path: &str, token: &str) -> Reply {
        let url = format!("{}{path}", self.url);
        reply(
            self.http
                .request(method.parse().unwrap(), url)
                .bearer_auth(token),
        )
        .await
    }

    /// Sends a JSON body as clerk-js does.
    pub async fn json(&mut self, method: &str, path: &str, body: Value) -> Reply {
        let body = body.to_string().into_bytes();
        self.send_as(method, path, "application/json", body).await
    }

    /// Sends a small image in a form.
    pub async fn upload(&mut self, method: &str, path: &str) -> Reply {
        let body = "--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n\
                    content-type: image/png\r\n\r\npixels\r\n--b--\r\n";
        let media_type = "multipart/form-data; boundary=b";
        self.send_as(method, path, media_type, body.into()).await
    }

    async fn send_as(
        &mut self,
        method: &str,
        path: &str,
        media_type: &str,
        body: Vec<u8>,
    ) -> Reply {
        if method == "GET" {
            return self.get(path).await;
        }
        let mark = if path.contains('?') { '&' } else { '?' };
        let over = match method {
            "POST" => String::new(),
            other => format!("{mark}_method={other}"),
        };
        let request = self
            .http
            .post(format!("{}{path}{over}", self.url))
            .header("content-type", media_type)
            .header("origin", "http://localhost:3000")
            .body(body);
        self.send(request).await
    }

    /// Sends a form as it stands on a page of the emulator.
    pub async fn submit(&mut self, path: &str, fields: &[(&str, &str)]) -> Reply {
        if !self.cookies.contains_key("__emulator_csrf") {
            self.get(path).await;
        }
        let csrf = self.cookies["__emulator_csrf"].clone();
        self.submit_with(path, &csrf, fields).await
    }

    pub async fn submit_with(&mut self, path: &str, csrf: &str, fields: &[(&str, &str)]) -> Reply {
        let body = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("csrf", csrf)
            .extend_pairs(fields)
            .finish();
        let request = self
            .http
            .post(format!("{}{path}", self.url))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body);
        self.send(request).await
    }

    /// A handshake: where the browser is sent.
    pub async fn handshake(&mut self, parameters: &[(&str, &str)]) -> Url {
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("redirect_url", APP)
            .extend_pairs(parameters)
            .finish();
        let reply = self.get(&format!("/v1/client/handshake?{query}")).await;
        assert_eq!(reply.status, 307, "{reply:?}");
        reply.location()
    }

    /// What an application learns by a handshake: the cookies that it is to set.
    pub async fn directives(
        &mut self,
        emulator: &Emulator,
        parameters: &[(&str, &str)],
    ) -> BTreeMap<String, String> {
        let parameters = [parameters, &[("format", "nonce")]].concat();
        let url = self.handshake(&parameters).await;
        let nonce = parameter(&url, "__clerk_handshake_nonce").unwrap();
        let path = format!("/clients/handshake_payload?nonce={nonce}");
        let payload = backend_get(emulator, &path).await.json();
        named(payload["directives"].as_array().unwrap())
    }

    async fn send(&mut self, request: RequestBuilder) -> Reply {
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let reply = reply(request.header("cookie", cookies.join("; "))).await;
        for cookie in reply.set_cookies() {
            let (name, rest) = cookie.split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        reply
    }
}

/// Cookies to set, by name.
pub fn named(directives: &[Value]) -> BTreeMap<String, String> {
    directives
        .iter()
        .map(|directive| {
            let text = directive.as_str().unwrap();
            assert!(text.contains("Path=/;"), "{text}");
            let (name, rest) = text.split_once('=').unwrap();
            (name.to_owned(), rest.split(';').next().unwrap().to_owned())
        })
        .collect()
}

/// What a token claims, once its signature is found to be good; the clock is the emulator's, so times are not judged.
pub fn verified(emulator: &Emulator, token: &str) -> Value {
    let der = test_support::pem::der(emulator.jwt_key()).unwrap();
    // What stands before the key itself says that it is one of RSA, and is as long for all of 2048 bits.
    let key = jsonwebtoken::DecodingKey::from_rsa_der(&der[24..]);
    let mut validation = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::RS256);
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    jsonwebtoken::decode::<Value>(token, &key, &validation)
        .unwrap()
        .claims
}

/// What the names of this instance's cookies end with.
pub fn suffix(cookies: &BTreeMap<String, String>) -> String {
    let name = cookies
        .keys()
        .find_map(|name| name.strip_prefix("__refresh_"));
    name.unwrap_or_else(|| panic!("no suffix: {cookies:?}"))
        .to_owned()
}

/// The code that an authenticator app shows at the start of the clock, by RFC 6238.
pub fn totp(secret: &str) -> String {
    let mut key = Vec::new();
    let (mut bits, mut held) = (0_u32, 0);
    for letter in secret.bytes() {
        let value = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
            .iter()
            .position(|known| *known == letter);
        bits = (bits << 5) | u32::try_from(value.unwrap()).unwrap();
        held += 5;
        if held >= 8 {
            held -= 8;
            key.push((bits >> held) as u8);
        }
    }
    let step = (START / 30_000).to_be_bytes();
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &key);
    let tag = hmac::sign(&key, &step);
    let tag = tag.as_ref();
    let at = usize::from(tag[19] & 15);
    let number = u32::from_be_bytes(tag[at..at + 4].try_into().unwrap()) & 0x7fff_ffff;
    format!("{:06}", number % 1_000_000)
}
