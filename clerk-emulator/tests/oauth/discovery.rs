//! What clients are told, and that it is there.

use serde_json::{Value, json};

use crate::client::{backend, emulator, http, reply, set};

/// The members that Clerk's document has, by operation, and those of them that are required.
fn known_members(operation: &str) -> (Vec<String>, Vec<String>) {
    let text = include_str!("../../../openapi/frontend-api.json");
    let document: Value = serde_json::from_str(text).unwrap();
    let schema = &document["components"]["schemas"][operation];
    let required = schema["required"].as_array().unwrap().iter();
    (
        schema["properties"]
            .as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect(),
        required
            .map(|name| name.as_str().unwrap().to_owned())
            .collect(),
    )
}

#[tokio::test]
async fn metadata_has_the_members_that_clerks_has() {
    let emulator = emulator().await;
    set(
        &emulator,
        json!({"dynamic_oauth_client_registration": true}),
    )
    .await;
    for (path, schema) in [
        ("openid-configuration", "WellKnown.OpenIDConfiguration"),
        (
            "oauth-authorization-server",
            "WellKnown.OAuth2AuthorizationServerMetadata",
        ),
    ] {
        let url = format!("{}/.well-known/{path}", emulator.url());
        let metadata = reply(http().get(url)).await.body;
        assert_eq!(metadata["issuer"], emulator.url());
        assert_eq!(
            metadata["code_challenge_methods_supported"],
            json!(["S256"])
        );
        let (known, required) = known_members(schema);
        for name in required {
            assert!(metadata.get(&name).is_some(), "{path} {name}");
        }
        for name in metadata.as_object().unwrap().keys() {
            // Without it, clients may not look at `iss` in a response.
            let is_ours = name == "authorization_response_iss_parameter_supported";
            assert!(is_ours || known.contains(name), "{path} {name}");
        }
    }
}

#[tokio::test]
async fn each_url_that_the_backend_api_has_of_an_application_works() {
    let emulator = emulator().await;
    let body = json!({"name": "App", "redirect_uris": ["https://app.example/"]});
    let application = backend(&emulator, "POST", "/oauth_applications", &body).await;
    let discovery = reply(http().get(application.text("discovery_url"))).await;
    assert_eq!(discovery.status, 200);
    for (of_application, of_metadata) in [
        ("authorize_url", "authorization_endpoint"),
        ("token_fetch_url", "token_endpoint"),
        ("user_info_url", "userinfo_endpoint"),
        ("token_introspection_url", "introspection_endpoint"),
    ] {
        assert_eq!(
            application.text(of_application),
            discovery.text(of_metadata)
        );
    }
    let page = reply(http().get(application.text("authorize_url"))).await;
    assert_eq!(
        (page.status, page.headers["content-type"].to_str().unwrap()),
        (400, "text/html; charset=utf-8")
    );
    for name in ["token_fetch_url", "token_introspection_url"] {
        let form = http().post(application.text(name));
        let form = form.header("content-type", "application/x-www-form-urlencoded");
        assert_eq!(reply(form).await.error(), (401, "invalid_client"), "{name}");
    }
    let revocation = http().post(discovery.text("revocation_endpoint"));
    let revocation = revocation.header("content-type", "application/x-www-form-urlencoded");
    assert_eq!(reply(revocation).await.error(), (401, "invalid_client"));
    assert_eq!(
        reply(http().get(application.text("user_info_url")))
            .await
            .status,
        401
    );
    let keys = reply(http().get(discovery.text("jwks_uri"))).await;
    assert_eq!(keys.body["keys"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn the_instances_own_scopes_are_among_those_that_clients_are_told() {
    let emulator = emulator().await;
    set(
        &emulator,
        json!({"default_scopes": ["profile", "notes:read"]}),
    )
    .await;
    let url = format!("{}/.well-known/openid-configuration", emulator.url());
    let scopes = reply(http().get(url)).await.body["scopes_supported"].clone();
    let scopes: Vec<&str> = scopes
        .as_array()
        .unwrap()
        .iter()
        .map(|s| s.as_str().unwrap())
        .collect();
    for scope in ["openid", "profile", "email", "offline_access", "notes:read"] {
        assert!(scopes.contains(&scope), "{scope}");
    }
}
