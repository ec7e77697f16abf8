use super::Api;

#[tokio::test]
async fn every_method_of_sign_in_tokens_hits_its_operation() {
    let api = Api::start().await;
    let sign_in_tokens = api.clerk.sign_in_tokens();
    api.check("signInTokens.createSignInToken", "CreateSignInToken", r#"{"body": {"user_id": "user_id é/1", "probe": [1]}, "path_values": [], "query": [["probe", "é 1"]]}"#, sign_in_tokens.create_sign_in_token().user_id("user_id é/1").query_pair("probe", "é 1").body_field("probe", [1])).await;
    api.check(
        "signInTokens.revokeSignInToken",
        "RevokeSignInToken",
        r#"{"path_values": ["sign_in_token_id é/1"], "query": [["probe", "é 1"]]}"#,
        sign_in_tokens
            .revoke_sign_in_token("sign_in_token_id é/1")
            .query_pair("probe", "é 1"),
    )
    .await;
}
