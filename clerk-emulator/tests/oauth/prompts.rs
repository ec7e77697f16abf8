//! What the client wants the user to be asked.

use crate::browser::Browser;
use crate::client::{CALLBACK, Client, STATE, emulator, wait};

/// The error that a client gets.
async fn error(client: &Client<'_>, browser: &mut Browser, changes: &[(&str, &str)]) -> String {
    let place = browser.open(&client.url(changes)).await;
    assert!(place.url.as_str().starts_with(CALLBACK), "{place:?}");
    let query = place.query();
    assert_eq!(
        (&*query["state"], &*query["iss"]),
        (STATE, client.emulator.url())
    );
    assert!(!query.contains_key("code"));
    query["error"].clone()
}

#[tokio::test]
async fn who_is_not_to_be_asked_has_to_be_signed_in_and_to_have_consented() {
    let emulator = emulator().await;
    let notes = Client::notes(&emulator);
    let silent = [("prompt", "none")];
    let mut nobody = Browser::new(&emulator);
    assert_eq!(error(&notes, &mut nobody, &silent).await, "login_required");
    let mut ada = Browser::signed_in(&emulator, "user_ada");
    assert_eq!(error(&notes, &mut ada, &silent).await, "consent_required");
    notes.code(&mut ada, &[]).await;
    let place = ada.open(&notes.url(&silent)).await;
    assert!(place.query().contains_key("code"), "{place:?}");
}

#[tokio::test]
async fn who_is_to_sign_in_signs_in_again() {
    let emulator = emulator().await;
    let notes = Client::notes(&emulator);
    let mut browser = Browser::signed_in(&emulator, "user_ada");
    notes.code(&mut browser, &[]).await;
    wait(&emulator, 100);
    let page = browser.open(&notes.url(&[("prompt", "login")])).await;
    assert_eq!(page.url.path(), "/sign-in");
    // Going on without signing in leads to the same page.
    let back = page.query()["redirect_url"].clone();
    assert_eq!(browser.open(&back).await.url.path(), "/sign-in");
    let place = browser.sign_in_on(&page, "user_ada").await;
    assert!(place.query().contains_key("code"), "{place:?}");
}

#[tokio::test]
async fn who_signed_in_too_long_ago_signs_in_again() {
    let emulator = emulator().await;
    let notes = Client::notes(&emulator);
    let mut browser = Browser::signed_in(&emulator, "user_ada");
    let recent = [("max_age", "60")];
    notes.code(&mut browser, &recent).await;
    wait(&emulator, 61);
    let page = browser.open(&notes.url(&recent)).await;
    let place = browser.sign_in_on(&page, "user_ada").await;
    assert!(place.query().contains_key("code"), "{place:?}");
}

#[tokio::test]
async fn who_is_to_consent_is_asked_again() {
    let emulator = emulator().await;
    let notes = Client::notes(&emulator);
    let mut browser = Browser::signed_in(&emulator, "user_ada");
    notes.code(&mut browser, &[]).await;
    let page = browser.open(&notes.url(&[("prompt", "consent")])).await;
    assert!(page.asks());
    let page = browser
        .open(&notes.url(&[("prompt", "login consent")]))
        .await;
    let page = browser.sign_in_on(&page, "user_ada").await;
    let place = browser.allow(&page).await;
    assert!(place.query().contains_key("code"), "{place:?}");
}

#[tokio::test]
async fn a_prompt_that_contradicts_itself_is_rejected() {
    let emulator = emulator().await;
    let notes = Client::notes(&emulator);
    let mut browser = Browser::signed_in(&emulator, "user_ada");
    for prompt in ["none login", "consent none", "select_account"] {
        let given = error(&notes, &mut browser, &[("prompt", prompt)]).await;
        assert_eq!(given, "invalid_request", "{prompt}");
    }
}
