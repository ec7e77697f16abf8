use super::Api;

#[tokio::test]
async fn every_method_of_sign_ups_hits_its_operation() {
    let api = Api::start().await;
    let sign_ups = api.clerk.sign_ups();
    api.check(
        "signUps.get",
        "GetSignUp",
        r#"{"path_values": ["id é/1"], "query": [["probe", "é 1"]]}"#,
        sign_ups.get("id é/1").query_pair("probe", "é 1"),
    )
    .await;
    api.check(
        "signUps.update",
        "UpdateSignUp",
        r#"{"path_values": ["id é/1"], "query": [["probe", "é 1"]], "body": {"probe": [1]}}"#,
        sign_ups
            .update("id é/1")
            .query_pair("probe", "é 1")
            .body_field("probe", [1]),
    )
    .await;
}
