//! Seeds with OAuth applications and the instance's settings of them.

use clerk_emulator::{Emulator, Seed, StartError};
use serde_json::json;

use crate::browser::Browser;
use crate::client::{Client, backend, start};

#[tokio::test]
async fn a_seed_says_how_the_instance_treats_applications() {
    let seed = r#"
        [[users]]
        id = "user_ada"
        username = "countess"
        [[oauth_application_settings]]
        dynamic_oauth_client_registration = true
        oauth_jwt_access_tokens = true
        default_scopes = ["openid", "notes:read"]
        [[oauth_applications]]
        name = "Notes"
        client_id = "notes"
        client_secret = "secret"
        redirect_uris = "https://notes.example/callback"
    "#;
    let emulator = start(Emulator::builder().seed(Seed::from_toml(seed).unwrap())).await;
    let settings = backend(
        &emulator,
        "GET",
        "/instance/oauth_application_settings",
        &json!({}),
    )
    .await;
    assert_eq!(
        settings.body,
        json!({
            "object": "oauth_application_settings", "dynamic_oauth_client_registration": true,
            "oauth_jwt_access_tokens": true, "default_scopes": ["openid", "notes:read"],
            "client_id_metadata_documents_advertised": false,
            "client_id_metadata_documents_only_allow_pre_registered_clients": false,
            "client_id_metadata_documents_block_implicitly_allowed_clients": false,
        })
    );
    let mut notes = Client::new(
        &emulator,
        "notes",
        Some("secret"),
        "https://notes.example/callback",
    );
    // An application without scopes has the default ones, and gets them when it asks for none.
    notes.scope = String::new();
    let mut browser = Browser::signed_in(&emulator, "user_ada");
    let code = notes.code(&mut browser, &[]).await;
    let tokens = notes.exchange(&code, &[]).await;
    assert_eq!(tokens.text("scope"), "openid notes:read");
    // They come back with a reset.
    emulator.reset().unwrap();
    assert_eq!(
        notes.exchange("unknown", &[]).await.error(),
        (400, "invalid_grant")
    );
}

#[tokio::test]
async fn a_client_id_is_chosen_once() {
    for (toml, expected) in [
        (
            "[[oauth_applications]]\nname = 'A'\nclient_id = 'a'\n[[oauth_applications]]\nname = 'B'\nclient_id = 'a'",
            "oauth_applications[1]: client_id: That client id is taken. Please try another.",
        ),
        (
            "[[oauth_applications]]\nname = 'A'\nclient_id = 'a b'",
            "oauth_applications[0]: client_id has to be a text without spaces.",
        ),
        (
            "[[oauth_applications]]\nname = 'A'\nclient_secret = 3",
            "oauth_applications[0]: client_secret has to be a text without spaces.",
        ),
        (
            "[[oauth_application_settings]]\ndefault_scopes = 3",
            "oauth_application_settings[0]: default_scopes must be an array.",
        ),
    ] {
        let builder = Emulator::builder().seed(Seed::from_toml(toml).unwrap());
        match builder.start().await {
            Err(StartError::Seed(error)) => assert_eq!(error.to_string(), expected),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn an_exported_state_has_codes_and_grants() {
    let seed = "[[users]]\nid = 'user_ada'\nusername = 'countess'\n[[oauth_applications]]\nname = 'Notes'\n\
        client_id = 'notes'\nclient_secret = 'secret'\nredirect_uris = ['https://notes.example/callback']";
    let emulator = start(Emulator::builder().seed(Seed::from_toml(seed).unwrap())).await;
    let mut notes = Client::new(
        &emulator,
        "notes",
        Some("secret"),
        "https://notes.example/callback",
    );
    notes.scope = "email".into();
    let refresh = notes.tokens(&[]).await.text("refresh_token");
    let mut state = emulator.export().unwrap();
    let other = start(Emulator::builder().state(state.clone())).await;
    notes.emulator = &other;
    assert_eq!(notes.refresh(&refresh, &[]).await.status, 200);
    assert!(
        !state.to_string().contains(&refresh),
        "only a digest is kept"
    );
    // States of earlier versions have none of it.
    state["state"].as_object_mut().unwrap().remove("oauth");
    other.import(state).unwrap();
    assert_eq!(
        notes.refresh(&refresh, &[]).await.error(),
        (400, "invalid_grant")
    );
}
