use super::Api;

#[tokio::test]
async fn every_method_of_m2m_hits_its_operation() {
    let api = Api::start().await;
    let m2m = api.clerk.m2m();
    api.check(
        "m2m.list",
        "getM2MTokens",
        r#"{"path_values": [], "query": [["subject", "subject é/1"], ["probe", "é 1"]]}"#,
        m2m.list().subject("subject é/1").query_pair("probe", "é 1"),
    )
    .await;
    api.check(
        "m2m.createToken",
        "createM2MToken",
        r#"{"body": {"probe": [1]}, "path_values": [], "query": [["probe", "é 1"]]}"#,
        m2m.create_token()
            .query_pair("probe", "é 1")
            .body_field("probe", [1]),
    )
    .await;
    api.check("m2m.revokeToken", "revokeM2MToken", r#"{"body": {"probe": [1]}, "path_values": ["m2m_token_id é/1"], "query": [["probe", "é 1"]]}"#, m2m.revoke_token("m2m_token_id é/1").query_pair("probe", "é 1").body_field("probe", [1])).await;
}
