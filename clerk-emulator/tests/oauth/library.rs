//! The crate `oauth2`, which knows OAuth and nothing of Clerk, on the provider.

use oauth2::basic::BasicClient;
use oauth2::{
    AuthType, AuthUrl, AuthorizationCode, ClientId, ClientSecret, CsrfToken, HttpRequest,
    HttpResponse, IntrospectionUrl, PkceCodeChallenge, RedirectUrl, Scope,
    TokenIntrospectionResponse, TokenResponse, TokenUrl,
};

use crate::browser::Browser;
use crate::client::{CALLBACK, emulator, http, reply};

async fn send(request: HttpRequest) -> Result<HttpResponse, reqwest::Error> {
    let response = http().execute(request.try_into()?).await?;
    let (status, headers) = (response.status(), response.headers().clone());
    let mut answer = HttpResponse::new(response.bytes().await?.to_vec());
    *answer.status_mut() = status;
    *answer.headers_mut() = headers;
    Ok(answer)
}

#[tokio::test]
async fn the_crate_oauth2_gets_and_refreshes_tokens() {
    let emulator = emulator().await;
    let url = format!("{}/.well-known/openid-configuration", emulator.url());
    let metadata = reply(http().get(url)).await;
    for method in [AuthType::BasicAuth, AuthType::RequestBody] {
        let client = BasicClient::new(ClientId::new("notes".into()))
            .set_client_secret(ClientSecret::new("secret-of-notes".into()))
            .set_auth_type(method)
            .set_auth_uri(AuthUrl::new(metadata.text("authorization_endpoint")).unwrap())
            .set_token_uri(TokenUrl::new(metadata.text("token_endpoint")).unwrap())
            .set_introspection_url(
                IntrospectionUrl::new(metadata.text("introspection_endpoint")).unwrap(),
            )
            .set_redirect_uri(RedirectUrl::new(CALLBACK.into()).unwrap());
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let (url, state) = client
            .authorize_url(CsrfToken::new_random)
            .add_scope(Scope::new("profile".into()))
            .add_extra_param("prompt", "consent")
            .set_pkce_challenge(challenge)
            .url();
        let mut browser = Browser::signed_in(&emulator, "user_ada");
        let page = browser.open(url.as_str()).await;
        let answer = browser.allow(&page).await.query();
        assert_eq!(&answer["state"], state.secret());

        let tokens = client
            .exchange_code(AuthorizationCode::new(answer["code"].clone()))
            .set_pkce_verifier(verifier)
            .request_async(&send)
            .await
            .unwrap();
        let refreshed = client
            .exchange_refresh_token(tokens.refresh_token().unwrap())
            .request_async(&send)
            .await
            .unwrap();
        assert_eq!(refreshed.scopes().unwrap(), &[Scope::new("profile".into())]);
        let facts = client
            .introspect(refreshed.access_token())
            .request_async(&send)
            .await
            .unwrap();
        assert!(facts.active());
        assert_eq!(facts.sub(), Some("user_ada"));
    }
}
