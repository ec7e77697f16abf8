//! Applications that register themselves (RFC 7591).

use serde_json::{Value, json};

use crate::browser::Browser;
use crate::client::{Client, Reply, START, backend, emulator, http, reply, set};

const APP: &str = "http://localhost:9999/callback";

async fn register(emulator: &clerk_emulator::Emulator, metadata: &Value) -> Reply {
    let url = format!("{}/oauth/register", emulator.url());
    reply(http().post(url).json(metadata)).await
}

#[tokio::test]
async fn nobody_registers_unless_the_instance_allows_it() {
    let emulator = emulator().await;
    let metadata = json!({"redirect_uris": [APP]});
    let url = format!("{}/.well-known/oauth-authorization-server", emulator.url());
    let endpoint = async || reply(http().get(&url)).await.body["registration_endpoint"].clone();
    assert_eq!(endpoint().await, json!(null));
    assert_eq!(
        register(&emulator, &metadata).await.error(),
        (403, "access_denied")
    );
    set(
        &emulator,
        json!({"dynamic_oauth_client_registration": true}),
    )
    .await;
    assert_eq!(
        endpoint().await,
        format!("{}/oauth/register", emulator.url())
    );
    let registered = register(&emulator, &metadata).await;
    assert_eq!(registered.status, 201);
    // What is registered stays when it is switched off again.
    set(
        &emulator,
        json!({"dynamic_oauth_client_registration": false}),
    )
    .await;
    assert_eq!(register(&emulator, &metadata).await.status, 403);
    let client = Client::new(&emulator, &registered.text("client_id"), None, APP);
    let page = Browser::signed_in(&emulator, "user_ada")
        .open(&client.url(&[]))
        .await;
    assert!(page.asks());
}

#[tokio::test]
async fn an_application_that_registers_itself_gets_tokens() {
    let emulator = emulator().await;
    set(
        &emulator,
        json!({"dynamic_oauth_client_registration": true}),
    )
    .await;
    for method in ["none", "client_secret_post", "client_secret_basic"] {
        let metadata = json!({
            "redirect_uris": [APP], "client_name": "A robot", "token_endpoint_auth_method": method,
            "scope": "openid email", "client_uri": "https://robot.example/",
            // What Clerk does not know is ignored.
            "grant_types": ["authorization_code"], "software_id": "robot", "contacts": ["a@robot.example"],
        });
        let registered = register(&emulator, &metadata).await;
        assert_eq!(registered.status, 201, "{registered:?}");
        assert_eq!(registered.headers["cache-control"], "no-store");
        let mut body = registered.body.clone();
        let id = registered.text("client_id");
        let secret = body["client_secret"].take();
        let secret = secret.as_str();
        assert_eq!(secret.is_some(), method != "none");
        body.as_object_mut().unwrap().remove("client_secret");
        assert_eq!(
            body,
            json!({
                "client_id": id, "client_id_issued_at": START / 1000, "client_secret_expires_at": 0,
                "client_name": "A robot", "client_uri": "https://robot.example/", "redirect_uris": [APP],
                "grant_types": ["authorization_code", "refresh_token"], "response_types": ["code"],
                "scope": "openid email", "token_endpoint_auth_method": method,
            })
        );
        let mut client = Client::new(&emulator, &id, secret, "http://localhost:1234/callback");
        client.scope = "openid email".into();
        let mut browser = Browser::signed_in(&emulator, "user_ada");
        let page = browser.open(&client.url(&[])).await;
        assert!(page.html.contains("nobody has checked its name"));
        assert_eq!(client.tokens(&[]).await.status, 200);
        let listed = backend(
            &emulator,
            "GET",
            "/oauth_applications?name_query=robot",
            &json!({}),
        )
        .await;
        assert_eq!(listed.body["data"][0]["dynamically_registered"], true);
    }
}

#[tokio::test]
async fn metadata_that_cannot_be_used_is_rejected() {
    let emulator = emulator().await;
    let scopes = json!(["profile", "email", "notes:read"]);
    set(
        &emulator,
        json!({"dynamic_oauth_client_registration": true, "default_scopes": scopes}),
    )
    .await;
    for (metadata, error) in [
        (json!({}), "invalid_redirect_uri"),
        (json!({"redirect_uris": []}), "invalid_redirect_uri"),
        (
            json!({"redirect_uris": ["javascript:alert(1)"]}),
            "invalid_redirect_uri",
        ),
        (
            json!({"redirect_uris": ["http://example.com/"]}),
            "invalid_redirect_uri",
        ),
        (
            json!({"redirect_uris": [APP, "https://a.example/#a"]}),
            "invalid_redirect_uri",
        ),
        (
            json!({"redirect_uris": vec![APP; 21]}),
            "invalid_redirect_uri",
        ),
        (
            json!({"redirect_uris": [APP], "token_endpoint_auth_method": "private_key_jwt"}),
            "invalid_client_metadata",
        ),
        (
            json!({"redirect_uris": [APP], "scope": "no:such"}),
            "invalid_client_metadata",
        ),
        (
            json!({"redirect_uris": [APP], "scope": "private_metadata"}),
            "invalid_client_metadata",
        ),
        (
            json!({"redirect_uris": [APP], "client_name": "a".repeat(257)}),
            "invalid_client_metadata",
        ),
        (
            json!({"redirect_uris": [APP], "logo_uri": "javascript:alert(1)"}),
            "invalid_client_metadata",
        ),
        (json!([]), "invalid_client_metadata"),
    ] {
        assert_eq!(
            register(&emulator, &metadata).await.error(),
            (400, error),
            "{metadata}"
        );
    }
    let registered = register(
        &emulator,
        &json!({"redirect_uris": [APP], "scope": "notes:read"}),
    )
    .await;
    assert_eq!(
        registered.text("scope"),
        "notes:read",
        "one of the instance's own scopes"
    );
    let metadata = json!({"redirect_uris": [APP], "scope": "email private_metadata"});
    let registered = register(&emulator, &metadata).await;
    assert_eq!(
        registered.text("scope"),
        "email",
        "without what is for backends"
    );
}
