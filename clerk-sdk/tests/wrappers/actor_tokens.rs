use clerk_sdk::types;

use super::Api;

#[tokio::test]
async fn every_method_of_actor_tokens_hits_its_operation() {
    let api = Api::start().await;
    let actor_tokens = api.clerk.actor_tokens();
    api.check("actorTokens.create", "CreateActorToken", r#"{"body": {"actor": {"sub": "sub é/1"}, "user_id": "user_id é/1", "probe": [1]}, "path_values": [], "query": [["probe", "é 1"]]}"#, actor_tokens.create().actor(types::CreateActorTokenActor::new("sub é/1")).user_id("user_id é/1").query_pair("probe", "é 1").body_field("probe", [1])).await;
    api.check(
        "actorTokens.revoke",
        "RevokeActorToken",
        r#"{"path_values": ["actor_token_id é/1"], "query": [["probe", "é 1"]]}"#,
        actor_tokens
            .revoke("actor_token_id é/1")
            .query_pair("probe", "é 1"),
    )
    .await;
}
