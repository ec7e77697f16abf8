//! What clients learn about a user.

use serde_json::json;

use crate::client::{Client, emulator, http, reply};

#[tokio::test]
async fn scopes_say_what_a_client_learns() {
    let emulator = emulator().await;
    let notes = Client::notes(&emulator);
    let learned = async |scope: &str| {
        let tokens = notes.tokens(&[("scope", scope)]).await;
        let mut user = notes.user_info(&tokens.text("access_token")).await.body;
        for (name, value) in [
            ("object", "oauth_user_info"),
            ("sub", "user_ada"),
            ("user_id", "user_ada"),
        ] {
            assert_eq!(user[name], value);
        }
        assert!(user["instance_id"].as_str().unwrap().starts_with("ins_"));
        let user = user.as_object_mut().unwrap();
        for name in ["object", "sub", "user_id", "instance_id"] {
            user.remove(name);
        }
        json!(user)
    };
    assert_eq!(learned("openid").await, json!({}));
    assert_eq!(
        learned("email").await,
        json!({"email": "ada@example.com", "email_verified": true})
    );
    let profile = learned("profile").await;
    assert_eq!(
        (&profile["name"], &profile["preferred_username"]),
        (&json!("Ada Lovelace"), &json!("countess"))
    );
    assert!(
        profile["picture"]
            .as_str()
            .unwrap()
            .starts_with(emulator.url())
    );
    assert_eq!(
        learned("public_metadata private_metadata").await,
        json!({"public_metadata": {"plan": "gold"}, "private_metadata": {"debts": 3}})
    );
}

#[tokio::test]
async fn the_token_is_in_the_header_or_in_a_form() {
    let emulator = emulator().await;
    let notes = Client::notes(&emulator);
    let token = notes.tokens(&[]).await.text("access_token");
    let url = format!("{}/oauth/userinfo", emulator.url());
    let by_post = reply(http().post(&url).bearer_auth(&token)).await;
    assert_eq!(by_post.text("email"), "ada@example.com");
    let fields = [("access_token", token.as_str())];
    let by_form = notes.post_bare("/oauth/userinfo", &fields).await;
    assert_eq!(by_form.text("email"), "ada@example.com");
    let twice = reply(notes.form("/oauth/userinfo", &fields).bearer_auth(&token)).await;
    assert_eq!(twice.status, 400);
    // Not in the query, which is written into logs.
    let in_query = reply(http().get(format!("{url}?access_token={token}"))).await;
    assert_eq!(in_query.status, 401);
}

#[tokio::test]
async fn who_has_no_token_is_told_so_in_the_header() {
    let emulator = emulator().await;
    let notes = Client::notes(&emulator);
    let url = format!("{}/oauth/userinfo", emulator.url());
    let none = reply(http().get(url)).await;
    assert_eq!(
        (none.status, &none.headers["www-authenticate"]),
        (401, &"Bearer".parse().unwrap())
    );
    let wrong = notes.user_info("oat_wrong").await;
    let header = wrong.headers["www-authenticate"].to_str().unwrap();
    assert!(
        header.starts_with("Bearer error=\"invalid_token\""),
        "{header}"
    );
    assert_eq!(wrong.body["errors"][0]["code"], "invalid_token");
    let token = notes.tokens(&[]).await.text("refresh_token");
    assert_eq!(notes.user_info(&token).await.status, 401);
}
