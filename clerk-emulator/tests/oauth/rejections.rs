//! What is wrong with a request, in the form of the RFCs.

use serde_json::json;

use crate::browser::Browser;
use crate::client::{CALLBACK, Client, STATE, backend, emulator, http, reply};

#[tokio::test]
async fn nobody_is_sent_to_a_redirect_uri_that_is_not_registered() {
    let emulator = emulator().await;
    let notes = Client::notes(&emulator);
    for signed_in in [true, false] {
        let mut browser = match signed_in {
            true => Browser::signed_in(&emulator, "user_ada"),
            false => Browser::new(&emulator),
        };
        for changes in [
            ("redirect_uri", "https://evil.example/callback"),
            ("redirect_uri", "https://notes.example/callback/"),
            ("redirect_uri", "https://notes.example/callback?a=1"),
            ("redirect_uri", "https://notes.example:444/callback"),
            ("redirect_uri", "https://notes.example/callback#a"),
            ("redirect_uri", "//notes.example/callback"),
            ("client_id", "nobody"),
            ("client_id", ""),
            ("client_id", "https://evil.example/client.json"),
        ] {
            // Neither when all else is well, nor when something else is wrong.
            for other in [
                ("nonce", "a"),
                ("prompt", "none"),
                ("response_type", "token"),
            ] {
                let page = browser.open(&notes.url(&[changes, other])).await;
                assert_eq!(page.status, 400, "{changes:?} {page:?}");
                assert_eq!(page.url.origin().ascii_serialization(), emulator.url());
                assert!(page.html.contains("role=\"alert\""));
            }
        }
        let twice = format!("{}&redirect_uri=https://evil.example", notes.url(&[]));
        assert_eq!(browser.open(&twice).await.status, 400);
    }
    let shop = Client::new(&emulator, "shop", Some("secret-of-shop"), "");
    let page = Browser::new(&emulator).open(&shop.url(&[])).await;
    assert_eq!(page.status, 400, "which of two redirect URIs?");
}

#[tokio::test]
async fn clients_are_told_what_is_wrong_with_a_request() {
    let emulator = emulator().await;
    let notes = Client::notes(&emulator);
    let mut browser = Browser::signed_in(&emulator, "user_ada");
    for (changes, error) in [
        (("response_type", ""), "invalid_request"),
        (("response_type", "token"), "unsupported_response_type"),
        (("response_mode", "fragment"), "invalid_request"),
        (("scope", "openid no:such"), "invalid_scope"),
        (("code_challenge_method", "plain"), "invalid_request"),
        (("code_challenge_method", ""), "invalid_request"),
        (("code_challenge", "short"), "invalid_request"),
        (("code_challenge", ""), "invalid_request"),
        (("resource", "/relative"), "invalid_target"),
        (("resource", "https://a.example/#part"), "invalid_target"),
        (("max_age", "soon"), "invalid_request"),
        (("request", "eyJ.e30."), "request_not_supported"),
        (
            ("request_uri", "https://a.example/"),
            "request_uri_not_supported",
        ),
    ] {
        let place = browser.open(&notes.url(&[changes])).await;
        assert!(
            place.url.as_str().starts_with(CALLBACK),
            "{changes:?} {place:?}"
        );
        let query = place.query();
        assert_eq!(query["error"], error, "{changes:?}");
        assert_eq!((&*query["state"], &*query["iss"]), (STATE, emulator.url()));
        assert!(!query["error_description"].is_empty());
    }
    let twice = format!("{}&scope=email", notes.url(&[]));
    assert_eq!(
        browser.open(&twice).await.query()["error"],
        "invalid_request"
    );
    // As Clerk has it, a state that can be guessed is none.
    let short = browser.open(&notes.url(&[("state", "short")])).await;
    assert_eq!(short.query()["error"], "invalid_request");
    let long = "a".repeat(7_000);
    let page = browser.open(&notes.url(&[("nonce", &long)])).await;
    assert_eq!(page.status, 400);
}

#[tokio::test]
async fn public_clients_have_to_use_pkce() {
    let emulator = emulator().await;
    let phone = Client::phone(&emulator);
    let mut browser = Browser::signed_in(&emulator, "user_ada");
    let without = [("code_challenge", ""), ("code_challenge_method", "")];
    let place = browser.open(&phone.url(&without)).await;
    assert_eq!(place.url.port(), Some(34_567));
    assert_eq!(place.query()["error"], "invalid_request");
    // And those of which the application says so.
    let list = backend(
        &emulator,
        "GET",
        "/oauth_applications?name_query=Shop",
        &json!({}),
    )
    .await;
    let path = format!(
        "/oauth_applications/{}",
        list.body["data"][0]["id"].as_str().unwrap()
    );
    backend(&emulator, "PATCH", &path, &json!({"pkce_required": true})).await;
    let mut shop = Client::new(
        &emulator,
        "shop",
        Some("secret-of-shop"),
        "https://shop.example/a",
    );
    shop.scope = "email".into();
    let place = browser.open(&shop.url(&without)).await;
    assert_eq!(place.query()["error"], "invalid_request");
}

#[tokio::test]
async fn a_code_is_for_the_client_that_asked_for_it() {
    let emulator = emulator().await;
    let notes = Client::notes(&emulator);
    let mut browser = Browser::signed_in(&emulator, "user_ada");
    let code = notes.code(&mut browser, &[]).await;
    let shop = Client::new(&emulator, "shop", Some("secret-of-shop"), CALLBACK);
    assert_eq!(
        shop.exchange(&code, &[]).await.error(),
        (400, "invalid_grant")
    );
    for changes in [
        ("redirect_uri", "https://notes.example/other"),
        ("redirect_uri", ""),
        (
            "code_verifier",
            "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXX",
        ),
        ("code_verifier", ""),
        ("code", "unknown"),
    ] {
        let rejected = notes.exchange(&code, &[changes]).await;
        assert_eq!(rejected.error(), (400, "invalid_grant"), "{changes:?}");
        assert!(!rejected.text("error_description").is_empty());
    }
    // None of these used it up.
    assert_eq!(notes.exchange(&code, &[]).await.status, 200);
}

#[tokio::test]
async fn the_token_endpoint_rejects_what_it_does_not_know() {
    let emulator = emulator().await;
    let notes = Client::notes(&emulator);
    for (fields, error) in [
        (&[][..], (400, "invalid_request")),
        (
            &[("grant_type", "authorization_code")],
            (400, "invalid_request"),
        ),
        (&[("grant_type", "refresh_token")], (400, "invalid_request")),
        (
            &[("grant_type", "password")],
            (400, "unsupported_grant_type"),
        ),
        (
            &[("grant_type", "client_credentials")],
            (400, "unsupported_grant_type"),
        ),
        (
            &[
                ("grant_type", "refresh_token"),
                ("refresh_token", "ort_a_b"),
            ],
            (400, "invalid_grant"),
        ),
        (
            &[
                ("grant_type", "refresh_token"),
                ("grant_type", "refresh_token"),
            ],
            (400, "invalid_request"),
        ),
    ] {
        assert_eq!(
            notes.post("/oauth/token", fields).await.error(),
            error,
            "{fields:?}"
        );
    }
    for (id, secret) in [
        ("notes", Some("wrong")),
        ("notes", None),
        ("nobody", None),
        ("nobody", Some("a")),
    ] {
        let client = Client::new(&emulator, id, secret, CALLBACK);
        for path in ["/oauth/token", "/oauth/token/revoke", "/oauth/token_info"] {
            let rejected = client
                .post(path, &[("token", "a"), ("grant_type", "a")])
                .await;
            assert_eq!(rejected.error(), (401, "invalid_client"), "{id} {path}");
            assert_eq!(rejected.headers["cache-control"], "no-store");
        }
    }
    let url = format!("{}/oauth/token", emulator.url());
    let json = json!({"client_id": "notes", "client_secret": "secret-of-notes"});
    let json = reply(http().post(&url).json(&json)).await;
    assert_eq!(json.error(), (400, "invalid_request"));
    let get = http().get(url);
    assert_eq!(reply(get).await.status, 405);
}

#[tokio::test]
async fn banned_users_get_no_new_tokens() {
    let emulator = emulator().await;
    let notes = Client::notes(&emulator);
    let tokens = notes.tokens(&[]).await;
    backend(&emulator, "POST", "/users/user_ada/ban", &json!({})).await;
    let refused = notes.refresh(&tokens.text("refresh_token"), &[]).await;
    assert_eq!(refused.error(), (400, "invalid_grant"));
}
