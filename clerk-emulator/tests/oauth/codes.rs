//! The way of a code: from the client's request by way of sign-in and consent to tokens.

use crate::browser::Browser;
use crate::client::{CALLBACK, Client, STATE, emulator, http, reply, verified, wait};

#[tokio::test]
async fn a_visitor_signs_in_consents_and_the_client_gets_tokens() {
    let emulator = emulator().await;
    let notes = Client::notes(&emulator);
    let mut browser = Browser::new(&emulator);

    let page = browser.open(&notes.url(&[("nonce", "n-0S6_WzA2Mj")])).await;
    assert_eq!(page.url.path(), "/sign-in");
    let page = browser.sign_in_on(&page, "user_ada").await;
    assert_eq!(page.url.path(), "/oauth/authorize");
    assert!(page.asks() && page.html.contains("Notes") && page.html.contains("ada@example.com"));
    assert!(page.html.contains("notes.example") && !page.html.contains("<script"));
    assert_eq!(page.headers["x-frame-options"], "DENY");

    let place = browser.allow(&page).await;
    assert!(place.url.as_str().starts_with(CALLBACK), "{place:?}");
    let query = place.query();
    assert_eq!((&*query["state"], &*query["iss"]), (STATE, emulator.url()));

    let tokens = notes.exchange(&query["code"], &[]).await;
    assert_eq!(tokens.status, 200, "{tokens:?}");
    assert_eq!(tokens.headers["cache-control"], "no-store");
    assert_eq!(tokens.text("token_type"), "Bearer");
    assert_eq!(tokens.text("scope"), "openid profile email");
    assert_eq!(tokens.body["expires_in"], 86_400);
    let (header, claims) = verified(&emulator, &tokens.text("id_token")).await;
    assert_eq!(
        (&header["typ"], &header["alg"]),
        (&"JWT".into(), &"RS256".into())
    );
    for (name, value) in [
        ("iss", emulator.url()),
        ("sub", "user_ada"),
        ("aud", "notes"),
        ("nonce", "n-0S6_WzA2Mj"),
        ("name", "Ada Lovelace"),
        ("given_name", "Ada"),
        ("family_name", "Lovelace"),
        ("preferred_username", "countess"),
        ("email", "ada@example.com"),
    ] {
        assert_eq!(claims[name], value, "{claims}");
    }
    assert_eq!(claims["email_verified"], true);
    assert_eq!(claims["auth_time"], claims["iat"]);
    assert!(claims["exp"].as_i64() > claims["iat"].as_i64());
}

#[tokio::test]
async fn an_id_token_says_what_its_scopes_say() {
    let emulator = emulator().await;
    let tokens = Client::notes(&emulator)
        .tokens(&[("scope", "openid")])
        .await;
    let (_, claims) = verified(&emulator, &tokens.text("id_token")).await;
    for name in [
        "nonce",
        "name",
        "picture",
        "email",
        "public_metadata",
        "org_id",
    ] {
        assert!(claims.get(name).is_none(), "{claims}");
    }
    let tokens = Client::notes(&emulator).tokens(&[("scope", "email")]).await;
    assert!(tokens.body.get("id_token").is_none());
}

#[tokio::test]
async fn a_public_client_needs_a_verifier_and_no_secret() {
    let emulator = emulator().await;
    let phone = Client::phone(&emulator);
    let tokens = phone.tokens(&[]).await;
    let refreshed = phone.refresh(&tokens.text("refresh_token"), &[]).await;
    assert_eq!(refreshed.status, 200, "{refreshed:?}");
    let with_secret = [
        ("client_id", "phone"),
        ("client_secret", "anything"),
        ("grant_type", "authorization_code"),
        ("code", "any"),
    ];
    let rejected = phone.post_bare("/oauth/token", &with_secret).await;
    assert_eq!(rejected.error(), (401, "invalid_client"));
}

#[tokio::test]
async fn the_secret_may_be_in_the_header() {
    let emulator = emulator().await;
    let notes = Client::notes(&emulator);
    let mut browser = Browser::signed_in(&emulator, "user_ada");
    let code = notes.code(&mut browser, &[]).await;
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", crate::client::VERIFIER),
    ];
    let form = || notes.form("/oauth/token", &fields);
    let wrong = reply(form().basic_auth("notes", Some("wrong"))).await;
    assert_eq!(wrong.error(), (401, "invalid_client"));
    assert!(
        wrong.headers["www-authenticate"]
            .to_str()
            .unwrap()
            .starts_with("Basic")
    );
    let in_both = [&fields[..], &[("client_secret", "secret-of-notes")]].concat();
    let twice = notes.form("/oauth/token", &in_both);
    let twice = reply(twice.basic_auth("notes", Some("secret-of-notes"))).await;
    assert_eq!(twice.error(), (400, "invalid_request"));
    let right = reply(form().basic_auth("notes", Some("secret-of-notes"))).await;
    assert_eq!(right.status, 200, "{right:?}");
}

#[tokio::test]
async fn a_confidential_client_may_do_without_a_challenge_unless_its_application_says_otherwise() {
    let emulator = emulator().await;
    let notes = Client::notes(&emulator);
    let mut browser = Browser::signed_in(&emulator, "user_ada");
    let without = [("code_challenge", ""), ("code_challenge_method", "")];
    let code = notes.code(&mut browser, &without).await;
    // What was not promised cannot be verified.
    let rejected = notes.exchange(&code, &[]).await;
    assert_eq!(rejected.error(), (400, "invalid_grant"));
    let tokens = notes.exchange(&code, &[("code_verifier", "")]).await;
    assert_eq!(tokens.status, 200, "{tokens:?}");
}

#[tokio::test]
async fn a_code_is_good_for_a_minute() {
    let emulator = emulator().await;
    let notes = Client::notes(&emulator);
    let mut browser = Browser::signed_in(&emulator, "user_ada");
    let (first, second) = (
        notes.code(&mut browser, &[]).await,
        notes.code(&mut browser, &[]).await,
    );
    wait(&emulator, 59);
    assert_eq!(notes.exchange(&first, &[]).await.status, 200);
    wait(&emulator, 1);
    let expired = notes.exchange(&second, &[]).await;
    assert_eq!(expired.error(), (400, "invalid_grant"));
}

#[tokio::test]
async fn a_code_that_is_used_twice_takes_back_what_it_gave() {
    let emulator = emulator().await;
    let notes = Client::notes(&emulator);
    let mut browser = Browser::signed_in(&emulator, "user_ada");
    let code = notes.code(&mut browser, &[]).await;
    let tokens = notes.exchange(&code, &[]).await;
    let refreshed = notes.refresh(&tokens.text("refresh_token"), &[]).await;
    assert!(notes.is_valid(&refreshed.text("access_token")).await);
    // Even when it has expired as well.
    wait(&emulator, 600);
    assert_eq!(
        notes.exchange(&code, &[]).await.error(),
        (400, "invalid_grant")
    );
    for tokens in [&tokens, &refreshed] {
        assert!(!notes.is_valid(&tokens.text("access_token")).await);
        let refused = notes.refresh(&tokens.text("refresh_token"), &[]).await;
        assert_eq!(refused.error(), (400, "invalid_grant"));
    }
}

#[tokio::test]
async fn a_client_that_has_one_redirect_uri_need_not_name_it() {
    let emulator = emulator().await;
    let notes = Client::notes(&emulator);
    let mut browser = Browser::signed_in(&emulator, "user_ada");
    let code = notes.code(&mut browser, &[("redirect_uri", "")]).await;
    let tokens = notes.exchange(&code, &[("redirect_uri", "")]).await;
    assert_eq!(tokens.status, 200, "{tokens:?}");
}

#[tokio::test]
async fn the_answer_may_be_a_form() {
    let emulator = emulator().await;
    let notes = Client::notes(&emulator);
    let mut browser = Browser::signed_in(&emulator, "user_ada");
    let by_form = [("response_mode", "form_post")];
    let page = notes.authorize(&mut browser, &by_form).await;
    let form = page.form("Continue");
    assert_eq!(form.action, CALLBACK);
    let field = |name: &str| {
        let found = form.fields.iter().find(|(have, _)| have == name);
        found.map(|(_, value)| value.clone()).unwrap()
    };
    assert_eq!(
        (field("state"), field("iss")),
        (STATE.into(), emulator.url().into())
    );
    assert_eq!(notes.exchange(&field("code"), &[]).await.status, 200);
}

#[tokio::test]
async fn a_request_may_be_a_form() {
    let emulator = emulator().await;
    let notes = Client::notes(&emulator);
    let mut browser = Browser::signed_in(&emulator, "user_ada");
    let query = notes.url(&[]);
    let body = query.split_once('?').unwrap().1.to_owned();
    let url = format!("{}/oauth/authorize", emulator.url());
    let request = http()
        .post(url)
        .header("content-type", "application/x-www-form-urlencoded");
    let reply = reply(request.body(body)).await;
    assert_eq!(reply.status, 303);
    let place = browser
        .open(reply.headers["location"].to_str().unwrap())
        .await;
    assert!(place.asks());
}
