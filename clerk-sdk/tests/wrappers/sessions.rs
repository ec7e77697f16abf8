use super::Api;

#[tokio::test]
async fn every_method_of_sessions_hits_its_operation() {
    let api = Api::start().await;
    let sessions = api.clerk.sessions();
    api.check(
        "sessions.getSessionList",
        "GetSessionList",
        r#"{"path_values": [], "query": [["paginated", "true"], ["probe", "é 1"]]}"#,
        sessions.get_session_list().query_pair("probe", "é 1"),
    )
    .await;
    api.check(
        "sessions.getSession",
        "GetSession",
        r#"{"path_values": ["session_id é/1"], "query": [["probe", "é 1"]]}"#,
        sessions
            .get_session("session_id é/1")
            .query_pair("probe", "é 1"),
    )
    .await;
    api.check(
        "sessions.revokeSession",
        "RevokeSession",
        r#"{"path_values": ["session_id é/1"], "query": [["probe", "é 1"]]}"#,
        sessions
            .revoke_session("session_id é/1")
            .query_pair("probe", "é 1"),
    )
    .await;
    api.check("sessions.createSession", "createSession", r#"{"body": {"user_id": "user_id é/1", "probe": [1]}, "path_values": [], "query": [["probe", "é 1"]]}"#, sessions.create_session().user_id("user_id é/1").query_pair("probe", "é 1").body_field("probe", [1])).await;
    api.check("sessions.refreshSession", "RefreshSession", r#"{"body": {"expired_token": "expired_token é/1", "refresh_token": "refresh_token é/1", "request_origin": "request_origin é/1", "probe": [1]}, "path_values": ["session_id é/1"], "query": [["probe", "é 1"]]}"#, sessions.refresh_session("session_id é/1").expired_token("expired_token é/1").refresh_token("refresh_token é/1").request_origin("request_origin é/1").query_pair("probe", "é 1").body_field("probe", [1])).await;
}
