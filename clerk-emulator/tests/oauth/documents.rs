//! Clients whose id is the URL of their metadata.

use serde_json::{Value, json};
use test_support::server::{self, Server};

use crate::browser::{Browser, Place};
use crate::client::{Client, emulator, set, wait};

const APP: &str = "http://127.0.0.1:9999/callback";

fn metadata(id: &str) -> Value {
    json!({
        "client_id": id, "client_name": "Robot", "redirect_uris": [APP], "token_endpoint_auth_method": "none",
        "scope": "openid email", "grant_types": ["authorization_code", "refresh_token"],
    })
}

async fn open(client: &Client<'_>) -> Place {
    let mut browser = Browser::signed_in(client.emulator, "user_ada");
    browser.open(&client.url(&[("scope", "openid")])).await
}

/// Serves the document that is made of the client's id.
async fn serve(document: fn(&str) -> server::Reply) -> (Server, String) {
    let server = Server::handling(move |request| {
        let host = request.header("host").unwrap();
        document(&format!("http://{host}{}", request.target))
    })
    .await;
    let id = format!("{}/client.json", server.url());
    (server, id)
}

#[tokio::test]
async fn the_metadata_at_its_id_makes_a_client_known() {
    let emulator = emulator().await;
    set(
        &emulator,
        json!({"client_id_metadata_documents_advertised": true}),
    )
    .await;
    let (server, id) = serve(|id| server::json(200, metadata(id))).await;
    let mut client = Client::new(&emulator, &id, None, APP);
    client.scope = "openid email".into();
    let page = open(&client).await;
    assert!(page.asks() && page.html.contains("Robot") && page.html.contains("nobody has checked"));
    let tokens = client.tokens(&[]).await;
    let user = client.user_info(&tokens.text("access_token")).await;
    assert_eq!(user.text("email"), "ada@example.com");
    assert_eq!(
        client
            .refresh(&tokens.text("refresh_token"), &[])
            .await
            .status,
        200
    );
    // It is asked for again after a while, not each time.
    assert_eq!(server.lines().len(), 1);
    wait(&emulator, 300);
    open(&client).await;
    assert_eq!(server.lines().len(), 2);
}

#[tokio::test]
async fn the_instance_says_whether_such_clients_are_allowed() {
    let emulator = emulator().await;
    let (server, id) = serve(|id| server::json(200, metadata(id))).await;
    let client = Client::new(&emulator, &id, None, APP);
    assert_eq!(open(&client).await.status, 400);
    let advertised = "client_id_metadata_documents_advertised";
    let known_only = "client_id_metadata_documents_only_allow_pre_registered_clients";
    let blocked = "client_id_metadata_documents_block_implicitly_allowed_clients";
    set(&emulator, json!({advertised: true, known_only: true})).await;
    assert_eq!(open(&client).await.status, 400);
    assert_eq!(server.lines().len(), 0);
    set(&emulator, json!({known_only: false})).await;
    assert!(open(&client).await.asks());
    let refresh = client
        .tokens(&[("scope", "openid")])
        .await
        .text("refresh_token");
    set(&emulator, json!({blocked: true})).await;
    assert_eq!(open(&client).await.status, 400);
    assert_eq!(
        client.refresh(&refresh, &[]).await.error(),
        (401, "invalid_client")
    );
}

#[tokio::test]
async fn metadata_that_is_not_in_order_is_rejected() {
    let emulator = emulator().await;
    set(
        &emulator,
        json!({"client_id_metadata_documents_advertised": true}),
    )
    .await;
    let documents: [fn(&str) -> server::Reply; 10] = [
        |_| server::empty(404),
        |id| server::json(201, metadata(id)),
        |id| server::empty(302).header("location", format!("{id}?again")),
        |id| server::answer(200, "text/html", metadata(id).to_string()),
        |_| server::json(200, json!([])),
        |_| server::json(200, metadata("https://other.example/client.json")),
        |id| {
            let mut changed = metadata(id);
            changed["client_secret"] = "a".into();
            server::json(200, changed)
        },
        |id| {
            let mut changed = metadata(id);
            changed["redirect_uris"] = json!(["http://example.com/"]);
            server::json(200, changed)
        },
        |id| {
            let mut changed = metadata(id);
            changed["padding"] = "a".repeat(17_000).into();
            server::json(200, changed)
        },
        |_| server::Reply::DropAfter,
    ];
    for (number, document) in documents.into_iter().enumerate() {
        let (_server, id) = serve(document).await;
        let page = open(&Client::new(&emulator, &id, None, APP)).await;
        assert_eq!(page.status, 400, "{number} {page:?}");
        assert_eq!(page.url.path(), "/oauth/authorize");
    }
}

#[tokio::test]
async fn ids_that_are_no_safe_urls_are_not_fetched() {
    let emulator = emulator().await;
    set(
        &emulator,
        json!({"client_id_metadata_documents_advertised": true}),
    )
    .await;
    for id in [
        "http://example.com/client.json",
        "https://example.com",
        "https://example.com/",
        "https://ada@example.com/client.json",
        "https://example.com/client.json#part",
        "https://EXAMPLE.com/client.json",
        "https://example.com/a/../client.json",
        "ftp://127.0.0.1/client.json",
        "file:///client.json",
    ] {
        let page = open(&Client::new(&emulator, id, None, APP)).await;
        assert_eq!(page.status, 400, "{id}");
        assert!(!page.html.contains("could not be fetched"), "{id}");
    }
}

#[tokio::test]
async fn what_speaks_no_tls_is_not_asked_without_it() {
    let emulator = emulator().await;
    set(
        &emulator,
        json!({"client_id_metadata_documents_advertised": true}),
    )
    .await;
    let (server, id) = serve(|id| server::json(200, metadata(id))).await;
    let id = id.replace("http://", "https://");
    let page = open(&Client::new(&emulator, &id, None, APP)).await;
    assert_eq!(page.status, 400);
    assert!(
        page.html.contains("could not be fetched: no answer"),
        "{page:?}"
    );
    assert_eq!(server.lines().len(), 0);
}
