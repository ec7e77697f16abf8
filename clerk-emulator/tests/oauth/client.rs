//! A client of the provider, by hand.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clerk_emulator::{Clock, Emulator, EmulatorBuilder, Seed};
use reqwest::header::HeaderMap;
use serde_json::{Value, json};

use crate::browser::{Browser, Place};

/// 2023-11-14T22:13:20Z
pub const START: i64 = 1_700_000_000_000;
pub const STATE: &str = "state-of-the-client";
/// The example of RFC 7636.
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
pub const CALLBACK: &str = "https://notes.example/callback";

const SEED: &str = r#"
[[users]]
id = "user_ada"
email_address = "ada@example.com"
first_name = "Ada"
last_name = "Lovelace"
username = "countess"
public_metadata = { plan = "gold" }
private_metadata = { debts = 3 }
[[users]]
id = "user_alan"
email_address = "alan@example.com"
[[organizations]]
id = "org_engines"
name = "Engines"
slug = "engines"
created_by = "user_ada"
[[oauth_applications]]
name = "Notes"
client_id = "notes"
client_secret = "secret-of-notes"
redirect_uris = ["https://notes.example/callback"]
scopes = "openid profile email public_metadata private_metadata user:org:read offline_access notes:write"
[[oauth_applications]]
name = "Shop"
client_id = "shop"
client_secret = "secret-of-shop"
redirect_uris = ["https://shop.example/a", "https://shop.example/b"]
[[oauth_applications]]
name = "Phone"
client_id = "phone"
public = true
redirect_uris = ["http://127.0.0.1/callback"]
scopes = "openid profile email"
"#;

/// An emulator with people and applications, whose clock stands still.
pub async fn emulator() -> Emulator {
    start(Emulator::builder().seed(Seed::from_toml(SEED).unwrap())).await
}

pub async fn start(builder: EmulatorBuilder) -> Emulator {
    builder.clock(Clock::fixed(START)).start().await.unwrap()
}

/// Changes the instance's settings of OAuth applications.
pub async fn set(emulator: &Emulator, settings: Value) {
    let path = "/instance/oauth_application_settings";
    let reply = backend(emulator, "PATCH", path, &settings).await;
    assert_eq!(reply.status, 200, "{reply:?}");
}

/// Returns the Backend API's response.
pub async fn backend(emulator: &Emulator, method: &str, path: &str, body: &Value) -> Reply {
    let request = http()
        .request(
            method.parse().unwrap(),
            format!("{}/v1{path}", emulator.url()),
        )
        .bearer_auth(emulator.secret_key());
    reply(request.json(body)).await
}

pub fn http() -> reqwest::Client {
    let builder = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
    builder.build().unwrap()
}

#[derive(Clone, Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Reply {
    /// Returns a text of the body.
    pub fn text(&self, name: &str) -> String {
        let text = self.body[name].as_str();
        text.unwrap_or_else(|| panic!("no {name}: {self:?}"))
            .to_owned()
    }

    /// Returns the status and the error's code.
    pub fn error(&self) -> (u16, &str) {
        (self.status, self.body["error"].as_str().unwrap_or_default())
    }
}

pub async fn reply(request: reqwest::RequestBuilder) -> Reply {
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let body = response.text().await.unwrap();
    Reply {
        status,
        headers,
        body: serde_json::from_str(&body).unwrap_or_default(),
    }
}

/// A client, and the emulator that it knows.
pub struct Client<'a> {
    pub emulator: &'a Emulator,
    pub id: String,
    pub secret: Option<String>,
    pub redirect_uri: String,
    pub scope: String,
}

impl<'a> Client<'a> {
    /// The confidential client of the seed.
    pub fn notes(emulator: &'a Emulator) -> Self {
        Self::new(emulator, "notes", Some("secret-of-notes"), CALLBACK)
    }

    /// The public client of the seed, on whatever port it got.
    pub fn phone(emulator: &'a Emulator) -> Self {
        Self::new(emulator, "phone", None, "http://127.0.0.1:34567/callback")
    }

    pub fn new(emulator: &'a Emulator, id: &str, secret: Option<&str>, redirect_uri: &str) -> Self {
        Self {
            emulator,
            id: id.to_owned(),
            secret: secret.map(str::to_owned),
            redirect_uri: redirect_uri.to_owned(),
            scope: "openid profile email".to_owned(),
        }
    }

    /// Returns the URL that asks for an authorization, with some parameters changed; an empty one is left out.
    pub fn url(&self, changes: &[(&str, &str)]) -> String {
        let usual = [
            ("response_type", "code"),
            ("client_id", &self.id),
            ("redirect_uri", &self.redirect_uri),
            ("scope", &self.scope),
            ("state", STATE),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        let is_changed = |name: &str| changes.iter().any(|(other, _)| *other == name);
        let kept = usual.iter().filter(|(name, _)| !is_changed(name));
        let changed = changes.iter().filter(|(_, value)| !value.is_empty());
        let query = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(kept.chain(changed))
            .finish();
        format!("/oauth/authorize?{query}")
    }

    /// Asks for an authorization, and allows it if the user is asked.
    pub async fn authorize(&self, browser: &mut Browser, changes: &[(&str, &str)]) -> Place {
        let place = browser.open(&self.url(changes)).await;
        if place.asks() {
            browser.allow(&place).await
        } else {
            place
        }
    }

    /// Returns a code for a user who is signed in.
    pub async fn code(&self, browser: &mut Browser, changes: &[(&str, &str)]) -> String {
        let place = self.authorize(browser, changes).await;
        let query = place.query();
        let code = query.get("code");
        code.unwrap_or_else(|| panic!("no code: {place:?}")).clone()
    }

    /// Sends a form, with the client's credentials in it.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let mut all = vec![("client_id", self.id.as_str())];
        all.extend(
            self.secret
                .as_deref()
                .map(|secret| ("client_secret", secret)),
        );
        all.extend(fields);
        self.post_bare(path, &all).await
    }

    pub async fn post_bare(&self, path: &str, fields: &[(&str, &str)]) -> Reply {
        reply(self.form(path, fields)).await
    }

    pub fn form(&self, path: &str, fields: &[(&str, &str)]) -> reqwest::RequestBuilder {
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        http()
            .post(format!("{}{path}", self.emulator.url()))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body)
    }

    /// Exchanges a code, with some parameters changed; an empty one is left out.
    pub async fn exchange(&self, code: &str, changes: &[(&str, &str)]) -> Reply {
        let usual = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &self.redirect_uri),
            ("code_verifier", VERIFIER),
        ];
        let is_changed = |name: &str| changes.iter().any(|(other, _)| *other == name);
        let kept = usual.iter().filter(|(name, _)| !is_changed(name));
        let changed = changes.iter().filter(|(_, value)| !value.is_empty());
        let fields: Vec<(&str, &str)> = kept.chain(changed).copied().collect();
        self.post("/oauth/token", &fields).await
    }

    pub async fn refresh(&self, token: &str, more: &[(&str, &str)]) -> Reply {
        let usual = [("grant_type", "refresh_token"), ("refresh_token", token)];
        self.post("/oauth/token", &[&usual, more].concat()).await
    }

    /// Returns the tokens that Ada allows.
    pub async fn tokens(&self, changes: &[(&str, &str)]) -> Reply {
        let mut browser = Browser::signed_in(self.emulator, "user_ada");
        let code = self.code(&mut browser, changes).await;
        let tokens = self.exchange(&code, &[]).await;
        assert_eq!(tokens.status, 200, "{tokens:?}");
        tokens
    }

    pub async fn user_info(&self, access_token: &str) -> Reply {
        let url = format!("{}/oauth/userinfo", self.emulator.url());
        reply(http().get(url).bearer_auth(access_token)).await
    }

    /// Whether the Backend API says that an access token is valid.
    pub async fn is_valid(&self, access_token: &str) -> bool {
        let path = "/oauth_applications/access_tokens/verify";
        let body = json!({"access_token": access_token});
        backend(self.emulator, "POST", path, &body).await.status == 200
    }
}

/// Returns the header and the claims of a token that the published key signed. The time is the emulator's, so it is not
/// judged.
pub async fn verified(emulator: &Emulator, token: &str) -> (Value, Value) {
    let url = format!("{}/.well-known/jwks.json", emulator.url());
    let key = reply(http().get(url)).await.body["keys"][0].clone();
    let text = |name: &str| key[name].as_str().unwrap().to_owned();
    let decoding = jsonwebtoken::DecodingKey::from_rsa_components(&text("n"), &text("e")).unwrap();
    let mut validation = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::RS256);
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    let claims = jsonwebtoken::decode::<Value>(token, &decoding, &validation)
        .unwrap()
        .claims;
    let header = URL_SAFE_NO_PAD
        .decode(token.split('.').next().unwrap())
        .unwrap();
    (serde_json::from_slice(&header).unwrap(), claims)
}

pub fn wait(emulator: &Emulator, seconds: u64) {
    emulator.clock().advance(Duration::from_secs(seconds));
}
