//! What strangers can make the emulator keep.

use clerk_emulator::Emulator;
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::client::{Client, emulator, http, reply, set};

/// Adds copies of an entry, with other keys, as after many requests and faster.
fn multiply(emulator: &Emulator, pointer: &str, to: usize, id: &str) {
    let mut state = emulator.export().unwrap();
    let list = state.pointer_mut(pointer).unwrap().as_array_mut().unwrap();
    let first = list.last().unwrap().clone();
    for number in list.len()..to {
        let mut entry = first.clone();
        entry[0] = format!("copy_{number}").into();
        *entry[1].pointer_mut(id).unwrap() = entry[0].clone();
        list.push(entry);
    }
    emulator.import(state).unwrap();
}

fn list(emulator: &Emulator, pointer: &str) -> Vec<Value> {
    let state = emulator.export().unwrap();
    state.pointer(pointer).unwrap().as_array().unwrap().clone()
}

/// Fills one of the lists, and checks that what is new takes the place of what is old.
async fn is_bounded(pointer: &str, id: &str) {
    let emulator = emulator().await;
    let notes = Client::notes(&emulator);
    notes.tokens(&[]).await;
    multiply(&emulator, pointer, 10_000, id);
    let tokens = notes.tokens(&[]).await;
    let refreshed = notes.refresh(&tokens.text("refresh_token"), &[]).await;
    assert_eq!(refreshed.status, 200);
    assert!(notes.is_valid(&refreshed.text("access_token")).await);
    assert_eq!(list(&emulator, pointer).len(), 10_000);
}

#[tokio::test]
async fn codes_are_bounded() {
    is_bounded("/state/oauth/codes", "/grant/id").await;
}

#[tokio::test]
async fn families_of_refresh_tokens_are_bounded() {
    is_bounded("/state/oauth/grants", "/id").await;
}

#[tokio::test]
async fn access_tokens_are_bounded() {
    is_bounded("/state/documents/oauth_tokens", "/id").await;
}

#[tokio::test]
async fn consents_are_bounded() {
    let emulator = emulator().await;
    let notes = Client::notes(&emulator);
    notes.tokens(&[]).await;
    multiply(&emulator, "/state/oauth/consents", 10_000, "/client_id");
    let mut alan = Browser::signed_in(&emulator, "user_alan");
    notes.code(&mut alan, &[]).await;
    assert_eq!(list(&emulator, "/state/oauth/consents").len(), 10_000);
    assert!(!alan.open(&notes.url(&[])).await.asks());
}

#[tokio::test]
async fn applications_that_register_themselves_are_bounded_and_used_ones_stay() {
    let emulator = emulator().await;
    set(
        &emulator,
        json!({"dynamic_oauth_client_registration": true}),
    )
    .await;
    let url = format!("{}/oauth/register", emulator.url());
    let metadata = json!({"redirect_uris": ["http://localhost/"], "token_endpoint_auth_method": "none", "scope": "email"});
    let register = async || {
        reply(http().post(&url).json(&metadata))
            .await
            .text("client_id")
    };
    let used = register().await;
    let mut client = Client::new(&emulator, &used, None, "http://localhost/");
    client.scope = "email".into();
    let refresh = client.tokens(&[]).await.text("refresh_token");
    register().await;
    // The copies are of the second one; an application has its id as its key.
    multiply(
        &emulator,
        "/state/documents/oauth_applications",
        1_003,
        "/id",
    );
    let newest = register().await;
    let applications = list(&emulator, "/state/documents/oauth_applications");
    // The three of the seed do not count.
    assert_eq!(applications.len(), 1_003);
    let has = |id: &str| applications.iter().any(|entry| entry[1]["client_id"] == id);
    assert!(has(&used) && has(&newest) && has("notes"));
    assert_eq!(client.refresh(&refresh, &[]).await.status, 200);
}
